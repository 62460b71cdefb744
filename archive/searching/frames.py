"""What every question needs of the index, in memory: which clips and pages there are, on which shelf, in which order.

A frame is read once and brought up to date by what changed since. It is derived, like all of the index.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from archive.records.clip import Access
from archive.searching import index_tables as t
from archive.searching.clip_texts import LinkedTo
from archive.searching.filling import NO_CLIP
from archive.searching.hits import Asked
from archive.searching.page_bodies import MOST
from archive.searching.sound_keys import Heard

SMALL = 20_000
"""Ways to read words of a run that is looked through together with others."""

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clip as the index has it."""

    clip: str
    shelf: int
    source: str
    day: int
    title: str | None
    upstream: bool | None
    links: tuple[LinkedTo, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page: its segments are numbered from `first` on."""

    first: int
    many: int
    shelf: int
    clip: int
    kind: int
    name: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run: its shelf, the number that its postings count from, and how words sound that came with it."""

    shelf: int
    base: int
    heard: Heard


@dataclass(frozen=True)
class About:
    """What is asked of clips, by their numbers: arrays, of which the last place stands for no clip."""

    shelves: Numbers
    days: Numbers
    sources: Numbers
    upstream: Numbers
    linked: Mask
    proposed: Mask

    @classmethod
    def of(cls, clips: Mapping[int, ClipRow], sources: Mapping[str, int]) -> "About":
        """Those of clips; a number that no clip has any more is on no shelf."""
        many = max(clips, default=-1) + 2
        shelves, days, named, upstream = (np.full(many, -1, np.int64) for _ in range(4))
        linked, proposed = np.zeros(many, bool), np.zeros(many, bool)
        for number, clip in clips.items():
            shelves[number], days[number], named[number] = clip.shelf, clip.day, sources[clip.source]
            upstream[number] = -1 if clip.upstream is None else int(clip.upstream)
            linked[number], proposed[number] = any(link.positive for link in clip.links), bool(clip.links)
        return cls(shelves, days, named, upstream, linked, proposed)


@dataclass(frozen=True)
class Frame:
    """An index, by its id, at one version. Pages stand in the order of their segments' numbers.

    `order` is the order in which they are shown, `clips_of_pages` the number of each one's clip.
    """

    version: int = 0
    index: str = ""
    clips: Mapping[int, ClipRow] = field(default_factory=dict)
    pages: Mapping[int, PageRow] = field(default_factory=dict)
    runs: Mapping[int, RunRow] = field(default_factory=dict)
    rows: tuple[PageRow, ...] = ()
    firsts: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    lasts: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    order: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    kinds: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    shelves: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    clips_of_pages: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    sources: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[tuple[str, str], tuple[tuple[int, bool], ...]] = field(default_factory=dict)
    about: About = field(default_factory=lambda: About.of({}, {}))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each clip here."""
        return {clip.clip: number for number, clip in self.clips.items()}

    @cached_property
    def public_entries(self) -> frozenset[tuple[str, str]]:
        """The entries, by register and number, that people linked public clips to."""
        return frozenset(self.linked_entries({"public"}, proposals=False))

    @cached_property
    def heard(self) -> Mapping[int, Sequence[Heard]]:
        """How the vocabulary of each shelf sounds: large runs by themselves, the many small ones together."""
        found = defaultdict[int, list[Heard]](list)
        small = defaultdict[int, list[Heard]](list)
        for run in self.runs.values():
            (found if len(run.heard.keys) > SMALL else small)[run.shelf].append(run.heard)
        for shelf, some in small.items():
            together = Heard.together(some)
            if len(together.keys):
                found[shelf].append(together)
        return found

    def page_of(self, segments: Numbers) -> Numbers:
        """The place of the page of each segment, -1 for one that is gone."""
        if not len(self.firsts):
            return np.full(len(segments), -1, np.int64)
        found = np.searchsorted(self.firsts, segments, side="right") - 1
        found[(found < 0) | (segments >= self.lasts[found])] = -1
        return found

    def shown(self, asked: Asked, levels: Collection[Access], *, proposals: bool, shelf: int) -> Mask:
        """Which pages a question is about: those that a reader may see, of clips that are as it says.

        `shelf` is that of the registers' entries. An entry has no source and no day.
        """
        wanted = self._wanted(asked, levels, proposals=proposals)
        found: Mask = wanted[self.clips_of_pages]
        found[self.clips_of_pages == NO_CLIP] = False
        if not (asked.sources or asked.since or asked.until or asked.upstream is not None):
            found |= self.shelves == shelf
        return found

    def _wanted(self, asked: Asked, levels: Collection[Access], *, proposals: bool) -> Mask:
        """Which clips, by number, a question is about; the last one stands for no clip."""
        a = self.about
        found = np.isin(a.shelves, [t.SHELVES[level] for level in levels])
        if asked.sources:
            found &= np.isin(a.sources, [self.sources[name] for name in asked.sources if name in self.sources])
        if asked.since:
            found &= a.days >= _number(asked.since)
        if asked.until:
            found &= a.days <= _number(asked.until)
        if asked.upstream is not None:
            found &= a.upstream == int(asked.upstream)
        if asked.linked is not None:
            found &= (a.proposed if proposals else a.linked) == asked.linked
        if asked.entry is not None:
            clips = [
                clip
                for (register, number), linked in self.entries.items()
                if is_entry(asked.entry, register, number)
                for clip, positive in linked
                if positive or proposals
            ]
            found &= np.isin(np.arange(len(found)), clips)
        return found

    def linked_entries(self, levels: Collection[Access], *, proposals: bool) -> set[tuple[str, str]]:
        """The entries, by register and number, that clips of some levels are linked to."""
        shelves = {t.SHELVES[level] for level in levels}
        return {
            entry
            for entry, linked in self.entries.items()
            if any((positive or proposals) and self.clips[clip].shelf in shelves for clip, positive in linked)
        }


def is_entry(asked: str, register: str, number: str) -> bool:
    """Whether `NUMBER` or `REGISTER:NUMBER` names an entry."""
    return asked in (number, f"{register}:{number}")


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def brought_up(frame: Frame, connection: sa.Connection) -> Frame:
    """The frame of the index as it is now; the same one where nothing changed."""
    facts = dict(connection.execute(sa.select(t.facts).where(t.facts.c.name.in_(("version", "id")))).tuples().all())
    version, index = int(facts.get("version", 0)), facts.get("id", "")
    if (version, index) == (frame.version, frame.index):
        return frame
    if index != frame.index:  # it was dropped, and is another one by now
        frame = Frame()
    clips, pages = dict(frame.clips), dict(frame.pages)
    for row in connection.execute(sa.select(t.clips).where(t.clips.c.changed > frame.version)):
        clips.pop(row.number, None)
        if not row.gone:
            links = tuple(LinkedTo(*link) for link in json.loads(row.links))
            clips[row.number] = ClipRow(row.clip, row.shelf, row.source, row.day or 0, row.title, row.upstream, links)
    p = t.pages.c
    query = sa.select(p.first, p.many, p.shelf, p.clip, p.kind, p.name, p.gone).where(p.changed > frame.version)
    for first, many, shelf, clip, kind, name, gone in connection.execute(query):
        if gone:
            pages.pop(first, None)
        else:
            pages[first] = PageRow(first, many, shelf, clip, kind, name)
    there = set(connection.scalars(sa.select(t.runs.c.run)))
    runs = {run: row for run, row in frame.runs.items() if run in there}
    for row in connection.execute(sa.select(t.runs).where(t.runs.c.run.in_(sorted(there - runs.keys())))):
        runs[row.run] = RunRow(row.shelf, row.base, Heard.from_bytes(bytes(row.sounds)))
    rows = tuple(pages[first] for first in sorted(pages))
    firsts = np.array([page.first for page in rows], np.int64)
    lasts = firsts + np.array([page.many for page in rows], np.int64)

    def showing(place: int) -> tuple[object, ...]:
        page = rows[place]
        clip = clips.get(page.clip)
        return (-clip.day if clip else 0, clip.clip if clip else "", page.kind, page.name, page.first)

    order = np.zeros(len(rows), np.int64)
    order[sorted(range(len(rows)), key=showing)] = np.arange(len(rows))
    sources = {name: place for place, name in enumerate(sorted({clip.source for clip in clips.values()}))}
    entries = defaultdict[tuple[str, str], list[tuple[int, bool]]](list)
    for number, known in clips.items():
        for link in known.links:
            entries[link.register, link.entry].append((number, link.positive))
    return Frame(
        version,
        index,
        clips,
        pages,
        runs,
        rows,
        firsts,
        lasts,
        order,
        kinds=np.array([page.kind for page in rows], np.int64),
        shelves=np.array([page.shelf for page in rows], np.int64),
        clips_of_pages=np.array([page.clip for page in rows], np.int64),
        sources=sources,
        entries={entry: tuple(linked) for entry, linked in entries.items()},
        about=About.of(clips, sources),
    )


def order_of(frame: Frame, page: Numbers, segments: Numbers) -> Numbers:
    """A number for each segment by which those that are found equally well are shown: the newest clips first."""
    found: Numbers = frame.order[page] * MOST + (segments - frame.firsts[page])
    return found
