"""What a worker sealed that vanished: completed from targets byte for byte, given up if it is nowhere, or waiting."""

import shutil
from contextlib import suppress
from hashlib import sha512
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.acts.forgetting import NoSuchWorker, forget
from archive.errors import ChangedMeanwhile, Fork, RefusedError
from archive.ledger.copies import SealedVersion
from archive.ledger.markers import WAITS
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.elsewhere import elsewhere
from archive.preservation.lost_workers import Settled, in_spools, settle, store_spooled
from archive.preservation.mirroring import store_owed
from archive.preservation.rebuilding import rebuild
from archive.preservation.space import brought_by, folder_of
from archive.records.clip import Listing
from archive.records.disk import Visit
from archive.records.event import DEACCESSION, POLICY, RECOVERY
from archive.records.object_ids import ObjectId
from archive.steps.disk_records import record_disk
from archive.steps.recording import record
from archive.steps.storing import safe
from archive.steps.work_objects import seal_work, to_seal
from storage.contract import Target
from storage.errors import Unavailable
from tests.support.archives import (
    MONDAY,
    Clock,
    an_archive,
    events,
    finished,
    folder_targets,
    keep,
    transcript,
)
from tests.support.faults import Crash, CrashingTarget, FaultyTarget
from tests.support.two_workers import HERE, LOST, known, two_workers
from tests.world.ocfl import validate_folder

CLIP = "peertube-1"
OBJECT = ObjectId.evidence_of(CLIP)
MEDIA = bytes(range(256)) * (5 << 12)  # 5 MiB: several blocks


def sealed(archive: Archive, take: int = 1, clip: str = CLIP, media: bytes | None = None) -> SealedVersion:
    found = keep(archive, clip, take, media=media)
    assert found
    return found


def listed(archive: Archive, clip: str = CLIP) -> None:
    listing = Listing(
        source="voices",
        extractor="PeerTube",
        platform_id=clip.partition("-")[2],
        url=f"https://tube.example.org/w/{clip}",
        title="Testimony",
        duration=20.5,
    )
    archive.ledger.clips.seen([listing], MONDAY)


def visited(archive: Archive) -> Visit:
    """A visit of a disk that came to its end and waits to be recorded."""
    told = Visit(
        disk="red",
        label="red",
        serial="1234-ABCD",
        serial_of="filesystem",
        filesystem="ext4",
        folder="",
        mount="/media/red",
        source="red",
        begun=MONDAY,
        ended=MONDAY,
        agent="made up",
        files=0,
        bytes=0,
        media=0,
        unread=0,
        later=0,
    )
    name, visit = archive.ledger.disks.begin("red", "red", "1234-ABCD", "")
    archive.ledger.disks.end(name, visit, told)
    return told


def at_target(folder: Path, version: SealedVersion, path: str) -> Path:
    return folder / held_versions.object_key(version.object, path)


def lay_there(lost: Archive, version: SealedVersion, where: Path, paths: list[str]) -> None:
    """Have some files of a version at a target, as a writer that was killed amid it left them."""
    spool = folder_of(lost, version.object, version.version)
    for path in paths:
        file = at_target(where, version, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(spool / ocfl.below_version(path), file)


def content(version: SealedVersion) -> list[str]:
    return sorted(version.parsed.content_of(version.version))


def is_clean(folder: Path, names: str = "abc") -> bool:
    return all(validate_folder(folder / name / "ocfl").clean for name in names)


def forgotten(archive: Archive, targets: dict[str, Target] | None = None) -> Settled:
    return forget(archive, LOST, "A. Keeper", "its disk burnt", targets or archive.targets)


def test_what_one_target_has_of_it_is_completed_from_there_and_stored_to_all(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost)
        lay_there(lost, version, tmp_path / "b", content(version))
        shutil.rmtree(lost.state)
        assert [one.version for one in settle(here, here.targets).completed] == [1]
        (folder,) = here.spool.glob("evidence-*/v1")
        assert (folder / ocfl.INVENTORY).read_text() == version.inventory
        assert settle(here, here.targets) == Settled()
        assert all(not done.problems for done in store_owed(here, here.targets).values())
        assert safe(here) == [CLIP]
        (event,) = [event for event in events(here, OBJECT) if event.type == RECOVERY]
        assert event.detail == f"sealed by {LOST}, which is not at work: put together from b"
        for name in "abc":
            assert (tmp_path / name / held_versions.object_key(OBJECT, f"v1/{ocfl.INVENTORY}")).read_text() == (
                version.inventory
            )
    assert is_clean(tmp_path)


def test_it_is_put_together_from_several_targets_also_block_by_block(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost, media=MEDIA)
        paths = content(version)
        film = next(path for path in paths if "/media/" in path)
        lay_there(lost, version, tmp_path / "a", [film, *paths[:1]])
        lay_there(lost, version, tmp_path / "b", [film, *paths[1:]])
        for name, place in (("a", 0), ("b", 3 << 20)):
            file = at_target(tmp_path / name, version, film)
            data = bytearray(file.read_bytes())
            data[place] ^= 1
            file.write_bytes(data)
        shutil.rmtree(lost.state)
        settled = settle(here, here.targets)
        assert len(settled.completed) == 1
        (event,) = [event for event in events(here, OBJECT) if event.type == RECOVERY]
        assert event.detail
        assert "blocks of a" in event.detail
        (copy,) = here.spool.rglob("media/*.mp4")
        assert copy.read_bytes() == MEDIA


def test_bytes_that_lie_under_another_name_of_the_object_are_found(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost)
        paths = content(version)
        lay_there(lost, version, tmp_path / "a", paths)
        film = at_target(tmp_path / "a", version, next(path for path in paths if "/media/" in path))
        film.rename(film.with_name("earlier.mp4"))
        shutil.rmtree(lost.state)
        assert len(settle(here, here.targets).completed) == 1


def test_what_a_living_worker_has_is_left_to_it_and_is_no_problem(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost)
        lay_there(lost, version, tmp_path / "b", content(version))
        with lost.ledger.sessions.begun(LOST, "its id", "worker fetch"):
            assert settle(here, here.targets) == Settled()
            assert in_spools(here, of_living=False) == {}
            assert in_spools(here) == {LOST: "1 version lies in its spool alone: it is at work, and stores what it has"}
            assert all(done.problems == () for done in store_owed(here, here.targets).values())
            with pytest.raises(RefusedError, match="lost-box is at work"):
                forgotten(here)
            assert store_spooled(lost, lost.targets)["a"].versions == 1
        assert safe(here) == [CLIP]


def test_without_forget_it_waits_for_its_worker_and_is_not_given_up(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        sealed(lost)
        settled = settle(here, here.targets)
        assert settled.waits == {(OBJECT, 1): f"for {LOST}, which is not at work"}
        assert "thirdcopy workers forget lost-box" in in_spools(here, of_living=False)[LOST]
        assert all(done.problems == () for done in store_owed(here, here.targets).values())
        assert not any(copy.problem for copy in here.ledger.copies.of(OBJECT))
        store_spooled(lost, lost.targets)  # it comes back
        assert (settle(here, here.targets), in_spools(here, of_living=False), safe(here)) == (Settled(), {}, [CLIP])
        assert here.ledger.markers.beginning(WAITS) == {}


def test_what_is_nowhere_is_given_up_once_its_worker_is_forgotten_and_the_clip_is_fetched_anew(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        listed(here)
        version = sealed(lost)
        known(here)
        captures = here.ledger.clips.count_captures()
        here.ledger.clips.failed(CLIP, "work", kind="passing", message="made up", now=MONDAY)
        assert here.ledger.clips.unheld("voices") == []
        settled = forgotten(here)
        assert [(one.object, one.version) for one in settled.given_up] == [(OBJECT, 1)]
        assert (settled.waits, in_spools(here, of_living=False)) == ({}, {})
        assert [one.clip for one in here.ledger.clips.unheld("voices")] == [CLIP]
        ledger = here.ledger
        assert (ledger.copies.head(OBJECT), ledger.copies.of(OBJECT), ledger.clips.failures(CLIP)) == (None, [], [])
        assert ledger.looks.degraded() == 0
        said = {event.type: event for event in events(here, OBJECT)}
        assert (said[POLICY].agent, said[DEACCESSION].version) == ("A. Keeper", 1)
        assert "its disk burnt" in (said[POLICY].detail or "")
        assert "a, b, c answered" in (said[DEACCESSION].detail or "")
        sealed(here, 2)
        finished(here)
        assert ledger.clips.count_captures() > captures, "what is counted of captures is counted anew"
        assert safe(here) == [CLIP]
        again = ledger.copies.head(OBJECT)
        assert again
        assert again.sha512 != version.sha512
    assert is_clean(tmp_path)


@pytest.mark.parametrize("part", ["content", "inventory", "root"])
def test_a_part_that_lies_somewhere_waits_for_a_person_and_what_is_moved_away_is_given_up(
    tmp_path: Path, part: str
) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost)
        known(here)
        paths = {"content": content(version)[:1], "inventory": [f"v1/{ocfl.INVENTORY}"]}.get(part, [])
        lay_there(lost, version, tmp_path / "c", paths)
        if part == "root":
            at_target(tmp_path / "c", version, "").mkdir(parents=True)
            at_target(tmp_path / "c", version, ocfl.INVENTORY).write_text(version.inventory)
        settled = forgotten(here)
        assert (settled.given_up, settled.completed) == ((), ())
        (why,) = settled.waits.values()
        assert why.startswith("for a person: ")
        assert "lies at c" in why
        assert here.ledger.copies.head(OBJECT)
        assert "`thirdcopy workers --all`" in in_spools(here, of_living=False)[LOST]
        shutil.rmtree(at_target(tmp_path / "c", version, "").parent)
        assert len(settle(here, here.targets).given_up) == 1


@pytest.mark.parametrize("how", ["down", "not usable"])
def test_nothing_is_given_up_before_every_target_has_answered(tmp_path: Path, how: str) -> None:
    targets = folder_targets(tmp_path)
    with two_workers(tmp_path, targets) as (here, lost):
        finished(here)
        sealed(lost)
        known(here)
        some: dict[str, Target] = dict(targets)
        if how == "down":
            some["b"] = FaultyTarget(targets["b"], down=True)
        else:
            del some["b"]
        settled = forgotten(here, some)
        assert settled.given_up == ()
        assert settled.waits == {
            (OBJECT, 1): "for b to answer: it is given up once every target said that it has nothing"
        }
        assert len(settle(here, targets).given_up) == 1


def test_nothing_is_sealed_on_what_another_worker_alone_has(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        sealed(lost)
        with pytest.raises(Unavailable, match="lost-box: its spool alone has evidence-peertube-1 v1"):
            sealed(here, 2)


def test_what_a_later_version_stands_on_is_not_given_up_and_versions_of_one_worker_go_from_the_last_down(
    tmp_path: Path,
) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        first = sealed(lost)
        second = sealed(lost, 2)
        known(here)
        event = here.happened(OBJECT, DEACCESSION, version=1)
        assert event
        with pytest.raises(ChangedMeanwhile, match="not said to be gone for good"):
            here.ledger.giving_up.give_up(second, event)
        here.ledger.workers.forget(LOST, MONDAY)
        with pytest.raises(ChangedMeanwhile, match="a later version stands on it"):
            here.ledger.giving_up.give_up(first, event)
        assert [one.version for one in settle(here, here.targets).given_up] == [2, 1]
        with pytest.raises(Fork, match="given up meanwhile"):
            here.ledger.copies.seal(second, events=())


def test_an_edit_that_is_lost_leaves_the_clip_as_it_was_and_it_is_looked_at_again_at_once(tmp_path: Path) -> None:
    clock = Clock()
    with two_workers(tmp_path, folder_targets(tmp_path), clock) as (here, lost):
        listed(here)
        sealed(here)
        finished(here)
        clock.advance(days=1)
        sealed(lost, 2)
        known(here)
        assert [one.version for one in forgotten(here).given_up] == [2]
        assert [capture.fetched for capture in here.ledger.clips.captures(CLIP)] == [MONDAY]
        head = here.ledger.copies.head(OBJECT)
        assert head
        assert (head.version, safe(here)) == (1, [CLIP])
        due = here.ledger.looks.due("voices", now=clock(), every=MONDAY - MONDAY.replace(month=1))
        assert due == [CLIP]


def test_work_that_is_lost_is_sealed_anew(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        sealed(here)
        finished(here)
        here.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None)
        assert seal_work(lost, CLIP, lost.targets).sealed
        known(here)
        assert to_seal(here) == []
        assert len(forgotten(here).given_up) == 1
        assert to_seal(here) == [CLIP]
        assert seal_work(here, CLIP, here.targets).sealed
        finished(here)
    assert is_clean(tmp_path)


def test_a_run_record_that_is_lost_is_written_anew_and_the_chain_goes_on_from_the_one_before(tmp_path: Path) -> None:
    clock = Clock()
    with two_workers(tmp_path, folder_targets(tmp_path), clock) as (here, lost):
        sealed(here)
        finished(here)
        before = here.ledger.events.last_run()
        clock.advance(hours=1)
        sealed(here, 2)
        store_owed(here, here.targets)
        run = record(lost, lost.targets)
        known(here)
        clock.advance(hours=1)
        sealed(here, 3)
        store_owed(here, here.targets)
        assert record(here, here.targets) is None, "nothing goes on from what may be lost"
        assert [one.object for one in forgotten(here).given_up] == [run]
        assert here.ledger.events.last_run() == before
        waiting = {event.type for _, event in here.ledger.events.waiting(1000)}
        assert DEACCESSION in waiting
        assert any(event.version == 2 and event.object == OBJECT for _, event in here.ledger.events.waiting(1000))
        finished(here)
        after = here.ledger.events.last_run()
        assert after not in (before, run)
        assert here.ledger.events.waiting(1000) == []
    assert is_clean(tmp_path)


def test_a_register_that_is_lost_is_a_persons_to_bring_again(tmp_path: Path) -> None:
    from archive.preservation.sealing import Provenance, document, seal

    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        items = {"entries.jsonl": document(b"{}\n")}
        seal(lost, ObjectId.register_of("victims"), items, Provenance("Snapshot", snapshot="{}"), usable=lost.targets)
        known(here)
        settled = forgotten(here)
        assert settled.todo == ("import the register again: thirdcopy register import victims",)
        assert here.ledger.markers.beginning("snapshot:") == {}


def test_a_disk_that_is_lost_is_recorded_anew(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        visit = visited(here)
        recorded = record_disk(lost, visit, lost.targets)
        assert recorded
        known(here)
        assert here.ledger.disks.to_record() == []
        assert [one.object for one in forgotten(here).given_up] == [recorded.object]
        (again,) = here.ledger.disks.to_record()
        assert again.model_copy(update={"files_sha256": ""}) == visit
        assert record_disk(here, again, here.targets) == recorded
        finished(here)
    assert is_clean(tmp_path)


@pytest.mark.parametrize("is_fetched", [True, False])
def test_a_rebuild_misses_nothing_that_was_given_up(tmp_path: Path, is_fetched: bool) -> None:
    """Run records of before name it: they vouch neither for it nor for its loss."""
    targets = folder_targets(tmp_path)
    with two_workers(tmp_path, targets) as (here, lost):
        version = sealed(lost)
        finished(here)
        assert any(head.sha512 == version.sha512 for head in here.ledger.copies.heads())
        known(here)
        forgotten(here)
        if is_fetched:
            sealed(here, 2)
        finished(here)
    with an_archive(tmp_path / "anew", targets) as anew:
        done = rebuild(anew, targets)
        assert (done.problems, done.forks, done.waiting) == ([], [], [])
        assert anew.ledger.clips.held() == ([CLIP] if is_fetched else [])


def test_a_late_write_of_the_lost_worker_is_a_fork(tmp_path: Path) -> None:
    """Before the clip is fetched anew nothing is sealed on it, after that nothing is stored in its place."""
    targets = folder_targets(tmp_path)
    with two_workers(tmp_path, targets) as (here, lost):
        finished(here)
        version = sealed(lost)
        known(here)
        forgotten(here)
        late = [*content(version), f"v1/{ocfl.INVENTORY}", f"v1/{ocfl.INVENTORY_DIGEST}"]
        lay_there(lost, version, tmp_path / "b", late)
        with pytest.raises(Fork, match=f"b holds {OBJECT} v1 as {LOST} sealed it, which was given up on 2026-03-02"):
            sealed(here, 2)
        shutil.rmtree(at_target(tmp_path / "b", version, "").parent)
        sealed(here, 2)
        lay_there(lost, version, tmp_path / "b", late)
        done = store_owed(here, targets)
        assert (done["a"].problems, done["c"].problems) == ((), ())
        (problem,) = done["b"].problems
        assert "is not the one this ledger sealed: nothing was overwritten" in problem
        assert at_target(tmp_path / "b", version, f"v1/{ocfl.INVENTORY}").read_text() == version.inventory
        found = audit(here, {"b": targets["b"]}, [OBJECT])
        assert found


def test_the_forgotten_worker_may_not_come_back_and_its_name_is_free(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, lost):
        finished(here)
        version = sealed(lost)
        lay_there(lost, version, tmp_path / "a", content(version)[:1])
        known(here)
        forgotten(here)
        for name in (LOST, "called-otherwise"):
            with (
                pytest.raises(RefusedError, match="was given up on"),
                here.ledger.sessions.begun(name, f"id of {LOST}", "run"),
            ):
                pass
        with here.ledger.sessions.begun(LOST, "a new folder", "run"):
            (one,) = elsewhere(here)
            assert one.worker.startswith(f"{LOST}~")
            assert one.worker in here.ledger.workers.forgotten()
        with (
            pytest.raises(RefusedError, match="was given up on"),
            here.ledger.sessions.begun("once-more", f"id of {LOST}", "run"),
        ):
            pass


def test_only_a_worker_that_there_is_and_that_is_another_one_can_be_forgotten(tmp_path: Path) -> None:
    with two_workers(tmp_path, folder_targets(tmp_path)) as (here, _):
        known(here, HERE)
        with pytest.raises(NoSuchWorker, match="there is no worker nobody; there are: here"):
            forget(here, "nobody", "A. Keeper", None, here.targets)
        with pytest.raises(RefusedError, match="here is this machine"):
            forget(here, HERE, "A. Keeper", None, here.targets)


@pytest.mark.parametrize("written", range(11))
def test_wherever_the_writer_was_killed_the_version_is_whole_at_all_targets_or_fetched_anew(
    tmp_path: Path, written: int
) -> None:
    """Killed at each step of the order of writing to the one target that it could reach, and its disk gone with it."""
    targets = folder_targets(tmp_path)
    with two_workers(tmp_path, targets) as (here, lost):
        finished(here)
        listed(here)
        version = sealed(lost)
        known(here)
        dying = CrashingTarget(targets["a"], at=written + 1)
        with suppress(Crash):
            store_owed(lost, {"a": dying})
        shutil.rmtree(lost.state)
        there = {path for path in content(version) if at_target(tmp_path / "a", version, path).is_file()}
        some_key = at_target(tmp_path / "a", version, "").is_dir()
        arrived = any(copy.state != "owed" for copy in here.ledger.copies.of(OBJECT, 1))
        settled = forgotten(here)
        if arrived:
            assert settled == Settled()
        elif there == set(content(version)):
            assert len(settled.completed) == 1
        elif some_key:
            assert len(settled.waits) == 1
            shutil.rmtree(at_target(tmp_path / "a", version, ""))  # a person
            assert len(settle(here, targets).given_up) == 1
        else:
            assert len(settled.given_up) == 1
        head = here.ledger.copies.head(OBJECT)
        assert (head is None) == (CLIP in [one.clip for one in here.ledger.clips.unheld("voices")])
        if head is None:
            sealed(here, 2)
        else:
            assert head.sha512 == version.sha512
        finished(here)
        assert safe(here) == [CLIP]
    assert is_clean(tmp_path, "a")


PARTS = ("media", "blocks", "info", "description", "capture", "inventory")


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    reached=st.fixed_dictionaries({name: st.sets(st.sampled_from(PARTS)) for name in "abc"}),
    flipped=st.sets(st.sampled_from("abc"), max_size=1),
    silent=st.sets(st.sampled_from("abc"), max_size=1),
    is_forgotten=st.booleans(),
)
def test_whatever_had_reached_whichever_target(
    engine: str, reached: dict[str, set[str]], flipped: set[str], silent: set[str], is_forgotten: bool
) -> None:
    """Completed if all bytes are somewhere that answers; given up if no key is anywhere; else waiting; never mixed."""
    with TemporaryDirectory(prefix="thirdcopy-lost-") as made:
        folder = Path(made)
        targets = folder_targets(folder)
        with two_workers(folder, targets) as (here, lost):
            finished(here)
            version = sealed(lost)
            known(here)
            paths = {path: next(part for part in PARTS if part in path) for path in content(version)}
            for name, parts in reached.items():
                some = [path for path, part in paths.items() if part in parts]
                lay_there(lost, version, folder / name, [*some, *([f"v1/{ocfl.INVENTORY}"] * ("inventory" in parts))])
                if name in flipped and some:
                    file = at_target(folder / name, version, some[0])
                    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
            shutil.rmtree(lost.state)
            sound = {
                name: {path for path in paths if _is_sound(folder / name, version, path)}
                for name in set("abc") - silent
            }
            answering: dict[str, Target] = {
                name: FaultyTarget(target, down=name in silent) for name, target in targets.items()
            }
            settled = forgotten(here, answering) if is_forgotten else settle(here, answering)
            if set().union(*sound.values()) == set(paths):
                assert len(settled.completed) == 1
                for spooled in brought_by(here, version):
                    assert spooled.is_spooled()
            elif is_forgotten and not silent and not any(reached.values()):
                assert len(settled.given_up) == 1
                assert here.ledger.copies.head(OBJECT) is None
                sealed(here, 2)
            else:
                assert list(settled.waits) == [(OBJECT, 1)]
                assert here.ledger.copies.head(OBJECT) == version
                return
            for name in flipped:
                _put_right(folder / name, version)
            finished(here)
            assert safe(here) == [CLIP]
            head = here.ledger.copies.head(OBJECT)
            assert head
            for name in "abc":
                for stored in brought_by(here, head):
                    assert _is_sound(folder / name, head, stored.path)
        assert is_clean(folder, "a")


def _is_sound(folder: Path, version: SealedVersion, path: str) -> bool:
    file = at_target(folder, version, path)
    return file.is_file() and sha512(file.read_bytes()).hexdigest() == version.parsed.content()[path]


def _put_right(folder: Path, version: SealedVersion) -> None:
    """What a person, or `repair`, does about damaged bytes of a version that had not arrived: they are taken away."""
    for path in content(version):
        if not _is_sound(folder, version, path):
            at_target(folder, version, path).unlink(missing_ok=True)
