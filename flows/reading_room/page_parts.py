"""Long lists in parts, so that no page is over 200 kB: what a page carries of one, and which part that is. Pure.

Pages are sent as they are, uncompressed. Of the 200 kB the letters of all scripts but Chinese take 80, style and script
21: what a page says may take 97, with the font of its Chinese that a system without one fetches.
"""

import re
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

PAGE_BYTES, LETTERS_BYTES = 198_000, 101_500
"""What a page takes with all that it brings but its film, and what of that is style, script and letters but Chinese."""

CHARACTER_BYTES = 195
"""What a character of Chinese takes that a page has not had yet, in a font and its rules: a frequent one 165."""

HAN = re.compile("[\u3400-\u9fff]")
CHINESE = re.compile("[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U000323af]+")
"""A character of Chinese, and some in a row with its punctuation and what else its fonts have."""

SENTENCES_BYTES, LINKS_BYTES, CLIPS_BYTES = 30_000, 10_000, 40_000
"""What the sentences of a page take of it, in one column or in all, the links of a clip, and the clips of an entry."""

WITH_CHINESE = 1.75
"""How much more that may be with the font of its Chinese."""

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
    begins = _cut([_weighed(one) for _, one in shortened], SENTENCES_BYTES // columns)
    starts = tuple(shortened[begin][1].start for begin in begins)
    if part is None and at is not None and not within:
        part = _holds(begins, [one.start for _, one in shortened], at)
    found = _part(shortened, begins, part or 1)
    return SentencesOnPage(**vars(found), transcript=transcript, within=within, starts=() if within else starts)


def part_of(items: Sequence[Item], number: int, most: int) -> Part[Item]:
    """A part of some items, each part of at most so many bytes on a page or of one item; the last for any later one."""
    weights = [(AROUND_BYTES + _bytes(one), "".join(_texts(one))) for one in items]
    return _part(list(enumerate(items, 1)), _cut(weights, most), number)


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


def _weighed(sentence: Sentence) -> tuple[int, str]:
    return AROUND_BYTES + len(escape(sentence.model_dump_json()).encode()), sentence.text


def _bytes(value: object) -> int:
    """What a record takes of a page that shows ten of each of its lists, and 300 letters of each text."""
    if isinstance(value, BaseModel):
        return sum(AROUND_EACH + _bytes(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, tuple):
        return sum(_bytes(one) for one in value[:SHOWN])
    return len(escape(str(value)[:LETTERS]).encode())


def _texts(value: object) -> Iterator[str]:
    """The texts of a record that a page shows."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value[:SHOWN]:
            yield from _texts(one)
    else:
        yield str(value)[:LETTERS]


def _cut(items: Sequence[tuple[int, str]], most: int) -> list[int]:
    """Where each part begins, of items with their bytes and texts."""
    begins, taken, drawn = list[int](), 0, set[str]()
    for at, (weight, text) in enumerate(items):
        characters = {*"".join(CHINESE.findall(text))}
        font = CHARACTER_BYTES * (len(drawn) + len(characters - drawn))
        if not begins or taken + weight > most or taken + weight + font > WITH_CHINESE * most:
            begins.append(at)
            taken, drawn = 0, set()
        taken += weight
        drawn |= characters
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
