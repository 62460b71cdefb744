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

    def moment(self, name: str) -> datetime | None:
        """A fact that is a moment."""
        value = self.get(name)
        return datetime.fromisoformat(value) if value else None
