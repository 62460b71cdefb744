"""Audits find what is wrong with copies and harm nothing; restoring takes each file from where it is sound."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import ocfl
from archive.errors import ArchiveError, NoSuchClip
from archive.opened import Archive
from archive.records import DISSEMINATION, FIXITY_CHECK
from archive.steps.auditing import audit, objects_of
from archive.steps.restoring import restore
from archive.steps.storing import owed, safe
from storage.contract import Target
from tests.support.archives import Clock, an_archive, folder_targets, keep, media_of, store_all
from tests.support.faults import FaultyTarget
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
