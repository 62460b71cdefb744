"""The one opener of the ledger's database."""

import sqlite3
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from archive.errors import SettingsError
from archive.ledger import tables

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_S = 30


def open_engine(path: Path) -> sa.Engine:
    """Open (and make, and migrate) the SQLite ledger at `path`: WAL, full sync, patience with other writers."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": PATIENCE_S})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's recipe: we begin transactions ourselves
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer takes its lock at once: a lock that is asked for half-way cannot be waited for.
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    migrate(engine)
    return engine


def _busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


@retry(retry=retry_if_exception(_busy), stop=stop_after_delay(PATIENCE_S), wait=wait_random(0.01, 0.1), reraise=True)
def _write_ahead(cursor: sa.engine.interfaces.DBAPICursor) -> None:
    """Turn on WAL. Where two turn it on in one new file, SQLite refuses one at once, whatever patience was set.

    Each holds the shared lock that the other waits for, so it calls no busy handler
    (https://sqlite.org/c3ref/busy_handler.html); it has to be asked again.
    """
    cursor.execute("PRAGMA journal_mode=WAL")


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to the newest form. Raises SettingsError if a later version of this software made them."""
    known = sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.begin() as connection:
        at = None
        if sa.inspect(connection).has_table("alembic_version"):
            at = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if at == known[-1]:
            return
        if at is not None and at not in known:
            raise SettingsError(
                [f"{engine.url.database}: a later thirdcopy made this ledger (form {at}): update first"]
            )
        from alembic import command  # it takes half a second to import, and is needed once a version
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def identity(engine: sa.Engine, now: datetime) -> str:
    """The ledger's own id, made when it is first asked for."""
    with engine.begin() as connection:
        found = connection.scalar(sa.select(tables.facts.c.value).where(tables.facts.c.name == "ledger"))
        if found is None:
            found = str(uuid4())
            connection.execute(sa.insert(tables.facts).values(name="ledger", value=found))
            connection.execute(sa.insert(tables.facts).values(name="made", value=now.isoformat()))
    return str(found)
