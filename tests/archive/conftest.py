"""Tests that open a ledger run over both of its engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import engines
from tests.world.servers.postgresql import Postgresql

BOTH = ("acts", "ledger", "opening", "preservation", "steps", "views")
"""The rooms of which every test of a module that opens a ledger does so."""

FILES = ("test_ledger_file.py",)
"""Modules about SQLite's file itself."""

OPENS = ("an_archive", "Ledger", "opened", "place_in", "a_ledger", "ledgers")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = Path(metafunc.module.__file__)
    opens = any(name in vars(metafunc.module) for name in OPENS)
    if path.parent.name in BOTH and path.name not in FILES and opens and "engine" not in metafunc.fixturenames:
        metafunc.fixturenames.insert(0, "engine")
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[engines.EngineName]:
    """The engine that ledgers are made on while a test runs, and whatever a module's fixtures make for it."""
    server: Postgresql | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
    with engines.on(server):
        yield request.param
