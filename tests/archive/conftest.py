"""Tests that open a ledger run over both of its engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import engines

BOTH = ("acts", "citing", "ledger", "opening", "playing", "preservation", "searching", "steps", "views")
"""The rooms of which every test of a module that opens a ledger does so."""

FILES = (
    "test_index_file.py",
    "test_ledger_file.py",
    "test_any_order.py",
    "test_moving_ledger.py",
    "test_postgresql.py",
)
"""Modules about one engine or the way between them, and one that takes minutes on either."""

OF_TARGETS = (
    "test_checking.py",
    "test_derivatives.py",
    "test_films_at_stores.py",
    "test_films_in_little_memory.py",
    "test_ohms.py",
)
"""Modules about what targets hold and what is made of it, to which the ledger is one like another."""

OF_SEVERAL = ("test_side_by_side.py",)
"""Modules about several processes that write, which only a database lets them."""

OPENS = ("an_archive", "copied", "copy_of", "Ledger", "opened", "place_in")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = Path(metafunc.module.__file__)
    if (
        path.parent.name in BOTH
        and path.name not in (*FILES, *OF_TARGETS)
        and any(name in vars(metafunc.module) for name in OPENS)
    ):
        engines_ = ["postgresql"] if path.name in OF_SEVERAL else ["sqlite", "postgresql"]
        metafunc.parametrize("engine", engines_, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[engines.EngineName]:
    """The engine that ledgers are made on while a test runs.

    A module's own fixture that makes one has to ask for it, so that it is made once for each.
    """
    name: engines.EngineName = getattr(request, "param", "sqlite")
    with engines.on(request.getfixturevalue("postgresql_server") if name == "postgresql" else None):
        yield name
