"""What the ledger's books share: short transactions on one engine."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa


class Book:
    """A part of the ledger: methods that each are one short transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._readers = engine.execution_options(writes=False)

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        return self._engine.begin()

    def _reading(self) -> AbstractContextManager[sa.Connection]:
        return self._readers.begin()


def upsert(connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Update the row with that key, or insert it. True if it was not there. Call it in a writing transaction."""
    condition = sa.and_(*(table.c[name] == value for name, value in key.items()))
    exists = connection.scalar(sa.select(sa.literal(1)).select_from(table).where(condition))
    if not exists:
        connection.execute(sa.insert(table).values(**key, **values))
    elif values:
        connection.execute(sa.update(table).where(condition).values(**values))
    return not exists
