"""What waits for each reviewer, gathered once and gone through: to look at all links takes seconds."""

from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from archive.linking.deciding.review_queue import Waiting, Wanted
from archive.opening.archive import Archive
from archive.views.queue import queue, still_waiting

AS_OLD_AS = timedelta(minutes=10)
KEPT = 64


@dataclass
class _Sitting:
    gathered: datetime
    waiting: deque[Waiting]


class Sittings:
    """The sittings of all reviewers, by who judges and what they asked for. Safe to share between threads."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._lock = archive, Lock()
        self._kept = OrderedDict[tuple[str, Wanted], _Sitting]()

    def next(self, by: str, wanted: Wanted, skipped: Collection[str] = ()) -> tuple[Waiting | None, int]:
        """What a reviewer is asked next, and how much waits; None where nothing does but what they skipped."""
        with self._lock:
            sitting = self._of(by, wanted)
            for one in list(sitting.waiting):
                if one.link.id in skipped:
                    continue
                if now := still_waiting(self._archive, one, by, wanted):
                    return now, len(sitting.waiting)
                sitting.waiting.remove(one)
            return None, len(sitting.waiting)

    def begin_again(self, by: str) -> None:
        """Gather anew what waits for somebody, as they took something back."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == by]:
                del self._kept[key]

    def _of(self, by: str, wanted: Wanted) -> _Sitting:
        now, key = self._archive.clock(), (by, wanted)
        found = self._kept.pop(key, None)
        if found is None or not found.waiting or now - found.gathered > AS_OLD_AS:
            found = _Sitting(now, deque(queue(self._archive, by, wanted)))
        self._kept[key] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
