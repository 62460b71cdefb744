"""An iterator that runs ahead."""

from collections.abc import Iterator
from threading import Event, active_count
from time import monotonic, sleep

import pytest

from transcription.hearing.prefetching import Prefetched


def made_until(times: int, left: Event, made: list[int]) -> Iterator[int]:
    try:
        for number in range(times):
            made.append(number)
            yield number
    finally:
        left.set()


def wait_for(threads: int) -> bool:
    end = monotonic() + 5
    while active_count() > threads and monotonic() < end:
        sleep(0.01)
    return active_count() <= threads


def test_items_come_in_order_and_the_thread_ends_with_them() -> None:
    threads = active_count()
    left = Event()
    assert list(Prefetched(made_until(50, left, []))) == list(range(50))
    assert left.is_set()
    assert wait_for(threads)


def test_it_runs_ahead_and_no_further_than_asked() -> None:
    made: list[int] = []
    ahead = Prefetched(made_until(50, Event(), made), most=2)
    end = monotonic() + 5
    while len(made) < 3 and monotonic() < end:
        sleep(0.01)
    sleep(0.1)
    assert made == [0, 1, 2]
    ahead.close()


def test_what_making_raises_comes_after_what_was_made() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no third")

    threads = active_count()
    items = iter(Prefetched(failing()))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ValueError, match="no third"):
        next(items)
    assert wait_for(threads)


def test_none_and_errors_as_items_are_items() -> None:
    error = ValueError("an item")
    assert list(Prefetched([None, error, (None,)])) == [None, error, (None,)]
    assert list(Prefetched([])) == []


def test_closing_ends_the_thread_and_closes_what_makes() -> None:
    threads = active_count()
    left = Event()
    ahead = Prefetched(made_until(10**9, left, []))
    assert next(iter(ahead)) == 0
    ahead.close()
    ahead.close()
    assert left.is_set()
    assert active_count() == threads
    assert list(ahead) == []


def test_one_that_nobody_asks_is_closed_too() -> None:
    threads = active_count()
    ahead = Prefetched(made_until(10**9, Event(), []))
    ahead.close()
    assert active_count() == threads
