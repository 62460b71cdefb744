"""A number at a place of a text: in digits, in Han numerals or in words, after a cue or before one. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from archive.linking.finding.numbers import han
from archive.linking.finding.numbers.digits import read_digits, read_single_digits, stands_free
from archive.linking.finding.numbers.folded_words import MARKS, FoldedWords
from archive.linking.finding.numbers.number_cues import Cue
from archive.linking.finding.numbers.numerals.chinese import chinese
from archive.linking.finding.numbers.numerals.grammar import LARGEST, LONGEST, Grammar
from archive.linking.finding.numbers.numerals.spoken import grammars, is_numeral, is_thousand, spoken
from archive.linking.finding.numbers.other_meanings import YEARS
from archive.linking.languages.loading import languages, together
from archive.linking.languages.patterns import ending

_WITHIN = re.compile(rf"[ \t\n\xa0\u202f\-{MARKS}]{{1,2}}\Z")
_COMMAS = (", ", "، ")
_THOUSANDS = re.compile(r"[,٬.\xa0\u202f\u2009'’]")
_BEFORE_CUE = re.compile(r"[ \xa0]?[-‐‑–]?[ \xa0]?\Z")
_ENDINGS = ending(together(lambda one: one.digits.ordinals)).replace(r"\~", "[-‐‑–]")
_ORDINAL = re.compile(rf"[ ]?(?:{_ENDINGS}|\.|[-‐‑])[ ]?\Z", re.IGNORECASE)
_SPACED = frozenset(one.code for one in languages() if one.digits.thousands_by_space)
_DOTTED = frozenset(one.code for one in languages() if one.digits.thousands_by_dot)
"""Languages that part thousands by a space, and those that do by a dot, whatever the cue."""


class Number(NamedTuple):
    """A number in a text: its value, the code points it takes, and whether it is spelled in words."""

    value: int
    start: int
    end: int
    spelled: bool = False


def number_at(wording: FoldedWords, at: int, cue: Cue) -> Number | None:
    """The number in digits or Han numerals that begins at a code point."""
    spaced = (cue.strong or cue.many) and cue.language in _SPACED
    dotted = cue.strong or cue.language in _DOTTED
    read = read_digits(wording.text, at, dotted=dotted, spaced=spaced, listed=cue.many and cue.strong)
    read = read or (read_single_digits(wording.text, at) if cue.strong else None)
    if read:
        return Number(read[0], at, read[1])
    numerals = han.NUMERALS.match(wording.text, at)
    value = chinese(numerals.group()) if numerals else None
    return Number(value, at, numerals.end()) if numerals and value else None


def number_from(wording: FoldedWords, index: int, cue: Cue) -> Number | None:
    """The number that begins with a word, in digits, Han numerals or words."""
    at = wording.starts[index]
    read = number_at(wording, at, cue)
    if read or wording.words[index].isdigit():
        return read
    among = grammars(cue.language)
    if not is_numeral(wording.words[index], among):
        return None
    words = [wording.words[index]]
    for further in range(index + 1, min(index + LONGEST, len(wording.words))):
        gap = wording.between(further)[:4]
        if not _WITHIN.match(gap) and not (gap in _COMMAS and is_thousand(words[-1])):
            break
        words.append(wording.words[further])
    said = spoken(words, among)
    return Number(said[0], at, wording.ends[index + said[1] - 1], spelled=True) if said else None


def number_before(wording: FoldedWords, index: int, cue: Cue, *, ordinal: bool = False) -> Number | None:
    """The number that ends right before a word; with `ordinal` only one that is marked as an ordinal."""
    for place in range(index - 1, max(index - 4, -1), -1):
        if wording.words[place].isdigit():
            return _digits_before(wording, place, wording.starts[index], cue, _ORDINAL if ordinal else _BEFORE_CUE)
    among = grammars(cue.language)
    first = index
    while first > 0 and index - first < LONGEST and _WITHIN.match(wording.between(first)):
        if not is_numeral(wording.words[first - 1], among):
            break
        first -= 1
    for begin in range(first, index):
        read = spoken(wording.words[begin:index], among)
        if read and begin + read[1] == index and (not ordinal or _is_ordinal(wording.words[index - 1], among)):
            return Number(read[0], wording.starts[begin], wording.ends[index - 1], spelled=True)
    return None


def _digits_before(wording: FoldedWords, place: int, at: int, cue: Cue, gap: re.Pattern[str]) -> Number | None:
    first = place
    while first > 0 and place - first < 2 and _THOUSANDS.fullmatch(wording.between(first)):
        if not wording.words[first - 1].isdigit():
            break
        first -= 1
    start, end = wording.starts[first], wording.ends[place]
    whole = wording.text[start:end]
    read = read_digits(whole, 0, dotted=cue.strong or cue.language in _DOTTED)
    if not read or read[1] != len(whole) or not stands_free(wording.text, start):
        return None
    return Number(read[0], start, end) if at - end <= 12 and gap.match(wording.text[end:at]) else None


def _is_ordinal(word: str, among: Iterable[Grammar]) -> bool:
    return any(atoms and atoms[-1].last for atoms in (grammar.atoms(word) for grammar in among))


def acceptable(wording: FoldedWords, cue: Cue, number: Number) -> bool:
    """Whether a number can be meant by its cue, whatever follows it.

    A number in words is meant from 10 on after a cue of the register, from 100 on after any other: `number one
    concern` is not. After a weak cue, or one that may mean a recording, it is neither below 10 nor a year.
    """
    if not 0 < number.value <= LARGEST:
        return False
    named = cue.strong and (cue.numbering or number.value >= 10)
    if number.spelled and not named and number.value < 100:
        return False
    if cue.strong and not cue.ordinary:
        return True
    parted = not wording.text[number.start : number.end].isalnum() and not number.spelled
    return number.value >= 10 and (number.value not in YEARS or parted)
