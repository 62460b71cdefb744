"""Many files to many targets: each file is read once, in bounded memory, and nobody waits long for the slowest.

Every target has workers of its own; what they share is the reading of each file (`shared_reading`). A load is let in
when the memory that its files may take is free. Whoever keeps the others waiting for longer than a patience is left
behind: it takes no further part, and its turn comes later, by readings of its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from time import monotonic

from storage.contract import Content, Target
from storage.digests import BLOCK
from storage.errors import LeftBehind
from storage.fan_out_limits import PATIENCE, Buffers, Patience
from storage.shared_reading import LOOK_EVERY, WINDOW, File, SharedReading

MEMORY = 2 * (WINDOW + BLOCK) + 8 * BLOCK
"""Bytes of files that are held at once: two large ones, and room for small ones beside them."""

WORKERS = 4
"""Loads that one target takes at once."""


class Room:
    """The memory that loads may take together, however many fan-outs are on their way."""

    def __init__(self, ceiling: int = MEMORY) -> None:
        self.ceiling = ceiling
        self._taken = 0
        self._lock = Lock()

    def take(self, cost: int) -> bool:
        """Take so many bytes, `ceiling` at most: whether they were free."""
        with self._lock:
            if self._taken + cost > self.ceiling:
                return False
            self._taken += cost
            return True

    def give(self, cost: int) -> None:
        """Give them back."""
        with self._lock:
            self._taken -= cost


ROOM = Room()
"""One process has one memory."""


@dataclass(frozen=True)
class Load:
    """Files, by key, that are delivered together, and the names of the targets that they go to.

    A file is for some of these, or for all.
    """

    name: str
    files: Mapping[str, File]
    targets: tuple[str, ...]


Deliver = Callable[[Target, Load, Mapping[str, Content]], bool]
"""Brings a load to one target: puts each content that it is given under its key, and whatever else belongs to it.

False says that the target is to be given nothing more. LeftBehind must come through.
"""


@dataclass(eq=False)
class _Going:
    """A load that was let in."""

    load: Load
    readings: dict[str, SharedReading]
    cost: int
    left: set[str] = field(default_factory=set)
    taken: bool = True

    def before(self, reading: SharedReading) -> Collection[str]:
        """The targets that are still at an earlier file than this one."""
        for other in self.readings.values():
            if other is reading:
                break
            if waiting := other.waiting_for():
                return waiting
        return ()

    def open_for(self) -> set[str]:
        """The targets that have not been given all its bytes."""
        return {name for reading in self.readings.values() if reading.needed for name in reading.waiting_for()}

    def close(self, name: str, *, sending: bool = False) -> None:
        for reading in self.readings.values():
            if name in reading.seats:
                reading.leave(reading.seats[name], sending=sending)


class FanOut:
    """Delivers loads to targets. `behind` are the targets that were left behind so far."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        deliver: Deliver,
        *,
        finished: Callable[[Load], None] | None = None,
        patience: float = PATIENCE,
        room: Room = ROOM,
    ) -> None:
        """`finished` is told of each load when the last target is done with it."""
        self._targets = targets
        self._deliver = deliver
        self._finished = finished
        self._patience = Patience(patience)
        self._room = room
        self._spare = Buffers()
        self._freed = Event()
        self._lock = Lock()
        self._going: list[_Going] = []
        self._stopped: set[str] = set()
        self._failed = False

    @property
    def behind(self) -> Collection[str]:
        """The targets that kept the others waiting for too long; it grows as the work goes."""
        return self._patience.behind

    def run(self, loads: Iterable[Load]) -> None:
        """Deliver the loads, the first ones first; what `deliver` raises, but for LeftBehind, ends all and is raised.

        `loads` is asked for the next one when there is room for it, in the thread of the caller.
        """
        futures = list[Future[None]]()
        with ExitStack() as stack:
            pools = {
                name: stack.enter_context(ThreadPoolExecutor(WORKERS, thread_name_prefix=f"to {name}"))
                for name in self._targets
            }
            try:
                for load in loads:
                    if self._failed:
                        break
                    names = [name for name in load.targets if name in pools and name not in self._out()]
                    if not names:
                        self._finish(load)
                        continue
                    going = self._let_in(load, names)
                    futures += [pools[name].submit(self._one, name, going) for name in names]
                    futures = [future for future in futures if not future.done() or future.exception()]
            except BaseException:
                self._failed = True
                raise
        for future in futures:
            future.result()

    def _out(self) -> set[str]:
        return self._stopped | self._patience.behind

    def _let_in(self, load: Load, names: list[str]) -> _Going:
        """Open a load's readings when there is memory for them."""
        there = {
            key: replace(file, targets=tuple(name for name in file.targets if name in names))
            for key, file in load.files.items()
            if file.path.is_file()
        }
        cost = sum(min(file.path.stat().st_size, WINDOW) + BLOCK for file in there.values() if file.targets)
        going = _Going(load, {}, min(cost, self._room.ceiling), set(names))
        buffers = Buffers(going.cost, self._spare)
        going.readings |= {
            key: SharedReading(
                file, patience=self._patience, buffers=buffers, before=going.before, finished=self._freed.set
            )
            for key, file in there.items()
            if file.targets
        }
        since = monotonic()
        while not self._room.take(going.cost):
            since = self._wait(names, since)
        with self._lock:
            self._going.append(going)
        return going

    def _wait(self, names: list[str], since: float) -> float:
        """Wait for memory; who still needs bytes while another, whose load this is, needs none is charged with it.

        That is looked at now and then: `since` is when it was last, and returned is when it is now.
        """
        self._freed.clear()
        with self._lock:
            going = list(self._going)
        if not self._free(going):
            self._freed.wait(LOOK_EVERY)
        if (now := monotonic()) - since < LOOK_EVERY:
            return since
        slow = set().union(*(one.open_for() for one in going))
        if waiting := set(names) - self._out() - slow:
            self._patience.charge(slow, now - since, waiting=waiting)
        for one in going:
            for name in list(self._patience.behind):
                one.close(name, sending=True)
        return now

    def _free(self, going: Iterable[_Going]) -> bool:
        """Give back the memory of loads whose bytes nobody needs any more: whether there was such a load."""
        freed = False
        for one in going:
            with self._lock:
                free = one.taken and not any(reading.needed for reading in one.readings.values())
                one.taken = one.taken and not free
            if free:
                self._room.give(one.cost)
                freed = True
        return freed

    def _one(self, name: str, going: _Going) -> None:
        seats = {key: reading.seats[name] for key, reading in going.readings.items() if name in reading.seats}
        try:
            if self._failed or name in self._out():
                return
            if not self._deliver(self._targets[name], going.load, seats):
                self._stopped.add(name)
        except LeftBehind:
            pass  # Patience knows it already
        except BaseException:
            self._failed = True
            raise
        finally:
            going.close(name)
            self._free([going])
            with self._lock:
                going.left.discard(name)
                last = not going.left
                if last:
                    self._going.remove(going)
            self._freed.set()
            if last:
                self._finish(going.load)

    def _finish(self, load: Load) -> None:
        if self._finished:
            self._finished(load)
