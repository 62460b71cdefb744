"""The sound of a clip's track as Chromaprint's items, and which of them say anything. Pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy
from numpy.typing import NDArray

Items = NDArray[numpy.uint32]

KEY_BITS: Final = (*range(1, 32, 2), 26, 30, 24, 14, 4, 2)
"""The bits of an item by which it is looked up: those that re-encoding and a changed speed turn over least.

Chromaprint gives each of its 16 classifiers two bits in Gray code; the odd one turned over half as often as the even
one in every codec measured (decision 43).
"""
KEYS: Final = 1 << len(KEY_BITS)

_STEADY: Final = 4
"""Times that a key comes again in a row and is still looked up: silence and a steady tone are one key for long."""
_SECOND: Final = 8
"""Items in a second."""
_LEAST_CHANGE: Final = 0.1
"""Share of the bits that change within a second of sound that says something; speech has 0.3 to 0.4, silence none."""


@dataclass(frozen=True)
class Soundprint:
    """The items of one track, every `transcription.media.fingerprint.ITEM_SECONDS` one."""

    clip: str
    track: int
    items: Items

    @cached_property
    def keys(self) -> NDArray[numpy.int32]:
        """The key of each item."""
        found = numpy.zeros(len(self.items), numpy.int32)
        for place, bit in enumerate(KEY_BITS):
            found |= ((self.items >> numpy.uint32(bit)) & numpy.uint32(1)).astype(numpy.int32) << place
        return found

    @cached_property
    def telling(self) -> NDArray[numpy.bool_]:
        """Of each item, whether the sound changes around it; silence and steady tones do not."""
        if len(self.items) <= _SECOND:
            return numpy.zeros(len(self.items), numpy.bool_)
        changed = bits(self.items[_SECOND:] ^ self.items[:-_SECOND]) >= 32 * _LEAST_CHANGE
        found = numpy.zeros(len(self.items), numpy.bool_)
        found[:-_SECOND] |= changed
        found[_SECOND:] |= changed
        return found

    @cached_property
    def looked_up(self) -> NDArray[numpy.int32]:
        """The places of the items that are looked up: those that say something, and that are not one key for long."""
        run = numpy.zeros(len(self.keys), numpy.bool_)
        if len(self.keys) > _STEADY:
            run[_STEADY:] = True
            for back in range(1, _STEADY + 1):
                run[_STEADY:] &= self.keys[_STEADY:] == self.keys[_STEADY - back : -back]
        return numpy.flatnonzero(self.telling & ~run).astype(numpy.int32)


def bits(items: Items) -> NDArray[numpy.uint8]:
    """How many bits are set in each item."""
    found: NDArray[numpy.uint8] = numpy.bitwise_count(items)
    return found
