"""Sightings are kept in spans: what says the same makes one longer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from archive.ledger.ledger import Ledger
from archive.ledger.sightings import AT_ONCE, Seen, mark_told
from archive.records.sighting import WORDS_AT_MOST, Sighting
from tests.support.engines import place_in

NIGHT = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
GONE = Seen("peertube-a", "gone", "This video has been removed by the uploader")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(place_in(tmp_path))
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


def test_a_night_on_which_the_source_was_away_ends_no_span(ledger: Ledger) -> None:
    away = Seen("peertube-a", "passing", "The read operation timed out")
    for night in range(6):
        see(ledger, (Seen("peertube-a"), away)[night % 2], on=NIGHT + night * DAY)
    assert told(ledger) == [("up", 4, 3), ("passing", 5, 3)]


def test_a_list_that_names_what_it_lets_nobody_see_says_nothing(ledger: Ledger) -> None:
    closed = Seen("peertube-a", "no_access", "Join this channel")
    for night in range(4):
        see(ledger, Seen("peertube-a", named=True), on=NIGHT + night * DAY)
        see(ledger, closed, on=NIGHT + night * DAY)
    assert told(ledger) == [("up", 0, 1), ("no_access", 3, 4)]
    see(ledger, Seen("peertube-a"), on=NIGHT + 4 * DAY)
    assert told(ledger)[-1] == ("up", 4, 1)


def test_a_list_that_goes_on_naming_what_is_gone_says_nothing_and_one_that_names_it_again_is_a_return(
    ledger: Ledger,
) -> None:
    see(ledger, GONE)
    see(ledger, Seen("peertube-a", named=True), on=NIGHT + DAY)
    assert told(ledger) == [("gone", 0, 1)]
    see(ledger, Seen("peertube-a"), on=NIGHT + DAY)
    assert told(ledger) == [("gone", 0, 1), ("up", 1, 1)]


def test_a_return_that_another_network_saw_gone_is_a_span_of_its_own(ledger: Ledger) -> None:
    see(ledger, Seen("peertube-a"))
    see(ledger, GONE, on=NIGHT + DAY, network="tor")
    see(ledger, Seen("peertube-a"), on=NIGHT + 2 * DAY)
    assert told(ledger) == [("up", 0, 1), ("gone", 1, 1), ("up", 2, 1)]


def test_what_may_have_turned_is_given_as_it_was(ledger: Ledger) -> None:
    def before(*seen: Seen, day: int) -> dict[str, list[str]]:
        given = ledger.sightings.add("voices", seen, network="home", tool="yt-dlp 1", now=NIGHT + day * DAY)
        return {clip: [one.availability for one in spans] for clip, spans in given.items()}

    assert before(Seen("peertube-a"), Seen("peertube-b"), day=0) == {}
    assert before(Seen("peertube-a"), Seen("peertube-b", "passing", "x"), day=1) == {}
    assert before(GONE, day=2) == {"peertube-a": ["up"]}
    assert before(GONE, day=3) == {"peertube-a": ["up", "gone"]}
    assert before(Seen("peertube-a"), day=4) == {"peertube-a": ["up", "gone"]}
    assert before(Seen("peertube-a"), day=5) == {}


def test_ten_thousand_clips_seen_again_cost_well_under_half_a_second(ledger: Ledger) -> None:
    pages = [[Seen(f"peertube-{page}-{n}", named=True) for n in range(AT_ONCE)] for page in range(20)]
    for page in pages:
        see(ledger, *page)
    began = process_time()
    for page in pages:
        see(ledger, *page, on=NIGHT + DAY)
    assert process_time() - began < 1.0  # 0.2 s here; a machine may be slow
    assert told(ledger, "peertube-7-7") == [("up", 1, 2)]


def tell(ledger: Ledger, on: datetime) -> list[tuple[str, str, int]]:
    """What a run record would tell of, which it then does."""
    found = ledger.sightings.to_tell(on, 100_000)
    with ledger._transactions.writing() as connection:
        mark_told(connection, found)
    return [(one.span.clip, one.span.availability, one.span.times) for one in found]


def test_a_span_is_told_when_begun_when_ended_and_once_in_thirty_days(ledger: Ledger) -> None:
    nights = {}
    for night in range(70):
        see(ledger, Seen("peertube-a"), on=NIGHT + night * DAY)
        if found := tell(ledger, NIGHT + night * DAY):
            nights[night] = found
    see(ledger, GONE, on=NIGHT + 70 * DAY)
    nights[70] = tell(ledger, NIGHT + 70 * DAY)
    up = "peertube-a", "up"
    ended = [(*up, 70), ("peertube-a", "gone", 1)]
    assert nights == {0: [(*up, 1)], 30: [(*up, 31)], 60: [(*up, 61)], 70: ended}
    assert tell(ledger, NIGHT + 500 * DAY) == []


def test_a_clock_that_was_ahead_leaves_no_span_untold(ledger: Ledger) -> None:
    see(ledger, Seen("peertube-a"), on=NIGHT + 5000 * DAY)
    assert tell(ledger, NIGHT + 5000 * DAY)
    see(ledger, Seen("peertube-a"), on=NIGHT)
    assert tell(ledger, NIGHT) == [("peertube-a", "up", 2)]


def test_spans_come_back_from_records_in_any_order(ledger: Ledger, tmp_path: Path) -> None:
    records = list[list[Sighting]]()
    for night in range(40):
        see(ledger, (GONE if 10 < night < 15 else Seen("peertube-a")), on=NIGHT + night * DAY)
        found = ledger.sightings.to_tell(NIGHT + night * DAY, 100)
        records.append([one.span for one in found])
        tell(ledger, NIGHT + night * DAY)
    final = [one.model_copy(update={"last": one.first}) for one in ledger.sightings.of("peertube-a")]
    for order in (records, records[::-1], records + records):
        other = Ledger(place_in(tmp_path / f"{order is records}{len(order)}{order[0] == records[0]}"))
        try:
            for record in order:
                other.sightings.restore(record)
            spans = other.sightings.of("peertube-a")
            assert [
                one.model_copy(update={"last": one.first, "times": f.times})
                for one, f in zip(spans, final, strict=True)
            ] == final
            assert [one.times for one in spans] == [11, 4, 1]
            assert other.sightings.to_tell(NIGHT + 41 * DAY, 100) == []
            other.sightings.add("voices", [Seen("peertube-a")], network="home", tool="x", now=NIGHT + 41 * DAY)
            assert [one.times for one in other.sightings.of("peertube-a")] == [11, 4, 2]
        finally:
            other.close()
