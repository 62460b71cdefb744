"""Where a text may be cut: between words, and in scripts that write none between characters, never within one. Pure.

A word is a run of letters, marks and digits, with the apostrophes, hyphens and points inside it (`Baqytbek-uly`,
`1,358`, `hasn’t`). Han, hiragana, Thai and the other scripts without spaces are cut between characters as a reader sees
them; a name in Chinese with a point in it is not cut beside the point. What a reader sees as one character is a
grapheme cluster (Unicode Standard Annex #29): no cut falls within one. Where it would take long to know whether two
code points are one character, as in a row of flags, they are taken for one.

A word that is longer than the room is left out: better nothing than half a name. A row of more than `LONGEST_WORD`
code points is no word of any language, and is cut between characters.
"""

import unicodedata
from functools import lru_cache

MARK = "…"
"""Stands where a text was cut that is shown to a person."""

LONGEST_WORD = 100
"""Code points of the longest word: Turkish has words of 70 letters, and what recognisers repeat has thousands."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x1AAD),  # Tai Le, New Tai Lue, Khmer symbols, Buginese, Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),  # 々, 〆, 〇
    (0x3021, 0x3029),  # Hangzhou numerals
    (0x3031, 0x303B),  # repetition
    (0x3041, 0x309F),  # hiragana
    (0x3105, 0x312F),  # bopomofo
    (0x31A0, 0x31BF),  # bopomofo
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA980, 0xA9FF),  # Javanese, Myanmar
    (0xAA00, 0xAADF),  # Cham, Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # Han
    (0x16FE0, 0x18D0F),  # Tangut, Khitan
    (0x1B000, 0x1B16F),  # old kana
    (0x1B170, 0x1B2FF),  # Nüshu
    (0x20000, 0x3FFFF),  # Han
)
_KATAKANA = ((0x30A0, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))
_FLAGS = (0x1F1E6, 0x1F1FF)
_TONES = (0x1F3FB, 0x1F3FF)
_SEEN_WITH_WHAT_IS_BEFORE = frozenset("\u0e33\u0eb3\uff9e\uff9f")
"""Letters that are one character with the letter before them: Thai and Lao AM, the marks of halfwidth kana."""

_SEEN_WITH_WHAT_IS_AFTER = frozenset(
    "\u0d4e\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46"
)
"""Letters of a few Indic scripts that are one character with the letter after them."""

_WITHIN = frozenset("'’‘ʼʻ`´′-‐‑.·‧״׳")
"""What does not end a word between two of its letters."""

_WITHIN_NUMBERS = frozenset(",:/٫٬\xa0\u202f\u2009")
_OF_NAMES = frozenset("·•・‧")
"""Parts a name from a surname in Chinese and Japanese."""

_SPACE = "\u200b"
"""A space without width, which does end a word."""


def beginning(text: str, longest: int, start: int = 0) -> str:
    """What follows `start`, at most `longest` code points, as far as whole words go; `start` itself is not moved."""
    limit = start + max(0, longest)
    if limit >= len(text):
        return text[start:]
    end = limit
    while end > start and limit - end <= LONGEST_WORD and not is_between(text, end):
        end -= 1
    further = limit
    while further < len(text) and further - end <= LONGEST_WORD and not is_between(text, further):
        further += 1
    if further - end > LONGEST_WORD:
        end = limit
        while end > start and not _apart(text[end - 1], text[end]):
            end -= 1
    return text[start:end]


def ending(text: str, longest: int, end: int | None = None) -> str:
    """What is before `end` (the text's own without one), at most `longest` code points, from where a word begins."""
    end = len(text) if end is None else end
    limit = end - max(0, longest)
    if limit <= 0:
        return text[:end]
    start = limit
    while start < end and start - limit <= LONGEST_WORD and not is_between(text, start):
        start += 1
    before = limit
    while before > 0 and start - before <= LONGEST_WORD and not is_between(text, before):
        before -= 1
    if start - before > LONGEST_WORD:
        start = limit
        while start < end and not _apart(text[start - 1], text[start]):
            start += 1
    return text[start:end]


def shortened(text: str, longest: int) -> str:
    """A text of at most `longest` code points: whole words of its beginning, and a mark where any are left out."""
    return text if len(text) <= longest else beginning(text, longest - len(MARK)).rstrip() + MARK


def is_between(text: str, at: int) -> bool:
    """Whether neither a word nor a character of a text stands on both sides of `at`; so it is at the text's ends."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if not _apart(before, after):
        return False
    ours, theirs = _kind(before), _kind(after)
    if ours and theirs:
        return "han" in (ours, theirs) or (ours != theirs and "katakana" in (ours, theirs))
    if theirs and at > 1 and (further := _kind(text[at - 2])):
        return not _joins(further, before, theirs)
    if ours and at + 1 < len(text) and (further := _kind(text[at + 1])):
        return not _joins(ours, after, further)
    return True


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """What a code point is part of: `letters`, `digits`, `katakana`, `han` (any script without spaces), or no word."""
    code, category = ord(character), unicodedata.category(character)
    if category == "Nd":
        return "digits"
    if category[0] not in "LMN" and category not in ("Pc", "Cn", "Co") and character != "█":
        return ""
    if _is_in(code, _KATAKANA):
        return "katakana"
    return "han" if _is_in(code, _UNSPACED) else "letters"


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _joins(before: str, mark: str, after: str) -> bool:
    """Whether a mark stands within a word, between code points of two kinds."""
    if mark in _OF_NAMES:
        return True
    if "han" in (before, after):
        return False
    return mark in _WITHIN or (mark in _WITHIN_NUMBERS and before == after == "digits")


@lru_cache(maxsize=1 << 14)
def _apart(before: str, after: str) -> bool:
    """Whether two code points are certainly of two characters."""
    if _clings(after) or _holds(before) or (before, after) == ("\r", "\n"):
        return False
    return not all(_FLAGS[0] <= ord(one) <= _FLAGS[1] for one in (before, after))


def _clings(character: str) -> bool:
    """Whether a code point is seen with what is before it: marks, joiners, tones, what this Python does not know."""
    category = unicodedata.category(character)
    return (
        category in ("Mn", "Mc", "Me", "Cn")
        or (category == "Cf" and character != _SPACE)
        or character in _SEEN_WITH_WHAT_IS_BEFORE
        or _TONES[0] <= ord(character) <= _TONES[1]
    )


def _holds(character: str) -> bool:
    """Whether a code point is seen with what is after it: joiners, viramas, what this Python does not know."""
    category = unicodedata.category(character)
    return (
        category == "Cn"
        or (category == "Cf" and character != _SPACE)
        or (unicodedata.combining(character) == 9)
        or character in _SEEN_WITH_WHAT_IS_AFTER
    )
