"""Audits find what is wrong with copies and harm nothing; restoring takes each file from where it is sound."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import ArchiveError, NoSuchClip
from archive.ledger.copies import Held
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit, objects_of
from archive.preservation.budget import Budget, Meter, plan
from archive.preservation.restoring import restore
from archive.records.event import DISSEMINATION, FIXITY_CHECK, RECOVERY
from archive.steps.storing import owed, safe
from storage.contract import Target
from tests.support.archives import Clock, an_archive, folder_targets, keep, media_of, store_all
from tests.support.engines import written
from tests.support.faults import Crash, FaultyTarget
from tests.support.kept import events, roll_back
from tests.world.ocfl import validate_folder

CLIP = "peertube-1"
EVIDENCE = f"evidence-{CLIP}"
MEDIA = f"v1/content/media/{CLIP}.mp4"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def targets(tmp_path: Path) -> dict[str, Target]:
    return folder_targets(tmp_path, "ab")


@pytest.fixture
def archive(tmp_path: Path, clock: Clock, targets: dict[str, Target]) -> Iterator[Archive]:
    """Two versions of one clip at two targets; nothing of it is in the spool."""
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, CLIP)
        keep(archive, CLIP, 2)
        store_all(archive)
        yield archive


@pytest.fixture
def at_a(tmp_path: Path) -> Path:
    """The object at the first target."""
    return tmp_path / "a/ocfl" / ocfl.object_path(EVIDENCE)


def state(archive: Archive, target: str, version: int = 1) -> str:
    return next(copy.state for copy in archive.ledger.copies.of(EVIDENCE, version) if copy.target == target)


def flip_one_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def test_copy_is_proven_a_day_after_it_was_stored(archive: Archive, clock: Clock, targets: dict[str, Target]) -> None:
    everything = objects_of(archive, [])
    for hours, expected in ((12, "arrived"), (11, "arrived"), (1, "proven"), (0, "proven")):
        clock.advance(hours=hours)
        assert audit(archive, targets, everything)["a"].findings == ()
        assert state(archive, "a") == state(archive, "b", 2) == expected
        (copy,) = [c for c in archive.ledger.copies.of(EVIDENCE, 1) if c.target == "a"]
        assert copy.read == clock.now


def test_copy_that_came_late_is_not_proven_by_the_age_of_its_version(
    archive: Archive, clock: Clock, targets: dict[str, Target], at_a: Path
) -> None:
    (at_a / MEDIA).unlink()
    clock.advance(days=10)
    audit(archive, targets, [EVIDENCE])
    assert (state(archive, "a"), state(archive, "b")) == ("owed", "proven")
    store_all(archive)
    clock.advance(hours=23)
    audit(archive, targets, [EVIDENCE])
    assert state(archive, "a") == "arrived"
    clock.advance(hours=1)
    audit(archive, targets, [EVIDENCE])
    assert state(archive, "a") == "proven"


@pytest.mark.parametrize(
    ("harm", "outcome", "sent_again"),
    [
        (lambda at: flip_one_bit(at / MEDIA), "damaged", False),
        (lambda at: (at / MEDIA).write_bytes((at / MEDIA).read_bytes()[:-1]), "damaged", False),
        (lambda at: (at / MEDIA).write_bytes(b""), "damaged", False),
        (lambda at: flip_one_bit(at / "v1/inventory.json"), "damaged", False),
        (lambda at: (at / MEDIA).unlink(), "missing", True),
        (lambda at: (at / "v1/inventory.json.sha512").unlink(), "missing", True),
        (lambda at: (at / "0=ocfl_object_1.1").unlink(), "missing", True),
    ],
    ids=["bit", "truncated", "emptied", "inventory", "media", "commit", "declaration"],
)
def test_fault_is_found_and_what_is_missing_is_sent_again(
    archive: Archive,
    targets: dict[str, Target],
    at_a: Path,
    harm: Callable[[Path], object],
    outcome: str,
    sent_again: bool,
) -> None:
    harm(at_a)
    before = {path: path.read_bytes() for path in at_a.rglob("*") if path.is_file()}
    done = audit(archive, targets, objects_of(archive, [CLIP]))
    assert {finding.outcome for finding in done["a"].findings} == {outcome}
    assert done["b"].findings == ()
    assert (state(archive, "a"), state(archive, "b")) == ("owed", "arrived")
    assert {path: path.read_bytes() for path in before} == before  # an audit mends no content
    assert safe(archive) == []
    events = [event for _, event in archive.ledger.events.waiting(1000) if event.type == FIXITY_CHECK]
    assert {(event.target, event.version): event.outcome for event in events}["a", 1] == "failure"
    problems = store_all(archive)["a"].problems
    assert (problems == ()) == sent_again
    assert {path: path.read_bytes() for path in before} == before  # what is damaged is never overwritten
    assert owed(archive)["a"] == (0 if sent_again else len({n for n in (1, 2) if state(archive, "a", n) == "owed"}))
    assert safe(archive) == ([CLIP] if sent_again else [])


def test_torn_root_pair_is_mended(archive: Archive, targets: dict[str, Target], at_a: Path, tmp_path: Path) -> None:
    damages: tuple[Callable[[], object], ...] = (
        lambda: (at_a / "inventory.json.sha512").write_bytes((at_a / "v1/inventory.json.sha512").read_bytes()),
        lambda: (at_a / "inventory.json").write_bytes((at_a / "v1/inventory.json").read_bytes()),
        lambda: (at_a / "inventory.json").write_bytes(b"{torn"),
        lambda: (at_a / "inventory.json").unlink(),
        lambda: (at_a / "inventory.json.sha512").unlink(),
    )
    for damage in damages:
        damage()
        assert audit(archive, targets, [EVIDENCE])["a"].findings == ()
        for name in ("inventory.json", "inventory.json.sha512"):
            assert (at_a / name).read_bytes() == (at_a / "v2" / name).read_bytes()
    assert validate_folder(tmp_path / "a/ocfl").clean


def test_torn_root_pair_at_another_ledgers_target_is_only_reported(
    archive: Archive, targets: dict[str, Target], at_a: Path, tmp_path: Path
) -> None:
    (tmp_path / "a/writer.json").write_text('{"ledger": "another"}')
    (at_a / "inventory.json").unlink()
    done = audit(archive, targets, [EVIDENCE])["a"]
    assert [(finding.outcome, finding.key.rpartition("/")[2]) for finding in done.findings] == [
        ("missing", "inventory.json")
    ]
    assert not (at_a / "inventory.json").exists()
    assert state(archive, "a", 2) == "arrived"


def test_what_cannot_be_read_teaches_nothing(archive: Archive, targets: dict[str, Target]) -> None:
    before = archive.ledger.copies.of(EVIDENCE)
    faulty = FaultyTarget(targets["a"], mute="v1/content/media")
    done = audit(archive, {"a": faulty}, [EVIDENCE])["a"]
    assert [finding.outcome for finding in done.findings] == ["unreadable"]
    assert (done.problem, done.sound) == (None, 1)
    assert [copy for copy in archive.ledger.copies.of(EVIDENCE) if copy.version == 1] == [
        copy for copy in before if copy.version == 1
    ]
    seen = len(archive.ledger.events.waiting(1000))
    faulty.down = True
    assert "does not answer" in str(audit(archive, {"a": faulty}, [EVIDENCE])["a"].problem)
    assert len(archive.ledger.events.waiting(1000)) == seen


def test_target_that_stops_answering_is_left_alone(archive: Archive, targets: dict[str, Target]) -> None:
    class Dying(FaultyTarget):
        reads = 0

        def open(self, key: str, start: int = 0, end: int | None = None):  # type: ignore[no-untyped-def]
            self.reads += 1
            self.down = self.reads > 8
            return super().open(key, start, end)

    for number in range(2, 10):
        keep(archive, f"peertube-{number}")
    store_all(archive)
    dying = Dying(targets["a"])
    done = audit(archive, {"a": dying}, objects_of(archive, []))["a"]
    assert "does not answer" in str(done.problem)
    assert dying.reads < 30
    assert owed(archive) == {"a": 0, "b": 0}


def test_older_state_of_an_object_is_rolled_back_and_forward_again(
    archive: Archive, targets: dict[str, Target], at_a: Path
) -> None:
    sound = {path: path.read_bytes() for path in at_a.rglob("*") if path.is_file()}
    roll_back(at_a)
    older = {path: path.read_bytes() for path in at_a.rglob("*") if path.is_file()}
    done = audit(archive, targets)["a"]
    (finding,) = done.findings
    assert (finding.outcome, finding.key.rpartition("/")[2]) == ("rolled back", "v2")
    assert finding.detail == "the newest whole version is v1"
    assert (done.sound, done.mended) == (1, ())
    assert (state(archive, "a", 1), state(archive, "a", 2)) == ("arrived", "owed")
    assert {path: path.read_bytes() for path in older} == older  # its root pair fits what is there
    failed = [event for event in events(archive, FIXITY_CHECK) if event.outcome == "failure"]
    assert [(event.version, event.target, event.detail) for event in failed] == [(2, "a", "rolled back")]
    store_all(archive)
    assert {path: path.read_bytes() for path in sound} == sound
    assert audit(archive, targets)["a"].findings == ()


def test_whole_object_that_is_gone_is_missing(archive: Archive, targets: dict[str, Target], at_a: Path) -> None:
    shutil.rmtree(at_a)
    keep(archive, "peertube-2", targets={})
    store_all(archive)  # so that the target is not empty
    archive.ledger.copies.mark(archive.ledger.copies.of(EVIDENCE, 1)[0], event=None)
    done = audit(archive, targets, [EVIDENCE])["a"]
    assert [(finding.outcome, finding.detail) for finding in done.findings] == [("missing", "the whole object")] * 2


def test_older_root_pair_is_reported_as_mended(archive: Archive, targets: dict[str, Target], at_a: Path) -> None:
    for name in ("inventory.json", "inventory.json.sha512"):
        (at_a / name).write_bytes((at_a / "v1" / name).read_bytes())
    done = audit(archive, targets)["a"]
    assert (done.findings, done.sound) == ((), 2)
    assert [(finding.outcome, finding.detail) for finding in done.mended] == [("rolled back", "v1 of v2")] * 2
    (event,) = events(archive, RECOVERY)
    assert (event.object, event.version, event.target, event.outcome) == (EVIDENCE, 2, "a", "success")
    assert event.detail
    assert "rolled back: inventory.json" in event.detail
    assert audit(archive, targets)["a"].mended == ()


def test_root_pair_is_not_brought_forward_over_a_fork(archive: Archive, targets: dict[str, Target], at_a: Path) -> None:
    inventory = ocfl.parse((at_a / "v2/inventory.json").read_bytes())
    versions = {**inventory.versions, "v2": inventory.versions["v2"].model_copy(update={"message": "Another writer"})}
    other = inventory.model_copy(update={"versions": versions}).to_bytes()
    for folder in (at_a, at_a / "v2"):
        (folder / "inventory.json").write_bytes(other)
        (folder / "inventory.json.sha512").write_bytes(ocfl.digest_line(ocfl.digest_of(other)))
    assert audit(archive, targets)["a"].findings
    assert (at_a / "inventory.json").read_bytes() == other


def test_difference_that_passes_is_no_damage(archive: Archive, targets: dict[str, Target]) -> None:
    stuttering = FaultyTarget(targets["a"], stutter="/v1/content/")
    done = audit(archive, {"a": stuttering})["a"]
    assert (done.findings, done.sound) == ((), 2)
    assert stuttering.opened.count(next(key for key in stuttering.opened if "/media/" in key)) == 2


@pytest.fixture
def more(archive: Archive, clock: Clock) -> list[str]:
    """Evidence of five clips more, one version each, of much the same size."""
    for number in range(2, 7):
        keep(archive, f"peertube-{number}")
    store_all(archive)
    clock.advance(hours=1)
    return [f"evidence-peertube-{number}" for number in range(2, 7)]


def read_now(archive: Archive, clock: Clock, target: str = "a") -> set[tuple[str, int]]:
    """The copies at a target that were read at this moment."""
    copies = [copy for head in archive.ledger.copies.heads() for copy in archive.ledger.copies.of(head.object)]
    return {(copy.object, copy.version) for copy in copies if copy.target == target and copy.read == clock.now}


@pytest.mark.parametrize(
    "budget", [Budget(fraction=1 / 3), Budget(bytes=18_000), Budget(requests=20)], ids=["fraction", "bytes", "requests"]
)
def test_slices_cover_everything_in_turn(
    archive: Archive, targets: dict[str, Target], clock: Clock, more: list[str], budget: Budget
) -> None:
    everything = {(EVIDENCE, 1), (EVIDENCE, 2), *((name, 1) for name in more)}
    seen, slices = set[tuple[str, int]](), 0
    while seen != everything:
        clock.advance(hours=1)
        turns, planned = archive.ledger.audits.turns("a", now=archive.clock()), plan(archive, "a", None, budget)
        done = audit(archive, targets, budget=budget)["a"]
        read = read_now(archive, clock)
        assert read == set(turns[: done.sound])  # the oldest proofs
        assert done.left == len(everything) - len(read)
        assert planned.read <= len(read) <= planned.read + 1  # it is told from above
        assert budget.bytes is None or done.bytes <= budget.bytes
        assert budget.requests is None or done.requests <= budget.requests
        seen |= read
        slices += 1
    assert slices == 3 if budget.fraction else 3 <= slices <= 5


def test_copy_larger_than_the_budget_is_read_all_the_same(
    archive: Archive, targets: dict[str, Target], clock: Clock, more: list[str]
) -> None:
    for budget in (Budget(bytes=1), Budget(requests=1), Budget(minutes=0), Budget(fraction=1e-9)):
        clock.advance(hours=1)
        assert audit(archive, targets, budget=budget)["a"].sound == 1
        assert len(read_now(archive, clock)) == 1


def test_minutes_end_between_two_copies(archive: Archive, targets: dict[str, Target], more: list[str]) -> None:
    ticks = iter(range(1000))
    done = audit(archive, {"a": targets["a"]}, budget=Budget(minutes=3 / 60), now=lambda: float(next(ticks)))["a"]
    assert (done.sound, done.left) == (3, 4)


def test_interrupted_audit_loses_nothing(
    archive: Archive, targets: dict[str, Target], clock: Clock, more: list[str]
) -> None:
    class Dying(FaultyTarget):
        def open(self, key: str, start: int = 0, end: int | None = None):  # type: ignore[no-untyped-def]
            if len([one for one in self.opened if "/media/" in one]) >= 4:
                raise Crash
            return super().open(key, start, end)

    with pytest.raises(Crash):
        audit(archive, {"a": Dying(targets["a"])})
    before = read_now(archive, clock)
    assert len(before) in (3, 4)
    clock.advance(minutes=1)
    done = audit(archive, {"a": targets["a"]}, budget=Budget(requests=10))["a"]
    assert done.sound == 1
    assert read_now(archive, clock).isdisjoint(before)


def test_only_the_named_targets_and_objects_are_read(
    archive: Archive, targets: dict[str, Target], clock: Clock, more: list[str]
) -> None:
    faulty = {name: FaultyTarget(target) for name, target in targets.items()}
    done = audit(archive, {"a": faulty["a"]}, [more[0]])
    assert (set(done), done["a"].sound, done["a"].left) == ({"a"}, 1, 0)
    assert faulty["b"].opened == []
    assert read_now(archive, clock) == {(more[0], 1)}


def test_versions_of_unknown_size_are_measured_on_the_way(
    archive: Archive, targets: dict[str, Target], clock: Clock, more: list[str]
) -> None:
    sizes = [archive.ledger.copies.version(name, 1) for name in more]
    with written(archive.ledger) as connection:
        connection.exec_driver_sql("UPDATE versions SET size = NULL, files = NULL")
    done = audit(archive, targets, budget=Budget(fraction=0.5))["a"]
    assert done.sound == 4  # half of seven, and whatever reaches it
    audit(archive, targets)
    assert [archive.ledger.copies.version(name, 1) for name in more] == sizes


def test_what_is_measured_meanwhile_still_counts_as_one_where_versions_are_counted(
    archive: Archive, more: list[str]
) -> None:
    measured = archive.ledger.copies.version(more[0], 1)
    assert measured is not None
    meter = Meter(Budget(fraction=0.5), Held(versions=7, bytes=0, unknown=7))
    for _ in range(3):
        assert meter.allows(measured)
        meter.read(measured)
    assert meter.allows(measured)
    meter.read(measured)
    assert not meter.allows(measured)


def test_restoring_takes_each_file_from_where_it_is_sound(
    archive: Archive, targets: dict[str, Target], at_a: Path, tmp_path: Path
) -> None:
    at_b = tmp_path / "b/ocfl" / ocfl.object_path(EVIDENCE)
    (at_a / f"v2/content/media/{CLIP}.mp4").write_bytes(b"~")
    (at_b / "v1/content/info.json").unlink()
    done = restore(archive, CLIP, tmp_path / "out", targets, by="A. Keeper")
    assert done.problems == ()
    there = tmp_path / "out" / EVIDENCE
    head = archive.ledger.copies.head(EVIDENCE)
    assert head
    for path, digest in ocfl.parse(head.inventory.encode()).state().items():
        assert ocfl.digest_of((there / path).read_bytes()) == digest
    assert (there / f"media/{CLIP}.mp4").read_bytes() == media_of(CLIP, 2)
    assert {str(path.relative_to(there)) for path in done.files} == {
        str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()
    }
    (event,) = [event for _, event in archive.ledger.events.waiting(1000) if event.type == DISSEMINATION]
    assert (event.outcome, event.detail) == ("success", "restored by A. Keeper")
    assert restore(archive, CLIP, tmp_path / "out", targets) == done
    (there / "info.json").write_text("mine")
    with pytest.raises(ArchiveError, match="exists and is another file: restore to an empty folder"):
        restore(archive, CLIP, tmp_path / "out", targets)
    assert (there / "info.json").read_text() == "mine"


def test_what_is_sound_nowhere_is_named_and_the_rest_is_restored(
    archive: Archive, targets: dict[str, Target], tmp_path: Path
) -> None:
    for name in "ab":
        flip_one_bit(tmp_path / name / "ocfl" / ocfl.object_path(EVIDENCE) / f"v2/content/media/{CLIP}.mp4")
    done = restore(archive, CLIP, tmp_path / "out", targets)
    assert len(done.problems) == 1
    assert f"media/{CLIP}.mp4" in done.problems[0]
    assert not (tmp_path / "out" / EVIDENCE / f"media/{CLIP}.mp4").exists()
    assert len(done.files) == 4
    events = [event for _, event in archive.ledger.events.waiting(1000) if event.type == DISSEMINATION]
    assert [event.outcome for event in events] == ["warning"]
    with pytest.raises(NoSuchClip):
        restore(archive, "peertube-nobody", tmp_path / "out", targets)
