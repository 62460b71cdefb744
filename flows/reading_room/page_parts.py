"""Long lists in parts, so that no page is over 200 kB: what a page carries of one, and which part that is. Pure.

Pages are sent as they are, uncompressed, and of the 200 kB the letters of all scripts take 80, the rules of Chinese 10,
style and script 21: what a page says may take 80.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Generic, TypeVar

from markupsafe import escape
from pydantic import BaseModel

from archive.views.clip_page import ReadTranscript, Sentence

Item = TypeVar("Item", bound=BaseModel)

SENTENCES_BYTES, LINKS_BYTES, CLIPS_BYTES = 30_000, 10_000, 40_000
"""What the sentences of a page take of it, in one column or in all, the links of a clip, and the clips of an entry."""

AROUND_BYTES = 450
"""What a page writes around the words of one item."""

AROUND_EACH = 25
SHOWN, LETTERS = 10, 300
"""Of a list within an item, and of a text in it, what a page shows."""

LETTERS_AT_MOST = 5_000
"""Of one sentence; a file of captions may hold more, and the page then says where the rest is."""

JUMPS = 12
"""Links from part to part, evenly apart."""

WORDS_AT_MOST = 200
SAME_S = 0.001


@dataclass(frozen=True)
class Part(Generic[Item]):
    """One part of a list: its items with their numbers, from 1, its own number of how many, and the length of all.

    `first` counts the item that it begins with among all.
    """

    items: tuple[tuple[int, Item], ...]
    number: int
    parts: int
    count: int
    first: int

    @property
    def last(self) -> int:
        """The item that it ends with, counted likewise."""
        return self.first + len(self.items) - 1


@dataclass(frozen=True)
class SentencesOnPage(Part[Sentence]):
    """What a page carries of a transcript: a part of it, or of those of its sentences that hold some words.

    `starts` has the second at which each part begins, empty where only some sentences are shown.
    """

    transcript: ReadTranscript
    within: str
    starts: tuple[float, ...]

    @property
    def jumps(self) -> list[tuple[int, float]]:
        """Numbers of parts, evenly apart, with their seconds."""
        every = -(-len(self.starts) // JUMPS)
        return [(at + 1, self.starts[at]) for at in range(0, len(self.starts), every)] if len(self.starts) > 1 else []


def sentences_on_page(
    transcript: ReadTranscript, *, part: int | None, at: float | None, within: str = "", columns: int = 1
) -> SentencesOnPage:
    """The part that is asked for by its number, else by a second in it, else the first."""
    numbered = list(enumerate(transcript.sentences, 1))
    if within:
        numbered = list(_holding(within, numbered))
    shortened = [(number, _shortened(one)) for number, one in numbered]
    begins = _cut([_weight(one) for _, one in shortened], SENTENCES_BYTES // columns)
    starts = tuple(shortened[begin][1].start for begin in begins)
    if part is None and at is not None and not within:
        part = _holds(begins, [one.start for _, one in shortened], at)
    found = _part(shortened, begins, part or 1)
    return SentencesOnPage(**vars(found), transcript=transcript, within=within, starts=() if within else starts)


def part_of(items: Sequence[Item], number: int, most: int) -> Part[Item]:
    """A part of some items, each part of at most so many bytes on a page or of one item; the last for any later one."""
    return _part(list(enumerate(items, 1)), _cut([AROUND_BYTES + _bytes(one) for one in items], most), number)


def number_asked(text: str | None) -> int | None:
    """The number of a part. Raises ValueError for what is none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError("no number of a part")
    return max(1, int(text))


def second_asked(text: str | None) -> float | None:
    """A moment. Raises ValueError for what is none."""
    if not text:
        return None
    if not isfinite(found := float(text[:32])):
        raise ValueError("no second of a film")
    return max(0.0, found)


def _part(numbered: Sequence[tuple[int, Item]], begins: Sequence[int], number: int) -> Part[Item]:
    number = min(number, max(1, len(begins)))
    ends = [*begins[1:], len(numbered)]
    items = tuple(numbered[begins[number - 1] : ends[number - 1]]) if begins else ()
    first = begins[number - 1] + 1 if begins else 1
    return Part(items, number, max(1, len(begins)), len(numbered), first)


def _weight(sentence: Sentence) -> int:
    return AROUND_BYTES + len(escape(sentence.model_dump_json()).encode())


def _bytes(value: object) -> int:
    """What a record takes of a page that shows ten of each of its lists, and 300 letters of each text."""
    if isinstance(value, BaseModel):
        return sum(AROUND_EACH + _bytes(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, tuple):
        return sum(_bytes(one) for one in value[:SHOWN])
    return len(escape(str(value)[:LETTERS]).encode())


def _cut(weights: Sequence[int], most: int) -> list[int]:
    """Where each part begins."""
    begins, taken = list[int](), 0
    for at, weight in enumerate(weights):
        if not begins or taken + weight > most:
            begins.append(at)
            taken = 0
        taken += weight
    return begins


def _holds(begins: Sequence[int], starts: Sequence[float], second: float) -> int:
    """The number of the part with the last sentence that begins until a second."""
    last = max(0, bisect_right(starts, second + SAME_S) - 1)
    return bisect_right(begins, last)


def _holding(words: str, numbered: Sequence[tuple[int, Sentence]]) -> Iterator[tuple[int, Sentence]]:
    wanted = _folded(words)
    return (one for one in numbered if wanted in _folded(one[1].text))


def _folded(text: str) -> str:
    """A text without case and without marks over its letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn").lower()


def _shortened(one: Sentence) -> Sentence:
    if len(one.text) <= LETTERS_AT_MOST:
        return one
    return one.model_copy(update={"text": f"{one.text[:LETTERS_AT_MOST]} […]"})
