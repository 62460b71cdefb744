"""What the readers of WebVTT and SubRip find in a file: cues with their markup, and where it is not as it should be."""

import re
from collections.abc import Sized
from dataclasses import dataclass
from html import unescape

from transcription.errors import DocumentError


@dataclass(frozen=True)
class Parsed:
    """A cue as its file has it: seconds, its lines with their markup, and the line of the file with its times."""

    start: float
    end: float
    markup: str
    line: int


@dataclass(frozen=True)
class Slip:
    """Where a file is not as its format wants it: the line, from 1, what is wrong there, and what its author can do."""

    line: int
    why: str
    remedy: str = ""

    @property
    def where(self) -> str:
        """What is wrong and where, for who cannot change the file."""
        return f"line {self.line}: {self.why}"

    def __str__(self) -> str:
        return f"{self.where}; {self.remedy}" if self.remedy else self.where


Stray = tuple[int, str]
"""A `<` that begins no tag: the number of its line in its cue, from 0, and what stands there."""

MOST = 100_000
"""Cues of a file, and slips, at most: many times what a day of speech needs."""


def bounded(cues: Sized, slips: Sized) -> None:
    """Raise DocumentError where a file has more of either than is ever read."""
    for many, what in ((cues, "cues"), (slips, "slips")):
        if len(many) > MOST:
            raise DocumentError(f"more than {MOST:,} {what}: never read")


NO_CUE = "a text without times: an empty line ends a cue"
NO_EMPTY_LINE = "an empty line is wanting before this cue"

_STRAY = re.compile(r"[^>\n]{0,20}>?")
_LONG = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{7,});?")
"""A number beyond all characters, of any length."""


def referred(text: str) -> str:
    """A text with its character references read once, as HTML (section 13.2.5.72) has it; `&amp;#39;` is `&#39;`."""
    return unescape(_LONG.sub("\ufffd", text)) if "&" in text else text


def stray(markup: str, at: int) -> Stray:
    """The `<` of a cue that begins no tag."""
    return markup.count("\n", 0, at), _STRAY.match(markup, at)[0]  # type: ignore[index]


def seconds_of(parts: tuple[str | None, ...]) -> float:
    """Hours, minutes, seconds and thousandths in seconds."""
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths) / 1000
