"""Where words stand, as bytes: for each word the numbers of its segments and its places in them. Pure.

The postings of a word in one run are the steps from segment to segment, seven bits a byte (LEB128), then the places, a
byte each. They are decoded for many words at once, by numpy: some ten million a second.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Places = NDArray[np.uint8]


class Postings(NamedTuple):
    """Where one word or several stand, in the order of segments and places within each part."""

    segments: Numbers
    places: Places


NOWHERE = Postings(np.zeros(0, np.int64), np.zeros(0, np.uint8))


def encode(words: Numbers, segments: Numbers, places: Places, base: int) -> list[tuple[int, int, bytes]]:
    """Each word with how often it stands there, and its postings as bytes; segments are counted from `base`.

    The three are in the order of word, segment and place.
    """
    if not len(words):
        return []
    starts = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
    ends = np.append(starts[1:], len(words))
    steps = np.diff(segments, prepend=base)
    steps[starts] = segments[starts] - base
    lengths = 1 + (steps >= 1 << 7) + (steps >= 1 << 14) + (steps >= 1 << 21) + (steps >= 1 << 28) + (steps >= 1 << 35)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    written = np.zeros(offsets[-1], np.uint8)
    left = steps.astype(np.uint64)
    for at in range(int(lengths.max())):
        here = np.flatnonzero(lengths > at)
        more = (lengths[here] > at + 1).astype(np.uint8) << 7
        written[offsets[here] + at] = (left[here] & np.uint64(127)).astype(np.uint8) | more
        left >>= np.uint64(7)
    stepped, placed = written.tobytes(), places.tobytes()
    firsts = offsets[starts].tolist()
    lasts = offsets[ends].tolist()
    return [
        (word, end - start, stepped[first:last] + placed[start:end])
        for word, start, end, first, last in zip(
            words[starts].tolist(), starts.tolist(), ends.tolist(), firsts, lasts, strict=True
        )
    ]


def decode(rows: Sequence[tuple[int, int, bytes]]) -> Postings:
    """The postings of rows, each given by its base, its count and its bytes, one after another."""
    if not rows:
        return NOWHERE
    counts = np.array([count for _, count, _ in rows], np.int64)
    steps = _steps(np.frombuffer(b"".join(body[:-count] for _, count, body in rows), np.uint8))
    ends = np.cumsum(counts)
    starts = ends - counts
    segments = np.cumsum(steps)
    before = segments[starts] - steps[starts] - np.array([base for base, _, _ in rows], np.int64)
    segments -= np.repeat(before, counts)
    places = np.frombuffer(b"".join(body[-count:] for _, count, body in rows), np.uint8)
    return Postings(segments, places)


def _steps(written: NDArray[np.uint8]) -> Numbers:
    last = np.flatnonzero(written < 128)
    if len(last) == len(written):
        return written.astype(np.int64)
    first = np.concatenate([[0], last[:-1] + 1])
    lengths = last - first + 1
    found: Numbers = (written[first] & 127).astype(np.int64)
    for at in range(1, int(lengths.max())):
        here = np.flatnonzero(lengths > at)
        found[here] |= (written[first[here] + at] & 127).astype(np.int64) << (7 * at)
    return found
