"""A stream of bytes from a target, of known length, whose every fault is a TargetError."""

import io
from collections.abc import Callable, Sequence
from typing import IO, Any, Protocol

from storage.bandwidth import Pace
from storage.digests import BLOCK
from storage.errors import TargetError

UNLIMITED = Pace(None)
SLICE = 1 << 16
"""Bytes that are sent, or held of what came, at a time; who asks for more gets it past what is held, uncopied."""


class Readable(Protocol):
    """Where the bytes come from: a file, an HTTP response. One with a `readinto`, as files have, is read by that."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...

    def close(self) -> Any:
        """Let go of the file or the connection."""
        ...


class _Body(io.RawIOBase):
    def __init__(
        self,
        source: Readable,
        length: int,
        faults: tuple[type[Exception], ...],
        translate: Callable[[Exception | None], TargetError],
        pace: Pace,
    ) -> None:
        self._source = source
        self._into: Callable[[memoryview], int] = getattr(source, "readinto", self._copied)
        self._pace = pace
        self._left = length
        self._faults = faults
        self._translate = translate

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._left)
        if not wanted:
            return 0
        try:
            read = self._into(memoryview(buffer)[:wanted])
        except self._faults as error:
            raise self._translate(error) from error
        if not read:
            raise self._translate(None)
        self._left -= read
        self._pace.take(read)
        return read

    def _copied(self, buffer: memoryview) -> int:
        block = self._source.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def body(
    source: Readable,
    length: int,
    *,
    faults: tuple[type[Exception], ...],
    translate: Callable[[Exception | None], TargetError],
    pace: Pace = UNLIMITED,
) -> IO[bytes]:
    """The next `length` bytes of `source` as a stream; closing it closes `source`.

    `faults` are the exceptions that `source.read` may raise; `translate` makes each a TargetError, and is given None
    where the bytes end early.
    """
    return io.BufferedReader(_Body(source, length, faults, translate, pace), max(1, min(length, SLICE)))


def skip(stream: Readable, count: int) -> None:
    """Read `count` bytes of a stream away, fewer if it ends before."""
    while count > 0 and (block := stream.read(min(count, BLOCK))):
        count -= len(block)


class PartBody:
    """Blocks in memory as the body of a request, read as a file is, a whole block at a time and at a pace."""

    def __init__(self, blocks: Sequence[memoryview], pace: Pace) -> None:
        self._blocks = blocks
        self._size = sum(len(block) for block in blocks)
        self._pace = pace
        self._at = 0
        self._within = 0

    def __len__(self) -> int:
        return self._size

    def read(self, size: int | None = None) -> bytes | memoryview:
        """The next block, whatever `size` says but for nothing or all: http.client would cut it into 16 KiB."""
        if size is None or size < 0:
            rest, self._at = b"".join(self._blocks[self._at :]), len(self._blocks)
            return rest
        if not size or self._at == len(self._blocks):
            return b""
        block = self._blocks[self._at]
        if self._pace.limited:  # in slices, or a slow line falls silent for longer than stores wait
            block = block[self._within : self._within + SLICE]
            self._within += len(block)
        if not self._pace.limited or self._within >= len(self._blocks[self._at]):
            self._at, self._within = self._at + 1, 0
        self._pace.take(len(block))
        return block

    def tell(self) -> int:
        """Bytes read so far."""
        return sum(len(block) for block in self._blocks[: self._at]) + self._within

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to the start, as a sender that tries again does, or to the end, as one that asks for the size does."""
        if (offset, whence) not in ((0, 0), (0, 2)):
            raise OSError("a part is sent from its start")
        self._at, self._within = len(self._blocks) if whence else 0, 0
        return self.tell()
