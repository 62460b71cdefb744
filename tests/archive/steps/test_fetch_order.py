"""Which clips are fetched first, and how seldom what is closed is asked for again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from archive.ledger.clips import LASTING, Unheld
from archive.records.whereabouts import Standing, Whereabouts
from archive.settings.stanzas import QueueSettings
from archive.steps.fetch_order import to_fetch

NIGHT = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
QUEUE = QueueSettings()


def new(clip: str, *, seen: timedelta = -2 * DAY) -> Unheld:
    return Unheld(clip, NIGHT + seen)


def failed(clip: str, kind: str, *, ago: float = 40, times: int = 1) -> Unheld:
    return Unheld(clip, NIGHT - 50 * DAY, kind, NIGHT - ago * DAY, times)


def at(standing: Standing, *, ago: float = 40, was: Standing | None = None) -> Whereabouts:
    return Whereabouts(standing, NIGHT - ago * DAY, was=was, away=True)


def order(
    *waiting: Unheld,
    places: Mapping[str, Whereabouts] | None = None,
    queue: QueueSettings = QUEUE,
    retry: bool = False,
) -> list[str]:
    return to_fetch(waiting, places or {}, queue, now=NIGHT, retry=retry)


def test_what_is_back_and_endangered_comes_first_and_what_is_closed_last() -> None:
    found = order(
        failed("closed", "no_access"),
        failed("stumbled", "passing", ago=1),
        new("new"),
        failed("seen-away", "gone", ago=9),
        failed("back", "gone", ago=9),
        places={"back": at("up", ago=1, was="gone"), "seen-away": at("up", ago=1)},
    )
    assert found == ["back", "seen-away", "new", "stumbled", "closed"]


def test_the_settings_say_the_order() -> None:
    waiting = (failed("stumbled", "passing", ago=1), new("new"), failed("back", "gone", ago=9))
    places = {"back": at("up", ago=1, was="gone")}
    queue = QueueSettings(first=("failed", "new"))
    assert order(*waiting, places=places, queue=queue) == ["back", "stumbled", "new"]
    assert order(*waiting, places=places, queue=QueueSettings(first=("new",)))[0] == "new"


def test_a_source_that_lost_clips_this_week_is_endangered_as_a_whole_but_for_what_is_closed() -> None:
    waiting = (failed("closed", "no_access"), new("new"), failed("stumbled", "passing", ago=1))
    queue = QueueSettings(first=("failed", "endangered", "new"))
    lost, long_ago = {"x": at("gone", ago=3)}, {"x": at("gone", ago=9)}
    assert order(*waiting, places=lost, queue=queue) == ["stumbled", "closed", "new"]
    assert order(*waiting, places=lost)[-1] == order(*waiting, places=long_ago)[-1] == "closed"


def test_newest_first_by_passes_over_the_list_and_as_listed_within_one() -> None:
    minute = timedelta(minutes=1)
    first = [new(f"a{page}", seen=-9 * DAY + page * minute) for page in range(3)]
    second = [new(f"b{page}", seen=-1 * DAY + page * minute) for page in range(2)]
    assert order(*first, *second) == ["b0", "b1", "a0", "a1", "a2"]
    assert order(*second, *first, queue=QueueSettings(newest_first=False)) == ["a0", "a1", "a2", "b0", "b1"]


@pytest.mark.parametrize("kind", LASTING)
@pytest.mark.parametrize(("times", "days"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (60, 30), (9999, 30)])
def test_what_lasts_is_asked_for_ever_more_seldom(kind: str, times: int, days: int) -> None:
    assert order(failed("x", kind, ago=days - 0.01, times=times)) == []
    assert order(failed("x", kind, ago=days, times=times)) == ["x"]
    assert order(failed("x", kind, ago=-1, times=times)) == ["x"]  # by a clock that was wrong


@pytest.mark.parametrize("kind", ["passing", "not_yet", "outdated"])
def test_what_may_pass_is_asked_for_each_time(kind: str) -> None:
    assert order(failed("x", kind, ago=0, times=99)) == ["x"]


def test_a_thousand_for_members_only_neither_block_what_is_new_nor_come_at_once() -> None:
    closed = [failed(f"members-{number:04}", "no_access", ago=40 - number / 1000) for number in range(1000)]
    fresh = [new(f"new-{number}") for number in range(3)]
    found = order(*closed, *fresh)
    assert found[:3] == ["new-0", "new-1", "new-2"]
    assert found[3:] == [f"members-{number:04}" for number in range(20)]  # those that waited longest
    assert len(order(*closed, *fresh, retry=True)) == 1003
    assert order(*closed, *fresh, queue=QueueSettings(ask_again_at_most=0)) == found[:3]


def test_what_was_seen_since_it_failed_is_due_at_once() -> None:
    waiting = failed("x", "gone", ago=1, times=9)
    assert order(waiting, places={"x": at("gone", ago=3)}) == []
    assert order(waiting, places={"x": at("up", ago=2)}) == []
    assert order(waiting, places={"x": at("up", ago=0.5)}) == ["x"]
