"""Run records: what happened, once, in a chain that nobody can cut unseen."""

import json
from pathlib import Path
from typing import Any

from archive.objects import ocfl
from archive.objects.sidecar import RunRecord
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.records.event import METADATA, Event, Head
from archive.steps.recording import record
from tests.support.archives import Clock, an_archive, folder_targets, keep, store_all, usable

GAPS = (0, 0, 0, 0, 0, 3, 4, 1)
"""Days after each run: six in one second, whose numbers are no longer in the order of letters; then a week."""


def read(archive: Archive, folder: Path, run: str) -> tuple[RunRecord, list[Event], list[Head]]:
    content = folder / "ocfl" / ocfl.object_path(run) / "v1/content"

    def lines(name: str) -> list[Any]:
        return [json.loads(line) for line in (content / name).read_bytes().splitlines()]

    return (
        RunRecord.model_validate_json((content / "run.json").read_bytes()),
        [Event.model_validate(line) for line in lines("events.jsonl")],
        [Head.model_validate(line) for line in lines("heads.jsonl")],
    )


def test_records_are_chained_and_list_everything_once_a_week(tmp_path: Path) -> None:
    clock, targets = Clock(), folder_targets(tmp_path, "a")
    names: list[str] = []
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        assert record(archive, usable(archive)) is None
        for number, days in enumerate(GAPS):
            keep(archive, f"peertube-{number}")
            store_all(archive)
            run = record(archive, targets)
            assert run
            assert record(archive, targets) is None  # nothing has happened since
            store_all(archive)
            assert record(archive, targets) is None  # and storing a record is nothing that needs one
            names.append(run)
            clock.advance(days=days)
        clock.advance(days=-300)  # the clock was wrong, and is set right
        keep(archive, "peertube-late")
        late = record(archive, targets)
        assert late
        names.append(late)
        store_all(archive)
        previous: Head | None = None
        for number, name in enumerate(names):
            document, events, listed = read(archive, tmp_path / "a", name)
            assert (document.run, document.ledger) == (name, archive.ledger.id)
            assert document.previous == previous
            assert (document.events, document.heads) == (len(events), len(listed))
            assert events
            assert document.full == (number in (0, 7, len(GAPS)))  # the last: when all were listed, a wrong clock said
            expected = range(number + 1) if document.full else [number]
            assert {head.object for head in listed} == {
                f"evidence-peertube-{n if n < len(GAPS) else 'late'}" for n in expected
            }
            head = archive.ledger.copies.head(name)
            assert head
            previous = Head(object=name, version=1, sha512=head.sha512)
    with an_archive(tmp_path / "again", targets, clock=clock) as archive:
        rebuild(archive, targets)
        assert archive.ledger.events.last_run() == names[-1]
        assert [event for _, event in archive.ledger.events.waiting(1000)] == []


def test_events_of_a_killed_run_ride_in_the_next_one(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        archive.event("work-peertube-1", METADATA, detail="3 links proposed")
    # Killed here: no record was sealed.
    with an_archive(tmp_path / "state", targets) as archive:
        store_all(archive)
        waiting = [event for _, event in archive.ledger.events.waiting(1000)]
        run = record(archive, targets)
        assert run
        store_all(archive)
        _, events, listed = read(archive, tmp_path / "a", run)
        assert events == waiting
        assert [event.object for event in events] == ["evidence-peertube-1", "work-peertube-1", "evidence-peertube-1"]
        assert [head.object for head in listed] == ["evidence-peertube-1"]


def test_event_that_comes_while_a_record_is_sealed_waits_for_the_next(tmp_path: Path) -> None:
    class Busy(Clock):
        """Something happens each time somebody looks at the clock."""

        archive: Archive

        def __call__(self):  # type: ignore[no-untyped-def]
            if hasattr(self, "archive"):
                archive, self.archive = self.archive, None  # type: ignore[assignment]
                if archive:
                    archive.event("work-late", METADATA, detail="late")
            return super().__call__()

    clock, targets = Busy(), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, "peertube-1")
        store_all(archive)
        clock.archive = archive
        first = record(archive, targets)
        second = record(archive, targets)
        assert first
        assert second
        store_all(archive)
        assert "work-late" not in {event.object for event in read(archive, tmp_path / "a", first)[1]}
        assert [event.object for event in read(archive, tmp_path / "a", second)[1]] == ["work-late"]


def test_dead_targets_are_owed_the_record(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        run = record(archive, {})
        assert run
        assert ("a", run) in {("a", name) for name, _ in archive.ledger.copies.owed("a")}
        store_all(archive)
        assert archive.ledger.copies.of(run)[0].state == "arrived"
