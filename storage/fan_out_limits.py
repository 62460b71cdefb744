"""What the readings of one fan-out share: memory for blocks, and patience with whoever is slow."""

from collections.abc import Callable, Collection
from threading import Lock
from time import monotonic

from storage.digests import BLOCK

PATIENCE = 30.0
"""Seconds that the others wait for a target, all readings of a fan-out together."""


class Buffers:
    """Memory for blocks, used again and again: what is freed in many threads does not come back from the allocator."""

    def __init__(self, ceiling: int | None = None, spare: "Buffers | None" = None) -> None:
        """`ceiling`: bytes lent above which it is `full`. `spare`: buffers whose free ones are used too."""
        self._ceiling = ceiling
        self._free: list[bytearray] = spare._free if spare else []
        self._lent = 0
        self._lock = Lock()

    @property
    def full(self) -> bool:
        """Whether so much is lent that who can wait should."""
        return self._ceiling is not None and self._lent * BLOCK >= self._ceiling

    def take(self, size: int) -> bytearray:
        """At least `size` bytes of a block, with whatever was in them; a small file does not take a whole MiB."""
        with self._lock:
            self._lent += 1
        try:
            return self._free.pop()
        except IndexError:
            return bytearray(size)

    def give(self, buffer: bytearray | None) -> None:
        """Say that nobody looks at it any more; None for one that is still being sent, and is not used again."""
        with self._lock:
            self._lent -= 1
            if buffer is not None and len(buffer) == BLOCK:
                self._free.append(buffer)


class Patience:
    """How long the targets of a fan-out have waited for one another; whoever has used it up is `behind`."""

    def __init__(self, seconds: float = PATIENCE, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._spent: dict[str, float] = {}
        self._charged: dict[str, float] = {}
        self._given: dict[str, float] = {}
        self._lock = Lock()
        self.behind: set[str] = set()

    def charge(self, names: Collection[str], seconds: float, *, waiting: Collection[str]) -> None:
        """Keep that some targets waited for others in the last `seconds`, however many did, at however many files.

        Who waits gets as much back, for two of one pace wait in turn.
        """
        now = self._clock()
        with self._lock:
            for name in waiting:
                spent = self._spent.get(name, 0.0)
                self._spent[name] = max(0.0, spent - self._news(self._given, name, now, seconds))
            for name in names:
                self._spent[name] = self._spent.get(name, 0.0) + self._news(self._charged, name, now, seconds)
                if self._spent[name] >= self._seconds:
                    self.behind.add(name)

    @staticmethod
    def _news(upto: dict[str, float], name: str, now: float, seconds: float) -> float:
        """How many of the last `seconds` nobody has told of yet."""
        since = max(now - seconds, upto.get(name, 0.0))
        upto[name] = now
        return max(0.0, now - since)
