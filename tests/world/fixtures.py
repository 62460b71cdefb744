"""Servers for a whole test session, each started when the first test asks for it; imported by conftest."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.world.servers import NotInstalled, S3Server, ceph, rclone, seaweedfs, swift
from tests.world.servers.postgresql import Postgresql, postgresql


@contextmanager
def or_skip(serve: Callable[[Path], AbstractContextManager[S3Server]], folder: Path) -> Iterator[S3Server]:
    """A server in a folder; skips the test where its programs are not installed, and says what to install."""
    try:
        with serve(folder) as server:
            yield server
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    try:
        with postgresql() as server:
            yield server
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def seaweedfs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def ceph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with or_skip(ceph, tmp_path_factory.mktemp("ceph")) as server:
        yield server


@pytest.fixture(scope="session")
def swift_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with or_skip(swift, tmp_path_factory.mktemp("swift")) as server:
        yield server
