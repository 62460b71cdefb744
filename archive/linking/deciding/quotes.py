"""Where a quote stands in the text that was linked, and what is around it. Pure.

The text of a transcript is the text of its segments, in their order, joined by one space; under corrections it is that
of the cues of its `.corrected.vtt` which have a language. The texts of a title and a description are as they were
captured, and tags are joined by a line break. Offsets count code points from 0. Masking keeps every length, so
that they hold in a masked text too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.masks import mask
from archive.records.link import Link, Passage
from transcription.cutting import MARK, beginning, ending

AROUND = 32
"""Code points before and after a quote, at most, that are kept with it, so that it is found again in a changed text."""

SENTENCES = 2
"""Sentences that are shown on each side of a quote, the one that it stands in being the first."""

SHOWN = 240
"""Code points on each side of a quote that are shown at most."""

_ENDS = re.compile(r"[.!?。！？؟۔…]+[\"'”’»）)]*\s*|\n+")


@dataclass(frozen=True, slots=True)
class InContext:
    """A quote with the words around it, masked; empty where there are none, or where the text is another by now."""

    before: str
    quote: str
    after: str


def joined(texts: Iterable[str]) -> str:
    """The text of a transcript, of the texts of its segments or cues."""
    return " ".join(texts)


def passages(link: Link) -> tuple[Passage, ...]:
    """All passages of a link, the strongest first."""
    first = Passage(where=link.where, quote=link.quote, offset=link.offset, start=link.start, end=link.end)
    return (first, *link.further)


def masked(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by name, masked; their lengths stay."""
    return {name: mask(text) for name, text in texts.items()}


def still_stands(passage: Passage, text: str | None) -> bool:
    """Whether a passage's quote stands at its place in a masked text."""
    return text is not None and text.startswith(passage.quote, passage.offset)


def in_context(passage: Passage, text: str | None) -> InContext:
    """A quote with `SENTENCES` on each side of a masked text: whole words, at most `SHOWN` code points."""
    if text is None or not still_stands(passage, text):
        return InContext("", passage.quote, "")
    end = passage.offset + len(passage.quote)
    left, right = ending(text, SHOWN, passage.offset), beginning(text, SHOWN, end)
    # The sentence that the quote begins in, and those before it.
    starts = [0, *(found.end() for found in _ENDS.finditer(left) if found.end() < len(left.rstrip()))]
    ends = [*(found.end() for found in _ENDS.finditer(right)), len(right)]
    before, after = left[starts[max(0, len(starts) - SENTENCES)] :], right[: ends[min(SENTENCES, len(ends)) - 1]]
    cut_left = before == left and len(left) < passage.offset
    cut_right = after == right and end + len(right) < len(text)
    return InContext(MARK * cut_left + before, passage.quote, after + MARK * cut_right)
