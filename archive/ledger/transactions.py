"""What the ledger's subjects share: short transactions on one engine, and one around several of them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite

from archive.ledger.engines import Engine
from archive.ledger.sql_faults import in_a_sentence

Document = TypeVar("Document", bound=BaseModel)
Value = TypeVar("Value")


class Transactions:
    """Transactions on one engine. What a thread begins within a writing one of its own is a part of that one."""

    def __init__(self, engine: Engine) -> None:
        self.place, self._engine = engine.place, engine
        self._writers, self._readers = engine.sql, engine.sql.execution_options(writes=False)
        self._own = threading.local()
        self.guard: Callable[[], None] | None = None
        """What is asked before each transaction that writes."""

    @contextmanager
    def unguarded(self) -> Iterator[sa.Connection]:
        """A transaction that writes, and asks no guard: for the guard's own."""
        with in_a_sentence(self.place), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes: all of it is kept at the end of the block, or nothing where something is raised.

        Within another one, what is raised undoes the block's own part, and the rest if it is raised on.
        """
        outer = self._outer
        with in_a_sentence(self.place):
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
        with in_a_sentence(self.place):
            if outer is not None:
                yield outer
                return
            with self._readers.begin() as connection:
                yield connection

    def now(self, connection: sa.Connection) -> datetime:
        """The moment by the ledger's clock: that of PostgreSQL, which all machines share, or of this machine."""
        return self._engine.now(connection)

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
        self._writing, self._reading = transactions.writing, transactions.reading
        self._place, self._now = transactions.place, transactions.now

    def _document(self, form: type[Document], body: str) -> Document:
        """A row's document, read. Raises LedgerUnusable for one that is none, and quotes nothing of it."""
        with in_a_sentence(self._place):
            return form.model_validate_json(body)

    def parsed(self, form: TypeAdapter[Value], text: str) -> Value:
        """A text that a step keeps in the ledger, read. Raises LedgerUnusable, which quotes nothing of it."""
        with in_a_sentence(self._place):
            return form.validate_json(text)


def total(values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The sum of a column, 0 of nothing: of sizes that are a target's word, a whole number's sum would overflow.

    Exact up to 9 PB, and an estimate above.
    """
    return sa.func.coalesce(sa.func.sum(sa.cast(values, sa.Float)), 0)


def upsert(connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert a row, or change the values of the one with its key: one statement. Call it in a writing transaction.

    What stands neither in the key nor among the values stays as it is; a column that may not be empty has to be there.
    """
    statement = _upserting(table, connection.dialect.name, tuple(key), tuple(values))
    connection.execute(statement, {**key, **values})


@cache
def _upserting(table: sa.Table, dialect: str, key: tuple[str, ...], values: tuple[str, ...]) -> Any:
    """The statement, put together once: that takes SQLAlchemy as long as to run it."""
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    insert = insert.values({name: sa.bindparam(name, type_=table.c[name].type) for name in (*key, *values)})
    if not values:
        return insert.on_conflict_do_nothing(index_elements=key)
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in values})
