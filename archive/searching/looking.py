"""A question answered within one transaction that reads: words to their numbers, numbers to segments, those to hits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from archive.ledger.sql_conditions import begins
from archive.records.clip import Access
from archive.searching import index_tables as t
from archive.searching.clip_texts import TRANSLATION, Line
from archive.searching.filling import _values as values
from archive.searching.filling import tag
from archive.searching.frames import Frame, is_entry, order_of
from archive.searching.hits import KINDS, Asked, Found, Hit
from archive.searching.index_places import among
from archive.searching.matching import HEARD, NONE, Segments, all_of, having, side_by_side, within, without
from archive.searching.page_bodies import from_body
from archive.searching.postings import NOWHERE, Postings, decode
from archive.searching.query_reading import Query, Term
from archive.searching.sound_keys import Heard, alike, asked_sounds, neighbours
from archive.searching.word_places import words_of

BEGUN = 2_000
"""Words that a prefix stands for at most, the first by their letters."""

SOUNDING = 8_000
"""Words of the vocabulary whose sound is compared with one that is asked for, at most."""

READ = 6_000_000
"""Places of words that are read for one question; of more, those of the texts taken in last."""

BONUS: Mapping[str, float] = {"title": 0.2, "entry": 0.3, "description": 0.05, "captions": 0.0, "segment": 0.0}
"""What a segment is worth more, by its kind, beside 1 for all words as they are written."""

FINE = 10_000
"""Steps in which scores are told apart."""


@dataclass(frozen=True)
class Sought:
    """A term with the numbers of its words: those of each of its words as they are written, and those that only sound so.

    `spoken` has words of the vocabulary by number.
    """

    term: Term
    written: tuple[tuple[int, ...], ...]
    heard: Mapping[int, float]


class Looking:
    """One question, on some shelves."""

    def __init__(self, connection: sa.Connection, frame: Frame, shelves: Sequence[int]) -> None:
        self._connection, self._frame, self._shelves = connection, frame, list(shelves)
        self.faults = list[str]()
        self.more = False
        self._spelled = dict[int, str]()

    def found(
        self, query: Query, asked: Asked, levels: frozenset[Access], *, proposals: bool, page: tuple[int, int]
    ) -> Found:
        """What a question finds: the hits from `page[0]` on, as many as `page[1]`."""
        terms, without_ = self._sought(query.terms, spoken=True), self._sought(query.without, spoken=False)
        tags = self._tags(asked)
        numbers = {
            number
            for sought in (*terms, *without_)
            for some in (*sought.written, tuple(sought.heard))
            for number in some
        }
        there = self._postings(numbers | {number for tagged in tags for number in tagged})
        having_all = all_of([self._segments(sought, there) for sought in terms]) if terms else NONE
        having_all = without(having_all, (self._segments(sought, there) for sought in without_))
        if asked.languages:
            having_all = within(having_all, having((1.0, there[number]) for number in tags[0] if number in there))
        for tagged in tags[1:]:
            having_all = within(having_all, having((1.0, there[number]) for number in tagged if number in there))
        found, pages = self._shown(having_all, asked, levels, proposals=proposals)
        hits = self._hits(found, pages, terms, page)
        return Found(tuple(hits), len(found.numbers), self.more, query.understood, (*query.faults, *self.faults))

    def _sought(self, terms: Sequence[Term], *, spoken: bool) -> list[Sought]:
        written = self._written({word for term in terms if not term.prefix for word in term.words})
        heard = self._heard(terms, written) if spoken else {}
        return [
            Sought(
                term,
                (self._begun(term),) if term.prefix else tuple(tuple(written.get(word, ())) for word in term.words),
                heard.get(term, {}),
            )
            for term in terms
        ]

    def _written(self, words: Iterable[str]) -> dict[str, list[int]]:
        """The numbers of words, one a shelf."""
        found = defaultdict[str, list[int]](list)
        query = f"SELECT word, id FROM search_words WHERE {self._among('word', 'words')} AND {self._on_shelves()}"  # noqa: S608
        for row in self._all(query, words=sorted(words)):
            found[row.word].append(row.id)
            self._spelled[row.id] = row.word
        return found

    def _begun(self, term: Term) -> tuple[int, ...]:
        """The numbers of words that begin so."""
        w = t.words.c
        query = sa.select(w.id, w.word).where(begins(w.word, term.words[0]), w.shelf.in_(self._shelves))
        rows = self._connection.execute(query.order_by(w.word, w.shelf).limit(BEGUN + 1)).all()
        if len(rows) > BEGUN:
            self.more = True
            self.faults.append(f"{term.shown} stands for very many words: only the first {BEGUN:,} were looked for")
        self._spelled |= {row.id: row.word for row in rows[:BEGUN]}
        return tuple(row.id for row in rows[:BEGUN])

    def _heard(self, terms: Sequence[Term], written: Mapping[str, list[int]]) -> dict[Term, dict[int, float]]:
        """The words that sound like those that are asked for, and are written otherwise, by term."""
        sounds = {term: [sound for one in term.sounds for sound in asked_sounds(one)] for term in terms}
        exact = {sound.key for some in sounds.values() for sound in some}
        near = {key for one in exact for key in neighbours(one)} - exact
        there = defaultdict[str, list[Heard]](list)
        for keys, most in ((exact, SOUNDING), (near, SOUNDING)):
            query = (
                f"SELECT key, word, token, codes, whole FROM search_sounds "  # noqa: S608
                f"WHERE {self._among('key', 'keys')} AND {self._on_shelves()} LIMIT {most}"
            )
            for row in self._all(query, keys=sorted(keys)):
                there[row.key].append(Heard(row.word, row.token, bytes(row.codes), row.whole))
        found = dict[Term, dict[int, float]]()
        for term, asked in sounds.items():
            keys = dict.fromkeys(key for sound in asked for key in neighbours(sound.key))
            same = (
                {number for word in term.words for number in written.get(word, ())} if len(term.words) == 1 else set()
            )
            heard = [one for key in keys for one in there.get(key, ()) if one.word not in same]
            found[term] = alike(asked, heard)
        return found

    def _tags(self, asked: Asked) -> list[list[int]]:
        """The numbers of what stands for languages, of which a segment has one, and for each of the marks."""
        languages = [tag("language", language) for language in asked.languages]
        marks = [tag("mark", mark) for mark in asked.marks]
        there = self._written([*languages, *marks]) if languages or marks else {}
        return [
            [number for one in languages for number in there.get(one, ())],
            *([*there.get(mark, ())] for mark in marks),
        ]

    def _postings(self, numbers: set[int]) -> dict[int, Postings]:
        """Where words stand, of the runs taken in last where all of them would be too much to read."""
        query = f"SELECT word, run, many, body FROM search_postings WHERE {self._among('word', 'words')}"  # noqa: S608
        rows = self._all(query, words=sorted(numbers))
        if sum(row.many for row in rows) > READ:
            self.more, left, kept = True, READ, set[int]()
            sizes = defaultdict[int, int](int)
            for row in rows:
                sizes[row.run] += row.many
            for run in sorted(sizes, key=lambda run: -self._frame.runs.get(run, 0)):
                if kept and sizes[run] > left:
                    break
                kept.add(run)
                left -= sizes[run]
            rows = [row for row in rows if row.run in kept]
        by_word = defaultdict[int, list[Any]](list)
        for row in rows:
            by_word[row.word].append(row)
        every = [row for some in by_word.values() for row in sorted(some, key=lambda row: self._frame.runs[row.run])]
        together = decode([(self._frame.runs[row.run], row.many, bytes(row.body)) for row in every])
        found, at = dict[int, Postings](), 0
        for word, some in by_word.items():
            many = sum(row.many for row in some)
            found[word] = Postings(together.segments[at : at + many], together.places[at : at + many])
            at += many
        return found

    def _segments(self, sought: Sought, there: Mapping[int, Postings]) -> Segments:
        """The segments that have a term."""
        if len(sought.written) == 1:
            parts = [(1.0, there[number]) for number in sought.written[0] if number in there]
        else:
            parts = [(1.0, side_by_side([_together(there, numbers) for numbers in sought.written]))]
        parts += [(HEARD * score, there[number]) for number, score in sought.heard.items() if number in there]
        return having(parts)

    def _shown(
        self, found: Segments, asked: Asked, levels: frozenset[Access], *, proposals: bool
    ) -> tuple[Segments, Any]:
        """Those of some segments that a question is about, with the places of their pages."""
        entries = t.ENTRIES if t.ENTRIES in self._shelves else t.SHOWN
        shown = self._frame.shown(asked, levels, proposals=proposals, shelf=entries)
        pages = self._frame.page_of(found.numbers)
        left = (pages >= 0) & (shown[pages] if len(shown) else False)
        found, pages = Segments(found.numbers[left], found.scores[left]), pages[left]
        if asked.entry is None and asked.linked is None:
            return found, pages
        kept = self._entries_kept(found, pages, asked, levels, proposals=proposals)
        return Segments(found.numbers[kept], found.scores[kept]), pages[kept]

    def _entries_kept(
        self, found: Segments, pages: Any, asked: Asked, levels: frozenset[Access], *, proposals: bool
    ) -> Any:
        """Which segments stay where entries have to be linked, or a certain one."""
        kept = np.ones(len(pages), bool)
        places = np.flatnonzero(self._frame.kinds[pages] == KINDS.index("entry"))
        if len(places):
            linked = self._frame.linked_entries(levels, proposals=proposals)
            lines = self._lines({int(pages[place]) for place in places})
            for place in places.tolist():
                row = self._frame.rows[pages[place]]
                number = lines[row.first][int(found.numbers[place]) - row.first].entry or ""
                kept[place] = (asked.linked is None or ((row.name, number) in linked) == asked.linked) and (
                    asked.entry is None or is_entry(asked.entry, row.name, number)
                )
        return kept

    def _hits(self, found: Segments, pages: Any, terms: Sequence[Sought], page: tuple[int, int]) -> list[Hit]:
        if not len(found.numbers):
            return []
        bonus = np.array([BONUS[kind] for kind in KINDS], np.float32)[self._frame.kinds[pages]]
        scores = np.round((found.scores + bonus) * FINE).astype(np.int64)
        keys = ((2 * FINE - scores) << 40) + order_of(self._frame, pages, found.numbers)
        first, many = page
        last = min(first + many, len(keys))
        if first >= last:
            return []
        best = np.argpartition(keys, last - 1)[:last] if last < len(keys) else np.arange(len(keys))
        best = best[np.argsort(keys[best], kind="stable")][first:last]
        lines = self._lines({int(pages[place]) for place in best})
        return [self._hit(int(pages[place]), int(found.numbers[place]), lines, terms) for place in best]

    def _lines(self, pages: Iterable[int]) -> dict[int, list[Line]]:
        """The lines of pages, by the number of their first."""
        firsts = [self._frame.rows[place].first for place in pages]
        query = f"SELECT first, body FROM search_pages WHERE {self._among('first', 'firsts')}"  # noqa: S608
        return {row.first: from_body(bytes(row.body)) for row in self._all(query, firsts=firsts)}

    def _hit(self, page: int, segment: int, lines: Mapping[int, list[Line]], terms: Sequence[Sought]) -> Hit:
        row = self._frame.rows[page]
        line = lines[row.first][segment - row.first]
        clip = self._frame.clips.get(row.clip)
        matched, why = _matched(line.text, terms, self._spelled)
        kind = KINDS[row.kind]
        return Hit(
            clip=clip.clip if clip else "",
            kind=kind,
            transcript=row.name or None,
            start=line.start,
            end=line.end,
            language=line.language or None,
            text=line.text,
            matched=matched,
            why=why,
            title=clip.title if clip else line.entry,
            source=clip.source if clip else None,
        )

    def _among(self, column: str, parameter: str) -> str:
        return among(self._connection, column, parameter)

    def _on_shelves(self) -> str:
        return f"shelf IN ({', '.join(map(str, self._shelves))})"

    def _all(self, query: str, **given: Sequence[Any]) -> Sequence[Any]:
        if not any(given.values()):
            return []
        bound = {name: values(self._connection, some) for name, some in given.items()}
        return self._connection.execute(sa.text(query), bound).all()


def _together(there: Mapping[int, Postings], numbers: Sequence[int]) -> Postings:
    """Where any of some words stand."""
    parts = [there[number] for number in numbers if number in there]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NOWHERE
    return Postings(np.concatenate([p.segments for p in parts]), np.concatenate([p.places for p in parts]))


def _matched(
    text: str, terms: Sequence[Sought], spelled: Mapping[int, str]
) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Where in a text the terms stand, and why each is taken to."""
    placed = words_of(text)
    by_place = defaultdict[int, list[Any]](list)
    for one in placed:
        by_place[one.place].append(one)
    spans, why = list[tuple[int, int]](), list[str]()
    del spelled
    for sought in terms:
        term = sought.term
        there = list[tuple[int, int]]()
        for at, some in by_place.items():
            if term.prefix:
                there += [(one.start, one.end) for one in some if one.word.startswith(term.words[0])]
                continue
            first = next((one for one in some if one.word == term.words[0]), None)
            last = first
            for number, word in enumerate(term.words[1:], start=1):
                last = next((one for one in by_place.get(at + number, ()) if one.word == word), None)
                if last is None:
                    break
            if first and last:
                there.append((first.start, last.end))
        if there:
            spans += there
            start, end = there[0]
            why.append(f"“{text[start:end]}” is there for {term.shown}")
            continue
        del there
        best = _heard_best(text, placed, sought)
        if best:
            spans += best[1]
            why.append(best[0])
    return _joined(spans), tuple(why)


def _heard_best(text: str, placed: Sequence[Any], sought: Sought) -> tuple[str, list[tuple[int, int]]] | None:
    """Which words of a text sound like a term."""
    asked = [sound for one in sought.term.sounds for sound in asked_sounds(one)]
    if not asked:
        return None
    from archive.searching.sound_keys import sounds_of

    keys = {key for sound in asked for key in neighbours(sound.key)}
    heard = list[Heard]()
    for number, one in enumerate(placed):
        if one.written is not None:
            heard += [
                Heard(number, sound.token, sound.codes, sound.whole)
                for sound in sounds_of(one.written)
                if sound.key in keys
            ]
    scores = alike(asked, heard)
    if not scores:
        return None
    most = max(scores.values())
    best = [number for number, score in scores.items() if score >= most - 0.005]
    one = placed[best[0]]
    why = f"“{text[one.start : one.end]}” sounds like {sought.term.shown} ({most:.2f})"
    return why, [(placed[number].start, placed[number].end) for number in best]


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in their order, those that overlap as one."""
    found = list[tuple[int, int]]()
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


__all__ = ["TRANSLATION", "Looking"]
