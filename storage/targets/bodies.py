"""A stream of bytes from a target, of known length, whose every fault is a TargetError."""

import io
from collections.abc import Callable
from typing import IO, Any, Protocol

from storage.digests import BLOCK
from storage.errors import TargetError


class Readable(Protocol):
    """Where the bytes come from: a file, an HTTP response."""

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
    ) -> None:
        self._source = source
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
            block = self._source.read(wanted)
        except self._faults as error:
            raise self._translate(error) from error
        if not block:
            raise self._translate(None)
        buffer[: len(block)] = block
        self._left -= len(block)
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
) -> IO[bytes]:
    """The next `length` bytes of `source` as a stream; closing it closes `source`.

    `faults` are the exceptions that `source.read` may raise; `translate` makes each a TargetError, and is given None
    where the bytes end early.
    """
    return io.BufferedReader(_Body(source, length, faults, translate), BLOCK)


def skip(stream: Readable, count: int) -> None:
    """Read `count` bytes of a stream away, fewer if it ends before."""
    while count > 0 and (block := stream.read(min(count, BLOCK))):
        count -= len(block)
