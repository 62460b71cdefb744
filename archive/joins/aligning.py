"""Two sounds laid beside each other, piece by piece: where they are the same, how far apart, how fast. Pure."""

from dataclasses import dataclass
from typing import Any, Final

import numpy
from numpy.typing import NDArray

from archive.joins.lookup import BAND
from archive.joins.soundprints import Soundprint, bits

PIECE: Final = 64
"""Items that are compared at a time, 8 seconds: less than the shortest talk, and more than chance gets right."""
HOP: Final = 32
SAME: Final = 0.25
"""Share of the bits that may differ in a piece that is the same.

Measured: at most .19 in any codec and one per cent faster or slower; two voices that say the same words had .29 and
more at the best of all shifts (decision 43).
"""
AROUND: Final = 2 * BAND
"""Items to each side of a shift that are looked at."""
FARTHEST: Final = 400
"""Bands of shift that one pair is looked at in: more would be a sound that is like itself all over."""


@dataclass(frozen=True)
class Piece:
    """A piece of the one sound, by its first item, that is the same as one of the other, `shift` items later in it."""

    at: int
    shift: int
    error: float


@dataclass(frozen=True)
class Alignment:
    """What two sounds share. `one` and `other` are the items of each that are within pieces that are the same.

    `of_one` and `of_other` are the items that say something at all. `shift` is the median of the pieces', in items;
    `speed` how much faster the other runs (1.01 is one per cent), None where that cannot be said; `breaks` how often
    the shift leaps: something was cut out, or put in.
    """

    pieces: tuple[Piece, ...]
    one: int
    other: int
    of_one: int
    of_other: int
    shift: float
    error: float
    speed: float | None
    breaks: int


def align(one: Soundprint, other: Soundprint, shifts: tuple[int, ...]) -> Alignment | None:
    """Where two sounds are the same, looked for around some shifts and around those that are found; None if nowhere."""
    best, waiting, seen = dict[int, Piece](), [shift // BAND for shift in shifts], set[int]()
    while waiting and len(seen) < FARTHEST:
        band = waiting.pop(0)
        if band in seen:
            continue
        seen.add(band)
        found = _pieces(one, other, band * BAND)
        for piece in found:
            if piece.at not in best or piece.error < best[piece.at].error:
                best[piece.at] = piece
        waiting += sorted({piece.shift // BAND + by for piece in found for by in (-1, 0, 1)} - seen)
    pieces = tuple(best[at] for at in sorted(best))
    if not pieces:
        return None
    mine = _covered(len(one.items), [piece.at for piece in pieces]) & one.telling
    theirs = _covered(len(other.items), [piece.at + piece.shift for piece in pieces]) & other.telling
    speed, breaks = _line(pieces)
    return Alignment(
        pieces=pieces,
        one=int(mine.sum()),
        other=int(theirs.sum()),
        of_one=int(one.telling.sum()),
        of_other=int(other.telling.sum()),
        shift=float(numpy.median([piece.shift for piece in pieces])),
        error=float(numpy.mean([piece.error for piece in pieces])),
        speed=speed,
        breaks=breaks,
    )


def _pieces(one: Soundprint, other: Soundprint, shift: int) -> list[Piece]:
    """The pieces of the one sound that are the same in the other, around a shift."""
    first, last = max(0, -shift - AROUND), min(len(one.items), len(other.items) - shift + AROUND) - PIECE
    starts = numpy.arange(-(-first // HOP) * HOP, last + 1, HOP)
    if not len(starts):
        return []
    starts = starts[_sums(one.telling, starts) >= PIECE // 2]
    errors = numpy.full((2 * AROUND + 1, len(starts)), numpy.inf)
    for row, by in enumerate(range(shift - AROUND, shift + AROUND + 1)):
        begin, end = max(0, -by), min(len(one.items), len(other.items) - by)
        inside = (starts >= begin) & (starts + PIECE <= end)
        if inside.any():
            differ = bits(one.items[begin:end] ^ other.items[begin + by : end + by])
            errors[row, inside] = _sums(differ, starts[inside] - begin) / (32 * PIECE)
    if not len(starts):
        return []
    best = errors.argmin(axis=0)
    least = errors[best, numpy.arange(len(starts))]
    return [
        Piece(int(starts[n]), shift - AROUND + int(best[n]), float(least[n])) for n in numpy.flatnonzero(least <= SAME)
    ]


def _sums(of_items: NDArray[Any], starts: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    """The sums over the pieces that begin at some items."""
    so_far = numpy.concatenate([[0], numpy.cumsum(of_items, dtype=numpy.int64)])
    found: NDArray[numpy.int64] = so_far[starts + PIECE] - so_far[starts]
    return found


def _covered(length: int, starts: list[int]) -> NDArray[numpy.bool_]:
    found = numpy.zeros(length, numpy.bool_)
    for at in starts:
        found[at : at + PIECE] = True
    return found


_LEAP: Final = 8
"""Items that the shift changes from one piece to the next where something was cut: 4 % make one and a half."""
_LONG_ENOUGH: Final = 6
"""Pieces over which a speed can be told: half a minute."""


def _line(pieces: tuple[Piece, ...]) -> tuple[float | None, int]:
    """How fast the other sound runs, by the longest stretch without a leap, and how many leaps there are."""
    at = numpy.array([piece.at for piece in pieces], float)
    shift = numpy.array([piece.shift for piece in pieces], float)
    leaps = numpy.flatnonzero(abs(numpy.diff(shift)) > _LEAP) + 1
    stretches = numpy.split(numpy.arange(len(pieces)), leaps)
    longest = max(stretches, key=len)
    if len(longest) < _LONG_ENOUGH:
        return None, len(leaps)
    slope = float(numpy.polyfit(at[longest], shift[longest], 1)[0])
    return 1 / (1 + slope), len(leaps)
