"""How many are at a source at once: of this process, and over all workers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.ledger import Ledger
from archive.opening.archive import Archive
from archive.preservation.usable_targets import UsableTargets
from archive.settings.source_stanzas import YtdlpSettings
from archive.steps.counted_steps import Tally
from archive.steps.run_session import RunSession
from archive.steps.stages import FETCH, Asked, Part
from tests.support.archives import an_archive, folder_targets
from tests.support.engines import place_in


@contextmanager
def a_session(folder: Path) -> Iterator[RunSession]:
    """A session over an archive with a source that two may be at."""
    targets = folder_targets(folder, "a")
    with an_archive(folder / "state", targets) as archive:
        sources = {"voices": YtdlpSettings(url="https://tube.example/voices", at_once=2)}
        archive = replace(archive, settings=archive.settings.model_copy(update={"sources": sources}))
        yield RunSession(archive, UsableTargets(readable=targets, writable=targets, problems={}, beyond={}))


def others_at(archive: Archive, free: threading.Event) -> threading.Thread:
    """Another worker that is at both slots until it is told to leave them."""
    there = threading.Event()

    def be_there() -> None:
        other = Ledger(place_in(archive.state))
        try:
            with (
                other.sessions.begun("other", "id-of-other", "batch"),
                other.claims.slot("source:voices", 2) as one,
                other.claims.slot("source:voices", 2) as two,
            ):
                assert (one, two) == (True, True)
                there.set()
                free.wait(60)
        finally:
            other.close()

    thread = threading.Thread(target=be_there)
    thread.start()
    assert there.wait(60)
    return thread


def test_no_more_threads_of_a_process_are_at_a_source_than_may_be(tmp_path: Path) -> None:
    with a_session(tmp_path) as session:
        at, most, lock = 0, list[int](), threading.Lock()

        def visit() -> None:
            nonlocal at
            with session.at_source("voices", 0) as free:
                assert free
                with lock:
                    at += 1
                    most.append(at)
                time.sleep(0.02)
                with lock:
                    at -= 1

        threads = [threading.Thread(target=visit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(most), max(most)) == (8, 2)


def test_other_workers_at_a_source_are_waited_for_so_long(tmp_path: Path) -> None:
    with a_session(tmp_path) as session, session.archive.ledger.sessions.begun("mine", "id-of-mine", "run"):
        free = threading.Event()
        others = others_at(session.archive, free)
        try:
            with session.at_source("voices", 0) as had:
                assert not had
            threading.Timer(0.2, free.set).start()
            with session.at_source("voices", 60) as had:
                assert had
        finally:
            free.set()
            others.join()
        assert session.archive.ledger.claims.all() == []


def test_what_is_not_done_of_a_source_since_others_are_at_it_stays_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.steps.stages.SLOT_PATIENCE", 0.0)
    with a_session(tmp_path) as session, session.archive.ledger.sessions.begun("mine", "id-of-mine", "run"):
        free = threading.Event()
        others = others_at(session.archive, free)
        try:
            assert FETCH.do(session, Asked(), Part("voices", ("a-clip",))) == Tally()
        finally:
            free.set()
            others.join()


def test_a_source_that_the_settings_do_not_have_is_named(tmp_path: Path) -> None:
    with a_session(tmp_path) as session, pytest.raises(SettingsError, match="there is no source voises"):
        FETCH.do(session, Asked(), Part("voises", ("a-clip",)))
