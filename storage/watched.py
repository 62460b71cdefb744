"""A target that has something called before each write: by whoever must not write any more, to learn so in time."""

from collections.abc import Callable, Iterator
from typing import IO

from storage.contract import Capabilities, Content, Stat, Target, lent


class Watched(Target):
    """Another target, but that `before` is called before anything is written there."""

    def __init__(self, target: Target, before: Callable[[], None]) -> None:
        self._target, self._before = target, before
        self.name, self.address = target.name, target.address

    @property
    def capabilities(self) -> Capabilities:
        """What the other can do."""
        return self._target.capabilities

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Write what never changes."""
        self._before()
        self._target.put(key, content, absent=absent)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        """Write what may change."""
        self._before()
        self._target.replace(key, content, was)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """Read bytes of a key."""
        return self._target.open(key, start, end)

    def lent(self, key: str, seconds: int) -> str | None:
        """An address that the other lends."""
        return lent(self._target, key, seconds)

    def stat(self, key: str) -> Stat:
        """What the other says of the key."""
        return self._target.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        """Every key that starts with `prefix`."""
        return self._target.list(prefix)

    def discard(self, key: str) -> None:
        """Remove a key under `scratch/`."""
        self._before()
        self._target.discard(key)

    def look(self) -> None:
        """Raise what would keep the other from being read."""
        self._target.look()

    def check(self) -> None:
        """Raise what would keep the other from being written to."""
        self._target.check()
