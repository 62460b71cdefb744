"""When a host may be asked next: one clock a host, by which every source, thread and session of the process waits.

A server counts what comes from this machine, not which of our sources sent it. So listings, metadata, films and
captions of one host take turns, and what it asks us to wait is waited by all who ask it.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

HOUR: Final = 3600.0
PATIENCE: Final = 120.0
"""Seconds of a Retry-After that are waited out; a host that asks for more refuses us."""

ASKED_AGAIN: Final = 5
"""Such waits in a row, with no good answer between them, after which a host refuses us."""

SPREAD: Final = 0.1
"""Share of a wait that is added to it at random, so that not all who were told come back at once."""

_MOST: Final = 1000
"""Hosts that are remembered: a stranger's page may name any number of them."""


class _Host:
    """When the next request may begin (`free`), until when it asked for a wait (`shut`), and how many in a row."""

    def __init__(self) -> None:
        self.free = 0.0
        self.shut = 0.0
        self.waits = 0
        self.videos = deque[float]()


class HostClocks:
    """The clocks of all hosts, safe to share between threads. `clock` gives seconds, and `sleep` waits for some.

    `lots` gives random numbers from 0 to 1.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        lots: Callable[[], float] = random.random,
    ) -> None:
        self._clock, self._sleep, self._lots = clock, sleep, lots
        self._lock = threading.Lock()
        self._hosts = dict[str, _Host]()

    def take_turn(self, host: str, seconds: float) -> None:
        """Wait until a request to a host may begin: `seconds` after the one before it, and not while it is shut."""
        while True:
            with self._lock:
                found, now = self._host(host), self._clock()
                start = max(now, found.free, found.shut)
                found.free = start + seconds
            if start > now:
                self._sleep(start - now)
            with self._lock:
                if found.shut <= self._clock():  # else it was shut meanwhile
                    return

    def shut(self, host: str, seconds: float) -> bool:
        """Leave a host alone for so many seconds, as it asked, and a little more; whoever asks it waits for that.

        False, and nothing is waited, where it has asked for that too often, or for too long.
        """
        with self._lock:
            found, now = self._host(host), self._clock()
            if seconds > PATIENCE or found.waits >= ASKED_AGAIN:
                return False
            if found.shut <= now:  # else it answers those who asked before it was shut
                found.waits += 1
            found.shut = max(found.shut, now + seconds * (1 + SPREAD * self._lots()))
            return True

    def answered(self, host: str) -> None:
        """Keep that a host gave a good answer."""
        with self._lock:
            self._host(host).waits = 0

    def take_video(self, host: str, an_hour: int) -> None:
        """Wait until one more video of a host may be fetched, so that no hour sees more than `an_hour` begin."""
        while True:
            with self._lock:
                videos, now = self._host(host).videos, self._clock()
                while videos and videos[0] <= now - HOUR:
                    videos.popleft()
                if len(videos) < an_hour:
                    videos.append(now)
                    return
                wait = videos[len(videos) - an_hour] + HOUR - now
            self._sleep(max(wait, 0.001))

    def _host(self, name: str) -> _Host:
        """The clock of a host. Those that say nothing any more are forgotten once there are many."""
        name = name.lower()
        if name not in self._hosts and len(self._hosts) >= _MOST:
            now = self._clock()
            self._hosts = {
                host: one
                for host, one in self._hosts.items()
                if max(one.free, one.shut) > now or one.waits or (one.videos and one.videos[-1] > now - HOUR)
            }
        return self._hosts.setdefault(name, _Host())


HOSTS: Final = HostClocks()
"""The clocks of this process."""
