from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.conformance import conform
from storage.contract import Target
from storage.probing import CHECKS
from storage.targets import FolderSettings, MemorySettings, open_target
from tests.world.servers import tls

KINDS = ("memory", "folder", "seaweedfs", "seaweedfs-tls", "rclone", "rclone-tls")
LARGE = 5 * (1 << 20) + 4321
MANY = {"memory": 2500, "folder": 250}


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    match request.param:
        case "memory":
            yield open_target("memory", MemorySettings())
        case "folder":
            yield open_target("folder", FolderSettings(path=tmp_path, prefix="keeps/here"))
        case "seaweedfs":
            server = request.getfixturevalue("seaweedfs_server")
            yield open_target("seaweedfs", server.settings(conditional_put=True, prefix="plain", checksum="sha256"))
        case "seaweedfs-tls":
            with tls(request.getfixturevalue("seaweedfs_server"), tmp_path / "tls") as server:
                yield open_target("seaweedfs-tls", server.settings())
        case "rclone":
            yield open_target("rclone", request.getfixturevalue("rclone_server").settings(prefix="plain"))
        case "rclone-tls":
            with tls(request.getfixturevalue("rclone_server"), tmp_path / "tls") as server:
                yield open_target("rclone-tls", server.settings())


def test_a_target_keeps_its_contract(target: Target) -> None:
    checks = conform(target, token="test", large=LARGE, many=MANY.get(target.name, 20))
    assert [check for check in checks if not check.ok] == []
    assert len(checks) == len(CHECKS)
    assert list(target.list("")) == []
