"""Where the index lies: in a SQLite file of its own, or in tables of the ledger's PostgreSQL database."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from archive.errors import ArchiveError, LedgerUnusable
from archive.ledger.ledger_places import Place
from archive.ledger.postgresql_engine import PostgresqlDatabase
from archive.ledger.sql_faults import in_a_sentence
from archive.ledger.sqlite_engine import SqliteFile
from archive.opening.archive import Archive
from archive.searching.index_tables import metadata

FILE = "search.sqlite"

WRITERS = 0x7468697264736561
"""The advisory lock of whoever writes the index: "thirdsea" in ASCII. The ledger has another one."""

KEPT_PAGES_KIB = 64 * 1024
"""What a writer keeps in memory until it commits, so that readers wait for no more than the commit."""


class IndexUnusable(ArchiveError):
    """The search index cannot be read or written; what it holds is in the ledger, and it can be made anew."""


class IndexPlace:
    """An index's database. Safe to share between threads."""

    def __init__(self, archive: Archive) -> None:
        self._place: Place = archive.ledger.database or archive.state / FILE
        with self._told():
            engine = SqliteFile(self._place) if isinstance(self._place, Path) else PostgresqlDatabase(self._place)
            self._writers = engine.sql.execution_options(lock=WRITERS)
            self._readers = engine.sql.execution_options(writes=False)
            if isinstance(self._place, Path):
                sa.event.listen(engine.sql, "connect", _keep_in_memory)
            self.dialect = engine.sql.dialect.name
            self._lock = Lock()
            self._opened: tuple[int, int] | None = None
            try:
                self._renew()
            except BaseException:
                self.close()
                raise

    def _renew(self) -> None:
        """Have the tables made, also in the file that is there now, where the one that was open was taken away."""
        with self._lock:
            if self._opened is None or self._opened != self._identity():
                self._readers.dispose()
                self._made()
                self._opened = self._identity()

    def _identity(self) -> tuple[int, int]:
        """Which file it is; of a database, one and the same."""
        if not isinstance(self._place, Path):
            return 0, 0
        try:
            found = self._place.stat()
        except FileNotFoundError:
            return -1, -1
        return found.st_dev, found.st_ino

    def _made(self) -> None:
        if isinstance(self._place, Path):
            self._place.touch(mode=0o600)
            self._place.chmod(0o600)
        with self._readers.begin() as connection:
            if sa.inspect(connection).has_table("search_runs"):
                return
        with self._writers.begin() as connection:
            metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads: it sees one moment. Raises IndexUnusable, and LedgerUnusable of PostgreSQL."""
        with self._told():
            self._renew()
            with self._readers.begin() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes, one at a time: all of it is kept at its end, or nothing."""
        with self._told():
            self._renew()
            with self._writers.begin() as connection:
                yield connection

    def drop(self) -> None:
        """Take all of it away, and make it empty."""
        with self.writing() as connection:
            metadata.drop_all(connection)
            metadata.create_all(connection)

    def shrink(self) -> None:
        """Give back the room that is free, where nobody else is at it, and tell a database what its tables are like."""
        with suppress(IndexUnusable, LedgerUnusable), self._told(), closing(self._writers.raw_connection()) as raw:
            cursor = raw.cursor()
            if self.dialect == "sqlite":
                cursor.execute("VACUUM")
            else:
                for table in metadata.sorted_tables:
                    cursor.execute(f"VACUUM (FULL, ANALYZE) {table.name}")

    def size(self) -> int:
        """How many bytes it takes on disk."""
        with self.reading() as connection:
            if self.dialect == "sqlite":
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
                return int(pages * (connection.exec_driver_sql("PRAGMA page_size").scalar() or 0))
            names = [table.name for table in metadata.sorted_tables]
            query = sa.text(
                "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(CAST(:names AS text[])) AS name"
            )
            return int(connection.scalar(query, {"names": names}) or 0)

    def close(self) -> None:
        """Close the database."""
        self._readers.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what went wrong as a sentence; of PostgreSQL as the ledger says it, since the database is its own."""
        if not isinstance(self._place, Path):
            with in_a_sentence(self._place):
                yield
            return
        try:
            yield
        except (sa.exc.DBAPIError, sqlite3.Error, zlib.error) as error:
            cause = getattr(error, "orig", error)
            raise IndexUnusable(
                f"the search index at {self._place} cannot be used ({cause}): end what else is at it and try again; "
                f"if that does not help, remove {FILE} (all that it holds is in the ledger) and run: thirdcopy search "
                "--rebuild"
            ) from None


def _keep_in_memory(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA cache_spill=OFF")
    cursor.execute(f"PRAGMA cache_size=-{KEPT_PAGES_KIB}")
    cursor.close()


def among(connection: sa.Connection, column: str, parameter: str) -> str:
    """SQL for that a column is one of the values of one parameter, which `values` makes of any number of them."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(:{parameter}))"  # noqa: S608
    return f"{column} = ANY(:{parameter})"


def values(connection: sa.Connection, some: Sequence[Any]) -> Any:
    """Values as one parameter, for `among`."""
    return json.dumps(list(some)) if connection.dialect.name == "sqlite" else list(some)


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put many rows into a table, each with its columns in their order."""
    if not rows:
        return
    names = [column.name for column in table.columns]
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101
    cursor = raw.cursor()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        cursor.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608
        return
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
