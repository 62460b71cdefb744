"""When hosts may be asked next, kept for all workers together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.transactions import Document, Subject, Transactions, upsert


class Hosts(Subject, Generic[Document]):
    """The times of hosts, each a document of one form; a new one says nothing. Moments are seconds since 1970."""

    def __init__(self, transactions: Transactions, form: type[Document]) -> None:
        super().__init__(transactions)
        self._form = form

    @contextmanager
    def at(self, host: str) -> Iterator[tuple[Document, float]]:
        """A host's times, which nobody else changes within the block and which are kept at its end; and the moment.

        Nothing is waited for within it.
        """
        query = sa.select(t.hosts.c.body).where(t.hosts.c.host == host)
        with self._writing() as connection:
            body = connection.scalar(query)
            times = self._document(self._form, body or "{}")
            yield times, self._now(connection).timestamp()
            if (changed := times.model_dump_json()) != body:
                upsert(connection, t.hosts, {"host": host}, {"body": changed})

    def forget(self, silent: Callable[[Document, float], bool]) -> None:
        """Forget hosts whose times say nothing any more, since a stranger's pages may name any number of them."""
        with self._writing() as connection:
            now = self._now(connection).timestamp()
            rows = connection.execute(sa.select(t.hosts)).all()
            idle = [row.host for row in rows if silent(self._document(self._form, row.body), now)]
            if idle:
                one = sa.delete(t.hosts).where(t.hosts.c.host == sa.bindparam("the_host"))
                connection.execute(one, [{"the_host": host} for host in idle])
