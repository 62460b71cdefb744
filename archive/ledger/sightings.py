"""Sightings of clips, in spans: what is seen again and says the same makes a span longer, and no row more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.transactions import Subject
from archive.records.sighting import WORDS_AT_MOST, Availability, Sighting

AT_ONCE = 500
"""Clips that one statement names."""


@dataclass(frozen=True)
class Seen:
    """That a clip was looked for, what it came to, and the source's own words where it was not up."""

    clip: str
    availability: Availability = "up"
    words: str = ""


class Sightings(Subject):
    """The spans of each clip at each source, oldest first."""

    def add(self, source: str, seen: Sequence[Seen], *, network: str, tool: str, now: datetime) -> None:
        """Keep that clips were looked for at a source just now.

        One that says what the newest span of its clip, source and network says makes that one longer; the tool that a
        span was begun with stays. A clock that was put back shortens no span.
        """
        with self._writing() as connection:
            for some in _batches(seen):
                _add(connection, source, some, network, tool, now)

    def of(self, clip: str) -> list[Sighting]:
        """The spans of a clip, by their beginnings."""
        s = t.sightings
        query = sa.select(*_FIELDS).where(s.c.clip == clip).order_by(s.c.first, s.c.id)
        with self._reading() as connection:
            return [Sighting(**row) for row in connection.execute(query).mappings()]


_FIELDS = [t.sightings.c[name] for name in Sighting.model_fields]


def _batches(seen: Iterable[Seen]) -> Iterable[list[Seen]]:
    rest = iter(seen)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _add(connection: sa.Connection, source: str, seen: Sequence[Seen], network: str, tool: str, now: datetime) -> None:
    s = t.sightings
    newest = (
        sa.select(sa.func.max(s.c.id))
        .where(s.c.source == source, s.c.network == network, s.c.clip.in_([one.clip for one in seen]))
        .group_by(s.c.clip)
    )
    rows = connection.execute(sa.select(s.c.id, s.c.clip, s.c.availability, s.c.words).where(s.c.id.in_(newest)))
    known = {row.clip: row for row in rows}
    longer, new = list[dict[str, object]](), dict[str, dict[str, object]]()
    for one in seen:
        words, span = one.words[:WORDS_AT_MOST], known.get(one.clip)
        if span is not None and (span.availability, span.words) == (one.availability, words):
            longer.append({"the_span": span.id, "moment": now})
        else:
            new[one.clip] = {"clip": one.clip, "source": source, "availability": one.availability, "words": words}
    if longer:
        connection.execute(_LONGER, longer)
    if new:
        same = {"network": network, "tool": tool, "first": now, "last": now, "times": 1, "told": 0}
        connection.execute(sa.insert(s), [row | same for row in new.values()])


_MOMENT: sa.BindParameter[datetime] = sa.bindparam("moment", type_=t.UtcTime())
_LONGER = (
    sa.update(t.sightings)
    .where(t.sightings.c.id == sa.bindparam("the_span"))
    .values(
        last=sa.case((t.sightings.c.last < _MOMENT, _MOMENT), else_=t.sightings.c.last), times=t.sightings.c.times + 1
    )
)
