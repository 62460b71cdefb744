"""Where too long a sound is cut: nothing is lost, no part is too long, and the cut is where it is quietest."""

from itertools import pairwise

import numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from transcription.engines.quiet_cuts import quiet_cuts

SECOND = 16_000


@settings(deadline=None)
@given(st.integers(1, 60_000), st.integers(100, 20_000), st.integers(0, 5))
def test_parts_are_the_whole_and_none_is_too_long(size: int, longest: int, seed: int) -> None:
    sound = numpy.random.default_rng(seed).normal(0, 0.1, size).astype(numpy.float32)
    parts = quiet_cuts(sound, longest)
    assert parts[0][0] == 0
    assert parts[-1][1] == size
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert all(0 < end - begin <= longest for begin, end in parts)


def test_a_sound_that_is_short_enough_is_left_whole() -> None:
    assert quiet_cuts(numpy.ones(SECOND, numpy.float32), SECOND) == [(0, SECOND)]


def test_a_cut_lies_in_the_pause() -> None:
    """Noise of 29 s with a pause from 21.0 to 21.4 s, and a longer one too early to be of use."""
    sound = numpy.random.default_rng(3).normal(0, 0.1, 29 * SECOND).astype(numpy.float32)
    sound[3 * SECOND : 5 * SECOND] = 0
    sound[21 * SECOND : int(21.4 * SECOND)] = 0
    [(begin, cut), (again, end)] = quiet_cuts(sound, 25 * SECOND)
    assert (begin, end) == (0, sound.size)
    assert cut == again
    assert 21 * SECOND < cut < 21.4 * SECOND
