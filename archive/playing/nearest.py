"""Where the bytes of a sealed file can be read now, the nearest place first.

The spool comes before folders, folders before stores, and of those alike the one that was quickest to answer when it
was last asked. Whoever sets `[worker] near` knows better, and goes before all that. A copy that is owed, that was found
wanting, or that was never read by this ledger is not asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, Final

from archive.ledger.copies import ARRIVED
from archive.opening.archive import Archive
from archive.preservation.space import SealedFile

SPOOL: Final = "the spool"
UNKNOWN_S: Final = 0.5
"""Seconds that a target is thought to take that was not asked lately: a slower one gives way to it."""
FAILED_S: Final = 60.0
"""Seconds that a target is thought to take that failed."""
REMEMBERED_S: Final = 600.0
"""Seconds after which it is forgotten how quick a target was."""

Where = tuple[Path, str]
"""A target, by the archive's state folder and its name."""


class Answers:
    """How long each target took for its first bytes when it was last asked."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._took = dict[Where, tuple[float, float]]()

    def took(self, where: Where, seconds: float) -> None:
        """Keep how long a target took."""
        with self._lock:
            self._took[where] = seconds, self._clock()

    def failed(self, where: Where) -> None:
        """Keep that a target gave nothing: others go before it for a while."""
        self.took(where, FAILED_S)

    def expected(self, where: Where) -> float:
        """The seconds that a target is thought to take."""
        with self._lock:
            seconds, at = self._took.get(where, (UNKNOWN_S, self._clock()))
            return seconds if self._clock() - at <= REMEMBERED_S else UNKNOWN_S


ANSWERS = Answers()
"""What this process saw."""


@dataclass(frozen=True)
class Source:
    """A place that has the bytes of a file; `open(start, end)` reads some. `where` is None for the spool."""

    name: str
    where: Where | None
    open: Callable[[int, int], IO[bytes]]


def sources(archive: Archive, file: SealedFile, answers: Answers = ANSWERS) -> list[Source]:
    """The places that have a file, in the order in which they are asked; none is asked yet.

    To open one raises TargetError, or OSError of the spool.
    """
    spooled = [Source(SPOOL, None, partial(_read_local, file.local))] if file.local.is_file() else []
    return [*spooled, *(_at(archive, name, file.key) for name in targets_with(archive, file, answers))]


def targets_with(archive: Archive, file: SealedFile, answers: Answers = ANSWERS) -> list[str]:
    """The targets at which a file has arrived, in the order in which they are asked."""
    known, near = list(archive.targets), archive.settings.worker.near
    stanzas = archive.settings.targets
    copies = archive.ledger.copies.of(file.object, file.version)
    names = [copy.target for copy in copies if copy.state in ARRIVED and copy.target in known]

    def rank(name: str) -> tuple[int, bool, float, int]:
        distance = near.index(name) if name in near else len(near)
        far = name not in stanzas or stanzas[name].kind != "folder"
        return distance, far, answers.expected((archive.state, name)), known.index(name)

    return sorted(names, key=rank)


def _at(archive: Archive, name: str, key: str) -> Source:
    def opened(start: int, end: int) -> IO[bytes]:
        return archive.targets[name].open(key, start, end)

    return Source(name, (archive.state, name), opened)


def _read_local(path: Path, start: int, _end: int) -> IO[bytes]:
    file = path.open("rb")
    file.seek(start)
    return file
