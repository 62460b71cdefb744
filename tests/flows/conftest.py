"""Fixtures of commands and flows."""

from pathlib import Path

import pytest

from archive.settings.settings import load
from flows.orchestration import server
from tests.flows.place import little_archive


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of Prefect whose database is made: to make one takes as long as a test."""
    with little_archive(tmp_path_factory.mktemp("first"), []) as (place, _):
        with server.served(load(place.file)):
            pass
        (place.prefect / "server.log").unlink()
        return place.prefect
