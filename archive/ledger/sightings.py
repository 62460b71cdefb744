"""Sightings of clips, in spans: what is seen again and says the same makes a span longer, and no row more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, get_args

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import UtcTime
from archive.ledger.transactions import Subject
from archive.ledger.undoing import undo_each
from archive.records.sighting import TELLING, WORDS_AT_MOST, Availability, Sighting

AT_ONCE = 500
"""Clips that one statement names."""

TOLD_EVERY = timedelta(days=30)
"""How long a span that only grows longer waits to be told of again, so that what stays as it is takes no room."""


@dataclass(frozen=True)
class Seen:
    """That a clip was looked for, what it came to, and the source's own words where it was not up.

    `named`: all that was seen is that a list goes on naming it, as lists also do with what they let nobody see.
    """

    clip: str
    availability: Availability = "up"
    words: str = ""
    named: bool = False


@dataclass(frozen=True)
class ToTell:
    """A span that a run record is to tell of, and its row in the ledger."""

    row: int
    span: Sighting


class Sightings(Subject):
    """The spans of each clip at each source, oldest first."""

    def add(
        self, source: str, seen: Sequence[Seen], *, network: str, tool: str, now: datetime
    ) -> dict[str, list[Sighting]]:
        """Keep that clips were looked for at a source just now.

        One that says what its newest span of that source and network says makes that one longer; the tool that a span
        was begun with stays. A clock that was put back shortens no span. That a list names a clip says nothing where
        its source refused it, or had it not ready, when it was asked for last.

        Gives the spans as they were before of clips that may now stand otherwise at their sources.
        """
        before = dict[str, list[Sighting]]()
        with self._writing() as connection:
            for some in _batches(seen):
                before |= _add(connection, source, some, network, tool, now)
        return before

    def of(self, clip: str) -> list[Sighting]:
        """The spans of a clip, by their beginnings."""
        with self._reading() as connection:
            return _of(connection, [clip])[clip]

    def ever_away(self, source: str | None = None) -> dict[str, list[Sighting]]:
        """The spans of each clip that was ever seen to be anything but up, at one source or at all.

        Those that never were are very many, and alike.
        """
        s = t.sightings
        query = sa.select(*_FIELDS).where(s.c.clip.in_(_EVER_AWAY)).order_by(s.c.first, s.c.id)
        if source is not None:
            query = query.where(s.c.source == source)
        found = defaultdict[str, list[Sighting]](list)
        with self._reading() as connection:
            for row in connection.execute(query).mappings():
                found[row["clip"]].append(Sighting(**row))
        return found

    def ever_up(self) -> int:
        """How many clips were ever seen to be up."""
        s = t.sightings
        return self._count(sa.select(s.c.clip).where(s.c.availability == "up"))

    def never_told(self) -> int:
        """How many clips were looked for, and nothing was ever said of them: so few are asked for by themselves."""
        s, other = t.sightings, t.sightings.alias()
        told = sa.exists().where(other.c.clip == s.c.clip, other.c.availability.in_(TELLING))
        return self._count(sa.select(s.c.clip).where(s.c.availability.in_(_SILENT), ~told))

    def _count(self, clips: sa.Select[tuple[str]]) -> int:
        """How many clips there are among some, each once: counted so, neither engine sorts them."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(clips.distinct().subquery())) or 0

    def to_tell(self, now: datetime, limit: int) -> list[ToTell]:
        """Spans that a run record is to tell of: begun, ended, or so much longer since they were told of last."""
        s = t.sightings
        grown = (s.c.told < s.c.times) & (
            s.c.ended | (s.c.told_until <= now - TOLD_EVERY) | (s.c.told_until > now)  # by a clock that was wrong
        )
        query = sa.select(s.c.id, *_FIELDS).where((s.c.told == 0) | grown).order_by(s.c.id).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(query).mappings()
            return [ToTell(row["id"], Sighting(**{name: row[name] for name in Sighting.model_fields})) for row in rows]

    def restore(self, spans: Iterable[Sighting]) -> None:
        """Keep spans that a run record tells of; of two tellings of one, the latest sight and the most times.

        The clips are known from then on, as they were when they were looked for.
        """
        with self._writing() as connection:
            for some in _batches(spans):
                _restore(connection, some)


def mark_told(connection: sa.Connection, told: Sequence[ToTell]) -> None:
    """Keep what a run record tells of, in the transaction that seals it."""
    if told:
        values = [{"the_span": one.row, "so_often": one.span.times, "so_late": one.span.last} for one in told]
        connection.execute(_TOLD, values)


_FIELDS = [t.sightings.c[name] for name in Sighting.model_fields]
_SILENT = tuple(one for one in get_args(Availability) if one not in TELLING)
_EVER_AWAY = sa.select(t.sightings.c.clip).where(
    t.sightings.c.availability.in_([one for one in TELLING if one != "up"])
)


def _batches(seen: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(seen)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _of(connection: sa.Connection, clips: Sequence[str]) -> dict[str, list[Sighting]]:
    s = t.sightings
    found = {clip: list[Sighting]() for clip in clips}
    for some in _batches(clips):
        query = sa.select(*_FIELDS).where(s.c.clip.in_(some)).order_by(s.c.first, s.c.id)
        for row in connection.execute(query).mappings():
            found[row["clip"]].append(Sighting(**row))
    return found


def _add(
    connection: sa.Connection, source: str, seen: Sequence[Seen], network: str, tool: str, now: datetime
) -> dict[str, list[Sighting]]:
    own, newest = _open(connection, source, [one.clip for one in seen], network)
    longer, ended, turned = list[dict[str, object]](), list[dict[str, object]](), list[str]()
    new = dict[tuple[str, bool], dict[str, object]]()
    for one in seen:
        words, tells = one.words[:WORDS_AT_MOST], one.availability in TELLING
        before = newest.get(one.clip) if tells else None
        if one.named and before in ("gone", "no_access", "not_yet"):
            continue
        span = own.get((one.clip, tells))
        back = one.availability == "up" and before == "gone"
        if span is not None and (span.availability, span.words) == (one.availability, words) and not back:
            longer.append({"the_span": span.id, "moment": now})
        else:
            new[one.clip, tells] = {"clip": one.clip, "availability": one.availability, "words": words}
            if span is not None:
                ended.append({"the_span": span.id})
        if before is not None and (before != one.availability or before == "gone"):
            turned.append(one.clip)
    as_they_were = _of(connection, turned) if turned else {}
    if longer:
        connection.execute(_LONGER, longer)
    if ended:
        connection.execute(_ENDED, ended)
    if new:
        same = {"source": source, "network": network, "tool": tool[:64], "first": now, "last": now, "times": 1}
        connection.execute(sa.insert(t.sightings), [row | same | _UNTOLD for row in new.values()])
        undo_each(connection, {clip for clip, tells in new if tells}, "sighting")
    return as_they_were


_UNTOLD = {"told": 0, "told_until": None, "ended": False}


def _open(
    connection: sa.Connection, source: str, clips: Sequence[str], network: str
) -> tuple[Mapping[tuple[str, bool], sa.Row[Any]], Mapping[str, Availability]]:
    """The spans of some clips that go on, by whether they tell of the clip; and what was seen of it last, anywhere."""
    s = t.sightings
    query = (
        sa.select(s.c.id, s.c.clip, s.c.network, s.c.availability, s.c.words, s.c.last)
        .where(s.c.source == source, s.c.clip.in_(clips), ~s.c.ended)
        .order_by(s.c.last, s.c.id)
    )
    own, newest = dict[tuple[str, bool], sa.Row[Any]](), dict[str, Availability]()
    for row in connection.execute(query):
        tells = row.availability in TELLING
        if row.network == network:
            own[row.clip, tells] = row
        if tells:
            newest[row.clip] = row.availability
    return own, newest


def _restore(connection: sa.Connection, spans: Sequence[Sighting]) -> None:
    s = t.sightings
    clips = list({span.clip for span in spans})
    query = sa.select(s.c.id, *_FIELDS, s.c.told, s.c.told_until).where(s.c.clip.in_(clips))
    rows = {_key(Sighting(**{n: row[n] for n in Sighting.model_fields})): dict(row) for row in _all(connection, query)}
    for span in spans:
        known = rows.get(_key(span))
        last = max(span.last, known["last"]) if known else span.last
        times = max(span.times, known["times"]) if known else span.times
        told = {"told": max(span.times, known["told"] if known else 0), "told_until": span.last}
        if known and known["told_until"]:
            told["told_until"] = max(span.last, known["told_until"])
        rows[_key(span)] = (known or {}) | span.model_dump() | told | {"last": last, "times": times}
    chains = defaultdict[tuple[object, ...], list[dict[str, Any]]](list)
    for row in rows.values():
        chains[row["clip"], row["source"], row["network"], row["availability"] in TELLING].append(row)
    for chain in chains.values():
        chain.sort(key=lambda row: (row["first"], row["last"]))
        for number, row in enumerate(chain, start=1):
            row["ended"] = number < len(chain)
    new = [row for row in rows.values() if "id" not in row]
    changed = [{f"the_{name}": value for name, value in row.items()} for row in rows.values() if "id" in row]
    there = set(connection.scalars(sa.select(t.clips.c.id).where(t.clips.c.id.in_(clips))))
    if unknown := [{"id": clip} for clip in clips if clip not in there]:
        connection.execute(sa.insert(t.clips), unknown)
    if changed:
        connection.execute(_CHANGED, changed)
    if new:
        connection.execute(sa.insert(s), sorted(new, key=lambda row: row["first"]))


def _all(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
    return connection.execute(query).mappings().all()


def _key(span: Sighting) -> tuple[object, ...]:
    return span.clip, span.source, span.network, span.availability, span.words, span.first


_MOMENT: sa.BindParameter[datetime] = sa.bindparam("moment", type_=UtcTime())
_THE_SPAN = t.sightings.c.id == sa.bindparam("the_span")
_LONGER = (
    sa.update(t.sightings)
    .where(_THE_SPAN)
    .values(
        last=sa.case((t.sightings.c.last < _MOMENT, _MOMENT), else_=t.sightings.c.last), times=t.sightings.c.times + 1
    )
)
_ENDED = sa.update(t.sightings).where(_THE_SPAN).values(ended=sa.true())
_TOLD = (
    sa.update(t.sightings)
    .where(_THE_SPAN)
    .values(told=sa.bindparam("so_often"), told_until=sa.bindparam("so_late", type_=UtcTime()))
)
_CHANGED = (
    sa.update(t.sightings)
    .where(t.sightings.c.id == sa.bindparam("the_id"))
    .values({name: sa.bindparam(f"the_{name}") for name in ("last", "times", "told", "told_until", "ended")})
)
