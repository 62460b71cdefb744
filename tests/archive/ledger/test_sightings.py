"""Sightings are kept in spans: what says the same makes one longer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.ledger.ledger import Ledger
from archive.ledger.sightings import AT_ONCE, Seen
from archive.records.sighting import WORDS_AT_MOST

NIGHT = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
GONE = Seen("peertube-a", "gone", "This video has been removed by the uploader")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def see(ledger: Ledger, *seen: Seen, on: datetime = NIGHT, network: str = "home", tool: str = "yt-dlp 1") -> None:
    ledger.sightings.add("voices", seen, network=network, tool=tool, now=on)


def told(ledger: Ledger, clip: str = "peertube-a") -> list[tuple[str, int, int]]:
    """Each span of a clip: what it is, days from the first night to its last, how often."""
    return [(one.availability, (one.last - NIGHT).days, one.times) for one in ledger.sightings.of(clip)]


def test_the_same_on_many_nights_is_one_span(ledger: Ledger) -> None:
    for night in range(30):
        see(ledger, Seen("peertube-a"), on=NIGHT + night * DAY)
    assert told(ledger) == [("up", 29, 30)]


def test_each_change_begins_a_span_and_a_return_another(ledger: Ledger) -> None:
    for night, seen in enumerate([Seen("peertube-a"), GONE, GONE, Seen("peertube-a")]):
        see(ledger, seen, on=NIGHT + night * DAY)
    assert told(ledger) == [("up", 0, 1), ("gone", 2, 2), ("up", 3, 1)]
    assert ledger.sightings.of("peertube-a")[1].words == GONE.words


def test_other_words_are_another_span(ledger: Ledger) -> None:
    see(ledger, GONE)
    see(ledger, Seen("peertube-a", "gone", "HTTP Error 404: Not Found"))
    assert [one.times for one in ledger.sightings.of("peertube-a")] == [1, 1]


def test_two_networks_have_a_span_each_however_they_take_turns(ledger: Ledger) -> None:
    for night in range(6):
        see(ledger, Seen("peertube-a"), on=NIGHT + night * DAY, network=("home", "tor")[night % 2])
    assert told(ledger) == [("up", 4, 3), ("up", 5, 3)]


def test_a_new_tool_begins_no_span_and_the_first_is_named(ledger: Ledger) -> None:
    see(ledger, Seen("peertube-a"))
    see(ledger, Seen("peertube-a"), tool="yt-dlp 2")
    assert [(one.tool, one.times) for one in ledger.sightings.of("peertube-a")] == [("yt-dlp 1", 2)]


def test_a_clock_put_back_shortens_no_span(ledger: Ledger) -> None:
    see(ledger, Seen("peertube-a"), on=NIGHT + 5 * DAY)
    see(ledger, Seen("peertube-a"), on=NIGHT)
    assert told(ledger) == [("up", 5, 2)]


def test_more_clips_than_one_statement_names(ledger: Ledger) -> None:
    clips = [f"peertube-{number}" for number in range(2 * AT_ONCE + 1)]
    for night in range(2):
        see(ledger, *map(Seen, clips), on=NIGHT + night * DAY)
    assert {tuple(told(ledger, clip)) for clip in clips} == {(("up", 1, 2),)}


def test_endless_words_are_cut(ledger: Ledger) -> None:
    for _ in range(2):
        see(ledger, Seen("peertube-a", "unknown", "x" * 10_000))
    (span,) = ledger.sightings.of("peertube-a")
    assert (len(span.words), span.times) == (WORDS_AT_MOST, 2)
