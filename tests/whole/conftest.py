"""What every test of the whole way shares: the stores, the films, the model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.gate import Gate, gate
from tests.world.servers import S3Server


@pytest.fixture(scope="session")
def servers(seaweedfs_server: S3Server, rclone_server: S3Server) -> dict[str, S3Server]:
    """Two makers of S3 stores."""
    return {"seaweedfs": seaweedfs_server, "rclone": rclone_server}


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which films are made."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
def before_seaweedfs(seaweedfs_server: S3Server) -> Iterator[Gate]:
    with gate(seaweedfs_server.endpoint) as made:
        yield made
