"""Workers: the state folders, each with a spool on some machine, that work or worked on the archive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.errors import RefusedError
from archive.ledger import tables as t
from archive.ledger.transactions import Subject


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


class Workers(Subject):
    """Who works, or worked, on the archive, and what lies in whose spool alone."""

    def rows(self) -> list[Worker]:
        """Every worker, by name."""
        with self._reading() as connection:
            found = connection.execute(sa.select(t.workers).order_by(t.workers.c.name)).mappings()
            return [Worker(**row) for row in found]

    def forget(self, name: str, now: datetime) -> None:
        """Keep that a worker is gone for good; what was sealed in its spool is looked for elsewhere from now on."""
        with self._writing() as connection:
            connection.execute(sa.update(t.workers).where(t.workers.c.name == name).values(forgotten=now))

    def alone(self, worker: str) -> list[tuple[str, int]]:
        """Versions that were sealed in a worker's spool and are not said to be at any target, by object and number."""
        v, c = t.versions.c, t.copies.c
        anywhere = (
            sa.select(sa.literal(1)).where(c.object == v.object, c.version == v.version, c.state != "owed").exists()
        )
        query = sa.select(v.object, v.version).where(v.worker == worker, ~anywhere).order_by(v.object, v.version)
        with self._reading() as connection:
            return [(row.object, row.version) for row in connection.execute(query)]

    def forgotten(self) -> Collection[str]:
        """The names of workers that are gone for good."""
        query = sa.select(t.workers.c.name).where(t.workers.c.forgotten.is_not(None)).order_by(t.workers.c.name)
        with self._reading() as connection:
            return list(connection.scalars(query))


def enlist(connection: sa.Connection, name: str, machine: str, host: str, now: datetime) -> None:
    """Note that a worker is at work, in a writing transaction.

    Raises RefusedError where another state folder works under this name, or this one was forgotten.
    """
    w = t.workers
    row = connection.execute(sa.select(w).where(w.c.name == name)).one_or_none()
    if row is None:
        before = connection.scalar(sa.select(w.c.name).where(w.c.id == machine, w.c.forgotten.is_(None)))
        if before is not None:  # it is called otherwise from now on
            of = t.versions.c.worker == before
            connection.execute(sa.update(t.versions).where(of).values(worker=name))
            connection.execute(sa.update(w).where(w.c.name == before).values(name=name, host=host, seen=now))
            return
        connection.execute(sa.insert(w).values(name=name, id=machine, host=host, since=now, seen=now))
        return
    if row.id == machine and row.forgotten:
        raise RefusedError(
            f"worker {name} was given up on {row.forgotten:%Y-%m-%d}: what only its spool held may have been fetched "
            "anew since. Move its state folder away; a new one begins as a new worker"
        )
    if row.id != machine and not row.forgotten:
        raise RefusedError(
            f'another state folder (on {row.host}) works as {name}: give this one another, [worker] name = "…"; '
            f"or if that one is gone for good: thirdcopy workers forget {name}"
        )
    values = {"host": host, "seen": now, "lost": None}
    if row.id != machine:
        values |= {"id": machine, "since": now, "forgotten": None}
    connection.execute(sa.update(w).where(w.c.name == name).values(**values))


def lose(connection: sa.Connection, name: str, at: datetime) -> None:
    """Note that a worker is not heard of since a moment, though it was at work."""
    connection.execute(sa.update(t.workers).where(t.workers.c.name == name).values(lost=at))


def seen(connection: sa.Connection, name: str, now: datetime) -> None:
    """Note that a worker was at work until now."""
    connection.execute(sa.update(t.workers).where(t.workers.c.name == name).values(seen=now))
