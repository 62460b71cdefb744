"""Custody: a crash at every step of the order of writing, targets that lie or die, two writers, forks."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Literal

import pytest

from archive.acts.accepting import accept, waiting_of
from archive.errors import Fork, SettingsError, WriterHeld
from archive.ledger.copies import SealedVersion
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit, objects_of
from archive.preservation.mirroring import store_owed
from archive.preservation.rebuilding import rebuild
from archive.preservation.restoring import restore
from archive.preservation.space import discard, folder_of
from archive.preservation.usable_targets import ready
from archive.records.event import FIXITY_CHECK, REPLICATION
from archive.steps.storing import owed, safe, store, tidy
from archive.views.status import status
from storage.contract import OCFL, Content, Stat, Target
from storage.errors import Refused
from storage.fan_out import FanOut
from storage.targets import FolderSettings, address
from storage.targets.folder import FolderTarget
from tests.support.archives import Clock, an_archive, folder_target, folder_targets, keep, media_of, store_all, usable
from tests.support.engines import backed_up
from tests.support.faults import Crash, CrashingTarget, FaultyTarget
from tests.world.ocfl import validate_folder

EVIDENCE = "evidence-peertube-1"


def states(archive: Archive, object_id: str) -> dict[tuple[int, str], str]:
    return {(copy.version, copy.target): copy.state for copy in archive.ledger.copies.of(object_id)}


def folder_in(root: Path, object_id: str) -> Path:
    return root / "ocfl" / ocfl.object_path(object_id)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def leftovers(target: Target, archive: Archive) -> list[str]:
    """Keys of objects at a target that the head's inventory does not account for."""
    wrong: list[str] = []
    keys = [stat.key.removeprefix(OCFL) for stat in target.list(OCFL)]
    by_path = ocfl.group_by_object(keys)
    known = {ocfl.object_path(head.object): head for head in archive.ledger.copies.heads()}
    for path, there in by_path.items():
        head = archive.ledger.copies.head(known[path].object)
        assert head
        expected = set(ocfl.parse(head.inventory.encode()).content()) | {ocfl.OBJECT_DECLARATION}
        for folder in ("", *(f"v{n}/" for n in range(1, head.version + 1))):
            expected |= {folder + ocfl.INVENTORY, folder + ocfl.INVENTORY_DIGEST}
        wrong += [f"{path}/{name}" for name in set(there) ^ expected]
    return wrong


def test_crash_at_every_step_of_the_order_of_writing(tmp_path: Path) -> None:
    state, root = tmp_path / "state", folder_target(tmp_path / "disk")

    def live(clip: str, at: int | None = None, when: Literal["before", "after"] = "before") -> list[str]:
        """Seal and store two versions, as a run that may die at its nth writing; what it wrote."""
        dying = CrashingTarget(root, at=at, when=when)
        with an_archive(state, {"disk": dying}) as archive:
            for take in (1, 2):
                keep(archive, clip, take)
                assert store_owed(archive, archive.targets)["disk"].problems == ()
        return dying.written

    with an_archive(state, {"disk": root}) as archive:
        usable(archive)
    steps = live("peertube-undisturbed")
    assert [key.rpartition("/")[2] for key in steps if "/content/" not in key] == [
        *("inventory.json", "inventory.json.sha512") * 2,
        "0=ocfl_object_1.1",
        *("inventory.json", "inventory.json.sha512") * 2,
    ]
    assert len(steps) == 17
    for number in range(len(steps) + 1):  # before the first, and after each
        clip = f"peertube-{number}"
        with pytest.raises(Crash):
            live(clip, number or 1, "after" if number else "before")
        with an_archive(state, {"disk": root}) as archive:
            head = archive.ledger.copies.head(f"evidence-{clip}")
            assert head
            assert states(archive, head.object).get((head.version, "disk"), "owed") == "owed"
            assert store_all(archive)["disk"].problems == ()
            assert states(archive, head.object)[head.version, "disk"] == "arrived"
            if head.version == 1:
                keep(archive, clip, 2)
                assert store_owed(archive, archive.targets)["disk"].problems == ()
            assert keep(archive, clip, 2) is None
    with an_archive(state, {"disk": root}) as archive:
        objects = objects_of(archive, [])
        assert leftovers(root, archive) == []
        (audited,) = audit(archive, archive.targets, objects).values()
        assert (audited.findings, audited.sound) == ((), 2 * len(objects))
        clip = "peertube-9"
        restored = restore(archive, clip, tmp_path / "out", archive.targets)
        assert restored.problems == ()
        assert (tmp_path / f"out/evidence-{clip}/media/{clip}.mp4").read_bytes() == media_of(clip, 2)
        first = folder_in(tmp_path / "disk", f"evidence-{clip}") / f"v1/content/media/{clip}.mp4"
        assert first.read_bytes() == media_of(clip)
    verdict = validate_folder(tmp_path / "disk/ocfl")
    assert verdict.clean, verdict.text
    assert verdict.objects == len(objects) == 19


class Dying(Clock):
    """A clock that dies the nth time it is asked: in the middle of sealing."""

    left = 1000

    def __call__(self):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left == 0:
            raise Crash
        return super().__call__()


def test_crash_while_sealing_leaves_nothing_half_known(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
    for number in range(1, 6):
        clip, clock = f"peertube-{number}", Dying()
        with an_archive(tmp_path / "state", targets, clock=clock) as archive:
            clock.left = number
            with pytest.raises(Crash):
                (keep(archive, clip), [clock() for _ in range(number)])
        with an_archive(tmp_path / "state", targets) as archive:
            head = archive.ledger.copies.head(f"evidence-{clip}")
            assert (head is None) == (archive.ledger.clips.captures(clip) == [])
            again = keep(archive, clip)
            assert (again is None) == (head is not None)
            assert store_all(archive)["a"].problems == ()
            assert safe(archive) == [f"peertube-{n}" for n in range(1, number + 1)]


@pytest.fixture
def died(tmp_path: Path) -> Callable[[str, int, int], None]:
    """A writer that dies after its nth writing of the last of some versions, and is never seen again."""

    def run(clip: str, versions: int, at: int) -> None:
        disk = folder_target(tmp_path / "disk")
        with an_archive(tmp_path / "lost", {"disk": disk}) as archive:
            usable(archive, take_over=True)
            for take in range(1, versions):
                keep(archive, clip, take)
                store_owed(archive, archive.targets, {f"evidence-{clip}"})
            keep(archive, clip, versions)
            with pytest.raises(Crash):
                store_owed(archive, {"disk": CrashingTarget(disk, at=at, when="after")}, {f"evidence-{clip}"})

    return run


def test_lost_ledger_and_spool_after_a_half_written_version(
    tmp_path: Path, died: Callable[[str, int, int], None]
) -> None:
    died("peertube-whole", 1, 10)  # died after everything was written, and before it was known
    died("peertube-content-1", 1, 2)
    died("peertube-content-2", 2, 1)
    died("peertube-torn-1", 1, 6)  # the inventory, and no commit
    died("peertube-torn-2", 2, 4)
    died("peertube-committed", 2, 5)  # the commit, and the root pair behind
    died("peertube-root-torn", 2, 6)
    shutil.rmtree(tmp_path / "lost")

    disk = folder_target(tmp_path / "disk")
    with an_archive(tmp_path / "state", {"disk": disk}) as archive:
        found = rebuild(archive, archive.targets)
        assert accept(archive, archive.targets, waiting_of(archive, None), "A. Keeper").problems == []
        assert [problem.partition(":")[0] for problem in found.problems] == [
            f"{ocfl.object_path('evidence-peertube-content-1')} at disk"
        ]
        assert found.forks == []
        assert states(archive, "evidence-peertube-torn-1") == {}
        assert states(archive, "evidence-peertube-torn-2") == {(1, "disk"): "claimed"}
        assert states(archive, "evidence-peertube-committed") == {(1, "disk"): "claimed", (2, "disk"): "claimed"}
        writable = usable(archive, take_over=True)
        store_owed(archive, writable)
        for take, clip in ((1, "peertube-content-1"), (2, "peertube-content-2")):
            sealed = keep(archive, clip, take, description="Other words than before.")
            assert sealed
            inventory = ocfl.parse(sealed.inventory.encode())
            assert any(path.startswith("recovered/") for path in inventory.state())
            assert keep(archive, clip, take, description="Other words than before.") is None
        store_owed(archive, writable)
        audit(archive, writable, objects_of(archive, []))
        assert {state for name in objects_of(archive, []) for state in states(archive, name).values()} == {"arrived"}
        assert leftovers(disk, archive) == []
        verdict = validate_folder(tmp_path / "disk/ocfl")
        assert verdict.clean, verdict.text
        assert verdict.objects == 7


def test_leftovers_that_cannot_be_read_stop_that_clip_alone(
    tmp_path: Path, died: Callable[[str, int, int], None]
) -> None:
    died("peertube-left", 1, 2)
    faulty = FaultyTarget(folder_target(tmp_path / "disk"), mute="evidence-peertube-left/v1/content/")
    with an_archive(tmp_path / "state", {"disk": faulty}) as archive:
        usable(archive, take_over=True)
        with pytest.raises(Refused, match="no permission to read this"):
            keep(archive, "peertube-left")
        assert archive.ledger.copies.heads() == []
        keep(archive, "peertube-other")
        faulty.mute = None
        keep(archive, "peertube-left")
        assert store_owed(archive, archive.targets)["disk"].problems == ()


@pytest.mark.parametrize("lie", ["forget", "spoil"])
def test_lying_target_never_has_a_copy(tmp_path: Path, lie: Literal["forget", "spoil"]) -> None:
    targets = folder_targets(tmp_path)
    liar = FaultyTarget(targets["b"], lie=lie)
    with an_archive(tmp_path / "state", {**targets, "b": liar}, minimum=2) as archive:
        keep(archive, "peertube-1")
        done = store_all(archive)
        assert states(archive, "evidence-peertube-1") == {(1, "a"): "arrived", (1, "b"): "owed", (1, "c"): "arrived"}
        assert (done["b"].versions, len(done["b"].problems)) == (0, 1)
        assert not (folder_in(tmp_path / "b", "evidence-peertube-1") / "v1/inventory.json").exists()
        assert safe(archive) == ["peertube-1"]
        assert archive.ledger.copies.problem("b") == done["b"].problems[0]
        events = [event for _, event in archive.ledger.events.waiting(1000) if event.target == "b"]
        assert [(e.type, e.outcome) for e in events] == ([(FIXITY_CHECK, "failure")] if lie == "spoil" else [])
        liar.lie = None
        assert store_all(archive)["b"].problems == ()
        assert states(archive, "evidence-peertube-1")[1, "b"] == "arrived"


def test_dead_target_is_owed_and_paid_when_it_returns_also_without_the_spool(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path)
    targets["b"], targets["c"] = (dead := [FaultyTarget(targets[name], down=True) for name in "bc"])
    with an_archive(tmp_path / "state", targets, minimum=2) as archive:
        for clip in ("peertube-1", "peertube-2"):
            keep(archive, clip)
            keep(archive, clip, 2)
        usable_targets = ready(archive)
        assert (set(usable_targets.writable), set(usable_targets.problems)) == ({"a"}, {"b", "c"})
        store(archive, usable_targets.writable)
        assert (owed(archive), safe(archive)) == ({"a": 0, "b": 4, "c": 4}, [])
        assert tidy(archive, keep_unread=False) == 0
        discard(archive, "evidence-peertube-1")
        dead[0].down = dead[1].down = False
        done = store_all(archive)
        assert [(one.versions, one.problems) for one in done.values()] == [(0, ()), (4, ()), (4, ())]
        assert (owed(archive), safe(archive)) == ({"a": 0, "b": 0, "c": 0}, ["peertube-1", "peertube-2"])
        assert status(archive).clips.safe == 2
        assert tidy(archive) == 0  # nobody has read the media yet
        assert tidy(archive, keep_unread=False) == 1  # what was brought for a target is gone already
        assert list(archive.spool.iterdir()) == []
    assert tree(tmp_path / "a/ocfl") == tree(tmp_path / "b/ocfl") == tree(tmp_path / "c/ocfl")


def test_target_that_stops_answering_is_left_alone(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    targets["b"] = faulty = FaultyTarget(targets["b"])
    with an_archive(tmp_path / "state", targets, minimum=1) as archive:
        for number in range(3):
            keep(archive, f"peertube-{number}")
        usable_targets = ready(archive)
        faulty.down = True
        done = store(archive, usable_targets.writable)
        assert (done["a"].versions, done["b"].down, len(done["b"].problems)) == (3, True, 1)
        assert owed(archive) == {"a": 0, "b": 3}


def test_spooled_file_that_our_own_disk_damaged_is_brought_anew(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        sealed = keep(archive, "peertube-1")
        assert sealed
        ready_now = usable(archive)
        folder = folder_of(archive, sealed.object, 1)
        spooled = folder / "content/media/peertube-1.mp4"
        spooled.write_bytes(b"~" + spooled.read_bytes()[1:])
        (folder / "inventory.json").write_bytes(b"torn")
        done = store(archive, ready_now)
        assert all("the local file is not what it was" in "".join(one.problems) for one in done.values())
        assert states(archive, sealed.object) == {(1, "a"): "owed", (1, "b"): "owed"}
        assert not (folder_in(tmp_path / "a", sealed.object) / "v1/inventory.json").exists()
        damaged = spooled.read_bytes()
        assert damaged != media_of("peertube-1")  # the only copy there is: it stays for study
        spooled.write_bytes(media_of("peertube-1"))
        assert store(archive, {"a": targets["a"]})["a"].problems == ()
        spooled.write_bytes(damaged)
        assert store(archive, ready_now)["b"].problems == ()
        assert spooled.read_bytes() == media_of("peertube-1")


def test_two_ledgers_never_write_to_one_target(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "first", targets) as first, an_archive(tmp_path / "second", targets) as second:
        keep(first, "peertube-1")
        store_all(first)
        before = tree(tmp_path / "a")
        keep(second, "peertube-2")
        with pytest.raises(WriterHeld, match=f"a .*written by another ledger .{first.ledger.id}.*\nb ") as held:
            ready(second)
        assert held.value.exit_code == 4
        assert tree(tmp_path / "a") == before
        assert store_owed(second, usable(second, take_over=True))["a"].problems == ()
        assert json.loads((tmp_path / "a/writer.json").read_text())["ledger"] == second.ledger.id
        with pytest.raises(WriterHeld, match="--take-over"):
            ready(first)
        (tmp_path / "a/writer.json").write_bytes(b"\xff")
        with pytest.raises(WriterHeld, match="unreadable"):
            ready(second)


def test_place_that_held_copies_and_has_them_but_no_writer_is_taken_over(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, "peertube-1")
        store_all(archive)
        (tmp_path / "a/writer.json").unlink()
        assert "was made ready and has no writer.json now" in ready(archive).problems["a"]
        assert "no writer.json says whose it is" in ready(archive, emptied=["a"]).problems["a"]
        assert "a" in ready(archive, take_over=True).writable


def test_vanished_disk_is_not_written_to(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        store_all(archive)
        shutil.rmtree(tmp_path / "a")  # its folder is gone
        assert "is the disk mounted?" in ready(archive).problems["a"]
        assert not (tmp_path / "a").exists()
        (tmp_path / "a").mkdir()  # an empty mount point
        keep(archive, "peertube-2")
        for _ in range(2):
            usable_targets = ready(archive)
            assert "is the disk mounted" in usable_targets.problems["a"]
            assert store(archive, usable_targets.writable).keys() == {"b"}
            assert tree(tmp_path / "a") == {}
            # An audit meanwhile learns nothing of copies on a disk that is not there.
            assert audit(archive, targets, objects_of(archive, []))["a"].problem
            assert states(archive, "evidence-peertube-1")[1, "a"] == "arrived"
        assert "a" not in ready(archive, emptied=["a"]).writable  # in this run it stays the folder that it was
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        for usable_targets in (ready(archive), ready(archive, take_over=True), ready(archive, emptied=["b"])):
            assert "held copies and is empty now: is the disk mounted" in usable_targets.problems["a"]
            assert tree(tmp_path / "a") == {}
        assert "a" in ready(archive, emptied=["a"]).writable
        assert owed(archive) == {"a": 2, "b": 0}
        assert store_all(archive)["a"].problems == ()
        assert owed(archive) == {"a": 0, "b": 0}


def test_disk_whose_copies_are_all_owed_again_is_still_known(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        store_all(archive)
        shutil.rmtree(folder_in(tmp_path / "a", "evidence-peertube-1"))
        audit(archive, targets, objects_of(archive, []))
        assert owed(archive) == {"a": 1}
        shutil.rmtree(tmp_path / "a")
        (tmp_path / "a").mkdir()
        assert "is the disk mounted" in ready(archive).problems["a"]
        assert tree(tmp_path / "a") == {}


def test_setting_that_a_target_refuses_is_an_error_of_settings(tmp_path: Path) -> None:
    @dataclass
    class NoBucket(FaultyTarget):
        def check(self) -> None:
            raise Refused("there is no bucket archvie; did you mean archive?", target=self.name, setting="bucket")

    targets = folder_targets(tmp_path, "ab")
    targets["b"] = NoBucket(targets["b"])
    with (
        an_archive(tmp_path / "state", targets) as archive,
        pytest.raises(SettingsError, match=r"archive.toml: targets\.b\.bucket: there is no bucket archvie"),
    ):
        ready(archive)


def test_keys_that_ran_out_at_a_target_in_use_hold_up_no_other(tmp_path: Path) -> None:
    @dataclass
    class RanOut(FaultyTarget):
        def check(self) -> None:
            raise Refused("the keys have run out", target=self.name, setting="access_key")

    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        keep(archive, "peertube-1")
        store_all(archive)
    targets["b"] = RanOut(targets["b"])
    with an_archive(tmp_path / "state", targets) as archive:
        usable_targets = ready(archive)
        assert (list(usable_targets.writable), list(usable_targets.problems)) == (["a"], ["b"])
        assert "the keys have run out" in usable_targets.problems["b"]


@pytest.mark.parametrize("seen", [True, False], ids=["reachable", "unreachable"])
@pytest.mark.parametrize("versions", [1, 2])
def test_fork_is_found_before_anything_is_written(tmp_path: Path, versions: int, seen: bool) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "first", targets) as first:
        usable(first)
        for take in range(1, versions):
            keep(first, "peertube-1", take)
        store_all(first)
    backed_up(tmp_path / "first", tmp_path / "second")
    with an_archive(tmp_path / "first", targets) as first:
        keep(first, "peertube-1", 7)
        store_all(first)
    before = tree(tmp_path / "a")
    with an_archive(tmp_path / "second", targets) as second:
        if seen:
            with pytest.raises(Fork, match=f"v{versions}, which this ledger does not know"):
                keep(second, "peertube-1", 8)
            assert len(second.ledger.clips.captures("peertube-1")) == versions - 1
        else:
            # Another layout of files, so that no key but the inventory's tells of the fork.
            keep(second, "peertube-1", 8, targets={}, media=b"", description="")
            (problem,) = store_owed(second, targets)["a"].problems
            assert "is not the one this ledger sealed" in problem
            assert states(second, "evidence-peertube-1")[versions, "a"] == "owed"
            with pytest.raises(Fork, match=f"v{versions} at a is not the one this ledger sealed"):
                keep(second, "peertube-1", 9)
        keep(second, "peertube-2")
        assert store_owed(second, targets, {"evidence-peertube-2"})["a"].problems == ()
    assert {k: v for k, v in tree(tmp_path / "a").items() if "peertube-2" not in k} == before


def test_half_written_version_of_a_lost_writer_is_a_fork(tmp_path: Path, died: Callable[[str, int, int], None]) -> None:
    died("peertube-1", 1, 6)
    with an_archive(tmp_path / "state", {"disk": folder_target(tmp_path / "disk")}) as archive:
        usable(archive, take_over=True)
        with pytest.raises(Fork, match=r"half-written .* v1 of a lost writer.*rebuild"):
            keep(archive, "peertube-1")


def test_clip_is_safe_only_with_every_version_that_its_newest_leans_on(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        keep(archive, "peertube-1", description="Other words, the same media.")
        store_all(archive)
        assert safe(archive) == ["peertube-1"]
        media = folder_in(tmp_path / "a", "evidence-peertube-1") / "v1/content/media/peertube-1.mp4"
        media.write_bytes(media.read_bytes()[:-1])
        audit(archive, targets, objects_of(archive, []))
        assert states(archive, "evidence-peertube-1")[1, "a"] == "owed"
        assert states(archive, "evidence-peertube-1")[2, "a"] == "arrived"
        assert safe(archive) == []


def test_older_versions_go_first_also_when_the_clock_was_set_back(tmp_path: Path) -> None:
    clock, targets = Clock(), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, "peertube-1", targets={})
        clock.advance(days=-3)
        keep(archive, "peertube-1", 2, targets={})
        assert archive.ledger.copies.owed("a") == [("evidence-peertube-1", 1), ("evidence-peertube-1", 2)]
        store_all(archive)
        stored = [e.version for _, e in archive.ledger.events.waiting(1000) if e.type == REPLICATION]
        assert stored == [1, 2]


def test_full_disk_owes_each_version_with_its_reason(tmp_path: Path) -> None:
    @dataclass
    class Full(FaultyTarget):
        def put(self, key: str, content: Content, *, absent: bool = False) -> None:
            raise Refused("the disk is full; make room", target=self.name, key=key)

    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        writable = usable(archive)
        writable["b"] = Full(targets["b"])
        for number in range(5):
            keep(archive, f"peertube-{number}")
        done = store(archive, writable)
        assert (done["a"].versions, len(done["b"].problems), done["b"].down) == (5, 3, True)
        assert status(archive).targets["b"].problem in done["b"].problems
        assert owed(archive) == {"a": 0, "b": 5}


def test_one_file_that_a_target_refuses_does_not_hold_up_the_rest(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        writable = usable(archive)
        for number in range(5):
            keep(archive, f"peertube-{number}")
        stray = folder_in(tmp_path / "a", "evidence-peertube-0") / "v1/content/media/peertube-0.mp4"
        stray.mkdir(parents=True)
        done = store(archive, writable)["a"]
        assert (done.versions, done.down) == (4, False)
        assert "a folder lies under this key" in "".join(done.problems)
        assert safe(archive) == [f"peertube-{n}" for n in range(1, 5)]


def test_of_workers_that_share_a_ledger_one_wins_a_version(tmp_path: Path) -> None:
    targets, seen = folder_targets(tmp_path, "ab"), Barrier(4)

    def work(number: int) -> SealedVersion | Fork | None:
        class Together(FaultyTarget):
            def list(self, prefix: str) -> Iterator[Stat]:
                found = list(self.inner.list(prefix))
                if ocfl.object_path(EVIDENCE) in prefix:
                    seen.wait(30)  # each has looked, and found nothing, before any seals
                return iter(found)

        with an_archive(tmp_path / "state", targets) as archive:
            own = replace(archive, settings=archive.settings.model_copy(update={"state": tmp_path / f"state-{number}"}))
            try:
                return keep(own, "peertube-1", number, targets={"a": Together(targets["a"])})
            except Fork as error:
                return error

    with an_archive(tmp_path / "state", targets):
        pass  # one ledger, whoever opens it first
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(work, range(1, 5)))
    (won,) = [end for end in ends if isinstance(end, SealedVersion)]
    lost = [str(end) for end in ends if isinstance(end, Fork)]
    assert len(lost) == 3
    assert all("is sealed already with other content" in why for why in lost)
    with an_archive(tmp_path / "state", targets) as archive:
        head = archive.ledger.copies.head(EVIDENCE)
        assert head
        assert (head.version, head.sha512) == (1, won.sha512)


def test_slow_target_gets_its_turn_after_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience is shortened; the disk is slow beside any other, and the film is larger than what is held of it."""
    monkeypatch.setattr("archive.preservation.mirroring.FanOut", partial(FanOut, patience=0.5))
    film = bytes(64 << 20)
    for wait, mib_s in ((False, 2), (True, 16)):
        home = tmp_path / str(wait)
        targets = folder_targets(home, "ab")
        slow = FolderSettings(path=home / "b", bandwidth_mib_s=mib_s)
        targets["b"] = FolderTarget("b", slow, address(slow))
        with an_archive(home / "state", targets) as archive:
            writable = usable(archive)
            keep(archive, "peertube-1", media=film)
            done = store_owed(archive, writable, wait=wait)
            assert (done["a"].versions, done["a"].problems, done["b"].problems) == (1, (), ())
            assert done["b"].behind == (not wait)
            assert owed(archive) == {"a": 0, "b": 0 if wait else 1}
            assert safe(archive) == (["peertube-1"] if wait else [])
