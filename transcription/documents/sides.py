"""What the channels of a track are called to people: left and right where there are two, else by their number."""

import re
from typing import Annotated, Final

from pydantic import Field

SIDE: Final = r"left|right|channel [1-9][0-9]{0,2}"
"""How a side is written, as a regular expression."""

Side = Annotated[str, Field(pattern=f"^({SIDE})$")]

_TWO: Final = ("left", "right")


def side_of(channel: int, channels: int | None) -> Side:
    """What a channel, counted from 0, is called in a track of so many; None is two, as in a transcript's first form."""
    return _TWO[channel] if channels in (None, 2) and channel < 2 else f"channel {channel + 1}"


def channel_of(side: Side) -> int:
    """The channel that a side is, counted from 0."""
    return _TWO.index(side) if side in _TWO else int(side.rpartition(" ")[2]) - 1


def is_side(word: str) -> bool:
    """Whether a word of a label names a side."""
    return re.fullmatch(SIDE, word, re.IGNORECASE) is not None
