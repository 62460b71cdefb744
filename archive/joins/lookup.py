"""Candidates: which pairs of sounds may hold the same, and at which shift, by items that agree in their keys. Pure.

An index of some sounds is kept in memory, and any number of others are looked up in it one after another, so that
memory is that of the index. Each agreement votes for a shift, as in Wang, "An Industrial-Strength Audio Search
Algorithm" (2003): what is the same agrees again and again at one shift, and what is not, all over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy

from archive.joins.soundprints import KEYS, Soundprint

BAND: Final = 8
"""Items of shift that are counted together: a second."""
LEAST_VOTES: Final = 6
VOTE_SHARE: Final = 0.004
"""Votes that a band needs: for each item that overlaps at its shift, and at least `LEAST_VOTES`.

One per cent faster, a fifteenth of the keys are the same, spread over a band for every 100 seconds (decision 43).
"""
COMMON: Final = 2_000
"""Places of one key, above which it is no help: some hum or noise that many sounds have."""


@dataclass(frozen=True)
class Candidate:
    """A sound of the index, by its number, and the shifts to look at: its item n + shift goes with the other's n."""

    number: int
    shifts: tuple[int, ...]


class SoundIndex:
    """The keys of some sounds, inverted: for each key where it stands. Built at once, never changed."""

    def __init__(self, sounds: Sequence[Soundprint]) -> None:
        self.sounds = tuple(sounds)
        self._starts = numpy.cumsum([0, *(len(sound.items) for sound in sounds)])
        places = [sound.looked_up.astype(numpy.int64) for sound in sounds]
        keys = numpy.concatenate([numpy.empty(0, numpy.int32), *(s.keys[s.looked_up] for s in sounds)])
        order = numpy.argsort(keys, kind="stable")
        numbers = numpy.repeat(numpy.arange(len(sounds)), [len(place) for place in places])
        joined = numpy.concatenate([numpy.empty(0, numpy.int64), *places]) + self._starts[numbers]
        self._places, self._numbers = joined[order], numbers[order]
        counts = numpy.bincount(keys, minlength=KEYS)
        self._firsts = numpy.concatenate([[0], numpy.cumsum(counts)])
        self._counts = numpy.where(counts > COMMON, 0, counts)

    def candidates(self, sound: Soundprint) -> list[Candidate]:
        """The sounds of the index that agree with this one often enough at some shift."""
        length, width = len(sound.items), len(sound.items) // BAND + 2
        if not length or not len(self._places):
            return []
        # A lane for each sound of the index, wide enough for every shift, so that no two share a band.
        lanes = self._starts[:-1] // BAND + numpy.arange(len(self.sounds)) * (width + 1)
        votes = numpy.zeros(int(self._starts[-1] // BAND) + len(self.sounds) * (width + 1) + 2, numpy.int64)
        for start in range(0, len(sound.looked_up), 4096):
            at = sound.looked_up[start : start + 4096]
            keys = sound.keys[at]
            many = self._counts[keys]
            found = numpy.repeat(self._firsts[keys] - numpy.cumsum(many) + many, many) + numpy.arange(many.sum())
            numbers = self._numbers[found]
            shifts = self._places[found] - self._starts[numbers] - numpy.repeat(at, many)
            votes += numpy.bincount(lanes[numbers] + (shifts + length) // BAND, minlength=len(votes))
        together = votes[:-1] + votes[1:]  # a shift at the edge of a band is counted in both
        bands = numpy.flatnonzero(together >= LEAST_VOTES)
        numbers = numpy.searchsorted(lanes, bands, side="right") - 1
        shifts = (bands - lanes[numbers] + 1) * BAND - length
        lengths = numpy.diff(self._starts)[numbers]
        overlap = numpy.minimum(lengths, shifts + length) - numpy.maximum(0, shifts)
        enough = together[bands] >= VOTE_SHARE * overlap
        by_sound = dict[int, list[int]]()
        for number, shift in zip(numbers[enough].tolist(), shifts[enough].tolist(), strict=True):
            by_sound.setdefault(number, []).append(shift)
        return [Candidate(number, tuple(at)) for number, at in sorted(by_sound.items())]
