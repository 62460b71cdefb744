"""Single facts: when every head was last recorded, whether a source was listed whole, until when it is left alone."""

from datetime import datetime

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.book import Book, upsert


class Facts(Book):
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
        query = sa.select(t.facts).where(t.facts.c.name.startswith(prefix, autoescape=True)).order_by(t.facts.c.name)
        with self._reading() as connection:
            return {row.name.removeprefix(prefix): row.value for row in connection.execute(query)}

    def forget(self, name: str) -> None:
        """Take a fact away; one that is not there is fine."""
        with self._writing() as connection:
            connection.execute(sa.delete(t.facts).where(t.facts.c.name == name))

    def moment(self, name: str) -> datetime | None:
        """A fact that is a moment."""
        value = self.get(name)
        return datetime.fromisoformat(value) if value else None
