"""sha512 of files and streams, in lower-case hex, a MiB at a time."""

import hashlib
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
"""Bytes read at once."""


def sha512_stream(stream: IO[bytes]) -> str:
    """The sha512 of what is left in a stream; raises what its `read` raises."""
    digest = hashlib.sha512()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def sha512_file(file: Path) -> str:
    """The sha512 of a local file; raises OSError."""
    with file.open("rb") as stream:
        return sha512_stream(stream)
