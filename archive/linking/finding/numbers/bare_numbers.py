"""A bare number right beside a name, as lists write it (`1391 — Perhat Yolwas`): the name may agree with it. Pure."""

import re
from collections.abc import Iterator

from archive.linking.finding.numbers.digits import read_digits, stands_free
from archive.linking.finding.numbers.folded_words import MARKS, FoldedWords
from archive.linking.finding.numbers.mentions import NumberMention
from archive.linking.finding.numbers.other_meanings import YEARS, counts
from transcription.cutting import beginning

LEAST = 10
"""Smaller numbers count the lines of a list."""

_REACH = 16
_BEFORE = re.compile(rf"(?P<number>\d[\d,.]{{0,8}}?)[)）\]号號.]?[ ,，:：\-–—{MARKS}]{{0,4}}\Z")
_AFTER = re.compile(rf"[ ,，:：\-–—{MARKS}]{{0,3}}[(（\[#№]?[ ]?(?=\d)")
_COUNTED = 40


def numbers_beside(text: str, start: int, end: int) -> Iterator[NumberMention]:
    """The numbers in digits with nothing but marks between them and the name from `start` to `end`; never a year."""
    before = _BEFORE.search(text, max(0, start - _REACH), start)
    if before and stands_free(text, before.start("number")):
        yield from _mention(text, before.start("number"), before.end("number"))
    if after := _AFTER.match(text, end):
        yield from _mention(text, after.end(), None)


def _mention(text: str, at: int, until: int | None) -> Iterator[NumberMention]:
    read = read_digits(text, at)
    if not read or (until is not None and read[1] != until):
        return
    value, end = read
    told = FoldedWords(beginning(text, end + _COUNTED - at, at))
    if value >= LEAST and value not in YEARS and not counts(told, end - at):
        yield NumberMention(str(value), at, end, text[at:end], strong=False)
