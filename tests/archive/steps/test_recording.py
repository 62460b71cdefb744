"""Run records: what happened, once, in a chain that nobody can cut unseen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.markers import LAST_RUN
from archive.ledger.sightings import Seen
from archive.objects import ocfl
from archive.objects.sidecar import RunRecord
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.records.clip import Listing
from archive.records.event import METADATA, Event, Head
from archive.records.sighting import Sighting
from archive.sources.contract import Fetched, Progress
from archive.steps.listing import list_source
from archive.steps.recording import record
from archive.steps.seeing import named, see
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


@dataclass
class Naming:
    """A source whose list names some clips, and that is asked for none."""

    clips: int
    name: str = "voices"
    tool: str = "scripted 1"

    def list(self) -> Iterator[Listing]:
        for number in range(self.clips):
            yield Listing(source=self.name, extractor="made", platform_id=str(number), url="https://example.org/one")

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        raise NotImplementedError


def told(archive: Archive, folder: Path, run: str | None) -> list[Sighting]:
    """The sightings that a run record tells of."""
    if run is None:
        return []
    store_all(archive)
    content = folder / "a" / "ocfl" / ocfl.object_path(run) / "v1/content"
    lines = (content / "sightings.jsonl").read_bytes().splitlines()
    assert RunRecord.model_validate_json((content / "run.json").read_bytes()).sightings == len(lines)
    return [Sighting.model_validate_json(line) for line in lines]


def test_ten_thousand_clips_that_stay_are_told_once_a_month_and_a_night_without_news_makes_no_record(
    tmp_path: Path,
) -> None:
    clock, targets, source = Clock(), folder_targets(tmp_path, "a"), Naming(10_000)
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        counts = dict[int, int]()
        for night, days in ((0, 1), (1, 1), (2, 27), (29, 1), (30, 1), (31, 29), (60, 1)):
            see(archive, source, named(list(source.list())))
            run = record(archive, targets)
            if run:
                counts[night] = len(told(archive, tmp_path, run))
            clock.advance(days=days)
        assert counts == {0: 10_000, 30: 10_000, 60: 10_000}
        archive.ledger.sightings.add(
            "voices", [Seen("made-7", "gone", "404")], network="home", tool="x", now=archive.clock()
        )
        run = record(archive, targets)
        assert sorted(one.availability for one in told(archive, tmp_path, run)) == ["gone"]


def test_records_of_sightings_alone_are_a_part_of_the_chain_however_many_in_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.steps.recording.SIGHTINGS_AT_MOST", 4)
    clock, targets = Clock(), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, "peertube-1")
        list_source(archive, Naming(11))
        names = list[str]()
        while run := record(archive, targets):
            names.append(run)
            store_all(archive)
        assert len(set(names)) == 3
        seen = {n: archive.ledger.sightings.of(f"made-{n}") for n in range(11)}
    with an_archive(tmp_path / "again", targets, clock=clock) as archive:
        found = rebuild(archive, targets)
        assert found.problems == []
        assert archive.ledger.events.last_run() == names[-1]
        assert {n: archive.ledger.sightings.of(f"made-{n}") for n in range(11)} == seen
        assert record(archive, targets) is None
        assert archive.ledger.clips.exists("made-3")


def test_a_ledger_that_never_named_the_newest_record_knows_it_by_its_events(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, "peertube-1")
        run = record(archive, targets)
        archive.ledger.markers.forget(LAST_RUN)  # as earlier builds left it
        assert archive.ledger.events.last_run() == run
