"""Every digest of a file in one reading: its sha512, its sha256, and the sha256 of each MiB.

A second thread takes half of them: hashing lets go of the interpreter's lock, and sha512 alone takes a core as long as
the rest together. So all of them cost about the time of a sha512.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256, sha512
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.digests import BLOCK

BUFFER = 4 * BLOCK
"""Bytes that are read at once; two of these are held."""


@dataclass(frozen=True)
class Digests:
    """Size in bytes and digests of a file, in lower-case hex; `blocks` is the sha256 of each MiB in order."""

    size: int
    sha512: str
    sha256: str
    blocks: tuple[str, ...]


class Digester:
    """Takes all digests of one file after another. Its thread ends with the block that it is opened for."""

    def __init__(self) -> None:
        self._other = ThreadPoolExecutor(1, thread_name_prefix="digests")
        self._buffers = bytearray(BUFFER), bytearray(BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._other.shutdown()

    def digest(self, file: FileIO, tell: Callable[[int], None] | None = None) -> Digests:
        """Read an unbuffered file from where it stands to its end; `tell` is called with the bytes of each reading.

        Raises OSError as reading does.
        """
        whole, rest, size, turn = sha512(), _Short(), 0, 0
        waiting: list[Future[None] | None] = [None, None]
        try:
            while True:
                buffer = memoryview(self._buffers[turn])
                if before := waiting[turn]:
                    before.result()
                read = _fill(file, buffer)
                if not read:
                    break
                block = buffer[:read]
                waiting[turn] = self._other.submit(rest.take, block)
                whole.update(block)
                size += read
                turn = 1 - turn
                if tell:
                    tell(read)
        finally:
            for one in waiting:
                if one:
                    one.result()
        return Digests(size, whole.hexdigest(), rest.sha256, tuple(rest.blocks))


class _Short:
    """The sha256 of a file and of its blocks. Buffers are whole blocks, but for the last one."""

    def __init__(self) -> None:
        self._whole = sha256()
        self.blocks = list[str]()

    def take(self, data: memoryview) -> None:
        if not self.blocks and len(data) <= BLOCK:  # all there is, so it is hashed once
            self._whole.update(data)
            self.blocks.append(self._whole.hexdigest())
            return
        self._whole.update(data)
        self.blocks += (sha256(data[at : at + BLOCK]).hexdigest() for at in range(0, len(data), BLOCK))

    @property
    def sha256(self) -> str:
        return self._whole.hexdigest()


def _fill(file: FileIO, buffer: memoryview) -> int:
    """Read until a buffer is full or the file ends: what is no file of a disk gives less at a time."""
    filled = 0
    while filled < len(buffer) and (read := file.readinto(buffer[filled:])):
        filled += read
    return filled


def digest(path: Path) -> Digests:
    """Read a file once and take every digest on the way."""
    with Digester() as digester, FileIO(path) as file:
        return digester.digest(file)
