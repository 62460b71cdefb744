"""How far every clip came, clip by clip, for reports: one pass over the ledger, whatever its size, in constant memory.

Two queries that run side by side, both in the order of clips: one row for each version of a clip's evidence, with all
that is grouped by the database, and one for each transcript. Python only lays them side by side, so that nothing here
depends on how a database reads JSON.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from archive.ledger import tables as t
from archive.ledger.copies import ARRIVED
from archive.ledger.sql_conditions import begins
from archive.ledger.transactions import Subject
from archive.records.object_ids import Kind

_AT_ONCE = 1000
"""Rows that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a clip came.

    `source` is that of its newest capture, else the one that listed it first, else, of several that looked for it, the
    first by name. `month` is the earliest that a capture says it was published in, else a listing; `seen` is when it
    was seen first. `failure` is how its fetch failed last, `heard` whether its newest media were transcribed, `unheard`
    how that failed last, and `languages` are those of that media's transcripts. `arrived` and `proven` are the targets
    at which every version of its evidence has. `linking` is whether it was linked since what was read in it changed,
    `links` how many there are, proposed or judged.
    """

    clip: str
    source: str | None
    month: str | None
    seen: datetime | None
    held: bool
    failure: str | None = None
    arrived: frozenset[str] = frozenset()
    proven: frozenset[str] = frozenset()
    heard: bool = False
    unheard: str | None = None
    languages: frozenset[str] = frozenset()
    linking: bool = False
    links: int = 0


@dataclass(frozen=True, slots=True)
class JudgedLink:
    """A link of which somebody judged: whether the rules still propose it."""

    id: str
    clip: str
    proposed: bool


class Reconciliation(Subject):
    """What a report is made of. 100,000 clips with 500,000 copies take a few seconds."""

    def reached(self, targets: Sequence[str]) -> Iterator[Reached]:
        """Every clip of the ledger by its id, with those of the targets where its copies are."""
        bits = {name: 1 << number for number, name in enumerate(targets)}
        names = _Names(bits)
        with self._reading() as connection:
            rows = connection.execute(_clips(bits).execution_options(yield_per=_AT_ONCE))
            heard = _Beside(connection.execute(_TRANSCRIPTS.execution_options(yield_per=_AT_ONCE)))
            for clip, versions in groupby(rows, attrgetter("clip")):
                first, *others = versions
                arrived, proven = first.arrived or 0, first.proven or 0
                for row in others:
                    arrived, proven = arrived & row.arrived, proven & row.proven
                refs = [self._document(_Ref, row.ref) for row in heard.of(clip)]
                yield Reached(
                    clip=clip,
                    source=first.captured_from or first.listed_by or first.seen_at,
                    month=first.captured_month or first.listed_month,
                    seen=first.listed_first or first.seen_first,
                    held=first.media is not None,
                    failure=first.failure,
                    arrived=names[arrived],
                    proven=names[proven],
                    heard=bool(first.heard),
                    unheard=first.unheard,
                    languages=frozenset(code for ref in refs if ref.is_of(first.media) for code in ref.languages),
                    linking=bool(first.linking),
                    links=first.links or 0,
                )

    def judged_links(self) -> list[JudgedLink]:
        """The links of which somebody judged, by clip: as many as people had time for."""
        judged = sa.select(t.judgements.c.link)
        gone = t.links.c.body.contains('"proposed":false')  # no text in JSON has this: its quotes are escaped
        query = sa.select(t.links.c.id, t.links.c.clip, sa.not_(gone).label("proposed"))
        query = query.where(t.links.c.id.in_(judged)).order_by(t.links.c.clip, t.links.c.id)
        with self._reading() as connection:
            return [JudgedLink(row.id, row.clip, bool(row.proposed)) for row in connection.execute(query)]


class _Ref(BaseModel):
    """What is asked of a transcript's reference; its other fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str = "whisper"
    media_sha256: str
    languages: tuple[str, ...]

    def is_of(self, media: str | None) -> bool:
        """Whether it is what a model heard in that media."""
        return self.kind in ("whisper", "completion") and self.media_sha256 == media


class _Names(dict[int, frozenset[str]]):
    """Targets by their bits: there are few sets of them, and many clips."""

    def __init__(self, bits: dict[str, int]) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, mask: int) -> frozenset[str]:
        self[mask] = found = frozenset(name for name, bit in self._bits.items() if mask & bit)
        return found


class _Beside:
    """Rows in the order of clips, taken as far as another such order has come."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._groups = groupby(rows, attrgetter("clip"))
        self._next = next(self._groups, None)

    def of(self, clip: str) -> Iterable[Any]:
        """The rows of a clip; those of clips before it are passed over."""
        while self._next and self._next[0] < clip:
            self._next = next(self._groups, None)
        return self._next[1] if self._next and self._next[0] == clip else ()


def _clips(bits: dict[str, int]) -> sa.Select[Any]:
    """Every clip, a row for each version of its evidence, with the bits of the targets where that is."""
    held, listed, seen, links = _held(), _listed(), _seen(), _links()
    evidence = _evidence(bits)
    fetch, hearing, read, linked = (table.alias() for table in (t.failures, t.failures, t.done, t.done))
    clip = t.clips.c.id
    return (
        sa.select(
            clip.label("clip"),
            held.c.source.label("captured_from"),
            held.c.month.label("captured_month"),
            held.c.media,
            listed.c.source.label("listed_by"),
            listed.c.month.label("listed_month"),
            listed.c.first_seen.label("listed_first"),
            seen.c.source.label("seen_at"),
            seen.c.first.label("seen_first"),
            fetch.c.kind.label("failure"),
            hearing.c.kind.label("unheard"),
            read.c.body.contains(held.c.media).label("heard"),
            linked.c.clip.is_not(None).label("linking"),
            links.c.links,
            evidence.c.arrived,
            evidence.c.proven,
        )
        .select_from(t.clips)
        .outerjoin(held, (held.c.clip == clip) & (held.c.place == 1))
        .outerjoin(listed, (listed.c.clip == clip) & (listed.c.place == 1))
        .outerjoin(seen, seen.c.clip == clip)
        .outerjoin(fetch, (fetch.c.clip == clip) & (fetch.c.step == "fetch"))
        .outerjoin(hearing, (hearing.c.clip == clip) & (hearing.c.step == "transcribe"))
        .outerjoin(read, (read.c.clip == clip) & (read.c.step == "transcribe"))
        .outerjoin(linked, (linked.c.clip == clip) & (linked.c.step == "link"))
        .outerjoin(links, links.c.clip == clip)
        .outerjoin(evidence, evidence.c.clip == clip)
        .order_by(clip)
    )


def _held() -> sa.Subquery:
    """Captures with their place among those of their clip, the newest first, and the earliest month that any says."""
    c = t.captures.c
    place = sa.func.row_number().over(partition_by=c.clip, order_by=c.version.desc())
    month = sa.func.min(c.month).over(partition_by=c.clip)
    return sa.select(c.clip, c.media, c.source, month.label("month"), place.label("place")).subquery()


def _listed() -> sa.Subquery:
    """Listings with their place among those of their clip, the first that was seen first, and the earliest month."""
    c = t.listings.c
    place = sa.func.row_number().over(partition_by=c.clip, order_by=(c.first_seen, c.source))
    month = sa.func.min(c.month).over(partition_by=c.clip)
    return sa.select(c.clip, c.source, c.first_seen, month.label("month"), place.label("place")).subquery()


def _seen() -> sa.Subquery:
    """When clips that nobody lists were seen first, as a rebuilt ledger knows them, and where."""
    c = t.sightings.c
    unlisted = ~sa.exists().where(t.listings.c.clip == c.clip)
    return (
        sa.select(c.clip, sa.func.min(c.source).label("source"), sa.func.min(c.first).label("first"))
        .where(unlisted)
        .group_by(c.clip)
        .subquery()
    )


def _links() -> sa.Subquery:
    c = t.links.c
    return sa.select(c.clip, sa.func.count().label("links")).group_by(c.clip).subquery()


def _evidence(bits: dict[str, int]) -> sa.Subquery:
    """Each version of a clip's evidence with the bits of the targets where it has arrived, and where it is proven."""
    v, c = t.versions.c, t.copies.c
    bit = sa.case(bits, value=c.target, else_=0) if bits else sa.literal(0)
    proven = sa.case((c.state == "proven", bit), else_=0)
    return (
        sa.select(
            v.clip,
            sa.func.coalesce(sa.func.sum(bit), 0).label("arrived"),
            sa.func.coalesce(sa.func.sum(proven), 0).label("proven"),
        )
        .select_from(t.versions)
        .outerjoin(t.copies, (c.object == v.object) & (c.version == v.version) & c.state.in_(ARRIVED))
        .where(begins(v.object, Kind.EVIDENCE.prefix))
        .group_by(v.object, v.version, v.clip)
        .subquery()
    )


_TRANSCRIPTS = sa.select(t.transcripts.c.clip, t.transcripts.c.ref).order_by(t.transcripts.c.clip, t.transcripts.c.name)
