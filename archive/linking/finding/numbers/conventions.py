"""Where a text says what its numbers are (`the number is the register's entry`), and which bare ones are meant. Pure.

A sentence declares it where a word for number and one for the register stand near each other, and either a place is
named (`in brackets`, `before the name`) or one is said to be the other. It reaches from there to the end of its text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from archive.linking.finding.numbers.digits import read_digits, stands_free
from archive.linking.finding.numbers.folded_words import MARKS, FoldedWords, wording_of
from archive.linking.finding.numbers.numerals.folding import fold
from archive.linking.finding.numbers.other_meanings import YEARS, counts, measures, numbers_something_else
from archive.linking.languages import loading
from archive.linking.languages.loading import languages, together
from archive.linking.languages.patterns import literal

Position = Literal["brackets", "before", "after", "any"]
"""Where bare numbers are entries: in brackets after a name, before or after one, or any of these at a line's ends."""

_HAN = loading.han()
_HAN_SAID = re.compile(
    rf"{literal(_HAN.declared_numbers)}(?P<gap>[^。！？\d\n]{{0,12}}?)[{_HAN.declared_copulas}][^。！？\d\n]{{0,12}}?"
    rf"{literal((*_HAN.declared_entries, *_HAN.declared_registers))}"
    rf"|{literal(_HAN.declared_entries)}(?:{_HAN.of})?{literal(_HAN.numbers_of_people)}"
    rf"[^。！？\d\n]{{0,6}}?{literal(_HAN.declared_places)}"
)
_HAN_PLACES: dict[Position, re.Pattern[str]] = {
    "brackets": re.compile(literal(_HAN.brackets)),
    "before": re.compile(literal(_HAN.before_names)),
    "after": re.compile(literal(_HAN.after_names)),
}
AHEAD, BEHIND = 14, 6
_SENTENCE_ENDS = re.compile(r"[.!?。！？؟\n]")
_EQUALS = re.compile(r"[-–—=:]")
_BRACKETS = re.compile(
    rf"(?<=[^\W\d_])[\"'»”]?[ \t\xa0{MARKS}]{{0,3}}(?P<all>[(（\[【［][ {MARKS}]{{0,2}}(?:#|№[ ]?)?"
    rf"(?P<number>\d[\d,.٬'\xa0\u202f]{{0,12}})[ {MARKS}]{{0,2}}[)）\]】］])"
)
_LINE_BEGINS = re.compile(rf"(?:^|\n)[ \t>*•#№{MARKS}-]{{0,8}}\Z")
_LINE_ENDS = re.compile(rf"[ \t.{MARKS}]{{0,4}}(?:\n|\Z)")
_NAME_FOLLOWS = re.compile(rf"[ \t.)\]:|,\-–—{MARKS}]{{1,4}}\Z")
_NAME_PRECEDES = re.compile(rf"[ \t:|,\-–—#№{MARKS}]{{1,4}}\Z")
_CLOSES = re.compile(r"[ \t]{0,2}(?:[,;.!?)،؛\n]|\Z)")
LEAST_ANYWHERE = 100
"""Smaller numbers at a line's begin number lines, unless the text says that they do not."""


@dataclass(frozen=True, slots=True)
class Convention:
    """What a text says of its numbers: the code points of the words that say so, and where the numbers stand."""

    start: int
    end: int
    language: str | None
    position: Position


def conventions(text: str) -> list[Convention]:
    """Every place at which a text says that its numbers are entries, in order."""
    wording = wording_of(text)
    numbers = {word for word in wording.distinct if _languages("numbers", word)}
    found = [d for i, word in enumerate(wording.words) if word in numbers for d in _spoken_at(wording, i)]
    for match in _HAN_SAID.finditer(text):
        places: list[Position] = [p for p, pattern in _HAN_PLACES.items() if pattern.search(_context(text, match))]
        found += [Convention(match.start(), match.end(), "zh", place) for place in places or ["any"]]
    return sorted(found, key=lambda d: d.start)


def bare_numbers(text: str, convention: Convention) -> Iterator[tuple[int, int, int]]:
    """The bare numbers that a convention makes entries, after it: (number, start, end), with brackets around them.

    Never a year, nor a number that counts or measures something. A number beside a name wants a capital letter there,
    or, in a script without capitals, the begin or end of its line.
    """
    if convention.position in ("brackets", "any"):
        yield from _bracketed(text, convention.end)
    if convention.position != "brackets":
        yield from _beside(text, convention)


def _context(text: str, match: re.Match[str]) -> str:
    return _SENTENCE_ENDS.split(text[max(0, match.start() - 12) : match.start()])[-1] + match.group()


def _spoken_at(wording: FoldedWords, index: int) -> Iterator[Convention]:
    """What the sentence around a word for number declares."""
    languages = _languages("numbers", wording.words[index])
    if not languages or wording.word(index + 1) in _COUNTING or numbers_something_else(wording, index):
        return
    first, last = _sentence(wording, index)
    registers = [i for i in range(first, last) if languages & _languages("registers", wording.words[i])]
    if not registers:
        return
    places: list[Position] = [
        place for place in _HAN_PLACES for i in range(first, last) if place in _languages("places", wording.words[i])
    ]
    ahead = next((i for i in registers if i > index), None)
    if not places and (ahead is None or not _is_said(wording, index, ahead)):
        return
    begin, end = min(index, *registers), max(index, *registers)
    language = min(languages)
    named: dict[Position, None] = dict.fromkeys(places) or {"any": None}
    for place in named:
        yield Convention(wording.starts[begin], wording.ends[end], language, place)


def _sentence(wording: FoldedWords, index: int) -> tuple[int, int]:
    """The words around one that belong to its sentence, up to the nearest digits."""
    first = last = index
    while first > 0 and index - first < BEHIND and not _parted(wording, first):
        first -= 1
    while last + 1 < len(wording.words) and last - index < AHEAD and not _parted(wording, last + 1):
        last += 1
    return first, last + 1


def _parted(wording: FoldedWords, index: int) -> bool:
    digits = wording.words[index].isdigit() or wording.words[index - 1].isdigit()
    return digits or bool(_SENTENCE_ENDS.search(wording.between(index)[:9]))


def _is_said(wording: FoldedWords, number: int, register: int) -> bool:
    """Whether the words between number and register say that one is the other."""
    return any(
        "link" in _languages("links", wording.words[i]) or bool(_EQUALS.search(wording.between(i)[:9]))
        for i in range(number + 1, register + 1)
    )


def _bracketed(text: str, begin: int) -> Iterator[tuple[int, int, int]]:
    for found in _BRACKETS.finditer(text, begin):
        read = read_digits(found["number"], 0, dotted=True)
        if read and read[1] == len(found["number"]) and read[0] not in YEARS:
            yield read[0], found.start("all"), found.end("all")


def _beside(text: str, convention: Convention) -> Iterator[tuple[int, int, int]]:
    wording, position, past = wording_of(text), convention.position, convention.end
    for index in range(wording.from_offset(convention.end), len(wording.words)):
        start = wording.starts[index]
        if start < past or not wording.words[index].isdigit():
            continue
        read = read_digits(text, start)
        past = read[1] if read else wording.ends[index]
        if not read or read[0] in YEARS or counts(wording, read[1]) or not stands_free(text, start):
            continue
        if position == "any" and read[0] < LEAST_ANYWHERE:
            continue
        before = position != "after" and _name_follows(wording, start, read[1], lines=position == "any")
        after = position != "before" and _name_precedes(wording, index, read[1], lines=position == "any")
        if before or after:
            yield read[0], start, read[1]


def _name_follows(wording: FoldedWords, start: int, end: int, *, lines: bool) -> bool:
    index = wording.from_offset(end)
    if index >= len(wording.words) or not _NAME_FOLLOWS.match(wording.text[end : wording.starts[index]][:5]):
        return False
    begins = bool(_LINE_BEGINS.search(wording.text[max(0, start - 10) : start]))
    return _is_name(wording, index, begins or lines) and (begins or not lines)


def _name_precedes(wording: FoldedWords, index: int, end: int, *, lines: bool) -> bool:
    if index == 0 or not _NAME_PRECEDES.match(wording.between(index)[:5]):
        return False
    if not _CLOSES.match(wording.text, end):
        return False
    ends = bool(_LINE_ENDS.match(wording.text, end))
    return _is_name(wording, index - 1, ends or lines) and (ends or not lines)


def _is_name(wording: FoldedWords, index: int, at_edge: bool) -> bool:
    first = wording.text[wording.starts[index]]
    return not measures(wording.words[index]) and (
        first.isupper() or (at_edge and first.isalpha() and first.lower() == first.upper())
    )


def _compiled(tables: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, bool, str]]:
    return [(fold(word.rstrip("*")), word.endswith("*"), name) for name, words in tables for word in words]


_TABLES = {
    "numbers": _compiled((one.code, one.conventions.numbers) for one in languages()),
    "registers": _compiled((one.code, one.conventions.registers) for one in languages()),
    "links": _compiled(("link", one.conventions.links) for one in languages()),
    "places": _compiled(
        (place, words)
        for one in languages()
        for place, words in (
            ("brackets", one.conventions.brackets),
            ("before", one.conventions.before),
            ("after", one.conventions.after),
        )
    ),
}
_COUNTING = frozenset(together(lambda one: one.conventions.counting))


@lru_cache(maxsize=1 << 15)
def _languages(table: str, word: str) -> frozenset[str]:
    """The names under which a table has a folded word."""
    return frozenset(n for own, stem, n in _TABLES[table] if word == own or (stem and word.startswith(own)))
