"""Where sound that is too long for a model is cut: where it is quietest. Pure."""

from typing import Final

import numpy

from transcription.engines.engine import SAMPLES_A_MS, Samples

_LATEST_SHARE: Final = 3
"""A cut lies in the last third of what a model takes, so that no part is much shorter than it might be."""

_HOP: Final = 20 * SAMPLES_A_MS
_WIDTH: Final = 10
"""Hops over which loudness is taken: 200 ms, less than a pause between words, more than one within them."""


def quiet_cuts(sound: Samples, longest: int) -> list[tuple[int, int]]:
    """The first sample and the end of each part, none longer than `longest` samples, all of the sound together."""
    parts, begin = [], 0
    while sound.size - begin > longest:
        first = begin + longest - longest // _LATEST_SHARE
        cut = first + _quietest(sound[first : begin + longest])
        parts.append((begin, cut))
        begin = cut
    return [*parts, (begin, sound.size)]


def _quietest(sound: Samples) -> int:
    """The middle of the quietest 200 ms, in samples; the middle of all where there is not so much."""
    hops = sound.size // _HOP
    if hops < _WIDTH:
        return max(1, sound.size // 2)
    power = (sound[: hops * _HOP].astype(numpy.float64) ** 2).reshape(hops, _HOP).mean(axis=1)
    loudness = numpy.convolve(power, numpy.ones(_WIDTH), mode="valid")
    return int((loudness.argmin() + _WIDTH / 2) * _HOP)
