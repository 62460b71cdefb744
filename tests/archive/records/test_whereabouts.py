"""Whether a clip is at its source: gone only after two days, and nothing follows from what is said of us."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records.sighting import Availability, Sighting
from archive.records.whereabouts import Standing, whereabouts

NIGHT = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = NIGHT + 400 * DAY


def span(
    availability: Availability, first: float, last: float | None = None, *, network: str = "home", words: str = ""
) -> Sighting:
    """A span between two nights."""
    ends = NIGHT + (first if last is None else last) * DAY
    return Sighting(
        clip="peertube-a",
        source="voices",
        availability=availability,
        words=words,
        network=network,
        tool="yt-dlp 1",
        first=NIGHT + first * DAY,
        last=ends,
        times=1 if last is None else 2,
    )


@pytest.mark.parametrize(
    ("spans", "standing"),
    [
        ([], "unknown"),
        ([span("up", 0, 9)], "up"),
        ([span("up", 0, 9), span("gone", 10)], "missing"),
        ([span("up", 0, 9), span("gone", 10, 11)], "gone"),
        ([span("gone", 0, 0.4)], "missing"),
        ([span("gone", 0), span("gone", 1, network="tor")], "gone"),
        ([span("gone", 0, words="404"), span("gone", 1, words="removed")], "gone"),
        ([span("gone", 0), span("up", 1, network="tor"), span("gone", 2)], "missing"),
        ([span("gone", 0), span("up", 1), span("gone", 2, 3)], "gone"),
        ([span("gone", 0, 5), span("up", 6)], "up"),
        ([span("gone", 0), span("no_access", 1)], "no_access"),
        ([span("gone", 0), span("no_access", 1), span("gone", 2)], "gone"),
        ([span("up", 0), span("not_yet", 1)], "not_yet"),
        *(([span("up", 0, 3), span(what, 4, 9)], "up") for what in ("refused", "passing", "unknown")),
        *(([span("gone", 0, 3), span(what, 4, 9)], "gone") for what in ("refused", "passing", "unknown")),
        *(([span(what, 0, 9)], "unknown") for what in ("refused", "passing", "unknown")),
    ],
)
def test_how_a_clip_stands(spans: list[Sighting], standing: Standing) -> None:
    assert whereabouts(spans, LATER).standing == standing


def test_midnight_parts_two_days_and_a_day_has_many_hours() -> None:
    late = span("gone", 0).model_copy(update={"first": NIGHT.replace(hour=23), "last": NIGHT.replace(hour=23)})
    early = span("gone", 0).model_copy(update={"first": NIGHT + DAY - 2 * HOUR, "last": NIGHT + DAY - 2 * HOUR})
    assert whereabouts([late, early], LATER).standing == "gone"
    assert whereabouts([span("gone", 0), span("gone", 0.5)], LATER).standing == "missing"


def test_a_return_says_from_where_and_since_when() -> None:
    back = whereabouts([span("up", 0, 2), span("gone", 3, 5, words="Not Found"), span("up", 8, 20)], LATER)
    assert (back.returned, back.was, back.since, back.away) == (True, "gone", NIGHT + 8 * DAY, True)
    gone = whereabouts([span("up", 0, 2), span("gone", 3, 5, words="Not Found")], LATER)
    assert (gone.returned, gone.since, gone.words) == (False, NIGHT + 3 * DAY, "Not Found")
    assert (back.last, gone.last) == (NIGHT + 20 * DAY, NIGHT + 5 * DAY)


def test_what_was_missed_for_a_day_is_no_return_but_was_away() -> None:
    back = whereabouts([span("up", 0, 2), span("gone", 3), span("up", 4)], LATER)
    assert (back.standing, back.returned, back.away) == ("up", False, True)


def test_two_networks_that_disagree_are_no_return_each_night() -> None:
    back = whereabouts([span("up", 0, 9), span("no_access", 3, 8, network="tor")], LATER)
    assert (back.standing, back.returned, back.since) == ("up", False, NIGHT)


def test_what_comes_from_tomorrow_counts_as_never() -> None:
    spans = [span("up", 0, 2), span("gone", 3, 90)]
    assert whereabouts(spans, NIGHT + 2 * DAY).standing == "up"
    assert whereabouts(spans, NIGHT + 3 * DAY).standing == "missing"


def test_what_was_only_of_late_is_told_from_what_is_long_past() -> None:
    gone = whereabouts([span("gone", 0, 1)], LATER)
    assert gone.of_late(NIGHT + 5 * DAY)
    assert not gone.of_late(NIGHT + 8 * DAY)


SPANS = st.lists(
    st.builds(
        lambda what, first, long, network: span(what, first, first + long, network=network),
        st.sampled_from(["up", "gone", "no_access", "not_yet", "refused", "passing", "unknown"]),
        st.integers(0, 30),
        st.integers(0, 5),
        st.sampled_from(["home", "tor"]),
    ),
    max_size=8,
)


@given(SPANS)
def test_gone_was_said_on_two_days_and_nobody_saw_it_after(spans: list[Sighting]) -> None:
    found = whereabouts(spans, LATER)
    said = [one for one in spans if one.availability == "gone"]
    seen = max((one.last for one in spans if one.availability == "up"), default=NIGHT - DAY)
    if found.standing == "gone":
        assert len({moment.date() for one in said for moment in (one.first, one.last) if moment >= seen}) >= 2
        assert found.since is not None
        assert found.since >= seen


@given(SPANS, st.sampled_from(["refused", "passing", "unknown"]), st.integers(0, 40))
def test_what_is_said_of_us_changes_nothing(spans: list[Sighting], what: Availability, night: int) -> None:
    assert whereabouts([*spans, span(what, night)], LATER) == whereabouts(spans, LATER)


def test_what_comes_and_goes_for_ever_is_read_in_a_moment() -> None:
    many = [span("up" if number % 2 else "gone", number / 100) for number in range(4_001)]
    assert whereabouts(many, LATER).standing == "missing"
    assert whereabouts(many[:-1], LATER).standing == "up"
