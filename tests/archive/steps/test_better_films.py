"""Which of two films takes the first place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.steps.better_films import Film, compare

HELD = Film(100, 10_000_000, 720, "h264")


@pytest.mark.parametrize(
    ("new", "better", "why"),
    [
        (Film(98, 90_000_000, 2160, "h264"), False, "it lasts 98.0 s"),
        (Film(102, 1_000, 90, "h264"), True, "it lasts 102.0 s"),
        (Film(100.5, 10_000_000, 1080, "av1"), True, "its picture has 1080 lines"),
        (Film(99.5, 90_000_000, 480, "h264"), False, "its picture has 480 lines"),
        (Film(100, 12_000_000, 720, "h264"), True, "it has 960 kbit/s"),
        (Film(100, 8_000_000, 720, "h264"), False, "it has 640 kbit/s"),
        (Film(100, 12_000_000, 720, "av1"), False, "tells them apart"),
        (Film(100, 10_100_000, 720, "h264"), False, "tells them apart"),
        (Film(100, 10_000_000, None, None), False, "tells them apart"),
    ],
)
def test_length_counts_before_height_and_height_before_bits(new: Film, better: bool, why: str) -> None:
    verdict = compare(new, HELD)
    assert verdict.better is better
    assert why in verdict.why


_films = st.builds(
    Film,
    st.floats(0.1, 1e5),
    st.integers(1, 10**10),
    st.none() | st.sampled_from([90, 360, 720, 1080]),
    st.sampled_from([None, "h264", "av1"]),
)


@given(_films, _films)
def test_of_two_films_never_both_are_better(one: Film, other: Film) -> None:
    assert not (compare(one, other).better and compare(other, one).better)
    assert not compare(one, one).better
