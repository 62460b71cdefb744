"""What is asked of the index, and what it answers, as frozen records. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["segment", "title", "description", "captions", "entry"]
"""What a hit is a piece of: a transcript or translation, a capture's title or description, captions, a register."""

KINDS: tuple[Kind, ...] = ("segment", "title", "description", "captions", "entry")


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class NotAFilter(ValueError):
    """A filter has a character that is no text: U+0000, which PostgreSQL refuses, or half of a surrogate pair."""


@dataclass(frozen=True)
class Asked:
    """A question: words, and what their clips have to be.

    `languages` are those of segments, `marks` those that a segment must all have (see `transcription.records.MARKS`;
    `translation` for a machine's). `since` and `until` are days of publication, or of capture where none is known, both
    included. `entry` is an entry's number, or `REGISTER:NUMBER`, that the clip must be linked to; `linked` whether it
    must be linked to any, `upstream` whether its source must still show it.
    """

    text: str
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    entry: str | None = None
    linked: bool | None = None
    marks: tuple[str, ...] = ()
    upstream: bool | None = None

    def __post_init__(self) -> None:
        """Raise NotAFilter; of the words such characters are passed over, since no word has them."""
        for text in (*self.languages, *self.sources, *self.marks, self.entry or ""):
            if _NO_TEXT.search(text):
                raise NotAFilter("a filter has a character that no text has (U+0000, or bytes that are not UTF-8)")


@dataclass(frozen=True)
class Hit:
    """A sentence that was found.

    `start` and `end` are moments: seconds on the clock of a browser that plays the original; None of what nobody said.
    `matched` are spans of code points of `text`, `why` sentences on what matched. `transcript` is the transcript's name
    or, of an entry, the register's; `clip` is empty then, and `title` is the entry's number.
    """

    clip: str
    kind: Kind
    transcript: str | None
    start: float | None
    end: float | None
    language: str | None
    text: str
    matched: tuple[tuple[int, int], ...]
    why: tuple[str, ...]
    title: str | None
    source: str | None


@dataclass(frozen=True)
class Found:
    """What was found: `count` in all, a lower bound where there is `more`.

    `understood` is the question as it was read, `faults` are sentences on what of it was left out.
    """

    hits: tuple[Hit, ...]
    count: int
    more: bool
    understood: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class ListedClip:
    """A clip of a source: its title, and the day of its publication, YYYYMMDD, or of its capture if none is known."""

    clip: str
    title: str | None
    day: str
