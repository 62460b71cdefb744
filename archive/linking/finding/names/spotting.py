"""Where a text names people of the register: candidate spans, each with all entries it may mean. Pure.

Two neighbouring words that are both like words of the register's names, or one or two that sound like a whole name,
or Han characters whose pinyin does, or that write the consonants of a name and come near it. In a script with capitals
the words must begin with one, unless the text has none (some recognisers write none).
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from archive.linking.context.groups import is_nobodys, names_nobody
from archive.linking.finding.names import remembering
from archive.linking.finding.names.alphabets import Language, ambiguous, languages
from archive.linking.finding.names.correspondences import Spelling, skeleton, spellings
from archive.linking.finding.names.dotted import DOT, dotted, off
from archive.linking.finding.names.endings import without_ending
from archive.linking.finding.names.phonetics import every_joined, joined, single, spoken, syllables_of, tokens
from archive.linking.finding.names.rivals import Writing, told_apart
from archive.linking.finding.names.search import NameIndex
from archive.linking.finding.names.surnames import COMMON, SURNAMES
from archive.linking.languages.patterns import HAN
from archive.linking.registers.entries import Entry

WORD_FLOOR = 0.75
"""Likeness that each word of a name needs."""

NAME_FLOOR = 0.85
"""Likeness that a whole name needs to be a candidate."""

ONE_WORD = 0.95
"""Score of words that sound like a whole name only when written as one."""

LONG = 8
"""Sounds that one word needs to be a whole name by itself."""

HOMOPHONES = 0.85
"""Score of Han characters that only sound like an entry's name; characters that are the same score 1."""

SPELLED, SURNAME = 0.01, 0.01
"""Added for characters whose pinyin is the name letter by letter, and for such as begin with a surname."""

HAN_WIDTHS = range(6, 2, -1)
"""Characters of a Han name in running text. Two are left out: too many words of everyday speech sound like a name."""

SYLLABLES = range(10, 3, -1)
"""Characters of a name of another language in running Chinese."""

CONSONANTS = 5
"""Consonants that such a name needs: fewer are met with by chance."""

HEARD = 0.77
"""Nearness that such a name needs to a whole name."""

CASE = 0.02
"""Taken off a word that is like a name's only without the ending of a case."""

ENDED = 0.35
"""Slips that the ending of a case counts as."""

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670"
_LETTERS = rf"[^\W\d_{HAN}]+(?:[{_MARKS}]+[^\W\d_{HAN}]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’ʼʻ`\xad\u2060‐‑-]{_LETTERS})*")
_HAN_RUN = re.compile(rf"[{HAN}](?:[·•・]?[{HAN}])*")
_BETWEEN = re.compile(r"[ \t\n\xa0\u200c-\u200f\u202a-\u202e\u2066-\u2069-]{1,3}")

Span = tuple[str, int, int]
Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A span that may name somebody: code points `start` ≤ i < `end`, and every entry near the best, best first.

    `apart` are entries that are near as well, which the spelling tells from the candidates.
    """

    start: int
    end: int
    quote: str
    candidates: tuple[tuple[Entry, float], ...]
    apart: tuple[tuple[Entry, float], ...] = ()


class _Found(NamedTuple):
    """A span and its entries, by their place, with their likeness; `readings` are the words as they may be meant."""

    start: int
    end: int
    scores: dict[int, float]
    readings: tuple[tuple[Writing, ...], ...] = ()

    def less(self, off: float | None) -> "_Found | None":
        """The same with something taken off, but where it is letter by letter an entry's; nothing for None."""
        sure = {place: score for place, score in self.scores.items() if score >= 1}
        some = sure if off is None else {place: score - off for place, score in self.scores.items()} | sure
        return self._replace(scores=some) if some else None

    def joined(self, other: "_Found") -> "_Found":
        """Both of one span."""
        places = self.scores.keys() | other.scores.keys()
        scores = {place: max(self.scores.get(place, 0.0), other.scores.get(place, 0.0)) for place in places}
        return _Found(self.start, self.end, scores, (*self.readings, *other.readings))


def words_of(text: str) -> list[Span]:
    """The words of a text with their spans; a run of Han characters is one word."""
    return sorted((*_letters_of(text), *_spans(_HAN_RUN, text)), key=lambda span: span[1])


def _spans(words: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple((m.group(), m.start(), m.end()) for m in words.finditer(text))


@lru_cache(maxsize=2)
def _letters_of(text: str) -> tuple[Span, ...]:
    """The words in letters of a whole text, which is asked for them more than once."""
    return _spans(_WORD, text)


def name_mentions(text: str, index: NameIndex) -> list[NameMention]:
    """Every span that may name an entry's person, in order, none overlapping; the better of two that do.

    A text that may be in several languages which spell alike is read in each of them. Words that name a people, a place
    or the like, and nobody (see `groups`), are no span, nor a name of such an entry.
    """
    found = [*_spelled(text, index), *_han(text, index)]
    return _best(text, found, index)


def _spelled(text: str, index: NameIndex) -> Iterator[_Found]:
    """Where a text names people in letters."""
    capitals = _capitals(text)
    written = [span for span in _letters_of(text) if not (capitals and span[0][0].islower())]
    first, *others = languages(text) or (None,)
    spans = [_Word(*_meant(word, first), start, end) for word, start, end in written]
    readings = [spans]
    for language in others:
        readings.append(
            [
                _Word(*_meant(word, language), start, end) if ambiguous(word) else one
                for (word, start, end), one in zip(written, spans, strict=True)
            ]
        )
    bare = {one.tokens[-1]: one.bare for row in readings for one in row if one.bare}
    named = [part for row in readings for part in _named(text, row, None if row is spans else spans)]
    hits = _near({word for words, _, _ in named if len(words) == 2 for word in words}, bare, index)
    known = _entries({words for words, _, _ in named}, hits, index)
    for words, start, end in named:
        if scores := known[words]:
            ways = tuple(((word, 0.0), *((stem, ENDED) for stem in bare.get(word, ()))) for word in words)
            yield _Found(start, end, scores, (ways,))


def _named(text: str, row: Sequence["_Word"], read: Sequence["_Word"] | None) -> Iterator[tuple[Tokens, int, int]]:
    """What may be a name by its form, in words as they are meant: one or two that stand side by side.

    Where all of a place's words have been `read` as they are, they are left out.
    """
    for i, one in enumerate(row):
        if read is not None and row[i : i + 2] == read[i : i + 2]:
            continue
        words = one.tokens
        if len(words) == 2 or (len(words) == 1 and len(_sound(words)) >= LONG):
            yield words, one.start, one.end
        if i + 1 < len(row) and _BETWEEN.fullmatch(text, one.end, row[i + 1].start):
            yield (*words, *row[i + 1].tokens), one.start, row[i + 1].end


def _entries(
    named: Collection[Tokens], hits: Mapping[str, dict[int, float]], index: NameIndex
) -> dict[Tokens, dict[int, float]]:
    """The entries, by their place, that each of several rows of words may name, with their likeness."""
    chinese = {words: heard for words in named if len(words) == 2 and (heard := _pinyin(words))}
    near = dict(zip(chinese, index.of_skeletons(list(chinese.values()), HEARD), strict=True))
    found: dict[Tokens, dict[int, float]] = {}
    for words in named:
        found[words] = scores = dict.fromkeys(index.of_sound(_sound(words)), ONE_WORD)
        if len(words) == 2:
            first, second = (hits.get(word, {}) for word in words)
            for some in (index.of_pair(first, second, NAME_FLOOR), near.get(words, {})):
                for place, score in some.items():
                    scores[place] = max(score, scores.get(place, 0))
    return found


class _Word(NamedTuple):
    """A word of a text as it is meant in one language: its tokens, the last without a case's ending, its span."""

    tokens: Tokens
    bare: Tokens
    start: int
    end: int


_sound = lru_cache(maxsize=1 << 14)(joined)


@lru_cache(maxsize=1 << 14)
def _meant(word: str, language: Language | None) -> tuple[Tokens, Tokens]:
    """The tokens of a word in a language, and what the last of them is without the ending of a case."""
    told = (language,) if language else ()
    words = tokens(word, told)
    return words, _bare(words, word, told)


def _near(words: Collection[str], bare: Mapping[str, Tokens], index: NameIndex) -> dict[str, dict[int, float]]:
    """For each token what it is like of the register's, by itself or without the ending of a case."""
    ended = {word: stems for word in words if (stems := bare.get(word))}
    every = {*words, *(stem for stems in ended.values() for stem in stems)}
    distinct = sorted(word for word in every if len(word) > 1)
    near = dict(zip(distinct, remembering.near(distinct, index, WORD_FLOOR), strict=True))
    found = {word: dict(likes) for word, likes in near.items()}
    for word, stems in ended.items():
        likes = found.setdefault(word, {})
        for stem in stems:
            for place, score in near.get(stem, {}).items():
                if score - CASE >= WORD_FLOOR:
                    likes[place] = max(likes.get(place, 0.0), score - CASE)
    return found


def _bare(words: tuple[str, ...], written: str, told: Sequence[Language]) -> tuple[str, ...]:
    """What the last of a word's tokens is without the ending of a case."""
    if not words:
        return ()
    cuts = (tokens(stem, told) for stem in without_ending(written))
    return tuple(cut[-1] for cut in cuts if cut and cut[:-1] == words[:-1])


def _capitals(text: str) -> bool:
    """Whether the text uses capitals, so that a name would begin with one."""
    return any(c.isupper() for c in text) and any(c.islower() for c in text)


def _han(text: str, index: NameIndex) -> list[_Found]:
    """Where a text names people in Han characters."""
    runs = [
        (run, [i for i in range(run.start(), run.end()) if text[i] not in "·•・"]) for run in _HAN_RUN.finditer(text)
    ]
    heard = _heard(text, [places for _, places in runs], index)
    found: list[_Found] = []
    for (run, places), by_sound in zip(runs, heard, strict=True):
        sounds = [spoken(text[i]) for i in places]
        for width in HAN_WIDTHS:
            for at in range(len(places) - width + 1):
                start, end = places[at], places[at + width - 1] + 1
                written = DOT.sub("", text[start:end])
                if written[:1] in SURNAMES or written[:2] in SURNAMES:
                    bearers = [p for sound in every_joined(tokens(written)) for p in index.of_sound(sound)]
                else:
                    bearers = index.of_sound(single("".join(sounds[at : at + width])))
                if bearers:
                    found.append(_Found(start, end, {p: _same(index.entries[p], written) for p in bearers}))
        found.extend(by_sound)
        if DOT.search(run.group()):
            found = [less for one in found if (less := one.less(off(text, one.start, one.end)))]
            found.extend(_Found(*one) for one in dotted(text, places, index))
        if len(places) > HAN_WIDTHS.start or "·" in run.group():
            bearers = index.of_sound(single("".join(sounds)))
            written = DOT.sub("", run.group())
            found.append(_Found(run.start(), run.end(), {p: _same(index.entries[p], written) for p in bearers}))
    return found


def _heard(text: str, runs: Sequence[Sequence[int]], index: NameIndex) -> Iterator[list[_Found]]:
    """For each run of Han characters, by their places, where they write a name of another language by its sound."""
    spans: list[list[tuple[str, int, int]]] = []
    for places in runs:
        bare = [skeleton(spellings(text[place])[0]) for place in places]
        written = "".join(text[place] for place in places)
        spans.append([])
        for width in SYLLABLES:
            for at in range(len(places) - width + 1):
                key = "".join(bare[at : at + width])
                if len(key) >= CONSONANTS and index.has_skeleton(key):
                    spans[-1].append((written[at : at + width], places[at], places[at + width - 1] + 1))
    words = list(dict.fromkeys(word for some in spans for word, _, _ in some))
    known = dict(zip(words, index.of_skeletons([spellings(word)[0] for word in words], HEARD), strict=True))
    return ([_Found(start, end, known[word]) for word, start, end in some if known[word]] for some in spans)


def _pinyin(words: Tokens) -> Spelling | None:
    """The syllables of words of pinyin, where they may write a name of another language by its sound."""
    cut = [spelled[1].units for word in words if len(spelled := spellings(word)) > 1]
    heard = Spelling("han", tuple(unit for units in cut for unit in units))
    return heard if len(cut) == len(words) and len(skeleton(heard)) >= CONSONANTS else None


def _same(entry: Entry, written: str) -> float:
    """How sure it is that Han characters of an entry's sound are its name."""
    if any(re.sub("[·•・ ]", "", name) == written for name in entry.names):
        return 1.0
    letters = {name.lower().replace(" ", "") for name in entry.names}
    spelled = any("".join(read).replace("v", "u") in letters for read in syllables_of(written))
    surname = written[:1] in COMMON or written[:2] in SURNAMES
    return HOMOPHONES + SPELLED * spelled + SURNAME * surname


def _best(text: str, found: list[_Found], index: NameIndex) -> list[NameMention]:
    ranked = sorted(_joined(found), key=lambda s: (-max(s.scores.values()), s.start - s.end, s.start))
    taken: list[tuple[int, int]] = []
    kept: list[NameMention] = []
    for start, end, scores, readings in ranked:
        at = bisect_right(taken, (start, end))
        if (at and taken[at - 1][1] > start) or (at < len(taken) and taken[at][0] < end):
            continue
        if names_nobody(text, start, end):
            continue
        scores = {p: s for p, s in scores.items() if not _is_nobodys(index.entries[p])}
        if not scores:
            continue
        taken.insert(at, (start, end))
        near, apart = (_ordered(some, index) for some in told_apart(scores, readings, index.entries, text[start:end]))
        kept.append(NameMention(start, end, text[start:end], near, apart))
    return sorted(kept, key=lambda mention: mention.start)


def _is_nobodys(entry: Entry) -> bool:
    """Whether none of an entry's names is a person's; the first mostly is."""
    return (not entry.latin or is_nobodys(entry.latin)) and all(map(is_nobodys, entry.names))


def _joined(found: Iterable[_Found]) -> Iterable[_Found]:
    """What was found, once for each span, whatever it was read as."""
    spans: dict[tuple[int, int], _Found] = {}
    for one in found:
        if one.scores:
            other = spans.get(one[:2])
            spans[one[:2]] = other.joined(one) if other else one
    return spans.values()


def _ordered(scores: Mapping[int, float], index: NameIndex) -> tuple[tuple[Entry, float], ...]:
    near = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple((index.entries[place], round(score, 4)) for place, score in near)
