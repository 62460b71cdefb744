"""Where a text mentions entries: by a number with its cue, or by a name. Pure.

Spans are code points `start` ≤ i < `end` of the text, and `quote` is exactly what stands there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.linking import cues, numerals

# A group of three after a plain space may be a thousand or the next number: read as neither.
# No possessive quantifiers here: Python before 3.11.4 matches too much with them.
_DIGITS = re.compile(
    r"(?:\d{1,3}(?:[,٬\xa0\u202f]\d{3})+|\d{1,7})(?!\d|[.,٬:/–-]\d|[ \xa0\u202f]\d{3}(?!\d)|[^\W\d_]{1,2}\d)"
)
_ALL_DIGITS = re.compile(r"(?<![\d.,:/-])(?:\d{1,3}(?:[,٬]\d{3})+|\d{1,7})(?![,٬]?\d)")
_HAN_NUMERALS = re.compile(rf"[{numerals.HAN}]{{1,12}}")
_WORDS = re.compile(r"[A-Za-z]{1,9}(?![A-Za-z])")
_FURTHER = re.compile(r"[ ]{0,2}(?:,[ ]{1,2}(?:and[ ])?|and[ ]|&[ ]|,?[ ]?及|、)")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ '’s]{0,3}$")
_FRAMED = re.compile(rf"{cues.FRAMED[0]}[ ]?(?=[\d{numerals.HAN}])")
_FRAME_ENDS = re.compile(cues.FRAMED[1])
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number with its cue. `strong` if the cue speaks of the register itself (`Entry`), not of any number."""

    entry: str
    start: int
    end: int
    quote: str
    strong: bool


def number_mentions(text: str) -> list[NumberMention]:
    """Every number that a cue says is an entry's, in order; never a bare one, a year, a date, an age or a sum.

    A weak cue (`number`, `№`) needs a number of two digits or more that is no year, and nothing beside it that says
    what else it numbers (a room, a school). `Entries 12, 34 and 56` is three.
    """
    found = sorted({*_before(text), *_after(text), *_framed(text)}, key=lambda m: (m.start, -m.end))
    kept: list[NumberMention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _before(text: str) -> Iterator[NumberMention]:
    for pattern in (cues.BEFORE, cues.BEFORE_HAN):
        for cue in pattern.finditer(text):
            strong = bool(cue.groupdict().get("strong"))
            if not strong and not _free(text, cue.start()):
                continue
            words = cue.group()
            named = bool(re.search(r"num|no\b|[#№]", words, re.IGNORECASE))
            read = _number(text, cue.end(), spelled=words[:1].isascii())
            if read is None or (
                read[2] and not (strong and (named or read[0] >= 10)) and not (named and read[0] >= 100)
            ):
                continue
            value, end, _ = read
            if _acceptable(text, value, end, strong=strong, plain="," not in text[cue.end() : end]):
                yield NumberMention(str(value), cue.start(), end, text[cue.start() : end], strong)
                if words.lower().startswith(("entries", "numbers", "条目", "條目")):
                    yield from _more(text, end, strong=strong)


def _more(text: str, end: int, *, strong: bool) -> Iterator[NumberMention]:
    """The rest of a list of numbers after its first."""
    while True:
        link = _FURTHER.match(text, end)
        read = _number(text, link.end(), spelled=False) if link else None
        if not link or not read or not _acceptable(text, read[0], read[1], strong=strong, plain=True):
            return
        end = read[1]
        yield NumberMention(str(read[0]), link.end(), end, text[link.end() : end], strong)


def _after(text: str) -> Iterator[NumberMention]:
    for digits in _ALL_DIGITS.finditer(text):
        cue = cues.AFTER.match(text, digits.end())
        if not cue:
            continue
        value, strong = _value(digits.group()), bool(cue["strong"])
        if _acceptable(text, value, cue.end(), strong=strong, plain="," not in digits.group()):
            yield NumberMention(str(value), digits.start(), cue.end(), text[digits.start() : cue.end()], strong)


def _framed(text: str) -> Iterator[NumberMention]:
    for frame in _FRAMED.finditer(text):
        read = _number(text, frame.end(), spelled=False)
        close = _FRAME_ENDS.match(text, read[1]) if read else None
        if read and close and _acceptable(text, read[0], close.end(), strong=False, plain=True):
            quote = text[frame.start() : close.end()]
            yield NumberMention(str(read[0]), frame.start(), close.end(), quote, False)


def _free(text: str, start: int) -> bool:
    """Whether the word before a weak cue leaves it free to mean an entry."""
    before = _LAST_WORD.search(text[max(0, start - 40) : start])
    return not before or before[1].lower() not in cues.NOT_BEFORE


def _number(text: str, at: int, *, spelled: bool) -> tuple[int, int, bool] | None:
    """The number at a place of a text, where it ends, and whether it is spelled in words."""
    digits = _DIGITS.match(text, at)
    if digits:
        value = _value(digits.group())
        return (value, digits.end(), False) if value else None
    han = _HAN_NUMERALS.match(text, at)
    if han:
        number = numerals.chinese(han.group())
        return (number, han.end(), False) if number else None
    if not spelled:
        return None
    words: list[str] = []
    ends: list[int] = []
    place = at
    while len(words) < 16 and (word := _WORDS.match(text, place)) and word.group().lower() in numerals.WORDS:
        words.append(word.group().lower())
        ends.append(word.end())
        place = word.end() + (text[word.end() : word.end() + 1] in (" ", "-", "\n"))
    read = numerals.english(words)
    return (read[0], ends[read[1] - 1], True) if read else None


def _value(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _acceptable(text: str, value: int, end: int, *, strong: bool, plain: bool) -> bool:
    if not 0 < value <= numerals.LARGEST or cues.UNIT.match(text, end):
        return False
    return strong or (value >= 10 and not (plain and value in _YEARS))
