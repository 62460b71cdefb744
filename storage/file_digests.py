"""Every digest of a file in one reading: its sha512, its sha256, and the sha256 of each MiB.

A second thread takes all but the sha512: hashing lets go of the lock of the interpreter, and a sha512 alone takes a
core about as long as the rest together. So all of them cost about the time of a sha512. The second thread may lag
behind by some blocks, over the ends of files too, or each of many small files would be waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256, sha512
from io import FileIO
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Self

from storage.digests import BLOCK

BUFFERS = 16
"""Blocks that are held, at most."""


@dataclass(frozen=True)
class Digests:
    """Size in bytes and digests of a file, in lower-case hex; `blocks` is the sha256 of each MiB, if wanted."""

    size: int
    sha512: str
    sha256: str
    blocks: tuple[str, ...]


class Grown(Exception):
    """A file has more bytes than it was to have: it may have no end."""


class Taken:
    """A file that was read to its end: `size` and `sha512` are known, the rest soon."""

    def __init__(self, size: int, sha512: str, rest: "_Rest") -> None:
        self.size, self.sha512, self._rest = size, sha512, rest

    def digests(self) -> Digests:
        """All digests of it; waited for."""
        self._rest.complete.wait()
        return Digests(self.size, self.sha512, self._rest.whole.hexdigest(), tuple(self._rest.blocks))


class Digester:
    """Takes all digests of one file after another. Its thread ends with the block that it is opened for."""

    def __init__(self) -> None:
        self._work = SimpleQueue[Callable[[], None] | None]()
        self._free = SimpleQueue[bytearray]()
        for _ in range(BUFFERS):
            self._free.put(bytearray(BLOCK))
        self._other = Thread(target=self._do, name="digests", daemon=True)

    def __enter__(self) -> Self:
        self._other.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._work.put(None)
        self._other.join()

    def take(
        self,
        file: FileIO,
        tell: Callable[[int], None] | None = None,
        *,
        most: int | None = None,
        blocks: bool = True,
    ) -> Taken:
        """Read an unbuffered file from where it stands to its end; `tell` is called with the bytes of each reading.

        Without `blocks` the digest of each MiB is left out, which is for those who copy the file.

        Raises OSError as reading does, and Grown where there are more than `most` bytes.
        """
        whole, rest, size = sha512(), _Rest(blocks), 0
        while True:
            buffer = self._free.get()
            try:
                read = _fill(file, buffer)
            except BaseException:
                self._free.put(buffer)
                raise
            if not read:
                self._free.put(buffer)
                break
            block = memoryview(buffer)[:read]
            whole.update(block)
            self._work.put(self._taking(rest, block, buffer, first=not size))
            size += read
            if most is not None and size > most:
                raise Grown
            if tell:
                tell(read)
        self._work.put(rest.complete.set)
        return Taken(size, whole.hexdigest(), rest)

    def _taking(self, rest: "_Rest", block: memoryview, buffer: bytearray, *, first: bool) -> Callable[[], None]:
        def work() -> None:
            rest.take(block, first=first)
            self._free.put(buffer)

        return work

    def _do(self) -> None:
        while work := self._work.get():
            work()


class _Rest:
    """The sha256 of a file and of its blocks, once `complete`. What is taken are whole blocks, but for the last one."""

    def __init__(self, of_blocks: bool) -> None:
        self.whole, self.complete, self._of_blocks = sha256(), Event(), of_blocks
        self.blocks = list[str]()

    def take(self, block: memoryview, *, first: bool) -> None:
        self.whole.update(block)
        if self._of_blocks:
            self.blocks.append(self.whole.hexdigest() if first else sha256(block).hexdigest())


def _fill(file: FileIO, buffer: bytearray) -> int:
    """Read until a buffer is full or the file ends: what is no file of a disk gives less at a time."""
    filled, room = 0, memoryview(buffer)
    while filled < len(buffer) and (read := file.readinto(room[filled:])):
        filled += read
    return filled


def digest(path: Path) -> Digests:
    """Read a file once and take every digest on the way."""
    with Digester() as digester, FileIO(path) as file:
        return digester.take(file).digests()
