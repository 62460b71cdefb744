"""The one opener of the ledger's database."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from archive.errors import LedgerUnusable, SettingsError
from archive.ledger import journal, tables
from archive.ledger.sql_faults import ANEW, in_a_sentence

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_S = 30
OTHERS_S = 3.0
"""How long to wait for others to close a ledger that has to leave WAL: commands that look are over by then."""

MODE = "PRAGMA journal_mode"
_NOT_NOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL}
_FIRST_TABLES = {"facts", "versions", "copies"}


def open_engine(path: Path, version: journal.Version = journal.HERE) -> sa.Engine:
    """Open (and make, and migrate) the SQLite ledger at `path`: full sync, patience with other writers.

    It is kept in the journal that is sound with a SQLite of this `version`. Where nothing can be written, a ledger of
    today's form is opened to be read. Raises LedgerUnusable.
    """
    with in_a_sentence(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = not path.exists() or not path.stat().st_size
        engine = _engine(path, version)
        try:
            settle(engine, version, new=new)
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine


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


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to the newest form.

    Raises SettingsError if a later version of this software made them, LedgerUnusable if another program did.
    """
    known = sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.execution_options(writes=False).begin() as connection:
        if _form(connection, known) == known[-1]:
            return
    with engine.begin() as connection:
        if _form(connection, known) == known[-1]:
            return
        from alembic import command  # it takes half a second to import, and is needed once a version
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _form(connection: sa.Connection, known: list[str]) -> str | None:
    """The form of the ledger's tables, None where there are none yet."""
    path = connection.engine.url.database
    there = {*sa.inspect(connection).get_table_names()}
    if there and not {"alembic_version", *_FIRST_TABLES} <= there:
        raise LedgerUnusable(f"{path} is another program's database, and no ledger: {ANEW}")
    at = connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if there else None
    if at is not None and at not in known:
        raise SettingsError([f"{path}: a later thirdcopy made this ledger (form {at}): update first"])
    return at


def identity(engine: sa.Engine, now: datetime) -> str:
    """The ledger's own id, made when it is first asked for."""
    query = sa.select(tables.facts.c.value).where(tables.facts.c.name == "ledger")
    with engine.execution_options(writes=False).begin() as connection:
        found = connection.scalar(query)
    if found is not None:
        return str(found)
    with engine.begin() as connection:
        found = connection.scalar(query)
        if found is None:
            found = str(uuid4())
            connection.execute(sa.insert(tables.facts).values(name="ledger", value=found))
            connection.execute(sa.insert(tables.facts).values(name="made", value=now.isoformat()))
    return str(found)


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
