"""A question answered within one transaction that reads: words to their numbers, numbers to segments, those to hits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from archive.ledger.sql_conditions import begins
from archive.records.clip import Access
from archive.searching import index_tables as t
from archive.searching.clip_texts import Line
from archive.searching.filling import tag
from archive.searching.frames import Frame, PageRow, is_entry, order_of
from archive.searching.hits import KINDS, Asked, Found, Hit
from archive.searching.index_places import among, values
from archive.searching.matching import HEARD, NONE, Segments, all_of, having, side_by_side, within, without
from archive.searching.page_bodies import Rows, from_body, line_of
from archive.searching.postings import NOWHERE, Postings, decode
from archive.searching.query_reading import Query, Term
from archive.searching.sound_keys import asked_sounds
from archive.searching.word_places import Placed, words_of

BEGUN = 2_000
"""Words that a prefix stands for at most, the first by their letters."""

READ = 6_000_000
"""Places of words that are read for one question; of more, those of the texts taken in last."""

BONUS: Mapping[str, float] = {"title": 0.2, "entry": 0.3, "description": 0.05, "captions": 0.0, "segment": 0.0}
"""What a segment is worth more, by its kind, beside 1 for all words as they are written."""

FINE = 10_000
"""Steps in which scores are told apart."""


@dataclass(frozen=True)
class Sought:
    """A term, the numbers of each of its words, and how like those words are to it that only sound so."""

    term: Term
    written: tuple[tuple[int, ...], ...]
    heard: Mapping[int, float]


class Answering:
    """One question, on some shelves."""

    def __init__(self, connection: sa.Connection, frame: Frame, shelves: Sequence[int]) -> None:
        self._connection, self._frame, self._shelves = connection, frame, list(shelves)
        self.faults = list[str]()
        self.more = False

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
        return found

    def _begun(self, term: Term) -> tuple[int, ...]:
        """The numbers of words that begin so."""
        w = t.words.c
        query = sa.select(w.id).where(begins(w.word, term.words[0]), w.shelf.in_(self._shelves))
        rows = self._connection.execute(query.order_by(w.word, w.shelf).limit(BEGUN + 1)).all()
        if len(rows) > BEGUN:
            self.more = True
            self.faults.append(f"{term.shown} stands for very many words: only the first {BEGUN:,} were looked for")
        return tuple(row.id for row in rows[:BEGUN])

    def _heard(self, terms: Sequence[Term], written: Mapping[str, list[int]]) -> dict[Term, dict[int, float]]:
        """The words that sound like those that are asked for, and are written otherwise, by term."""
        vocabularies = [heard for shelf in self._shelves for heard in self._frame.heard.get(shelf, ())]
        found = dict[Term, dict[int, float]]()
        for term in terms:
            asked = asked_sounds(term.sounds)
            likes = dict[int, float]()
            for heard in vocabularies if asked else ():
                for word, score in heard.alike(asked).items():
                    likes[word] = max(score, likes.get(word, 0.0))
            if len(term.words) == 1:
                for number in written.get(term.words[0], ()):
                    likes.pop(number, None)
            found[term] = likes
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
            for run in sorted(sizes, key=lambda run: -self._frame.runs[run].base):
                if kept and sizes[run] > left:
                    break
                kept.add(run)
                left -= sizes[run]
            rows = [row for row in rows if row.run in kept]
        by_word = defaultdict[int, list[Any]](list)
        for row in rows:
            by_word[row.word].append(row)
        every = [
            row for some in by_word.values() for row in sorted(some, key=lambda row: self._frame.runs[row.run].base)
        ]
        together = decode([(self._frame.runs[row.run].base, row.many, bytes(row.body)) for row in every])
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
            rows_of = self._rows({int(pages[place]) for place in places})
            for place in places.tolist():
                row = self._frame.rows[pages[place]]
                number = line_of(rows_of[row.first][int(found.numbers[place]) - row.first]).entry or ""
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
        rows_of = self._rows({int(pages[place]) for place in best})
        rows = [(self._frame.rows[pages[place]], int(found.numbers[place])) for place in best]
        shown = [(row, line_of(rows_of[row.first][segment - row.first])) for row, segment in rows]
        placed = [words_of(line.text) for _, line in shown]
        heard = any(sought.heard for sought in terms)
        numbers = self._written({one.word for words in placed for one in words}) if heard else {}
        return [self._hit(row, line, words, terms, numbers) for (row, line), words in zip(shown, placed, strict=True)]

    def _rows(self, pages: Iterable[int]) -> dict[int, Rows]:
        """The rows of pages, by the number of their first."""
        firsts = [self._frame.rows[place].first for place in pages]
        query = f"SELECT first, body FROM search_pages WHERE {self._among('first', 'firsts')}"  # noqa: S608
        return {row.first: from_body(bytes(row.body)) for row in self._all(query, firsts=firsts)}

    def _hit(
        self,
        row: PageRow,
        line: Line,
        words: Sequence[Placed],
        terms: Sequence[Sought],
        numbers: Mapping[str, Sequence[int]],
    ) -> Hit:
        clip = self._frame.clips.get(row.clip)
        matched, why = _matched(line.text, words, terms, numbers)
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
    text: str, placed: Sequence[Placed], terms: Sequence[Sought], numbers: Mapping[str, Sequence[int]]
) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Where in a text the terms stand, and why each is taken to; `numbers` are those of the text's words."""
    by_place = defaultdict[int, list[Placed]](list)
    for one in placed:
        by_place[one.place].append(one)
    spans, why = list[tuple[int, int]](), list[str]()
    for sought in terms:
        term = sought.term
        there = list(_standing(term, by_place))
        if there:
            spans += there
            start, end = there[0]
            why.append(f"“{text[start:end]}” is there for {term.shown}")
            continue
        heard = {
            one.word: max(sought.heard.get(number, 0.0) for number in numbers[one.word])
            for one in placed
            if any(number in sought.heard for number in numbers.get(one.word, ()))
        }
        alike = [one for one in placed if one.word in heard]
        if alike:
            most = max(alike, key=lambda one: heard[one.word])
            spans += [(one.start, one.end) for one in alike if heard[one.word] == heard[most.word]]
            why.append(f"“{text[most.start : most.end]}” sounds like {term.shown} ({heard[most.word]:.2f})")
    return _joined(spans), tuple(why)


def _standing(term: Term, by_place: Mapping[int, Sequence[Placed]]) -> Iterator[tuple[int, int]]:
    """Where a term stands as it is written."""
    for at, some in by_place.items():
        if term.prefix:
            yield from ((one.start, one.end) for one in some if one.word.startswith(term.words[0]))
            continue
        row = [
            next((one for one in by_place.get(at + number, ()) if one.word == word), None)
            for number, word in enumerate(term.words)
        ]
        if row[0] and row[-1] and all(row):
            yield row[0].start, row[-1].end


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in their order, those that overlap as one."""
    found = list[tuple[int, int]]()
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
