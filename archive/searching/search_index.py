"""The search index: brought up to date with the ledger, and asked."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import sqlalchemy as sa

from archive.opening.archive import Archive
from archive.progress import Progress, Silent, Task
from archive.records.clip import Access
from archive.records.object_ids import clip_of
from archive.searching import index_tables as t
from archive.searching.answering import Answering
from archive.searching.clip_texts import ClipFacts, Text, UnreadableText, facts_of, texts_of
from archive.searching.filling import NO_CLIP, Filling, There
from archive.searching.frames import Frame, brought_up
from archive.searching.hits import Asked, Found, ListedClip
from archive.searching.index_places import IndexPlace
from archive.searching.query_reading import read_query
from archive.searching.register_names import NoNames, entries, snapshots

RULES = 2
"""The version of how texts are folded, cut and heard: an index by other rules is made anew."""

STEP: Final = "search"
AT_ONCE, FIRST = 50, 500
"""Clips that are taken in within one transaction; and where very many are due, as when the index is made."""

MANY = 500
"""Clips from which on they are taken in by more at once: others wait longer then to read."""

LOOSE = 1_000
"""Pages that may be gone before all is merged for it."""

MOST_SHOWN = 1_000
"""Hits that are given at once."""


@contextmanager
def open_index(archive: Archive) -> Iterator["Index"]:
    """Open an archive's index, which is made empty where there is none. Raises IndexUnusable, and LedgerUnusable."""
    place = IndexPlace(archive)
    try:
        yield Index(place)
    finally:
        place.close()


class Index:
    """The search index of one archive. Safe to share between threads.

    It is derived: all that it holds is in the ledger and in registers' snapshots, and it may be dropped at any time.
    """

    def __init__(self, place: IndexPlace) -> None:
        self._place = place
        self._frame = Frame()
        self._lock = threading.Lock()
        self._known = set[int]()

    def search(
        self,
        asked: Asked,
        levels: frozenset[Access],
        *,
        proposals: bool,
        entries: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The sentences that have what is asked, of clips of some access levels alone; the best first.

        With `proposals` a link that nobody judged counts as a link. With `entries` every entry of the registers may be
        found, else those alone that a public clip is linked to by people. Nothing that is typed is an error.
        """
        query = read_query(asked.text)
        shelves = [*(t.SHELVES[level] for level in sorted(levels)), t.ENTRIES if entries else t.SHOWN]
        with self._place.reading() as connection:
            frame = self._brought_up(connection)
            answering = Answering(connection, frame, shelves)
            page = (max(0, offset), max(0, min(limit, MOST_SHOWN)))
            return answering.found(query, asked, levels, proposals=proposals, page=page)

    def clips(
        self, levels: frozenset[Access], source: str, *, limit: int = 20, offset: int = 0
    ) -> tuple[list[ListedClip], int]:
        """Clips of a source, of some access levels alone, the newest first; and how many there are."""
        with self._place.reading() as connection:
            frame = self._brought_up(connection)
        shelves = {t.SHELVES[level] for level in levels}
        found = [clip for clip in frame.clips.values() if clip.source == source and clip.shelf in shelves]
        found.sort(key=lambda clip: (-clip.day, clip.clip))
        page = found[max(0, offset) : max(0, offset) + max(0, min(limit, MOST_SHOWN))]
        return [ListedClip(clip.clip, clip.title, str(clip.day)) for clip in page], len(found)

    def _brought_up(self, connection: sa.Connection) -> Frame:
        with self._lock:
            frame = brought_up(self._frame, connection)
            if frame.index != self._frame.index:
                self._known.clear()
            self._frame = frame
            return frame

    def catch_up(self, archive: Archive, progress: Progress | None = None) -> int:
        """Take in what changed in the ledger since; give how many clips were looked at. Cheap where nothing did.

        What is closed, or held up until somebody accepts it, is found no more before anything is read anew.
        """
        progress = progress or Silent()
        mark = self._mark(archive)
        due = self._due(archive, mark)
        if due:
            very_many = len(due) > MANY
            at_once = FIRST if very_many else AT_ONCE
            self._close(archive, due)
            with progress.task("search index", len(due), "clips") as task:
                for start in range(0, len(due), at_once):
                    self._take_in(archive, due[start : start + at_once], mark, progress, task)
                    if not very_many:
                        self._merge()
            if very_many or self._is_loose():
                self.compact()
        self._registers(archive, progress)
        return len(due)

    def rebuild(self, archive: Archive, progress: Progress | None = None) -> int:
        """Drop all of it and make it anew; give how many clips it holds."""
        self._place.drop()
        with self._lock:
            self._frame = Frame()
        self._known.clear()
        return self.catch_up(archive, progress)

    def compact(self) -> None:
        """Merge all that was taken in bit by bit, forget what is gone, and give back the room. For whoever has time."""
        with self._filling() as filling:
            filling.runs.merge_all()
            filling.end()
        self._place.shrink()

    @contextmanager
    def _filling(self) -> Iterator[Filling]:
        """The index, to be changed; whoever changed it calls `end`."""
        try:
            with self._place.writing() as connection:
                yield Filling(connection, self._known)
        except BaseException:
            self._known.clear()  # sounds of which it says that they are there were not kept
            raise

    def size(self) -> int:
        """How many bytes it takes on disk."""
        return self._place.size()

    def _mark(self, archive: Archive) -> str:
        """What the mark of a clip says that is taken in: into this index, by these rules, under these settings."""
        with self._place.reading() as connection:
            facts = {row.name: row.value for row in connection.execute(t.facts.select())}
        if facts.get("id") is None or facts.get("rules") != str(RULES):
            if facts.get("rules", str(RULES)) != str(RULES):
                self._place.drop()
            with self._filling() as filling:
                if filling.fact("id") is None:
                    filling.set_fact("id", uuid4().hex)
                    filling.set_fact("rules", str(RULES))
                    filling.end()
            return self._mark(archive)
        settings = archive.settings
        levels = ",".join(f"{name}={settings.access_of(name)}" for name in sorted(settings.sources))
        return f"{facts['id']} {RULES} {settings.access} {levels}"

    def _due(self, archive: Archive, mark: str) -> list[str]:
        ledger = archive.ledger
        due = ledger.marks.unlike(STEP, mark)
        held_up = sorted({clip for one in ledger.waiting.holding_up() if (clip := clip_of(one))})
        with self._place.reading() as connection:
            frame = self._brought_up(connection)
            before = connection.scalar(_fact("held up"))
        changed = set(held_up) ^ set((before or "").split())
        if changed:
            changed &= frame.numbers.keys()
            ledger.marks.put(STEP, sorted(changed), "its access may be another one")
            with self._filling() as filling:
                filling.set_fact("held up", " ".join(held_up))
                filling.end()
            due = sorted({*due, *changed})
        if len(frame.clips) + sum(clip not in frame.numbers for clip in due) != ledger.clips.count_held():
            due = sorted({*due, *(frame.numbers.keys() - set(ledger.clips.held()))})
        return due

    def _close(self, archive: Archive, due: Sequence[str]) -> None:
        """Take out what others may read now than before, if somebody might, before the rest is looked at."""
        with self._place.reading() as connection:
            frame = self._brought_up(connection)
        closed_shelf = t.SHELVES["restricted"]
        shelves = {clip.clip: clip.shelf for clip in frame.clips.values() if clip.shelf != closed_shelf}
        opened = [clip for clip in due if clip in shelves]
        closed = list[str]()
        for start in range(0, len(opened), AT_ONCE):
            some = opened[start : start + AT_ONCE]
            facts = facts_of(archive, some)
            closed += [c for c in some if c not in facts or t.SHELVES[facts[c].level] != shelves[c]]
        if closed:
            with self._filling() as filling:
                filling.forget(closed)
                filling.end()

    def _take_in(self, archive: Archive, clips: Sequence[str], mark: str, progress: Progress, task: Task) -> None:
        """Take clips in. What changes of one while it is read leaves it due, since its mark is another one then."""
        marks, under_way, held = archive.ledger.marks, f"under way {uuid4().hex}", set[str]()
        with self._filling() as filling:
            marks.put(STEP, clips, under_way)
            for start in range(0, len(clips), AT_ONCE):
                some = clips[start : start + AT_ONCE]
                facts = facts_of(archive, some)
                held.update(facts)
                filling.forget(clip for clip in some if clip not in facts)
                there = filling.there(some)
                for found in facts.values():
                    self._take(filling, found, there.get(found.clip), progress)
                    task.advance(1)
            filling.end()
        marks.turn(STEP, sorted(held), under_way, mark)
        if lost := [clip for clip in clips if clip not in held]:
            marks.turn(STEP, lost, under_way, None)

    def _is_loose(self) -> bool:
        """Whether much of what postings name is gone."""
        with self._place.reading() as connection:
            frame, gone = self._brought_up(connection), connection.scalar(_fact("gone"))
        return int(gone or 0) > max(LOOSE, len(frame.pages) // 2)

    def _merge(self) -> None:
        with self._filling() as filling:
            if filling.runs.merge():
                filling.end()

    def _take(self, filling: Filling, facts: ClipFacts, before: There | None, progress: Progress) -> None:
        number = filling.keep(facts, before)
        if before and (before.shelf, before.digest) == (t.SHELVES[facts.level], facts.digest):
            return
        if before:
            filling.clear(number)
        try:
            for text in texts_of(facts):
                filling.add(t.SHELVES[facts.level], number, text)
        except UnreadableText as error:
            progress.say(f"not found by the search: {error}")

    def _registers(self, archive: Archive, progress: Progress) -> None:
        """Take in the entries of registers whose snapshot is another one, and of which visitors may know by now."""
        with self._place.reading() as connection:
            shown = " ".join(sorted(f"{one}:{number}" for one, number in self._brought_up(connection).public_entries))
            before, known = connection.scalar(_fact("registers")), connection.scalar(_fact("shown"))
        there = dict(one.split("=") for one in (before or "").split())
        now = snapshots(archive)
        anew = dict[str, Text]()
        for name, digest in now.items():
            if there.get(name) != digest:
                try:
                    anew[name] = Text("entry", name, tuple(entries(archive, name)))
                except NoNames as error:
                    progress.say(str(error))
        lost = there.keys() - now.keys()
        if not anew and not lost and shown == (known or ""):
            return
        with self._filling() as filling:
            for name in (*lost, *anew):
                filling.clear_register(t.ENTRIES, name)
            for text in anew.values():
                filling.add(t.ENTRIES, NO_CLIP, text)
            filling.end()
        with self._filling() as filling:
            filling.clear_register(t.SHOWN)
            public_ones = set(shown.split())
            for name, lines in filling.entries():
                public = tuple(line for line in lines if f"{name}:{line.entry}" in public_ones)
                filling.add(t.SHOWN, NO_CLIP, Text("entry", name, public))
            taken = {name: there[name] for name in there.keys() - lost} | {name: now[name] for name in anew}
            filling.set_fact("registers", " ".join(f"{name}={digest}" for name, digest in sorted(taken.items())))
            filling.set_fact("shown", shown)
            filling.end()


def _fact(name: str) -> sa.Select[tuple[str]]:
    return sa.select(t.facts.c.value).where(t.facts.c.name == name)
