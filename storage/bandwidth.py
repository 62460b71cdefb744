"""A limit on how many bytes a second go to and from a target."""

from threading import Lock
from time import monotonic, sleep

BURST_SECONDS = 0.25
"""What may be taken ahead, so that small blocks need no sleep each."""


class Pace:
    """Shared by all threads that send to or read from one target; without a limit it does nothing."""

    def __init__(self, mib_a_second: float | None) -> None:
        self._bytes_a_second = mib_a_second * (1 << 20) if mib_a_second else None
        self._free_at = monotonic()
        self._lock = Lock()

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self._bytes_a_second is not None

    def take(self, count: int) -> None:
        """Account for `count` bytes; sleeps as long as they are ahead of the limit."""
        if self._bytes_a_second is None:
            return
        with self._lock:
            self._free_at = max(self._free_at, monotonic() - BURST_SECONDS) + count / self._bytes_a_second
            ahead = self._free_at - monotonic()
        if ahead > 0:
            sleep(ahead)
