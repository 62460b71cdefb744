"""`rclone serve s3`: a store that says yes to much that it does not do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.world.servers.running import (
    ACCESS_KEY,
    BUCKET,
    SECRET_KEY,
    Process,
    S3Server,
    free_ports,
    program,
    served,
    wait,
)


@contextmanager
def rclone(folder: Path, *, anyone: bool = False) -> Iterator[S3Server]:
    """`rclone serve s3` over a folder. `anyone`: without keys, so that every stranger may read and write."""
    (folder / "kept" / BUCKET).mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    command = [program("rclone"), "serve", "s3", str(folder / "kept"), "--addr", f"127.0.0.1:{port}"]
    environment = {"RCLONE_CONFIG": os.devnull, "RCLONE_CACHE_DIR": str(folder / "cache")}
    if not anyone:
        environment["RCLONE_AUTH_KEY"] = f'"{ACCESS_KEY},{SECRET_KEY}"'
    process = Process(command, folder, environment)
    yield from served(S3Server(f"http://127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY, BUCKET, process, wait))
