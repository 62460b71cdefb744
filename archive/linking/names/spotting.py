"""Where a text names people of the register: candidate spans, each with all entries it may mean. Pure.

Two neighbouring words that are both like words of the register's names, or one or two that sound like a whole name,
or Han characters whose pinyin does, or that write the consonants of a name and come near it. In a script with capitals
the words must begin with one, unless the text has none (some recognisers write none).
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from archive.linking.context.groups import is_nobodys, names_nobody
from archive.linking.names import remembering
from archive.linking.names.correspondences import Spelling, skeleton, spellings
from archive.linking.names.endings import without_ending
from archive.linking.names.phonetics import joined, single, spoken, tokens
from archive.linking.names.search import NameIndex
from archive.linking.registers.register import Entry

WORD_FLOOR = 0.75
"""Likeness that each word of a name needs."""

NAME_FLOOR = 0.85
"""Likeness that a whole name needs to be a candidate."""

MARGIN = 0.06
"""Candidates as near as this to the best are its rivals."""

ONE_WORD = 0.95
"""Score of words that sound like a whole name only when written as one."""

LONG = 8
"""Sounds that one word needs to be a whole name by itself."""

HOMOPHONES = 0.85
"""Score of Han characters that only sound like an entry's name; characters that are the same score 1."""

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

_HAN = "㐀-䶿一-鿿豈-﫿𠀀-𲎯"
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670"
_LETTERS = rf"[^\W\d_{_HAN}]+(?:[{_MARKS}]+[^\W\d_{_HAN}]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’ʼʻ`\xad\u2060‐‑-]{_LETTERS})*")
_HAN_RUN = re.compile(rf"[{_HAN}](?:[·•・]?[{_HAN}])*")
_BETWEEN = re.compile(r"[ \t\n\xa0\u200c-\u200f\u202a-\u202e\u2066-\u2069-]{1,3}")

Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A span that may name somebody: code points `start` ≤ i < `end`, and every entry near the best, best first."""

    start: int
    end: int
    quote: str
    candidates: tuple[tuple[Entry, float], ...]


def words_of(text: str) -> list[Span]:
    """The words of a text with their spans; a run of Han characters is one word."""
    found = [*_WORD.finditer(text), *_HAN_RUN.finditer(text)]
    return sorted(((m.group(), m.start(), m.end()) for m in found), key=lambda span: span[1])


def name_mentions(text: str, index: NameIndex) -> list[NameMention]:
    """Every span that may name an entry's person, in order, none overlapping; the better of two that do.

    Words that name a people, a place or the like, and nobody (see `groups`), are no span, nor a name of such an entry.
    """
    spans = [(tokens(m.group()), m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
    if _capitals(text):
        spans = [s for s in spans if not s[1][0].islower()]
    hits = _near([(words, written) for words, written, *_ in spans if len(words) <= 2], index)
    found: list[tuple[int, int, dict[int, float]]] = []
    known: dict[tuple[str, ...], dict[int, float]] = {}

    def meant(words: tuple[str, ...]) -> dict[int, float]:
        if words not in known:
            scores = dict.fromkeys(index.of_sound(joined(words)), ONE_WORD)
            if len(words) == 2:
                first, second = (hits.get(word, {}) for word in words)
                for place, score in index.of_pair(first, second, NAME_FLOOR).items():
                    scores[place] = max(score, scores.get(place, 0))
                for place, score in _pinyin(words, index).items():
                    scores[place] = max(score, scores.get(place, 0))
            known[words] = scores
        return known[words]

    for i, (words, _, start, end) in enumerate(spans):
        if len(words) == 2 or (len(words) == 1 and len(joined(words)) >= LONG):
            found.append((start, end, meant(words)))
        if i + 1 < len(spans) and _BETWEEN.fullmatch(text, end, spans[i + 1][2]):
            found.append((start, spans[i + 1][3], meant((*words, *spans[i + 1][0]))))
    found.extend(_han(text, index))
    return _best(text, found, index)


def _near(spans: list[tuple[tuple[str, ...], str]], index: NameIndex) -> dict[str, dict[int, float]]:
    """For each token what it is like of the register's, by itself or without the ending of a case."""
    bare = {words[-1]: cut for words, written in spans if words and (cut := _bare(words, written))}
    every = {word for words, _ in spans for word in words} | {stem for stems in bare.values() for stem in stems}
    distinct = sorted(word for word in every if len(word) > 1)
    near = dict(zip(distinct, remembering.near(distinct, index, WORD_FLOOR), strict=True))
    found = {word: dict(likes) for word, likes in near.items()}
    for word, stems in bare.items():
        likes = found.setdefault(word, {})
        for stem in stems:
            for place, score in near.get(stem, {}).items():
                if score - CASE >= WORD_FLOOR:
                    likes[place] = max(likes.get(place, 0.0), score - CASE)
    return found


def _bare(words: tuple[str, ...], written: str) -> tuple[str, ...]:
    """What the last of a word's tokens is without the ending of a case."""
    cuts = (tokens(stem) for stem in without_ending(written))
    return tuple(cut[-1] for cut in cuts if cut and cut[:-1] == words[:-1])


def _capitals(text: str) -> bool:
    """Whether the text uses capitals, so that a name would begin with one."""
    return any(c.isupper() for c in text) and any(c.islower() for c in text)


def _han(text: str, index: NameIndex) -> list[tuple[int, int, dict[int, float]]]:
    found = []
    for run in _HAN_RUN.finditer(text):
        places = [i for i in range(run.start(), run.end()) if text[i] not in "·•・"]
        sounds = [spoken(text[i]) for i in places]
        for width in HAN_WIDTHS:
            for at in range(len(places) - width + 1):
                bearers = index.of_sound(single("".join(sounds[at : at + width])))
                start, end = places[at], places[at + width - 1] + 1
                if bearers:
                    written = re.sub("[·•・]", "", text[start:end])
                    found.append((start, end, {p: _same(index.entries[p], written) for p in bearers}))
        found.extend(_heard(text, places, index))
        if len(places) > HAN_WIDTHS.start or "·" in run.group():
            bearers = index.of_sound(single("".join(sounds)))
            written = re.sub("[·•・]", "", run.group())
            found.append((run.start(), run.end(), {p: _same(index.entries[p], written) for p in bearers}))
    return found


def _heard(text: str, places: list[int], index: NameIndex) -> list[tuple[int, int, dict[int, float]]]:
    """Where Han characters write a name of another language by its sound."""
    found: list[tuple[int, int, dict[int, float]]] = []
    known: dict[str, dict[int, float]] = {}
    bare = [skeleton(spellings(text[place])[0]) for place in places]
    for width in SYLLABLES:
        for at in range(len(places) - width + 1):
            key = "".join(bare[at : at + width])
            if len(key) >= CONSONANTS and index.has_skeleton(key):
                word = "".join(text[place] for place in places[at : at + width])
                if word not in known:
                    known[word] = index.of_skeleton(spellings(word)[0], HEARD)
                found.append((places[at], places[at + width - 1] + 1, known[word]))
    return found


def _pinyin(words: tuple[str, ...], index: NameIndex) -> dict[int, float]:
    """Whom words of pinyin syllables mean that write a name of another language by its sound."""
    cut = [spelled[1].units for word in words if len(spelled := spellings(word)) > 1]
    heard = Spelling("han", tuple(unit for units in cut for unit in units))
    return index.of_skeleton(heard, HEARD) if len(cut) == len(words) and len(skeleton(heard)) >= CONSONANTS else {}


def _same(entry: Entry, written: str) -> float:
    return 1.0 if any(re.sub("[·•・ ]", "", name) == written for name in entry.names) else HOMOPHONES


def _best(text: str, found: list[tuple[int, int, dict[int, float]]], index: NameIndex) -> list[NameMention]:
    ranked = sorted((span for span in found if span[2]), key=lambda s: (-max(s[2].values()), s[0] - s[1], s[0]))
    taken: list[tuple[int, int]] = []
    kept: list[NameMention] = []
    for start, end, scores in ranked:
        at = bisect_right(taken, (start, end))
        if (at and taken[at - 1][1] > start) or (at < len(taken) and taken[at][0] < end):
            continue
        if names_nobody(text, start, end):
            continue
        scores = {p: s for p, s in scores.items() if not all(map(is_nobodys, index.entries[p].names))}
        if not scores:
            continue
        taken.insert(at, (start, end))
        best = max(scores.values())
        near = sorted(((p, s) for p, s in scores.items() if s >= best - MARGIN), key=lambda item: (-item[1], item[0]))
        candidates = tuple((index.entries[p], round(s, 4)) for p, s in near)
        kept.append(NameMention(start, end, text[start:end], candidates))
    return sorted(kept, key=lambda mention: mention.start)
