"""Several sessions on one ledger: nothing is stored, read or recorded twice, and nothing is left out."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ledger import Ledger
from archive.objects.held_versions import object_key
from archive.opening.archive import Archive
from archive.opening.working import at_work
from archive.preservation.mirroring import store_owed
from archive.preservation.usable_targets import UsableTargets, ready
from archive.records.object_ids import Kind
from archive.settings.stanzas import WorkerSettings
from archive.steps.claiming import still_due
from archive.steps.counted_steps import record_step, work_step
from archive.steps.storing import sweep, tidy
from storage.contract import Content, Target
from storage.watched import Watched
from tests.support.archives import an_archive, finished, folder_targets, keep
from tests.support.engines import place_in
from tests.world.ocfl import validate_folder

CLIPS = [f"peertube-{number:02}" for number in range(8)]


class Counting(Watched):
    """A target that counts how often something was put under each key."""

    def __init__(self, target: Target) -> None:
        super().__init__(target, lambda: None)
        self.puts = Counter[str]()

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        self.puts[key] += 1
        super().put(key, content, absent=absent)


@pytest.fixture
def targets(tmp_path: Path) -> dict[str, Counting]:
    return {name: Counting(target) for name, target in folder_targets(tmp_path / "targets").items()}


@pytest.fixture
def archive(tmp_path: Path, targets: dict[str, Counting]) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", targets) as archive:
        yield archive


@contextmanager
def beside(archive: Archive, name: str | None = None) -> Iterator[Archive]:
    """The archive once more, as another process of the same state folder has it open, or another worker."""
    state = archive.state if name is None else archive.state.with_name(name)
    state.mkdir(exist_ok=True)
    settings = archive.settings.model_copy(update={"state": state, "worker": WorkerSettings(name=name or "first")})
    ledger = Ledger(place_in(archive.state))
    try:
        yield replace(archive, settings=settings, ledger=ledger)
    finally:
        ledger.close()


def together(archives: list[Archive], deed: Callable[[Archive], object]) -> None:
    """Have several processes at work do the same at the same moment."""
    start, errors = threading.Barrier(len(archives)), list[BaseException]()

    def do(one: Archive) -> None:
        try:
            with at_work(one, "a test"):
                start.wait(30)
                deed(one)
                start.wait(120)
        except BaseException as error:
            errors.append(error)
            start.abort()

    threads = [threading.Thread(target=do, args=(one,)) for one in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_what_two_store_at_once_is_put_once(archive: Archive, targets: dict[str, Counting]) -> None:
    with ExitStack() as stack:
        several = [stack.enter_context(beside(archive)) for _ in range(3)]
        with at_work(several[0], "a test"):
            usable = ready(several[0]).writable
            for clip in CLIPS:
                keep(several[0], clip)
        together(several, lambda one: store_owed(one, usable))
        assert all(not archive.ledger.copies.owed(name) for name in targets)
        assert archive.ledger.claims.all() == []
    for target in targets.values():
        assert {key: count for key, count in target.puts.items() if count > 1 and "/v1/" in key} == {}
        assert sum("/v1/content/media/" in key for key in target.puts) == len(CLIPS)
    finished(archive)
    for name in targets:
        assert validate_folder(archive.state.parent / "targets" / name / "ocfl").valid


def test_of_one_list_each_clip_is_done_by_one(archive: Archive) -> None:
    done, lock = Counter[str](), threading.Lock()

    def link(one: Archive) -> None:
        for clip in still_due(one, CLIPS, "link"):
            with lock:
                done[clip] += 1
            one.ledger.clips.mark_done(clip, "link", json.dumps([]))

    with ExitStack() as stack:
        together([stack.enter_context(beside(archive, name)) for name in ("one", "two", "three")], link)
    assert done == Counter(CLIPS)


def test_events_of_two_that_end_at_once_are_in_one_run_record_each(archive: Archive) -> None:
    with ExitStack() as stack:
        several = [stack.enter_context(beside(archive)) for _ in range(2)]
        with at_work(several[0], "a test"):
            usable = ready(several[0])
            for clip in CLIPS:
                keep(several[0], clip)
        together(several, lambda one: (work_step(one, usable), record_step(one, usable)))
    assert archive.ledger.events.waiting(1000) == []
    records = [head.object for head in archive.ledger.copies.heads(Kind.RUN.prefix)]
    told = Counter[str]()
    for record in records:
        sealed = archive.ledger.copies.version(record, 1)
        assert sealed
        (path,) = (path for path in sealed.parsed.content_of(1) if path.endswith("events.jsonl"))
        with archive.targets["a"].open(f"{object_key(record)}{path}") as file:
            told.update(file.read().decode().splitlines())
    assert told
    assert set(told.values()) == {1}


def test_what_another_process_of_the_state_folder_is_at_stays_in_it(archive: Archive) -> None:
    with beside(archive) as one, beside(archive) as two, at_work(one, "a test"):
        usable = ready(one).writable
        for clip in CLIPS[:2]:
            keep(one, clip)
        store_owed(one, usable)
        (one.attempts / "peertube-fetching").mkdir(parents=True)
        (one.spool / ".sealing-work-x-v1").mkdir()
        with at_work(two, "a test"):
            assert two.ledger.claims.take(CLIPS[0], "transcribe")
            sweep(one)
            assert tidy(one, keep_unread=False) == 1
            assert (one.attempts / "peertube-fetching").is_dir()
            assert (one.spool / ".sealing-work-x-v1").is_dir()
            assert [folder.name for folder in one.spool.glob("evidence-*")] == [f"evidence-{CLIPS[0]}"]
        sweep(one)
        assert not one.attempts.exists()
        assert not (one.spool / ".sealing-work-x-v1").exists()
        assert tidy(one, keep_unread=False) == 1


def test_a_target_that_two_find_new_is_claimed_by_one(archive: Archive, targets: dict[str, Counting]) -> None:
    found = list[UsableTargets]()
    with ExitStack() as stack:
        together(
            [stack.enter_context(beside(archive, name)) for name in ("one", "two")],
            lambda one: found.append(ready(one)),
        )
    assert [sorted(one.writable) for one in found] == [sorted(targets)] * 2
    assert [one.problems for one in found] == [{}, {}]


def test_what_belongs_to_no_clip_leaves_the_spool_too(archive: Archive) -> None:
    with beside(archive) as one, at_work(one, "a test"):
        usable = ready(one)
        keep(one, CLIPS[0])
        record_step(one, usable)
        store_owed(one, usable.writable)
        assert tidy(one, keep_unread=False) == 1
        assert [*one.spool.glob("run-*")] == []
        assert one.ledger.claims.all() == []
