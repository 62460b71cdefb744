"""Segments that have what is looked for, out of the postings of its words; numbers alone. Pure.

How well a segment has a word is 1 where it stands there as it is written, and the likeness of the two where it only
sounds like it, less a little.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.searching.postings import NOWHERE, Numbers, Postings

HEARD = 0.9
"""What a word that only sounds like the one that is asked for is worth at most."""

_PLACE_BITS = 8


class Segments(NamedTuple):
    """Segments in the order of their numbers, each once, with how well each has what is looked for."""

    numbers: Numbers
    scores: NDArray[np.float32]


NONE = Segments(np.zeros(0, np.int64), np.zeros(0, np.float32))


def having(parts: Iterable[tuple[float, Postings]]) -> Segments:
    """The segments that any of some postings name, with the score of the best of those."""
    ordered = sorted(((score, there) for score, there in parts if len(there.segments)), key=lambda part: -part[0])
    if not ordered:
        return NONE
    numbers = np.concatenate([there.segments for _, there in ordered])
    scores = np.repeat(
        np.array([score for score, _ in ordered], np.float32), [len(there.segments) for _, there in ordered]
    )
    if len(numbers) > 1 and not (numbers[1:] >= numbers[:-1]).all():
        order = np.argsort(numbers, kind="stable")  # so that of equal ones the best comes first
        numbers, scores = numbers[order], scores[order]
    first = np.concatenate([[True], numbers[1:] != numbers[:-1]])
    return Segments(numbers[first], scores[first])


def side_by_side(words: Sequence[Postings]) -> Postings:
    """Where words stand side by side in their order, by the place of the first."""
    if not words or any(not len(there.segments) for there in words):
        return NOWHERE
    keys = [(_keys(there) - at, at) for at, there in enumerate(words)]
    keys.sort(key=lambda key: len(key[0]))
    left = keys[0][0]
    for other, _ in keys[1:]:
        left = left[is_among(left, other)]
    return Postings(left >> _PLACE_BITS, (left & 255).astype(np.uint8))


def _keys(there: Postings) -> Numbers:
    keys = (there.segments << _PLACE_BITS) | there.places
    if len(keys) > 1 and not (keys[1:] >= keys[:-1]).all():
        keys = np.sort(keys, kind="stable")
    return keys


def is_among(some: Numbers, others: Numbers) -> NDArray[np.bool_]:
    """Which of some numbers are among others, which are in order."""
    if not len(others):
        return np.zeros(len(some), bool)
    at = np.searchsorted(others, some)
    at[at == len(others)] = 0
    found: NDArray[np.bool_] = others[at] == some
    return found


def all_of(terms: Sequence[Segments]) -> Segments:
    """The segments that have every term, with the mean of their scores."""
    ordered = sorted(terms, key=lambda term: len(term.numbers))
    numbers, scores = ordered[0]
    for term in ordered[1:]:
        if not len(term.numbers):
            return NONE
        at = np.searchsorted(term.numbers, numbers)
        at[at == len(term.numbers)] = 0
        both = term.numbers[at] == numbers
        numbers, scores = numbers[both], scores[both] + term.scores[at[both]]
    return Segments(numbers, (scores / len(ordered)).astype(np.float32))


def without(found: Segments, others: Iterable[Segments]) -> Segments:
    """Those segments that none of the others names."""
    for other in others:
        left = ~is_among(found.numbers, other.numbers)
        found = Segments(found.numbers[left], found.scores[left])
    return found


def within(found: Segments, others: Segments) -> Segments:
    """Those segments that the others name too."""
    left = is_among(found.numbers, others.numbers)
    return Segments(found.numbers[left], found.scores[left])
