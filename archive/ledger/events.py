"""Events as they happen, until a run record holds them."""

from collections.abc import Iterator

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.markers import LAST_RUN
from archive.ledger.transactions import Subject
from archive.records.event import Event

_ADD = sa.insert(t.events)


def add_events(connection: sa.Connection, *events: Event | None) -> None:
    """Keep events, in the transaction of what they tell of; None stands for no event."""
    rows = [{"run": None, "body": event.model_dump_json()} for event in events if event]
    if rows:
        connection.execute(_ADD, rows)


class Events(Subject):
    """What happened to objects, in order. A killed run's events wait for the next run record."""

    def add(self, *events: Event) -> None:
        """Keep events of what changed nothing in the ledger, all or none."""
        with self._writing() as connection:
            add_events(connection, *events)

    def waiting(self, limit: int) -> list[tuple[int, Event]]:
        """The oldest events that no run record holds yet, with their numbers in the ledger."""
        query = (
            sa.select(t.events.c.seq, t.events.c.body)
            .where(t.events.c.run.is_(None))
            .order_by(t.events.c.seq)
            .limit(limit)
        )
        with self._reading() as connection:
            return [(row.seq, self._document(Event, row.body)) for row in connection.execute(query)]

    def last_run(self) -> str | None:
        """The run record at the end of the chain, whatever the clock said.

        A ledger of an earlier build does not name it: there it is the one that holds the newest recorded event.
        """
        said = sa.select(t.facts.c.value).where(t.facts.c.name == LAST_RUN)
        query = sa.select(t.events.c.run).where(t.events.c.run.is_not(None)).order_by(t.events.c.seq.desc()).limit(1)
        with self._reading() as connection:
            return connection.scalar(said) or connection.scalar(query)

    def newest(self) -> int:
        """The number of the newest event, 0 before there is one."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.max(t.events.c.seq))) or 0

    def restore(self, run: str, events: list[Event]) -> None:
        """Keep the events of a run record that was read from a target, once."""
        known = sa.select(t.events.c.seq).where(t.events.c.run == run).limit(1)
        with self._writing() as connection:
            if connection.scalar(known) is None and events:
                rows = [{"run": run, "body": event.model_dump_json()} for event in events]
                connection.execute(sa.insert(t.events), rows)

    def all(self) -> Iterator[Event]:
        """Every event that the ledger knows, oldest first."""
        with self._reading() as connection:
            bodies = list(connection.scalars(sa.select(t.events.c.body).order_by(t.events.c.seq)))
        yield from (self._document(Event, body) for body in bodies)
