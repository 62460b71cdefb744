"""When a host may be asked next: one clock a host, by which every source and thread waits, and every worker.

A server counts what comes from us, not which of our sources sent it. So listings, metadata, films and captions of one
host take turns, and what it asks us to wait is waited by all who ask it: those of this process, or of all workers,
where the ledger keeps the clocks.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from pydantic import BaseModel

HOUR: Final = 3600.0
PATIENCE: Final = 120.0
"""Seconds of a Retry-After that are waited out; a host that asks for more refuses us."""

ASKED_AGAIN: Final = 5
"""Such waits in a row, with no good answer between them, after which a host refuses us."""

SPREAD: Final = 0.1
"""Share of a wait that is added to it at random, so that not all who were told come back at once."""

_MOST: Final = 1000
"""Hosts that are remembered: a stranger's page may name any number of them."""


class HostTimes(BaseModel):
    """When the next request may begin (`free`), until when it asked for a wait (`shut`), and how many in a row.

    `videos` are when fetches of the last hour began. Moments are seconds of the keeper's clock.
    """

    free: float = 0.0
    shut: float = 0.0
    waits: int = 0
    videos: list[float] = []

    def says_something(self, now: float) -> bool:
        """Whether it matters to anybody from now on."""
        return bool(max(self.free, self.shut) > now or self.waits or (self.videos and self.videos[-1] > now - HOUR))


class Keeper(Protocol):
    """Where hosts' times are kept."""

    def at(self, host: str) -> AbstractContextManager[tuple[HostTimes, float]]:
        """A host's times, which nobody else changes within the block and which are kept at its end; and the moment."""


class InProcess:
    """The times of hosts, in the memory of this process. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._hosts = dict[str, HostTimes]()

    @contextmanager
    def at(self, host: str) -> Iterator[tuple[HostTimes, float]]:
        """A host's times and the moment. Those that say nothing any more are forgotten once there are many."""
        with self._lock:
            now = self._clock()
            if host not in self._hosts and len(self._hosts) >= _MOST:
                self._hosts = {name: one for name, one in self._hosts.items() if one.says_something(now)}
            yield self._hosts.setdefault(host, HostTimes()), now


class HostClocks:
    """The clocks of all hosts, as their keeper has them. `sleep` waits for so many seconds.

    `lots` gives random numbers from 0 to 1.
    """

    def __init__(
        self,
        keeper: Keeper,
        *,
        sleep: Callable[[float], None] = time.sleep,
        lots: Callable[[], float] = random.random,
    ) -> None:
        self._keeper, self._sleep, self._lots = keeper, sleep, lots

    def take_turn(self, host: str, seconds: float) -> None:
        """Wait until a request to a host may begin: `seconds` after the one before it, and not while it is shut."""
        while True:
            with self._keeper.at(host.lower()) as (found, now):
                start = max(now, found.free, found.shut)
                found.free = start + seconds
            if start <= now:
                return
            self._sleep(start - now)
            with self._keeper.at(host.lower()) as (found, now):
                if found.shut <= now:  # else it was shut meanwhile
                    return

    def shut(self, host: str, seconds: float) -> bool:
        """Leave a host alone for so many seconds, as it asked, and a little more; whoever asks it waits for that.

        False, and nothing is waited, where it has asked for that too often, or for too long.
        """
        with self._keeper.at(host.lower()) as (found, now):
            if seconds > PATIENCE or found.waits >= ASKED_AGAIN:
                return False
            if found.shut <= now:  # else it answers those who asked before it was shut
                found.waits += 1
            found.shut = max(found.shut, now + seconds * (1 + SPREAD * self._lots()))
            return True

    def answered(self, host: str) -> None:
        """Keep that a host gave a good answer."""
        with self._keeper.at(host.lower()) as (found, _):
            found.waits = 0

    def take_video(self, host: str, an_hour: int) -> None:
        """Wait until one more video of a host may be fetched, so that no hour sees more than `an_hour` begin."""
        while True:
            with self._keeper.at(host.lower()) as (found, now):
                found.videos = [at for at in found.videos if at > now - HOUR]
                if len(found.videos) < an_hour:
                    found.videos.append(now)
                    return
                wait = found.videos[len(found.videos) - an_hour] + HOUR - now
            self._sleep(max(wait, 0.001))


HOSTS: Final = HostClocks(InProcess())
"""The clocks of this process, for an archive that one process at a time works on."""
