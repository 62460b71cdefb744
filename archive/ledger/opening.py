"""The one opener of the ledger's database, of either engine."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from archive.errors import LedgerUnusable, SettingsError
from archive.ledger import journal, tables
from archive.ledger.engines import Engine
from archive.ledger.ledger_places import Place
from archive.ledger.postgresql_engine import PostgresqlDatabase
from archive.ledger.sql_faults import anew, in_a_sentence
from archive.ledger.sqlite_engine import SqliteFile

MIGRATIONS = Path(__file__).parent / "migrations"
_FIRST_TABLES = {"facts", "versions", "copies"}
_FORM = sa.Table(
    "alembic_version",
    sa.MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    sa.Column("version_num", sa.String(32), primary_key=True),
)
"""Where Alembic notes the form of the tables, as it makes it itself."""


def open_engine(
    place: Place, version: journal.Version = journal.HERE, *, before_new: Callable[[], None] = lambda: None
) -> Engine:
    """Open (and make, and migrate) the ledger at a place. `version` is SQLite's; `before_new` may refuse a new one.

    Where nothing can be written, a ledger of today's form is opened to be read. Raises LedgerUnusable.
    """
    with in_a_sentence(place):
        engine: Engine = SqliteFile(place, version) if isinstance(place, Path) else PostgresqlDatabase(place)
        try:
            migrate(engine, before_new)
        except BaseException:
            engine.sql.dispose()
            raise
        return engine


def migrate(engine: Engine, before_new: Callable[[], None]) -> None:
    """Bring the tables to the newest form; new ones are made in it at once.

    Raises SettingsError if a later version of this software made them, LedgerUnusable if another program did.
    """
    known = sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.sql.execution_options(writes=False).begin() as connection:
        if _form(connection, engine.place, known) == known[-1]:
            return
    with engine.sql.begin() as connection:
        form = _form(connection, engine.place, known)
        if form == known[-1]:
            return
        if form is None:
            before_new()
            tables.metadata.create_all(connection, checkfirst=False)
            _FORM.create(connection)
            connection.execute(sa.insert(_FORM).values(version_num=known[-1]))
            return
        from alembic import command  # it takes half a second to import, and is needed once a version
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _form(connection: sa.Connection, place: Place, known: list[str]) -> str | None:
    """The form of the ledger's tables, None where there are none yet."""
    there = {*sa.inspect(connection).get_table_names()}
    if there and not {_FORM.name, *_FIRST_TABLES} <= there:
        raise LedgerUnusable(f"{place} is another program's database, and no ledger: {anew(place)}")
    at = connection.scalar(sa.select(_FORM.c.version_num)) if there else None
    if at is not None and at not in known:
        raise SettingsError([f"{place}: a later thirdcopy made this ledger (form {at}): update first"])
    return at


def identity(engine: Engine, now: datetime) -> str:
    """The ledger's own id, made when it is first asked for."""
    query = sa.select(tables.facts.c.value).where(tables.facts.c.name == "ledger")
    with engine.sql.execution_options(writes=False).begin() as connection:
        found = connection.scalar(query)
    if found is not None:
        return str(found)
    with engine.sql.begin() as connection:
        found = connection.scalar(query)
        if found is None:
            found = str(uuid4())
            connection.execute(sa.insert(tables.facts).values(name="ledger", value=found))
            connection.execute(sa.insert(tables.facts).values(name="made", value=now.isoformat()))
    return str(found)
