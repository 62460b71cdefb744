"""Where a text mentions entries by number. Pure.

Spans are code points `start` ≤ i < `end` of the text, and `quote` is exactly what stands there. What counts as a cue is
in `number_cues.py` and `han.py`, what speaks against one in `other_meanings.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from archive.linking.finding.numbers import han
from archive.linking.finding.numbers.conventions import Convention, Position, bare_numbers, conventions
from archive.linking.finding.numbers.digits import read_digits, stands_free
from archive.linking.finding.numbers.folded_words import MARKS, wording_of
from archive.linking.finding.numbers.number_cues import Cue, cue_at, may_begin
from archive.linking.finding.numbers.number_reading import Number, acceptable, number_at, number_before, number_from
from archive.linking.finding.numbers.other_meanings import (
    YEARS,
    counts,
    doubtful,
    follows_a_noun,
    han_file_of_a_court,
    han_numbers_something_else,
    numbers_something_else,
)
from archive.linking.languages import loading
from archive.linking.languages.loading import together
from archive.linking.languages.patterns import literal
from transcription.cutting import ending

WIDEST_RANGE = 10
"""`Entries 12–15` names four people; a range of more speaks of the register, and names nobody."""

LONGEST_LIST = 80
"""Code points before the last number of a list, at most, in which the others stand."""

_GAP = re.compile(rf"[ \t\xa0\u202f:：#№=\-–—(（\[\"'«“„{MARKS}]{{0,6}}\n?[ {MARKS}]{{0,2}}\Z")
_DOTTED_GAP = re.compile(rf"[ \t\xa0{MARKS}]{{0,2}}[.:°º#№][ \t\xa0:#№{MARKS}]{{0,4}}\Z")
_HAN_WORDS = loading.han()
_AND = (
    rf"{literal(together(lambda one: one.lists.conjunctions))}[ \n]|&[ ]"
    rf"|{literal(together(lambda one: one.lists.glued_conjunctions))}[ ]?|[{_HAN_WORDS.conjunctions}]"
)
_FURTHER = re.compile(rf"[ \xa0]{{0,2}}(?:[,،、，][ \n]{{0,2}})?(?:{_AND})?(?:#|№[ ]?|{_HAN_WORDS.ordinal})?")
_LEADING = re.compile(rf"(?:\d{{1,7}}[ \xa0]{{0,2}}[,،][ \n]{{0,2}})*\d{{1,7}}[ \xa0]{{1,2}}{_AND}\Z")
_RANGE = re.compile(
    rf"[ ]?(?:[-–—‐‑−]|{literal((*together(lambda one: one.lists.to), *_HAN_WORDS.to))})[ ]?", re.IGNORECASE
)
_GOES_ON = re.compile(r"[,–—-]\d")
_IS = frozenset(together(lambda one: one.lists.copulas))
_ABBREVIATED = frozenset(("№", *together(lambda one: one.lists.abbreviated)))
_GLUED = ("-", "&", "_", "@")
_HAN = re.compile("[㐀-䶿一-鿿]")
LEAST_SURE = 10
LEAST_FURTHER = 1000
LEAST_ORDINAL = 100
"""`Second recording` counts; a three-digit one hardly does."""


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number that is an entry's by its cue, or by what the text says of its numbers.

    `strong` if the cue speaks of the register itself (`Entry`), not of any number, or the text says what its numbers
    are. `doubtful` if it may well be another number: the speaker's own (`my number`), a court's (`case 291 in court`),
    that of a thing named before (`her cell was number 15`), an address's, or below 10, as lists are counted.
    `language` is the cue's, `cue` its words; a bare number has those of the convention that covers it.
    """

    entry: str
    start: int
    end: int
    quote: str
    strong: bool
    language: str | None = None
    cue: str = ""
    doubtful: bool = False


def number_mentions(text: str, declared: Iterable[Position] = ()) -> list[NumberMention]:
    """Every number that a cue says is an entry's, in order; never a bare one, a year, a date, an age or a sum.

    A weak cue (`number`, `№`) needs a number of two digits or more that is no year, and nothing beside it that says
    what else it numbers (a room, a school). `Entries 12, 34 and 56` is three, and so is `entries 12–14`, each with the
    whole range as its quote; a range of more than `WIDEST_RANGE` is none. `Entry 1 358` after an English cue is
    neither 1 nor 1358; in Russian and Kazakh, which part thousands by a space, it is 1358. Two mentions share no code
    point, but for those of one range.

    Where the text says what its numbers are (`the numbers in brackets are entry numbers`), what follows is strong, and
    bare numbers at the places it names are mentions. `declared` are places that another text of the clip names.
    """
    said, elsewhere = conventions(text), tuple(declared)
    reach = 0 if elsewhere else min((d.start for d in said), default=len(text))
    found = sorted(
        [*_Finder(text).found(), *_bare(text, [*(Convention(0, 0, None, p) for p in elsewhere), *said])],
        key=lambda m: (m.start, -m.end, not m.strong),
    )
    kept: list[NumberMention] = []
    for mention in found:
        last = kept[-1] if kept else None
        if last is None or mention.start >= last.end or _next_in_range(mention, last):
            kept.append(replace(mention, strong=mention.strong or mention.start >= reach))
    return kept


def _next_in_range(mention: NumberMention, last: NumberMention) -> bool:
    return (mention.start, mention.end) == (last.start, last.end) and int(mention.entry) == int(last.entry) + 1


def _bare(text: str, said: Iterable[Convention]) -> Iterator[NumberMention]:
    first_of: dict[Position, Convention] = {}
    for convention in said:
        first_of.setdefault(convention.position, convention)
    for convention in first_of.values():
        words = text[convention.start : convention.end]
        for value, start, end in bare_numbers(text, convention):
            yield NumberMention(str(value), start, end, text[start:end], True, convention.language, words)


class _Finder:
    """One text, searched for cues of every kind."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.wording = wording_of(text)

    def found(self) -> Iterator[NumberMention]:
        past = 0
        begin = {word for word in self.wording.distinct if may_begin(word)}
        for index in (index for index, word in enumerate(self.wording.words) if word in begin):
            # A phrase that numbers something else says so of its last word too: `criminal case number 153`.
            if index >= past and (cue := cue_at(self.wording, index, "before")):
                if numbers_something_else(self.wording, index):
                    past = cue[1]
                else:
                    yield from self._before(index, *cue)
            if cue := cue_at(self.wording, index, "after"):
                yield from self._after(index, *cue)
            if cue := cue_at(self.wording, index, "ordinal"):
                yield from self._ordinal(index, *cue)
        yield from self._han()

    def _before(self, index: int, cue: Cue, after: int) -> Iterator[NumberMention]:
        wording, text = self.wording, self.text
        start = wording.starts[index]
        glued, last = text[start - 1 : start], wording.word(after - 1)
        if glued in _GLUED or (text[start] == "#" and glued.isalnum()):
            return
        if cue.strong and (cue.numbering or not cue.many) and wording.word(after) in _IS:
            after += 1
        if after >= len(wording.words):
            return
        gap = wording.between(after)[:20]
        if not ((last in _ABBREVIATED and _DOTTED_GAP.match(gap)) or (not cue.dotted and _GAP.match(gap))):
            return
        number = number_from(wording, after, cue)
        if number and acceptable(wording, cue, number):
            yield from self._listed(cue, start, wording.ends[after - 1], number)

    def _listed(self, cue: Cue, start: int, cue_end: int, first: Number) -> Iterator[NumberMention]:
        """The number, the range it begins, or the list it begins where the cue allows one."""
        words = self.text[start:cue_end]
        high = self._range(first.end) if cue.many else None
        further = self._further(cue, (high or first).end) if cue.many or cue.strong else []
        if first.value not in YEARS:  # `kayıt numarası 1358, 2017'de`
            further = list(takewhile(lambda number: number.value not in YEARS, further))
        if not cue.many:  # `entry 14200 and 16007` means two, `entry 1358 and 20 others` one
            further = [number for number in further if number.value >= LEAST_FURTHER and number.value not in YEARS]
        if cue.listing and not further:
            return
        last = further[-1] if further else high or first
        ends_otherwise = counts(self.wording, last.end) or bool(_GOES_ON.match(self.text, last.end))
        if ends_otherwise and (not further or not cue.strong):
            return
        if high is None:
            yield self._mention(cue, first.value, start, first.end, words)
        elif cue.strong and 0 < high.value - first.value < WIDEST_RANGE:
            for value in range(first.value, high.value + 1):
                yield self._mention(cue, value, start, high.end, words)
        for number in further[: len(further) - ends_otherwise]:
            yield self._mention(cue, number.value, number.start, number.end, words)

    def _range(self, end: int) -> Number | None:
        dash = _RANGE.match(self.text, end)
        read = read_digits(self.text, dash.end(), listed=True) if dash else None
        return Number(read[0], end, read[1]) if read else None

    def _further(self, cue: Cue, end: int) -> list[Number]:
        """The rest of a list of numbers after its first."""
        numbers: list[Number] = []
        while (link := _FURTHER.match(self.text, end)) and link.group().strip(" \xa0"):
            index = self.wording.from_offset(link.end())
            if index >= len(self.wording.words) or self.wording.starts[index] != link.end():
                break
            number = number_from(self.wording, index, cue)
            if number is None or (number.spelled and not cue.strong) or not acceptable(self.wording, cue, number):
                break
            numbers.append(number)
            end = number.end
        return numbers

    def _after(self, index: int, cue: Cue, after: int) -> Iterator[NumberMention]:
        number = number_before(self.wording, index, cue)
        end = self.wording.ends[after - 1]
        if number and acceptable(self.wording, cue, number) and not counts(self.wording, end, adjective=True):
            words = self.text[self.wording.starts[index] : end]
            if cue.strong:
                for value, first, last in self._leading(number.start):
                    yield self._mention(cue, value, first, last, words)
            yield self._mention(cue, number.value, number.start, end, words)

    def _leading(self, end: int) -> list[tuple[int, int, int]]:
        """The numbers of a list before its last one (`214, 387 ve 1402 numaralı kayıtlar`), back to a year."""
        before = ending(self.text, LONGEST_LIST, end)
        begin = end - len(before)
        found = _LEADING.search(before)
        at = begin + found.start() if found else 0
        if not found or not stands_free(self.text, at):
            return []
        spans = [(at + one.start(), at + one.end()) for one in re.finditer(r"\d+", found.group())]
        numbers = [(int(self.text[start:stop]), start, stop) for start, stop in spans]
        first = next((n for n in range(len(numbers), 0, -1) if numbers[n - 1][0] in (0, *YEARS)), 0)
        return numbers[first:]

    def _ordinal(self, index: int, cue: Cue, after: int) -> Iterator[NumberMention]:
        number = number_before(self.wording, index, cue, ordinal=True)
        end = self.wording.ends[after - 1]
        if number and number.value >= LEAST_ORDINAL and number.value not in YEARS:
            yield self._mention(cue, number.value, number.start, end, self.text[self.wording.starts[index] : end])

    def _han(self) -> Iterator[NumberMention]:
        for found in han.BEFORE.finditer(self.text):
            cue = Cue(
                "zh",
                strong=bool(found["strong"]),
                numbering=True,
                many=True,
                file=bool(found["file"]),
                own=bool(found["own"]),
            )
            number = number_at(self.wording, found.end(), cue)
            free = not han_numbers_something_else(self.text, found.start())
            if number and free and acceptable(self.wording, cue, number):
                yield from self._listed(cue, found.start(), found.end() - len(found["gap"]), number)
        past = 0
        for frame in han.FRAMED.finditer(self.text):
            if frame.start() >= past:
                mentions, past = self._framed(frame)
                yield from mentions
        for frame in han.LISTED.finditer(self.text):
            cue = Cue("zh", strong=True, numbering=True)
            number = number_at(self.wording, frame.end(), cue)
            close = han.LIST_ENDS.match(self.text, number.end) if number else None
            if number and close and acceptable(self.wording, cue, number):
                yield self._mention(cue, number.value, frame.start(), close.end(), frame.group())
        for digits in han.NUMBERED.finditer(self.text):
            if int(digits["number"]) not in YEARS:
                yield self._mention(
                    Cue("zh", strong=False, numbering=True), int(digits["number"]), *digits.span(), digits.group()[-1]
                )
        for digits in han.FOLLOWED.finditer(self.text):
            close = han.AFTER.match(self.text, digits.end())
            read = read_digits(self.text, digits.start())
            if close and read and read[1] == digits.end() and stands_free(self.text, digits.start()):
                yield self._mention(Cue("zh", strong=True), read[0], digits.start(), close.end(), close.group())

    def _framed(self, frame: re.Match[str]) -> tuple[list[NumberMention], int]:
        """The numbers of 第12号, or of 第12、34和56号, and where reading ended."""
        cue = Cue("zh", strong=False, numbering=True, many=True)
        first = number_at(self.wording, frame.end(), cue)
        if not first or han_numbers_something_else(self.text, frame.start()):
            return [], frame.end()
        further = self._further(cue, first.end)
        last = further[-1] if further else first
        close = han.FRAME_ENDS.match(self.text, last.end)
        if not close or not acceptable(self.wording, cue, first) or counts(self.wording, close.end()):
            return [], last.end
        cue = replace(cue, strong=bool(close["strong"]))
        mentions = []
        for number in (first, *further):
            start = frame.start() if number is first else number.start
            end = close.end() if number is last else number.end
            mentions.append(self._mention(cue, number.value, start, end, _HAN_WORDS.ordinal))
        return mentions, close.end()

    def _mention(self, cue: Cue, value: int, start: int, end: int, words: str) -> NumberMention:
        quote = self.text[start:end]
        doubt = value < LEAST_SURE or cue.own or self._doubtful(cue, start, end, small=value < LEAST_FURTHER)
        return NumberMention(str(value), start, end, quote, cue.strong, cue.language, words.strip(), doubt)

    def _doubtful(self, cue: Cue, start: int, end: int, *, small: bool) -> bool:
        if cue.strong and not cue.file:
            return False
        if cue.language == "zh":
            return han_file_of_a_court(self.text, start, end) if cue.file else small and self._beside_han(start, end)
        first, after = self.wording.from_offset(start), self.wording.from_offset(end)
        before = small and cue.numbering and not cue.many and not self.text[start].isdigit()
        noun = before and follows_a_noun(self.wording, first)
        return noun or doubtful(self.wording, first, after - 1, file=cue.file)

    def _beside_han(self, start: int, end: int) -> bool:
        """Whether Chinese goes on right before the cue or right after the number: `帐篷编号47`, `第15号证人`."""
        beside = self.text[max(0, start - 1) : start], self.text[end : end + 1]
        return any(_HAN.match(one) and one not in _HAN_WORDS.usual for one in beside)
