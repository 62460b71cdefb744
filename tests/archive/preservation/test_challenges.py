"""Random blocks that are asked of a target: what they find, what they prove, whose turn it is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from archive.opening.archive import Archive
from archive.preservation.auditing import Audited, audit
from archive.preservation.budget import Budget, plan
from archive.records.event import FIXITY_CHECK
from storage.contract import Target
from tests.support.archives import Clock, keep, store_all
from tests.support.engines import EngineName
from tests.support.faults import FaultyTarget
from tests.support.kept import BLOCKS, CLIP, EVIDENCE, MEDIA, MIB, OTHER, at, copy_of, events, flip, make, state

Kept = tuple[Archive, dict[str, Target], Clock]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Iterator[Kept]:
    with copy_of(made, tmp_path) as kept:
        yield kept


def challenged(archive: Archive, targets: dict[str, Target], count: int, seed: int = 1) -> Audited:
    """A challenge of every copy at the first target."""
    return audit(archive, {"a": targets["a"]}, challenges=count, rng=Random(seed))["a"]  # noqa: S311


def test_passed_challenge_is_no_proof(kept: Kept) -> None:
    archive, targets, clock = kept
    before = archive.ledger.copies.of(EVIDENCE, 1)
    clock.advance(days=2)
    done = challenged(archive, targets, 2)
    assert (done.sound, done.challenged, done.findings) == (0, 3, ())
    assert 2 * MIB < done.bytes < 2 * MIB + 20_000  # two blocks, and small media, and the digests of blocks
    for copy, was in zip(archive.ledger.copies.of(EVIDENCE, 1), before, strict=True):
        assert (copy.state, copy.at, copy.read) == ("arrived", was.at, was.read)
        assert copy.challenged == (clock.now if copy.target == "a" else None)
    (event,) = [event for event in events(archive, FIXITY_CHECK) if (event.object, event.version) == (EVIDENCE, 1)]
    assert (event.outcome, event.target) == ("success", "a")
    assert event.detail
    assert event.detail.startswith("challenged: blocks ")
    assert event.detail.endswith(f" of {BLOCKS}")
    assert challenged(archive, targets, 100).bytes > (BLOCKS - 1) * MIB  # there are no more than there are


def test_blocks_are_chosen_when_they_are_asked(kept: Kept, tmp_path: Path) -> None:
    """A target that keeps only some blocks is found out by and by, and never by the blocks that it kept."""
    archive, targets, _ = kept
    flip(at(tmp_path, "a") / MEDIA, block=1)
    passed = 0
    while not (done := challenged(archive, targets, 1, seed=passed)).findings:
        passed += 1
    assert 0 < passed < 40
    (finding,) = done.findings
    assert (finding.outcome, finding.detail) == ("damaged", "the MiB block 1 is not what it was")
    assert finding.key.endswith(MEDIA)
    assert (state(archive, "a"), state(archive, "b")) == ("owed", "arrived")
    failed = [event for event in events(archive, FIXITY_CHECK) if event.outcome == "failure"]
    assert [(event.object, event.version, event.target) for event in failed] == [(EVIDENCE, 1, "a")]


@pytest.mark.parametrize(
    ("harm", "outcome", "where"),
    [
        (lambda there: (there / MEDIA).write_bytes((there / MEDIA).read_bytes()[:-1]), "damaged", MEDIA),
        (lambda there: (there / MEDIA).write_bytes(b""), "damaged", MEDIA),
        (lambda there: (there / MEDIA).unlink(), "missing", MEDIA),
        (lambda there: flip(there / "v1/content/blocks.sha256"), "damaged", "blocks.sha256"),
        (lambda there: (there / "v1/content/blocks.sha256").unlink(), "missing", "blocks.sha256"),
    ],
    ids=["cut", "emptied", "media-lost", "digests-damaged", "digests-lost"],
)
def test_failed_challenge_is_damage(
    kept: Kept, tmp_path: Path, harm: Callable[[Path], object], outcome: str, where: str
) -> None:
    archive, targets, _ = kept
    harm(at(tmp_path, "a"))
    done = challenged(archive, targets, BLOCKS)
    assert [(finding.outcome, finding.key.endswith(where)) for finding in done.findings] == [(outcome, True)]
    assert state(archive, "a") == "owed"


def test_difference_that_passes_is_no_damage(kept: Kept) -> None:
    archive, targets, _ = kept
    for what in ("/media/", "blocks.sha256"):
        stuttering = FaultyTarget(targets["a"], stutter=what)
        done = challenged(archive, {"a": stuttering}, 1)
        assert (done.findings, done.challenged) == ((), 3)
        assert any(stuttering.opened.count(key) == 2 for key in stuttering.opened if what in key)


def test_what_cannot_be_read_teaches_nothing(kept: Kept) -> None:
    archive, targets, _ = kept
    before = archive.ledger.copies.of(EVIDENCE)
    done = challenged(archive, {"a": FaultyTarget(targets["a"], mute="/media/")}, 1)
    assert {finding.outcome for finding in done.findings} == {"unreadable"}
    assert archive.ledger.copies.of(EVIDENCE) == before
    assert events(archive, FIXITY_CHECK) == []


def test_those_that_are_not_read_are_challenged_oldest_challenge_first(kept: Kept) -> None:
    archive, targets, clock = kept
    targets = {"a": targets["a"]}
    everything = {(EVIDENCE, 1), (EVIDENCE, 2), (f"evidence-{OTHER}", 1)}

    def touched(budget: Budget) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
        """What one audit read, and what it challenged."""
        clock.advance(hours=1)
        audit(archive, targets, budget=budget, challenges=1)
        copies = [copy for name in (EVIDENCE, f"evidence-{OTHER}") for copy in archive.ledger.copies.of(name)]
        read = {(copy.object, copy.version) for copy in copies if copy.target == "a" and copy.read == clock.now}
        asked = {(copy.object, copy.version) for copy in copies if copy.challenged == clock.now}
        return read, asked

    small = audit(archive, targets, [f"evidence-{OTHER}"])["a"].bytes
    read, asked = touched(Budget(fraction=0.0001))
    assert read == {(EVIDENCE, 1)}
    assert asked == everything - read  # what was read need not be challenged
    read, asked = touched(Budget(fraction=0.0001))
    assert read == {(EVIDENCE, 2)}
    assert asked == everything - read
    # Room for one small reading and one challenge: it is the turn of who was challenged longest ago.
    read, asked = touched(Budget(bytes=MIB + small))
    assert read == {(f"evidence-{OTHER}", 1)}
    assert asked == {(EVIDENCE, 2)}


def test_version_that_brought_no_media_is_not_challenged(kept: Kept) -> None:
    archive, targets, clock = kept
    assert keep(archive, OTHER, description="The same media, other words.")
    clock.advance(hours=1)
    store_all(archive)
    assert challenged(archive, targets, 1).challenged == 3
    assert plan(archive, "a", None, Budget(), challenges=1).read == 0


def test_challenges_keep_to_the_budget(kept: Kept) -> None:
    archive, targets, _ = kept
    done = audit(archive, {"a": targets["a"]}, [f"evidence-{CLIP}"], budget=Budget(requests=1), challenges=1)["a"]
    assert (done.sound, done.challenged, done.left) == (1, 0, 1)  # one copy is read in any case
