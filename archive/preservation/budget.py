"""How much one audit may read at a target, so that a part of it a night covers everything in turn."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from archive.ledger.copies import Held, SealedVersion
from archive.opening.archive import Archive

BESIDE = 5
"""Requests that reading a version takes beside its files: inventory, commit, declaration, root pair."""

SMALL = 512
"""Bytes of the commit, the declaration and the root pair's digest, rounded up."""


@dataclass(frozen=True)
class Budget:
    """How much is read at each target; None is without end, and what ends first counts.

    `bytes`, `minutes` and `requests` are not exceeded, but by the first copy of an audit, which is read in any case. A
    `fraction` of all bytes there is reached, if need be by a copy more: thirty audits of a thirtieth read everything.
    """

    bytes: int | None = None
    minutes: float | None = None
    requests: int | None = None
    fraction: float | None = None

    @property
    def limited(self) -> bool:
        """Whether there is an end to it."""
        return any(value is not None for value in (self.bytes, self.minutes, self.requests, self.fraction))


class Meter:
    """What an audit has spent of its budget at one target, which is said to hold `held`."""

    def __init__(self, budget: Budget, held: Held, now: Callable[[], float] = time.monotonic) -> None:
        self.bytes, self.requests = 0, 0
        self._budget, self._now, self._began = budget, now, now()
        known = held.versions - held.unknown
        self._counts = not known
        """Whether versions are counted and not their bytes, as no size was known at first.

        One may be measured meanwhile, at another target: it still counts as one."""
        self._mean = held.bytes / known if known else 1.0
        """The bytes of a version of unknown size."""
        self._goal = (held.bytes + held.unknown * self._mean) * (budget.fraction or 0)
        self._reached = 0.0

    def allows(self, sealed: SealedVersion, share: float = 1.0) -> bool:
        """Whether a version can be read in full within a share of the budget."""
        if self._budget.fraction is not None and self._reached >= self._goal:
            return False
        return self.room(*self.cost(sealed), share)

    def cost(self, sealed: SealedVersion) -> tuple[int, int]:
        """The bytes and requests that reading a version takes at most, its inventory at both its places included."""
        documents = 2 * len(sealed.inventory.encode()) + SMALL
        return int(self._weight(sealed)) + documents, (sealed.files or 0) + BESIDE

    def room(self, size: int, requests: int, share: float = 1.0) -> bool:
        """Whether so many bytes and requests are left, within a share of the budget. A fraction does not count here."""
        budget = self._budget
        return (
            (budget.bytes is None or self.bytes + size <= budget.bytes * share)
            and (budget.requests is None or self.requests + requests <= budget.requests * share)
            and (budget.minutes is None or self._now() - self._began < budget.minutes * 60 * share)
        )

    def read(self, sealed: SealedVersion) -> None:
        """Keep that a version was read in full."""
        self._reached += 1 if self._counts else self._weight(sealed)

    def spend(self, size: int, requests: int) -> None:
        """Keep what came and what was asked."""
        self.bytes += size
        self.requests += requests

    def _weight(self, sealed: SealedVersion) -> float:
        return self._mean if sealed.size is None else sealed.size


@dataclass(frozen=True)
class Planned:
    """What an audit would do at one target: copies to read in full, of how many, and their bytes so far as known.

    `challenge` is the number of copies that would be challenged, if the budget lasts.
    """

    read: int
    of: int
    bytes: int
    challenge: int = 0


def plan(
    archive: Archive, target: str, objects: Collection[str] | None, budget: Budget, *, challenges: int = 0
) -> Planned:
    """What an audit would do now, from the ledger alone; how far minutes reach cannot be told beforehand."""
    now = archive.clock()
    turns = archive.ledger.audits.turns(target, objects, now=now)
    held = archive.ledger.copies.sizes(now).get(target, (Held(), Held()))[0]
    asked = set(archive.ledger.audits.challenges(target, objects, now=now)) if challenges else set()
    if not budget.limited and (challenges or objects is None):
        return Planned(0 if challenges else len(turns), len(turns), 0 if challenges else held.bytes, len(asked))
    meter, read = Meter(budget, held), 0
    for key in turns:
        sealed = archive.ledger.copies.version(*key)
        if sealed and read and not meter.allows(sealed):
            break
        if sealed:
            meter.read(sealed)
            meter.spend(*meter.cost(sealed))
            read += 1
    return Planned(read, len(turns), meter.bytes, len(asked.difference(turns[:read])))
