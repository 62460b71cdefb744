"""The real servers of the tests: they die with the tests, and come back with what they kept."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha512
from pathlib import Path

import pytest

from storage.shared_reading import LocalFile
from storage.targets import open_target
from tests.support.packages import HOME
from tests.world.fixtures import or_skip
from tests.world.servers import S3Server, ceph, rclone, seaweedfs, swift

Serve = Callable[[Path], AbstractContextManager[S3Server]]


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def listening(pid: int) -> set[str]:
    """Addresses and ports on which a process listens, as the kernel writes them: 0100007F is 127.0.0.1."""
    process = Path(f"/proc/{pid}")
    sockets = {str(link.readlink()) for link in (process / "fd").iterdir() if link.is_symlink()}
    rows = [row.split() for name in ("tcp", "tcp6") for row in (process / "net" / name).read_text().splitlines()]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


@pytest.mark.parametrize("name", ["seaweedfs", "ceph", "swift", "rclone"])
def test_a_server_is_for_this_machine_alone_and_hides_its_keys(name: str, request: pytest.FixtureRequest) -> None:
    server: S3Server = request.getfixturevalue(f"{name}_server")
    for process in server.processes:
        assert process.running is not None
        addresses = listening(process.running.pid)
        assert addresses
        assert all(address.startswith("0100007F:") for address in addresses)
        arguments = Path(f"/proc/{process.running.pid}/cmdline").read_text()
        assert server.secret_key not in arguments
        assert server.access_key not in arguments


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("serve", [rclone, swift])
def test_a_server_ends_with_the_process_that_started_it(
    serve: Serve, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(f"{serve.__name__}_server")  # skips where it is not installed
    program = f"""
import os, sys
from pathlib import Path
from tests.world.servers import {serve.__name__} as serve
with serve(Path(sys.argv[1])) as server:
    print(*(process.running.pid for process in server.processes), flush=True)
    os.kill(os.getpid(), 9)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "server")]
    done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == -9
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    until = time.monotonic() + 20
    while not all(ended(pid) for pid in pids):
        assert time.monotonic() < until, "the server outlives its parent"
        time.sleep(0.02)


@pytest.mark.parametrize("serve", [seaweedfs, ceph, swift, rclone])
def test_a_server_that_was_killed_comes_back_with_what_it_kept(serve: Serve, tmp_path: Path) -> None:
    contents = {"writer.json": b"kept", "ocfl/large": bytes(range(256)) * (6 << 12)}
    with or_skip(serve, tmp_path / "server") as server:
        target = open_target("store", server.settings())
        for number, (key, content) in enumerate(contents.items()):
            file = tmp_path / str(number)
            file.write_bytes(content)
            target.put(key, LocalFile(file, sha512(content).hexdigest()))
        server.kill()
        server.start()
        assert [stat.key for stat in target.list("")] == sorted(contents)
        for key, content in contents.items():
            with target.open(key) as stream:
                assert stream.read() == content
