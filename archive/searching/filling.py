"""Texts taken into the index: their words and sounds, where they stand, and the pages to show them from.

What is taken in within one transaction is a run, see `merging`.
"""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from archive.ledger.kept_texts import kept
from archive.searching import index_tables as t
from archive.searching.clip_texts import ClipFacts, Line, Text
from archive.searching.hits import KINDS
from archive.searching.index_places import among, insert, values
from archive.searching.letter_folding import folded
from archive.searching.merging import AT_ONCE, Runs
from archive.searching.page_bodies import MOST, from_body, line_of, to_body
from archive.searching.postings import Numbers, encode
from archive.searching.sound_keys import Heard, Sound, sounds_of
from archive.searching.word_places import plain_words, words_of

NO_CLIP = -1
TAG_PLACE = 255
"""The place of what is no word of a text, but its language or a mark."""

COUNTED = ("version", "segment", "word", "clip", "run", "gone")
"""What is counted as facts: changes, numbers given so far, and pages that are gone."""

REMEMBERED = 1 << 19
"""Spellings of words whose sounds are known to be there already, in one process."""


def tag(kind: str, value: str) -> str:
    """What stands in the vocabulary for a language or a mark: no word of a text has such a character."""
    return f"\x01{kind}:{value}"


@dataclass
class _Shelf:
    """What is taken in on one shelf: its words, and for each place of one its word, segment and place."""

    words: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    standing: "array[int]" = field(default_factory=lambda: array("q"))
    segments: "array[int]" = field(default_factory=lambda: array("q"))
    places: bytearray = field(default_factory=bytearray)
    many: int = 0

    def take(self, line: Line, segment: int) -> None:
        """A line's words, its language and its marks."""
        self.many += 1
        numbers = self._plain(line.text)
        if numbers is not None:
            self._stand(numbers, segment, range(len(numbers)))
        else:
            placed = words_of(line.text)
            self._stand([self._number(one.word, one.written) for one in placed], segment, [one.place for one in placed])
        told = (*(tag("mark", mark) for mark in line.marks), tag("language", line.language or ""))
        self._stand([self._number(one, None) for one in told], segment, [TAG_PLACE] * len(told))

    def _plain(self, text: str) -> list[int] | None:
        """The words of a text of which each has the place after the one before; None where some may have another."""
        written = plain_words(text)
        if written is None:
            return None
        known = self.written
        try:
            return [known[word] for word in written]
        except KeyError:
            for word in written:
                if word not in known:
                    if not (word_ := folded(word)):
                        return None
                    self._number(word_, word)
            return [known[word] for word in written]

    def _number(self, word: str, written: str | None) -> int:
        number = self.words.setdefault(word, len(self.words))
        if written is not None:
            self.written.setdefault(written, number)
        return number

    def _stand(self, words: Sequence[int], segment: int, places: Iterable[int]) -> None:
        self.standing.extend(words)
        self.segments.extend([segment] * len(words))
        self.places.extend(places)


@dataclass(frozen=True)
class There:
    """A clip as it is there: its number, its shelf, None where its texts are gone, and which texts they are."""

    number: int
    shelf: int | None
    digest: str


class Filling:
    """The index within one transaction that writes. `known` is kept by the caller from one to the next."""

    def __init__(self, connection: sa.Connection, known: set[int]) -> None:
        self._connection, self._known = connection, known
        self._facts = {row.name: row.value for row in connection.execute(sa.select(t.facts))}
        self._counts = {name: int(self._facts.get(name, "0")) for name in COUNTED}
        self._counts["version"] += 1
        self.runs = Runs(connection, self._counts)
        self._shelves: dict[int, _Shelf] = defaultdict(_Shelf)
        self._clips, self._pages = list[tuple[Any, ...]](), list[tuple[Any, ...]]()
        self._base = self._counts["segment"]

    def fact(self, name: str) -> str | None:
        """A fact of the index, None if it was never set."""
        return self._facts.get(name)

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact."""
        if self._facts.get(name) != value:
            self._facts[name] = value
            self._connection.execute(sa.delete(t.facts).where(t.facts.c.name == name))
            self._connection.execute(sa.insert(t.facts).values(name=name, value=value))

    def there(self, clips: Sequence[str]) -> dict[str, "There"]:
        """How some clips are there, of those that ever were."""
        which = among(self._connection, "clip", "clips")
        query = sa.text(f"SELECT clip, number, shelf, digest, gone FROM search_clips WHERE {which}")  # noqa: S608
        rows = self._connection.execute(query, {"clips": values(self._connection, clips)})
        return {row.clip: There(row.number, None if row.gone else row.shelf, row.digest) for row in rows}

    def keep(self, facts: ClipFacts, before: "There | None") -> int:
        """Keep what is asked of a clip besides its words; give its number here."""
        number = before.number if before else self._next("clip")
        if before:
            self._connection.execute(sa.delete(t.clips).where(t.clips.c.number == number))
        links = json.dumps([[link.register, link.entry, link.positive] for link in facts.links], ensure_ascii=False)
        shelf, version = t.SHELVES[facts.level], self._counts["version"]
        about = (facts.source, facts.day, facts.title, facts.upstream, links, facts.digest)
        self._clips.append((number, facts.clip, shelf, *(_written(one) for one in about), version, False))
        return number

    def forget(self, clips: Iterable[str]) -> None:
        """Take clips out: their texts are found no more from the end of the transaction on."""
        for clip in clips:
            c = t.clips.c
            number = self._connection.scalar(sa.select(c.number).where(c.clip == clip))
            if number is not None:
                self.clear(int(number))
                gone = {"gone": True, "changed": self._counts["version"], "digest": "", "links": "[]", "title": None}
                self._connection.execute(sa.update(t.clips).where(c.number == number).values(gone))

    def clear(self, clip: int) -> None:
        """Take the texts of a clip out."""
        self._clear(t.pages.c.clip == clip)

    def clear_register(self, shelf: int, register: str | None = None) -> None:
        """Take out the entries of a register, or of all, that stand on a shelf."""
        mine = t.pages.c.shelf == shelf
        self._clear(mine if register is None else mine & (t.pages.c.name == register))

    def entries(self) -> Iterator[tuple[str, list[Line]]]:
        """The entries of each register, by pages."""
        p = t.pages.c
        query = sa.select(p.name, p.body).where(p.shelf == t.ENTRIES, ~p.gone).order_by(p.first)
        for row in self._connection.execute(query).all():
            yield row.name, list(map(line_of, from_body(bytes(row.body))))

    def _clear(self, which: sa.ColumnElement[bool]) -> None:
        gone = {"gone": True, "body": b"", "changed": self._counts["version"]}
        changed = self._connection.execute(sa.update(t.pages).where(which, ~t.pages.c.gone).values(gone))
        self._counts["gone"] += changed.rowcount

    @property
    def gone(self) -> int:
        """How many pages are gone, and still named by postings."""
        return self._counts["gone"]

    def add(self, shelf: int, clip: int, text: Text) -> None:
        """Take a text in."""
        taken = self._shelves[shelf]
        for start in range(0, len(text.lines), MOST):
            lines = text.lines[start : start + MOST]
            first = self._counts["segment"]
            for number, line in enumerate(lines):
                taken.take(line, first + number)
            self._counts["segment"] += len(lines)
            kind, version = KINDS.index(text.kind), self._counts["version"]
            self._pages.append((first, len(lines), shelf, clip, kind, text.name, to_body(lines), version, False))

    def end(self) -> None:
        """Write what was taken in. Call it once, at the end of the transaction."""
        insert(self._connection, t.clips, self._clips)
        insert(self._connection, t.pages, self._pages)
        self._clips, self._pages = [], []
        heard = dict[str, tuple[Sound, ...]]()
        for shelf, taken in self._shelves.items():
            self._write(shelf, taken, heard)
        for name, count in self._counts.items():
            self.set_fact(name, str(count))

    def _next(self, what: str) -> int:
        self._counts[what] += 1
        return self._counts[what] - 1

    def _write(self, shelf: int, taken: _Shelf, heard: dict[str, tuple[Sound, ...]]) -> None:
        ids = self._ids(shelf, list(taken.words))
        words = ids[np.frombuffer(taken.standing, np.int64)]
        segments, places = np.frombuffer(taken.segments, np.int64), np.frombuffer(taken.places, np.uint8)
        order = np.lexsort((places, segments, words))
        standing = encode(words[order], segments[order], places[order], self._base)
        self.runs.write(shelf, self._base, taken.many, [standing], self._sounds(taken, ids, heard))

    def _ids(self, shelf: int, words: list[str]) -> Numbers:
        """The numbers of words, in their order; new ones are given to those that have none."""
        there = dict[str, int]()
        for start in range(0, len(words), AT_ONCE):
            some = words[start : start + AT_ONCE]
            query = sa.text(
                f"SELECT word, id FROM search_words WHERE shelf = :shelf AND {among(self._connection, 'word', 'some')}"  # noqa: S608
            )
            given = {"shelf": shelf, "some": values(self._connection, some)}
            there |= {row.word: row.id for row in self._connection.execute(query, given)}
        new = [word for word in words if word not in there]
        first = self._counts["word"]
        self._counts["word"] += len(new)
        there |= {word: first + number for number, word in enumerate(new)}
        insert(self._connection, t.words, [(word, shelf, there[word]) for word in new])
        return np.array([there[word] for word in words], np.int64)

    def _sounds(self, taken: _Shelf, ids: Numbers, heard: dict[str, tuple[Sound, ...]]) -> Heard:
        """How words sound, as they are spelled, where this process does not know that the index has it.

        What was `heard` for another shelf is not read again.
        """
        if len(self._known) > REMEMBERED:
            self._known.clear()
        found = list[tuple[int, Sound]]()
        for written, number in taken.written.items():
            word = int(ids[number])
            seen = hash((word, written))
            if seen not in self._known:
                self._known.add(seen)
                if (sounds := heard.get(written)) is None:
                    sounds = heard[written] = sounds_of(written)
                found += [(word, sound) for sound in sounds]
        return Heard.of(found)


def _written(value: Any) -> Any:
    """A value as a column of texts would write it; these rows pass SQLAlchemy by."""
    return kept(value) if isinstance(value, str) else value
