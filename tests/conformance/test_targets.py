"""Every kind of target, and every store we have, through one suite; with the settings that its template gives."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha512
from pathlib import Path

import pytest

from storage.conformance import conform
from storage.contract import Target
from storage.mirrors import verify
from storage.probing import CHECKS
from storage.shared_reading import LocalFile
from storage.targets import FolderSettings, MemorySettings, S3Settings, open_target
from storage.targets.s3.client import Client
from tests.world import templates
from tests.world.servers import S3Server, tls

STORES = templates.TRIED
VERSIONING: dict[str, dict[str, object]] = {
    "seaweedfs": {},
    "ceph": {"conditional_put": False},  # there every one of several writers wins
    "swift": {},
}
LARGE = 5 * (1 << 20) + 4321
MANY = {"memory": 2500, "folder": 250}


def settings(name: str, server: S3Server, **changes: object) -> S3Settings:
    """What the template says, but for the place and the keys. A prefix keeps apart what shares a server."""
    place = server.settings(prefix="conformance/here").model_dump(
        include={"endpoint", "bucket", "prefix", "access_key", "secret_key", "ca_file"}
    )
    return S3Settings.model_validate(templates.stanza(name) | place | changes)


def in_parts(settings: S3Settings) -> int:
    """Bytes of a file that goes up in two parts."""
    return (settings.part_size_mib << 20) + 4321


@pytest.fixture(params=["memory", "folder", *STORES, *(f"{name}-tls" for name in STORES)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Target, int]]:
    """A target, and the bytes of a large file."""
    name, _, secure = request.param.partition("-")
    if name == "memory":
        yield open_target(name, MemorySettings()), LARGE
    elif name == "folder":
        yield open_target(name, FolderSettings(path=tmp_path, prefix="keeps/here")), LARGE
    elif secure:
        with tls(request.getfixturevalue(f"{name}_server"), tmp_path / "tls") as server:
            chosen = settings(name, server, part_size_mib=5)
            yield open_target(name, chosen), in_parts(chosen)
    else:
        chosen = settings(name, request.getfixturevalue(f"{name}_server"))
        yield open_target(name, chosen), in_parts(chosen)


def test_a_target_keeps_its_contract(kept: tuple[Target, int]) -> None:
    target, large = kept
    checks = conform(target, token="test", large=large, many=MANY.get(target.name, 20))
    assert [check for check in checks if not check.ok] == []
    assert len(checks) == len(CHECKS)
    assert list(target.list("")) == []


@pytest.mark.parametrize("name", VERSIONING)
def test_so_it_does_where_the_bucket_keeps_versions(name: str, request: pytest.FixtureRequest) -> None:
    server = replace(request.getfixturevalue(f"{name}_server"), bucket="keeps-versions")
    client = Client(name, server.settings())
    client.ask("create_bucket", None)
    client.ask("put_bucket_versioning", None, VersioningConfiguration={"Status": "Enabled"})

    chosen = settings(name, server, part_size_mib=5, **VERSIONING[name])
    target = open_target(name, chosen)
    checks = conform(target, token="test", large=in_parts(chosen), many=3)
    assert [check for check in checks if not check.ok] == []
    assert list(target.list("")) == []
    assert client.ask("list_object_versions", None).get("Versions", []) == []


@pytest.mark.parametrize("name", VERSIONING)
def test_what_lies_under_a_delete_marker_is_missing_and_is_put_again(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = replace(request.getfixturevalue(f"{name}_server"), bucket="hidden")
    client = Client(name, server.settings())
    client.ask("create_bucket", None)
    client.ask("put_bucket_versioning", None, VersioningConfiguration={"Status": "Enabled"})
    target = open_target(name, server.settings(**VERSIONING[name]))
    (tmp_path / "film").write_bytes(b"a film")
    film = LocalFile(tmp_path / "film", sha512(b"a film").hexdigest())
    target.put("ocfl/film", film)
    client.ask("delete_object", None, Key="ocfl/film")
    assert [finding.outcome for finding in verify(target, [("ocfl/film", film.sha512)])] == ["missing"]
    assert list(target.list("")) == []
    target.put("ocfl/film", film)
    assert [finding.outcome for finding in verify(target, [("ocfl/film", film.sha512)])] == ["sound"]
