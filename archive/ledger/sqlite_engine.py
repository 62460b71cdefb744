"""The ledger in a SQLite file: the journal that is sound with this SQLite, and how a file is opened and left."""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from archive.errors import LedgerUnusable
from archive.ledger import journal

PATIENCE_S = 30
OTHERS_S = 3.0
"""How long to wait for others to close a ledger that has to leave WAL: commands that look are over by then."""

MODE = "PRAGMA journal_mode"
_NOT_NOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL}


class SqliteFile:
    """A ledger in a file, made where there is none: full sync, patience with other writers.

    It is kept in the journal that is sound with a SQLite of this `version`.
    """

    several = False

    def __init__(self, place: Path, version: journal.Version = journal.HERE) -> None:
        self.place, self._version = place, version
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sql = _engine(place, version)
        try:
            settle(self.sql, version, new=not place.exists() or not place.stat().st_size)
        except BaseException:
            self.sql.dispose()
            raise
        opened = place.stat()
        self._file = (opened.st_dev, opened.st_ino)

    def now(self, connection: sa.Connection) -> datetime:
        """The clock of the machine: whoever writes is on it."""
        return datetime.now(UTC)

    def settle(self) -> None:
        """Bring it into the journal that is sound with this SQLite."""
        settle(self.sql, self._version)

    def gather(self) -> None:
        """Bring all that it holds into its one file, which may then be moved, once it is closed."""
        self.sql.dispose()  # or our own connections would be in the way
        leave_wal(self.sql, self.place)

    def is_in_place(self, ledger: str) -> bool:
        """Whether the file that was opened is still the one at its place, whatever id that has."""
        try:
            there = self.place.stat()
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._file

    def examine(self) -> list[str]:
        """What is damaged in the file, by reading all of it; some seconds a gigabyte."""
        return examine(self.sql)

    @property
    def kept_in(self) -> str:
        """SQLite's version and the journal that the ledger is in."""
        fault = " has the WAL-reset fault" if journal.has_reset_fault(self._version) else ""
        kept = "WAL" if mode(self.sql) == journal.WAL else "a rollback journal"
        return f"SQLite {_named(self._version)}{fault}: kept in {kept}"

    @property
    def at_risk(self) -> bool:
        """Whether it is still in WAL, with a SQLite that may damage it so."""
        return journal.has_reset_fault(self._version) and mode(self.sql) == journal.WAL


def _engine(path: Path, version: journal.Version) -> sa.Engine:
    # Parameters are words that only some may read: no error and no log line quotes them.
    engine = sa.create_engine(_address(path), connect_args={"timeout": PATIENCE_S}, hide_parameters=True)
    faulty = journal.has_reset_fault(version)

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's recipe: we begin transactions ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(MODE)
        if cursor.fetchone() != (journal.WAL,):
            cursor.execute(f"{MODE}={journal.ROLLBACK}")  # which rollback journal is a matter of the connection
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer takes its lock at once: a lock that is asked for half-way cannot be waited for.
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        if writes and faulty and connection.exec_driver_sql(MODE).scalar() == journal.WAL:
            connection.exec_driver_sql("ROLLBACK")
            raise LedgerUnusable(
                f"another process has the ledger at {path} open in WAL, which SQLite {_named(version)} may damage "
                "(its WAL-reset fault): end that process (an earlier thirdcopy, a database browser) and run this again"
            )

    return engine


def _address(path: Path) -> sa.URL:
    """The database's address: where its folder is read-only and no other process can be at it, as it lies there.

    SQLite opens a file in WAL only where it may write beside it, or is told that nobody else does.
    """
    wal = path.with_name(path.name + "-wal")
    if _in_wal(path) and not wal.exists() and os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        return _as_it_lies(path)
    return sa.URL.create("sqlite", database=str(path))


def _as_it_lies(path: Path) -> sa.URL:
    """The address of a file that nobody changes (https://sqlite.org/uri.html)."""
    name = f"file:{quote(os.fsencode(path))}"
    return sa.URL.create("sqlite", database=name, query={"mode": "ro", "immutable": "1", "uri": "true"})


def _in_wal(path: Path) -> bool:
    """Whether the header says WAL (https://sqlite.org/fileformat2.html#file_format_version_numbers)."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\2\2"
    except OSError:
        return False


def settle(engine: sa.Engine, version: journal.Version = journal.HERE, *, new: bool = True) -> None:
    """Bring the ledger into the journal that is sound here, if that can be done now; all that it holds stays.

    A ledger leaves WAL only when nobody else has it open: where somebody has, it is still read, and no more. It goes
    into WAL when it is new, or asked to: a run asks, that has the lease, since one beside it may be of another SQLite.
    """
    to_wal = not journal.has_reset_fault(version)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(MODE)
        in_wal = cursor.fetchone() == (journal.WAL,)
        if in_wal != to_wal and (new or not to_wal):
            _change(cursor, journal.chosen(version), PATIENCE_S if to_wal else OTHERS_S)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NOT_NOW:
            raise
    finally:
        connection.close()


def leave_wal(engine: sa.Engine, path: Path) -> None:
    """Bring what lies in the log into the file, which goes into a rollback journal.

    Raises LedgerUnusable where another process has it open in WAL: part of it would stay in the log.
    """
    connection = engine.raw_connection()
    try:
        _change(connection.cursor(), journal.ROLLBACK, PATIENCE_S)
    except sqlite3.OperationalError as error:
        if not _busy(error):
            raise
        raise LedgerUnusable(
            f"another process has {path} open, so that it cannot be moved whole: end that process (a database browser, "
            "a backup) and run this again"
        ) from None
    finally:
        connection.close()
    log = path.with_name(path.name + "-wal")
    if _in_wal(path) or (log.exists() and log.stat().st_size):
        raise LedgerUnusable(f"{path} could not leave WAL, so that it cannot be moved whole: run this again")


def _change(cursor: sa.engine.interfaces.DBAPICursor, wanted: str, patience: float) -> None:
    """Change the journal; asked again where it is busy.

    Whoever holds the shared lock that others wait for calls no busy handler
    (https://sqlite.org/c3ref/busy_handler.html): SQLite refuses at once, whatever patience was set.
    """
    tries = Retrying(
        retry=retry_if_exception(_busy), stop=stop_after_delay(patience), wait=wait_random(0.01, 0.1), reraise=True
    )
    tries(cursor.execute, f"{MODE}={wanted}")


def _busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def examine(engine: sa.Engine) -> list[str]:
    """What SQLite finds damaged, by reading every page (https://sqlite.org/pragma.html#pragma_quick_check).

    Raises an error of the database where it is not damaged, and cannot be read.
    """
    try:
        with engine.execution_options(writes=False).begin() as connection:
            found = [str(line) for line in connection.exec_driver_sql("PRAGMA quick_check").scalars()]
    except sa.exc.DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return [str(error.orig)]
    return [] if found == ["ok"] else found


def mode(engine: sa.Engine) -> str:
    """The journal that the ledger is in: `wal`, or one of the rollback journals."""
    with engine.execution_options(writes=False).begin() as connection:
        return str(connection.exec_driver_sql(MODE).scalar())


def _named(version: journal.Version) -> str:
    return ".".join(map(str, version))
