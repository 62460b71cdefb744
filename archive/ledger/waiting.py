"""What targets say and nobody vouches for, until a person accepts or refuses it; and what was refused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.events import add_events
from archive.ledger.transactions import Subject, upsert
from archive.records.event import Event


@dataclass(frozen=True)
class Waits:
    """A version of an object, by the sha512 of its inventory, at one target that says it; `words` is what people said.

    `ours` is the sha512 that the ledger has under that version.
    """

    object: str
    version: int
    sha512: str
    target: str
    why: str
    words: str = ""
    ours: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Who refused a content of a version, when and why."""

    by: str
    at: datetime
    why: str | None = None


class Waiting(Subject):
    """What waits, a row for each object, version, content and target; and refusals, by content."""

    def rows(self, target: str | None = None) -> list[Waits]:
        """What waits at one target or at any: by object, version, content and target."""
        u = t.unaccepted
        query = sa.select(u, t.versions.c.sha512.label("ours")).outerjoin(t.versions, _SAME_VERSION)
        if target is not None:
            query = query.where(u.c.target == target)
        with self._reading() as connection:
            found = connection.execute(query.order_by(*u.primary_key)).mappings()
            return [Waits(**row) for row in found]

    def holding_up(self) -> set[str]:
        """Objects of which something waits that the ledger's newest version may lack.

        What stands against a version that the ledger has is no part of that: the ledger goes on from its own.
        """
        query = sa.select(t.unaccepted.c.object).outerjoin(t.versions, _SAME_VERSION).where(_NO_FORK).distinct()
        with self._reading() as connection:
            return set(connection.scalars(query))

    def holds_up(self, object_id: str) -> bool:
        """Whether an object is one of those."""
        query = sa.select(t.unaccepted.c.object).outerjoin(t.versions, _SAME_VERSION)
        with self._reading() as connection:
            found = connection.scalar(query.where(_NO_FORK, t.unaccepted.c.object == object_id).limit(1))
        return found is not None

    def add(self, rows: Collection[Waits]) -> None:
        """Keep that something waits; the same at the same target again is kept once."""
        with self._writing() as connection:
            _add(connection, rows)

    def replace_at(self, target: str, rows: Collection[Waits], unseen: Collection[str]) -> None:
        """Keep what waits at a target, and nothing else of it but of the objects that were not seen."""
        mine = t.unaccepted.c.target == target
        with self._writing() as connection:
            there = connection.scalars(sa.select(t.unaccepted.c.object).where(mine).distinct())
            seen = [{"the_object": object_id} for object_id in there.all() if object_id not in unseen]
            if seen:
                connection.execute(sa.delete(t.unaccepted).where(mine, t.unaccepted.c.object == _THE_OBJECT), seen)
            _add(connection, rows)

    def drop(self, object_id: str, version: int, sha512: str) -> None:
        """Forget that a content of a version waits, at any target."""
        with self._writing() as connection:
            _drop(connection, object_id, version, sha512)

    def refuse(self, object_id: str, version: int, sha512: str, event: Event, refusal: Refusal | None) -> None:
        """Keep the event that a person refused what waits: it waits no more, and with a `refusal` never again."""
        with self._writing() as connection:
            if refusal:
                key = {"object": object_id, "version": version, "sha512": sha512}
                upsert(connection, t.refusals, key, vars(refusal))
            add_events(connection, event)
            _drop(connection, object_id, version, sha512)

    def refused(self) -> set[str]:
        """The sha512 of each inventory that a person refused."""
        with self._reading() as connection:
            return set(connection.scalars(sa.select(t.refusals.c.sha512)))


_THE_OBJECT: sa.BindParameter[str] = sa.bindparam("the_object")
_SAME_VERSION = (t.versions.c.object == t.unaccepted.c.object) & (t.versions.c.version == t.unaccepted.c.version)
_NO_FORK = sa.or_(t.versions.c.sha512.is_(None), t.versions.c.sha512 == t.unaccepted.c.sha512)


def _add(connection: sa.Connection, rows: Iterable[Waits]) -> None:
    values = [{column.name: getattr(row, column.name) for column in t.unaccepted.c} for row in rows]
    if values:
        same = (column == sa.bindparam(f"the_{column.name}") for column in t.unaccepted.primary_key)
        keys = [{f"the_{name}": value for name, value in row.items()} for row in values]
        connection.execute(sa.delete(t.unaccepted).where(*same), keys)
        connection.execute(sa.insert(t.unaccepted), values)


def _drop(connection: sa.Connection, object_id: str, version: int, sha512: str) -> None:
    u = t.unaccepted
    same = (u.c.object == object_id) & (u.c.version == version) & (u.c.sha512 == sha512)
    connection.execute(sa.delete(u).where(same))
