"""Copies that somebody should see to: found wanting, owed, or unread for long; counted, and none of them named."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.transactions import Subject

_WANTING = ("damaged: ", "missing: ", "rolled back: ", "foreign: ")
"""How the problem of a copy begins that an audit found wanting."""


@dataclass(frozen=True)
class Owing:
    """How many versions a target has not got, and when the oldest of them was sealed."""

    versions: int
    since: datetime


def _was_there() -> sa.ColumnElement[bool]:
    """Whether a copy that is owed was at the target once, read back or found there otherwise than it was sealed."""
    return sa.or_(t.copies.c.read.is_not(None), *(t.copies.c.problem.startswith(words) for words in _WANTING))


class Overdue(Subject):
    """Counts by target."""

    def wanting(self) -> dict[str, int]:
        """Copies that were at a target, and were found damaged, missing or rolled back, and are not mended yet."""
        query = (
            sa.select(t.copies.c.target, sa.func.count())
            .where(t.copies.c.state == "owed", t.copies.c.problem.is_not(None), _was_there())
            .group_by(t.copies.c.target)
        )
        with self._reading() as connection:
            return {str(target): int(count) for target, count in connection.execute(query)}

    def owing(self, target: str) -> Owing | None:
        """The versions that a target never got; None if there are none."""
        mine = (
            (t.copies.c.object == t.versions.c.object)
            & (t.copies.c.version == t.versions.c.version)
            & (t.copies.c.target == target)
        )
        unsent = (t.copies.c.state == "owed") & ~sa.func.coalesce(_was_there(), False)
        query = (
            sa.select(sa.func.count(), sa.func.min(t.versions.c.sealed))
            .select_from(t.versions)
            .outerjoin(t.copies, mine)
            .where(sa.or_(t.copies.c.state.is_(None), unsent))
        )
        with self._reading() as connection:
            count, since = connection.execute(query).one()
        return Owing(int(count), since) if count else None

    def unread(self, before: datetime, now: datetime) -> dict[str, int]:
        """Copies that nobody read in full since a moment.

        One that nobody read at all counts from when it was said to be there; a reading after `now`, by a wrong clock,
        is none.
        """
        last = sa.case((t.copies.c.read <= now, t.copies.c.read), else_=t.copies.c.at)
        query = (
            sa.select(t.copies.c.target, sa.func.count())
            .where(t.copies.c.state != "owed", last < before)
            .group_by(t.copies.c.target)
        )
        with self._reading() as connection:
            return {str(target): int(count) for target, count in connection.execute(query)}
