"""The types of the ledger's columns, the same on SQLite and on PostgreSQL, and what is asked of texts by an index."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from archive.ledger.kept_texts import as_it_came, kept
from archive.ledger.sql_faults import Unreadable


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, also where the database keeps no zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Drop the zone on the way in."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Add it on the way out."""
        return value.replace(tzinfo=UTC) if value else None

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        """As of any kind of column, but what is no moment is Unreadable."""
        read = super().result_processor(dialect, coltype)

        def moment(value: object) -> object:
            try:
                return read(value) if read else value
            except (ValueError, TypeError):
                raise Unreadable("a moment in it cannot be read") from None

        return moment


class Whole(sa.TypeDecorator[int]):
    """A whole number of up to 64 bits; SQLite would keep, and give, whatever is put there."""

    impl = sa.Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """An INTEGER is of 64 bits in SQLite, and of 32 elsewhere."""
        return dialect.type_descriptor(self.impl_instance if dialect.name == "sqlite" else sa.BigInteger())

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> int | None:
        """The number, if it is one."""
        if value is not None and not isinstance(value, int):
            raise Unreadable("a number in it cannot be read")
        return value


class Large(Whole):
    """The same, where the first tables said that it takes more than 32 bits."""

    impl = sa.BigInteger
    cache_ok = True


class Words(sa.TypeDecorator[str]):
    """A text, whatever a stranger put into it: compared and ordered by code point, and given back as it came.

    SQLite keeps to no length, and PostgreSQL is told none: `length` is what a column's documentation says.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """SQLite compares bytes already; a database of PostgreSQL has a locale of its own."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Text(collation="C"))
        return dialect.type_descriptor(sa.String(self.length) if self.length else sa.Text())

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Write what no database keeps as signs."""
        return kept(value) if isinstance(value, str) else value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Read signs as what they stand for."""
        return as_it_came(value) if isinstance(value, str) else value


class OneOf(Words):
    """One of a few words."""

    cache_ok = True

    def __init__(self, *words: str, length: int = 16) -> None:
        super().__init__(length)
        self.words = words

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """The word, if it is one of them."""
        if value is not None and value not in self.words:
            raise Unreadable("a word in it is none of those that may stand there")
        return value


def lacks(column: sa.ColumnElement[str], words: str) -> sa.ColumnElement[bool]:
    """Whether a text lacks some words, in a form that either engine answers by an index of those rows alone.

    The words are part of the statement, and the column stands to the left: SQLite puts it there, but not in an index.
    """
    return column == _taken_out(column, words)


def has(column: sa.ColumnElement[str], words: str) -> sa.ColumnElement[bool]:
    """Whether a text has some words, likewise."""
    return column != _taken_out(column, words)


def _taken_out(column: sa.ColumnElement[str], words: str) -> sa.ColumnElement[str]:
    written = (sa.literal(one, sa.Text, literal_execute=True) for one in (words, ""))
    return sa.func.replace(column, *written, type_=sa.Text)
