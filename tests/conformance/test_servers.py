import subprocess
import sys
import time
from hashlib import sha512
from pathlib import Path

import pytest

from storage.targets import open_target
from tests.world.servers import S3Server, rclone, seaweedfs

ROOT = Path(__file__).parents[2]


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
from tests.world.servers import rclone
with rclone(Path(sys.argv[1])) as server:
    print(server.process.running.pid, flush=True)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=60
    )
    assert done.returncode == -9
    until = time.monotonic() + 20
    while not ended(int(done.stdout)):
        assert time.monotonic() < until, "the server outlives its parent"
        time.sleep(0.02)


@pytest.mark.parametrize("serve", [seaweedfs, rclone])
def test_a_server_that_was_killed_comes_back_with_what_it_kept(serve: object, tmp_path: Path) -> None:
    assert callable(serve)
    file = tmp_path / "content"
    file.write_bytes(b"kept")
    with serve(tmp_path / "server") as server:
        assert isinstance(server, S3Server)
        target = open_target("store", server.settings())
        target.replace("writer.json", file, sha512(b"kept").hexdigest(), None)
        server.kill()
        server.start()
        with target.open("writer.json") as stream:
            assert stream.read() == b"kept"
