"""A ledger's rows carried to another, and what proves that they are the same: a count and a digest of each table.

A digest is the sha256 of a table's rows in the order of its key, by code point, a line of JSON each: moments as ISO
8601, bytes as their own sha256. Neither engine has a part in that form, so both give the same.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.emptying import OF_THE_MOMENT
from archive.ledger.standing import FACT

ROWS_AT_ONCE, BYTES_AT_ONCE = 5000, 8 << 20
"""Of one transaction that inserts: transcripts may have megabytes each."""

_BUFFERED = 100
_TOLD_EVERY = 1000

Writing = Callable[[], AbstractContextManager[sa.Connection]]
Each = Callable[[int], None]


@dataclass(frozen=True)
class Contents:
    """What a table holds."""

    rows: int
    sha256: str


def carried() -> list[sa.Table]:
    """The tables that a ledger is: not those of who is at it just now."""
    return [table for table in t.metadata.sorted_tables if table.name not in OF_THE_MOMENT]


def contents(connection: sa.Connection, each: Each) -> dict[str, Contents]:
    """What each table holds, read through; `each` is told of rows as they pass."""
    return {table.name: _passed(_rows(connection, table), each, lambda row, size: None) for table in carried()}


def carry(source: sa.Connection, writing: Writing, each: Each) -> dict[str, Contents]:
    """Put every row of a ledger into another that holds none, some at a time; give what was read."""
    found = dict[str, Contents]()
    with writing() as to:
        to.execute(sa.delete(t.facts).where(t.facts.c.name != FACT))
    for table in carried():
        batch = _Batch(writing, table)
        found[table.name] = _passed(_rows(source, table), each, batch.add)
        batch.flush()
        with writing() as to:
            _go_on_after(to, table)
    with writing() as to:
        if to.dialect.name == "postgresql":
            to.exec_driver_sql("ANALYZE")  # or its planner knows nothing of a million rows
    return found


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[sa.RowMapping]:
    query = sa.select(table).order_by(*table.primary_key)
    if table is t.facts:
        query = query.where(table.c.name != FACT)
    yield from connection.execute(query.execution_options(yield_per=_BUFFERED)).mappings()


def _passed(rows: Iterator[sa.RowMapping], each: Each, take: Callable[[sa.RowMapping, int], None]) -> Contents:
    digest, number = sha256(), 0
    for number, row in enumerate(rows, start=1):
        line = json.dumps([_plain(value) for value in row.values()], separators=(",", ":")).encode() + b"\n"
        digest.update(line)
        take(row, len(line))
        if number % _TOLD_EVERY == 0:
            each(_TOLD_EVERY)
    each(number % _TOLD_EVERY)
    return Contents(number, digest.hexdigest())


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return sha256(value).hexdigest()
    return value


class _Batch:
    """Rows on their way into a table."""

    def __init__(self, writing: Writing, table: sa.Table) -> None:
        self._writing, self._insert = writing, sa.insert(table)
        self._rows, self._bytes = list[dict[str, Any]](), 0

    def add(self, row: sa.RowMapping, size: int) -> None:
        self._rows.append(dict(row))
        self._bytes += size
        if len(self._rows) >= ROWS_AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            with self._writing() as connection:
                connection.execute(self._insert, self._rows)
        self._rows, self._bytes = [], 0


def _go_on_after(connection: sa.Connection, table: sa.Table) -> None:
    """Have the next number of a table be above the highest there; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    highest = connection.scalar(sa.select(sa.func.max(column)))
    if highest is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(sa.select(sa.func.setval(sequence, sa.literal(highest, sa.BigInteger))))
