"""What the ledger's subjects share: short transactions on one engine, and one around several of them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel, TypeAdapter

from archive.ledger.sql_faults import in_a_sentence

Document = TypeVar("Document", bound=BaseModel)
Value = TypeVar("Value")


class Transactions:
    """Transactions on one engine. What a thread begins within a writing one of its own is a part of that one."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        self.path = path
        self._writers, self._readers = engine, engine.execution_options(writes=False)
        self._own = threading.local()
        self.guard: Callable[[], None] | None = None
        """What is asked before each transaction that writes."""

    def now(self, connection: sa.Connection) -> datetime:
        """The moment by the ledger's clock, which all machines at it share: this machine's for a file."""
        return datetime.now(UTC)

    @contextmanager
    def unguarded(self) -> Iterator[sa.Connection]:
        """A transaction that writes, and asks no guard: for the guard's own."""
        with in_a_sentence(self.path), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes: all of it is kept at the end of the block, or nothing where something is raised.

        Within another one, what is raised undoes the block's own part, and the rest if it is raised on.
        """
        outer = self._outer
        with in_a_sentence(self.path):
            if outer is not None:
                with outer.begin_nested():
                    yield outer
                return
            if self.guard:
                self.guard()
            with self._writers.begin() as connection:
                self._own.connection = connection
                try:
                    yield connection
                finally:
                    self._own.connection = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads; within one that writes, what that has written too."""
        outer = self._outer
        with in_a_sentence(self.path):
            if outer is not None:
                yield outer
                return
            with self._readers.begin() as connection:
                yield connection

    @property
    def _outer(self) -> sa.Connection | None:
        """The writing transaction that this thread is in."""
        found: sa.Connection | None = getattr(self._own, "connection", None)
        return found


class Subject:
    """A part of the ledger: methods that each are one short transaction. Any may raise LedgerUnusable.

    One that changes what an event tells of takes that event, so that neither is kept without the other; None is for
    what this ledger only learns of: its event is in a run record, or there is none.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._writing, self._reading = transactions.writing, transactions.reading
        self._path = transactions.path

    def _document(self, form: type[Document], body: str) -> Document:
        """A row's document, read. Raises LedgerUnusable for one that is none, and quotes nothing of it."""
        with in_a_sentence(self._path):
            return form.model_validate_json(body)

    def parsed(self, form: TypeAdapter[Value], text: str) -> Value:
        """A text that a step keeps in the ledger, read. Raises LedgerUnusable, which quotes nothing of it."""
        with in_a_sentence(self._path):
            return form.validate_json(text)


def total(values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The sum of a column, 0 of nothing: of sizes that are a target's word, a whole number's sum would overflow.

    Exact up to 9 PB, and an estimate above.
    """
    return sa.func.coalesce(sa.func.sum(sa.cast(values, sa.Float)), 0)


def upsert(connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Update the row with that key, or insert it. True if it was not there. Call it in a writing transaction."""
    exists, insert, update = _upserting(table, tuple(key), tuple(values))
    of = {f"of_{name}": value for name, value in key.items()}
    found = connection.scalar(exists, of)
    if not found:
        connection.execute(insert, {**key, **values})
    elif values:
        connection.execute(update, of | {f"new_{name}": value for name, value in values.items()})
    return not found


@cache
def _upserting(
    table: sa.Table, key: tuple[str, ...], values: tuple[str, ...]
) -> tuple[sa.Select[Any], sa.Insert, sa.Update]:
    """The statements, put together once: that takes SQLAlchemy as long as to run them."""
    condition = sa.and_(*(table.c[name] == sa.bindparam(f"of_{name}", type_=table.c[name].type) for name in key))
    exists = sa.select(sa.literal(1)).select_from(table).where(condition)
    new = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in values}
    return exists, sa.insert(table), sa.update(table).where(condition).values(new)
