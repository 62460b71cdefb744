"""What the readers of WebVTT and SubRip find in a file: cues with their markup, and where it is not as it should be."""

import re
from dataclasses import dataclass
from html import unescape


@dataclass(frozen=True)
class Parsed:
    """A cue as its file has it: seconds, its lines with their markup, and the line of the file with its times."""

    start: float
    end: float
    markup: str
    line: int


@dataclass(frozen=True)
class Slip:
    """Where a file is not as its format wants it: the line, from 1, and what is wrong there."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


NO_CUE = "a text without times: an empty line ends a cue"
NO_EMPTY_LINE = "an empty line is wanting before this cue"

_STRAY = re.compile(r"[^>\n]{0,20}>?")
_LONG = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{7,});?")
"""A number beyond all characters, of any length."""


def referred(text: str) -> str:
    """A text with its character references read once, as HTML (section 13.2.5.72) has it; `&amp;#39;` is `&#39;`."""
    return unescape(_LONG.sub("\ufffd", text)) if "&" in text else text


def stray(markup: str, at: int) -> tuple[int, str]:
    """What stands at a `<` that begins no tag, and in which line of its cue, from 0."""
    return markup.count("\n", 0, at), _STRAY.match(markup, at)[0]  # type: ignore[index]


def seconds_of(parts: tuple[str | None, ...]) -> float:
    """Hours, minutes, seconds and thousandths in seconds."""
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths) / 1000
