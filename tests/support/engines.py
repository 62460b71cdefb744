"""Both engines of the ledger for one test: a SQLite file, and a database of a real PostgreSQL.

A state folder whose ledger is in a database has a file in the ledger's place that names it: so it is the same one when
it is opened again, also by another process, and a copy of the folder has a copy of the database.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

import sqlalchemy as sa

from archive.ledger import Ledger
from archive.ledger.ledger_places import Database, Place
from tests.world.servers.postgresql import Postgresql

EngineName = Literal["sqlite", "postgresql"]
POINTER = "ledger.database"


class _Chosen:
    server: Postgresql | None = None
    made: ClassVar[list[str]] = []


@contextmanager
def on(server: Postgresql | None) -> Iterator[None]:
    """Have ledgers made in databases of a server within the block; in files without one."""
    before = _Chosen.server, _Chosen.made
    _Chosen.server, _Chosen.made = server, []
    try:
        yield
    finally:
        if server:
            for name in _Chosen.made:
                server.drop(name)
        _Chosen.server, _Chosen.made = before


def place_in(state: Path, *, made: bool = True) -> Place:
    """Where the ledger of a state folder is, by the engine that was chosen.

    A new one's tables are there already, in a database that is `made`.
    """
    pointer = state / POINTER
    if _Chosen.server is None and not pointer.exists():
        return state / "ledger.sqlite"
    if pointer.exists():
        told = json.loads(pointer.read_text())
        if told["state"] == str(state):
            return Database.at(told["url"])
        assert _Chosen.server
        database = _new(_Chosen.server, f'TEMPLATE "{told["database"]}" STRATEGY file_copy')
    else:
        assert _Chosen.server
        template = f'TEMPLATE "{_template(_Chosen.server.folder)}" STRATEGY file_copy'
        database = _new(_Chosen.server, template if made else "")
    url = _Chosen.server.url(database)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    pointer.write_text(json.dumps({"state": str(state), "url": url, "database": database}))
    return Database.at(url)


def backed_up(state: Path, copy: Path) -> None:
    """Copy a state folder, and its ledger as it is now, which nobody has open."""
    shutil.copytree(state, copy)
    place_in(copy)


def engine_name() -> EngineName:
    """The engine that was chosen."""
    return "postgresql" if _Chosen.server else "sqlite"


@contextmanager
def written(ledger: Ledger) -> Iterator[sa.Connection]:
    """A transaction past the ledger's subjects: what only time, another machine or a fault could change."""
    with ledger._transactions.writing() as connection:
        yield connection


def _new(server: Postgresql, options: str) -> str:
    name = server.database(options)
    _Chosen.made.append(name)
    return name


@cache
def _template(folder: Path) -> str:
    """A database with a ledger's tables, whose id is taken away: to have them made takes longer than many a test."""
    server = _Chosen.server
    assert server
    name = server.database()
    Ledger(Database.at(server.url(name))).close()
    server.ask("DELETE FROM facts", name)
    return name
