"""Postings come back as they were written, and words meet where they stand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archive.searching.matching import NONE, Segments, all_of, having, is_among, side_by_side, within, without
from archive.searching.postings import Postings, decode, encode

stands = st.sets(
    st.tuples(st.integers(0, 5), st.integers(1_000, 1 << 36) | st.integers(1_000, 1_300), st.integers(0, 255)),
    max_size=60,
)


def as_arrays(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    words, segments, places = (np.array([row[at] for row in rows], np.int64) for at in range(3))
    return words, segments, places.astype(np.uint8)


@given(stands, st.integers(0, 1_000))
def test_come_back_as_they_were(there: set[tuple[int, int, int]], base: int) -> None:
    rows = sorted(there)
    written = encode(*as_arrays(rows), base)
    assert [word for word, _, _ in written] == sorted({word for word, _, _ in there})
    read = decode([(base, many, body) for _, many, body in written])
    assert list(zip(read.segments.tolist(), read.places.tolist(), strict=True)) == [row[1:] for row in rows]


def postings(*there: tuple[int, int]) -> Postings:
    return Postings(np.array([s for s, _ in there], np.int64), np.array([p for _, p in there], np.uint8))


def numbers(found: Segments) -> list[int]:
    return [int(number) for number in found.numbers]


def test_side_by_side_is_in_one_segment_and_in_order() -> None:
    one, other = postings((1, 0), (2, 4), (3, 249)), postings((1, 1), (2, 3), (4, 0))
    assert side_by_side([one, other]).segments.tolist() == [1]
    assert side_by_side([one, postings()]).segments.tolist() == []


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=40), st.lists(st.integers(0, 20), max_size=20)
)
def test_segments_meet_as_sets_do(first: list[tuple[int, int]], second: list[int]) -> None:
    one = having([(0.5, postings(*sorted(first))), (1.0, postings(*sorted(first)[::2]))])
    other = having([(1.0, postings(*((number, 0) for number in sorted(second))))])
    ours, theirs = {number for number, _ in first}, set(second)
    assert numbers(all_of([one, other])) == sorted(ours & theirs)
    assert numbers(without(one, [other])) == sorted(ours - theirs)
    assert numbers(within(one, other)) == sorted(ours & theirs)
    best = dict(zip(numbers(one), one.scores.tolist(), strict=True))
    assert best == {n: 1.0 if n in {m for m, _ in sorted(first)[::2]} else 0.5 for n in ours}


def test_nothing_is_nothing() -> None:
    assert having([]) is NONE
    assert decode([]).segments.tolist() == []
    assert is_among(np.array([1, 2]), np.array([], np.int64)).tolist() == [False, False]
