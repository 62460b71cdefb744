"""Workers: the state folders, each with a spool on some machine, that work or worked on the archive."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.errors import RefusedError
from archive.ledger import tables as t
from archive.ledger.copies import SealedVersion
from archive.ledger.events import add_events
from archive.ledger.markers import WAITS
from archive.ledger.sql_conditions import among
from archive.ledger.transactions import Subject
from archive.records.event import Event


@dataclass(frozen=True)
class Worker:
    """A worker: the id of its state folder, its host, since when and when last it was at work.

    `lost` is since when it is not heard of, though it was at work, and `forgotten` when somebody gave it up for good.
    """

    name: str
    id: str
    host: str
    since: datetime
    seen: datetime
    lost: datetime | None = None
    forgotten: datetime | None = None


@dataclass(frozen=True)
class Alone:
    """A version that no target is said to have: in whose spool it was sealed, its bytes, None where not known."""

    object: str
    version: int
    worker: str
    size: int | None
    sealed: datetime


class Workers(Subject):
    """Who works, or worked, on the archive, and what lies in whose spool alone."""

    def rows(self) -> list[Worker]:
        """Every worker, by name."""
        with self._reading() as connection:
            found = connection.execute(sa.select(t.workers).order_by(t.workers.c.name)).mappings()
            return [Worker(**row) for row in found]

    def forget(self, name: str, now: datetime, events: Sequence[Event] = ()) -> None:
        """Keep that a worker is gone for good, with events; what was sealed in its spool is looked for elsewhere.

        One of which only its versions are known is noted too.
        """
        with self._writing() as connection:
            changed = sa.update(t.workers).where(t.workers.c.name == name).values(forgotten=now)
            if not connection.execute(changed).rowcount:
                unknown = {"id": "", "host": "", "since": now, "seen": now}
                connection.execute(sa.insert(t.workers).values(name=name, forgotten=now, **unknown))
            add_events(connection, *events)

    def alone(self, objects: Collection[str] | None = None, *, but: str | None = None) -> list[Alone]:
        """Versions of which no target is said to have a copy, by object and number: of some objects or of all.

        They lie in spools of workers; those in the spool of the one that is named by `but` are left out.
        """
        v, c = t.versions.c, t.copies.c
        anywhere = (
            sa.select(sa.literal(1)).where(c.object == v.object, c.version == v.version, c.state != "owed").exists()
        )
        query = sa.select(v.object, v.version, v.worker, v.size, v.sealed).where(~anywhere)
        with self._reading() as connection:
            if objects is None:  # an index says who there is: most archives have one worker
                names = set(connection.scalars(sa.select(v.worker).where(v.worker.is_not(None)).distinct())) - {but}
                if not names:
                    return []
                query = query.where(v.worker.in_(sorted(names)))
            else:
                mine = v.worker.is_not(None) if but is None else v.worker != but
                query = query.where(among(v.object, objects), mine)
            found = connection.execute(query.order_by(v.object, v.version)).mappings()
            return [Alone(**row) for row in found]

    def brought(self, sealed: SealedVersion, worker: str, event: Event | None) -> None:
        """Keep that a version's bytes lie in another worker's spool by now, and the event of that."""
        v = t.versions.c
        same = (v.object == sealed.object) & (v.version == sealed.version) & (v.sha512 == sealed.sha512)
        waits = t.facts.c.name == f"{WAITS}{sealed.object}:{sealed.version}"
        with self._writing() as connection:
            connection.execute(sa.update(t.versions).where(same).values(worker=worker))
            connection.execute(sa.delete(t.facts).where(waits))
            add_events(connection, event)

    def forgotten(self) -> Collection[str]:
        """The names of workers that are gone for good."""
        query = sa.select(t.workers.c.name).where(t.workers.c.forgotten.is_not(None)).order_by(t.workers.c.name)
        with self._reading() as connection:
            return list(connection.scalars(query))


def enlist(connection: sa.Connection, name: str, machine: str, host: str, now: datetime) -> None:
    """Note that a worker is at work, in a writing transaction.

    Raises RefusedError where another state folder works under this name, or this one was forgotten, whatever it is
    called now. The name of one that was forgotten is free: what that one sealed is put down to it under another.
    """
    w = t.workers
    mine = connection.execute(sa.select(w).where(w.c.id == machine).order_by(w.c.forgotten.is_(None))).first()
    if mine is not None and mine.forgotten:
        raise RefusedError(
            f"worker {mine.name.partition(FORMER)[0]} was given up on {mine.forgotten:%Y-%m-%d}, and this is its state "
            "folder: what only its spool held may have been fetched anew since. Move the folder away; a new one "
            "begins as a new worker"
        )
    row = connection.execute(sa.select(w).where(w.c.name == name)).one_or_none()
    if row is not None and row.id != machine and not row.forgotten:
        raise RefusedError(
            f'another state folder (on {row.host}) works as {name}: give this one another, [worker] name = "…"; '
            f"or if that one is gone for good: thirdcopy workers forget {name}"
        )
    if row is not None and row.id != machine:
        _rename(connection, name, f"{name}{FORMER}{row.forgotten:%Y%m%dT%H%M%S}")
    if mine is None:
        connection.execute(sa.insert(w).values(name=name, id=machine, host=host, since=now, seen=now))
        return
    if mine.name != name:  # it is called otherwise from now on
        _rename(connection, mine.name, name)
    connection.execute(sa.update(w).where(w.c.name == name).values(host=host, seen=now, lost=None))


def _rename(connection: sa.Connection, before: str, name: str) -> None:
    connection.execute(sa.update(t.versions).where(t.versions.c.worker == before).values(worker=name))
    connection.execute(sa.update(t.workers).where(t.workers.c.name == before).values(name=name))


FORMER = "~"
"""Between the name of a forgotten worker whose name another one has now and the moment when it was forgotten."""


def lose(connection: sa.Connection, name: str, at: datetime) -> None:
    """Note that a worker is not heard of since a moment, though it was at work."""
    connection.execute(sa.update(t.workers).where(t.workers.c.name == name).values(lost=at))


def seen(connection: sa.Connection, name: str, now: datetime) -> None:
    """Note that a worker was at work until now."""
    connection.execute(sa.update(t.workers).where(t.workers.c.name == name).values(seen=now))
