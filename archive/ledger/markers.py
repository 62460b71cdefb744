"""Single facts by name: when a run last recorded every head, until when a source is left alone, and the like."""

import json
from datetime import datetime

import sqlalchemy as sa
from pydantic import AwareDatetime, TypeAdapter

from archive.ledger import tables as t
from archive.ledger.sql_conditions import begins
from archive.ledger.transactions import Subject, Value, upsert

MOMENT = TypeAdapter(AwareDatetime)
LAST_FULL = "last_full"
"""When a run record last named every head."""
SLEPT = "slept:"
"""With an object behind it: when a session elsewhere was ended that was storing it, and may only be asleep."""
GIVEN_UP = "given up:"
"""With an object, a version and a digest behind it: a content that was given up, and whose spool alone had it."""
WAITS = "waits for a person:"
"""With an object and a version behind it: why nothing can be done about a version that a lost worker's spool had."""
RUN_BEFORE = "run before:"
"""With a run record behind it: the one that it goes on from."""
LAST_RUN = "last_run"
"""The newest run record: the end of the chain, whatever the clock said."""

RUN_ENDED_WELL = "run_ended_well"
"""When a run of the whole archive last ended well, as `archive.steps.stages` has it."""


class Markers(Subject):
    """Facts by name."""

    def get(self, name: str) -> str | None:
        """A fact, None if it was never set."""
        with self._reading() as connection:
            return connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == name))

    def set(self, name: str, value: str) -> None:
        """Keep a fact."""
        with self._writing() as connection:
            upsert(connection, t.facts, {"name": name}, {"value": value})

    def beginning(self, prefix: str) -> dict[str, str]:
        """The facts whose names begin with `prefix`, by the rest of their names."""
        query = sa.select(t.facts).where(begins(t.facts.c.name, prefix)).order_by(t.facts.c.name)
        with self._reading() as connection:
            return {row.name.removeprefix(prefix): row.value for row in connection.execute(query)}

    def forget(self, name: str) -> None:
        """Take a fact away; one that is not there is fine."""
        with self._writing() as connection:
            connection.execute(sa.delete(t.facts).where(t.facts.c.name == name))

    def document(self, name: str, form: TypeAdapter[Value]) -> Value | None:
        """A fact that is a JSON text of that form. Raises LedgerUnusable for one that is none."""
        value = self.get(name)
        return None if value is None else self.parsed(form, value)

    def moment(self, name: str) -> datetime | None:
        """A fact that is a moment. Raises LedgerUnusable for one that is none, or has no zone."""
        value = self.get(name)
        return None if value is None else self.parsed(MOMENT, json.dumps(value))
