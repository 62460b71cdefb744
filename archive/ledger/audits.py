"""Whose turn it is to be read, challenged, mended, and what a target could be filled from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.copies import Held
from archive.ledger.sql_conditions import among, begins
from archive.ledger.transactions import Subject, total
from archive.records.object_ids import Kind

Key = tuple[str, int]
"""An object and the number of one of its versions."""


@dataclass(frozen=True)
class Lack:
    """What a target is owed: versions of how many objects, and at which other targets they are said to lie.

    `elsewhere` counts versions by target; `nowhere` are those that no other target is said to hold.
    """

    objects: int
    held: Held
    elsewhere: dict[str, int]
    nowhere: int


class Audits(Subject):
    """Copies in the order in which audits come to them. 400,000 copies take 20 MB a target, and about a second."""

    def turns(self, target: str, objects: Collection[str] | None = None, *, now: datetime) -> list[Key]:
        """Copies that are said to be at a target: those nobody read first, then the oldest proof first.

        What was read after `now` was read by a wrong clock, and counts as never read.
        """
        return self._in_turn(target, objects, now, t.copies.c.read)

    def challenges(self, target: str, objects: Collection[str] | None = None, *, now: datetime) -> list[Key]:
        """Copies of evidence that are said to be at a target: those never challenged first, then the oldest."""
        evidence = begins(t.copies.c.object, Kind.EVIDENCE.prefix)
        return self._in_turn(target, objects, now, t.copies.c.challenged, t.copies.c.read, only=evidence)

    def after(self, moment: datetime) -> tuple[int, datetime | None]:
        """How many copies and failures have a time after a moment, and the latest of those times."""
        columns = (t.copies.c.at, t.copies.c.read, t.copies.c.challenged, t.failures.c.at)
        queries = [sa.select(sa.func.count(), sa.func.max(column)).where(column > moment) for column in columns]
        with self._reading() as connection:
            found = [connection.execute(query).one() for query in queries]
        counts, newest = zip(*found, strict=True)
        return sum(counts), max((one for one in newest if one), default=None)

    def broken(self, target: str, objects: Collection[str] | None = None) -> list[Key]:
        """Copies that a target is owed again, or could not take: something was found wanting, and is in `problem`."""
        condition = (t.copies.c.target == target) & (t.copies.c.state == "owed") & t.copies.c.problem.is_not(None)
        query = sa.select(t.copies.c.object, t.copies.c.version).where(condition)
        return self._keys(query.order_by(t.copies.c.object, t.copies.c.version), objects)

    def lack(self, target: str) -> Lack:
        """What a target is owed, and where else it lies."""
        there = sa.select(t.copies.c.object, t.copies.c.version).where(t.copies.c.state != "owed")
        mine = there.where(t.copies.c.target == target).subquery()
        same = (mine.c.object == t.versions.c.object) & (mine.c.version == t.versions.c.version)
        owed = (
            sa.select(t.versions.c.object, t.versions.c.version, t.versions.c.size, t.versions.c.files)
            .outerjoin(mine, same)
            .where(mine.c.object.is_(None))
            .subquery()
        )
        sums = sa.select(
            sa.func.count(sa.distinct(owed.c.object)),
            sa.func.count(),
            total(owed.c.size),
            total(owed.c.files),
            sa.func.count() - sa.func.count(owed.c.size),
        )
        at_others = (
            (t.copies.c.object == owed.c.object) & (t.copies.c.version == owed.c.version) & (t.copies.c.state != "owed")
        )
        elsewhere = (
            sa.select(t.copies.c.target, sa.func.count()).join(owed, at_others).group_by(t.copies.c.target)
        ).order_by(t.copies.c.target)
        nowhere = sa.select(sa.func.count()).select_from(owed).where(~sa.exists().where(at_others))
        with self._reading() as connection:
            objects, *held = (int(one) for one in connection.execute(sums).one())
            by_target = {str(name): int(count) for name, count in connection.execute(elsewhere)}
            return Lack(objects, Held(*held), by_target, connection.scalar(nowhere) or 0)

    def measured(self, object_id: str, version: int, *, size: int, files: int) -> None:
        """Keep how large a version is, if nobody noted it when it was sealed."""
        key = (t.versions.c.object == object_id) & (t.versions.c.version == version) & t.versions.c.size.is_(None)
        with self._writing() as connection:
            connection.execute(sa.update(t.versions).where(key).values(size=size, files=files))

    def _in_turn(
        self,
        target: str,
        objects: Collection[str] | None,
        now: datetime,
        *since: sa.Column[object],
        only: sa.ColumnElement[bool] | None = None,
    ) -> list[Key]:
        query = sa.select(t.copies.c.object, t.copies.c.version).where(
            t.copies.c.target == target, t.copies.c.state != "owed"
        )
        if only is not None:
            query = query.where(only)
        order = [sa.nulls_first(sa.case((column <= now, column)).asc()) for column in since]
        return self._keys(query.order_by(*order, t.copies.c.object, t.copies.c.version), objects)

    def _keys(self, query: sa.Select[tuple[str, int]], objects: Collection[str] | None) -> list[Key]:
        if objects is not None:
            query = query.where(among(t.copies.c.object, objects))
        with self._reading() as connection:
            return [(str(object_id), int(version)) for object_id, version in connection.execute(query)]
