"""What processes take while they run: seconds of processor by what they are, and the most memory of flows' processes.

Linux alone: it reads /proc, twice a second, so that up to half a second of each process's end is not counted.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_EVERY = 0.5
FLOW, ITS_CHILDREN = "flows", "ffmpeg and other children of flows"
_ENGINE = b"prefect.engine"
"""What a worker starts for a flow run has it in its command line."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Process:
    """A process as it was last seen, its times in seconds of processor: its own, and of its children that ended."""

    parent: int
    began: int
    own: float
    children: float


class Watch:
    """What was seen of the processes below some others, which are named by what they are, from now on."""

    def __init__(self, roots: Callable[[], Mapping[int, str]]) -> None:
        self._roots = roots
        self._spent = dict[tuple[str, int, int], float]()
        self.peak_mb = 0.0
        self.look()
        self._before = dict(self._spent)

    @property
    def spent(self) -> dict[str, float]:
        """Seconds of processor by what took them, most first."""
        sums = defaultdict[str, float](float)
        for key, seconds in self._spent.items():
            sums[key[0]] += seconds - self._before.get(key, 0.0)
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def look(self) -> None:
        """See what is there now."""
        there, roots = _processes(), self._roots()
        for pid, one in there.items():
            what = _root(pid, there, roots)
            if what is None:
                continue
            if pid not in roots and _is_flow(pid):
                self._spent[FLOW, pid, one.began] = one.own
                self._spent[ITS_CHILDREN, pid, one.began] = one.children
                self.peak_mb = max(self.peak_mb, _peak_mb(pid))
            elif not any(_is_flow(above) for above in _above(pid, there)):
                # A worker's children that ended are flows, which were seen; those of others are their own.
                ended = 0.0 if pid in roots and what.startswith("worker") else one.children
                self._spent[what, pid, one.began] = one.own + ended


@contextmanager
def watched(roots: Callable[[], Mapping[int, str]]) -> Iterator[Watch]:
    """Look at the processes below some others while the block runs."""
    watch, over = Watch(roots), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            watch.look()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.look()
        over.set()
        thread.join()


def _processes() -> dict[int, _Process]:
    found = dict[int, _Process]()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
            found[int(folder.name)] = _Process(int(fields[1]), int(fields[19]), own / _TICKS, children / _TICKS)
    return found


def _above(pid: int, there: Mapping[int, _Process]) -> Iterator[int]:
    while pid in there and (pid := there[pid].parent):
        yield pid


def _root(pid: int, there: Mapping[int, _Process], roots: Mapping[int, str]) -> str | None:
    return next((roots[one] for one in (pid, *_above(pid, there)) if one in roots), None)


def _is_flow(pid: int) -> bool:
    with suppress(OSError):
        return _ENGINE in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _peak_mb(pid: int) -> float:
    """The most memory that a process had so far; 0 if it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
