"""List: what a source has, into the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.errors import FetchFailed
from archive.opening.archive import Archive
from archive.progress import Task
from archive.records.clip import Listing
from archive.retrying import retrying
from archive.sources.contract import Source
from archive.steps.seeing import named, see

KNOWN_IN_A_ROW, PAGE = 50, 30
REST = 3600.0
"""Seconds for which a source that refused us is left alone, if it does not ask for more: YouTube speaks of an hour."""


@dataclass(frozen=True)
class Listed:
    """What a listing gave.

    `problem` says why it broke off: then nothing that is missing may be called gone. `after`: the source refused us,
    and is to be left alone for so many seconds.
    """

    source: str
    seen: int = 0
    new: int = 0
    problem: str | None = None
    after: float | None = None


def list_source(archive: Archive, source: Source, *, fast: bool = False) -> Listed:
    """List a source to its end, or with `fast` until it had listed 50 clips in a row before.

    Each listing goes to the ledger. One that breaks off is begun again where the reason may pass; what came before is
    kept in any case, and until the source was listed to its end once more, `fast` is not.
    """
    fast = fast and archive.ledger.markers.get(_whole(source.name)) == "yes"
    new, new_here = set[str](), set[str]()
    if not fast:
        archive.ledger.markers.set(_whole(source.name), "no")
    try:
        with archive.progress.task(f"list {source.name}", unit="clips") as task:
            furthest = _Furthest(task)
            seen = retrying(lambda: _list(archive, source, new, new_here, furthest, fast=fast))
    except FetchFailed as error:
        archive.ledger.markers.set(_whole(source.name), "no")
        why = str(error).removeprefix(f"{source.name}: ")  # whoever tells it begins with the source
        return Listed(source.name, new=len(new), problem=f"{error.kind}: {why}", after=rest_of(error))
    archive.ledger.markers.set(_whole(source.name), "yes")
    return Listed(source.name, seen=seen, new=len(new))


def rest_of(error: FetchFailed) -> float | None:
    """How many seconds a source that refused us is to be left alone, None if it did not refuse."""
    return max(error.after or 0.0, REST) if error.kind == "refused" else None


def _whole(source: str) -> str:
    return f"listed-whole:{source}"


@dataclass
class _Furthest:
    """How far the furthest of several passes came, told as one thing under way."""

    task: Task
    told: int = 0

    def reach(self, seen: int) -> None:
        """Tell that a pass has come so far."""
        if seen > self.told:
            self.task.advance(seen - self.told)
            self.told = seen


def _list(
    archive: Archive, source: Source, new: set[str], new_here: set[str], furthest: _Furthest, *, fast: bool
) -> int:
    """One pass: how many were listed. They go to the ledger a page at a time: a sync of the disk for each is slow."""
    seen = known_in_a_row = 0
    for page in _pages(source.list()):
        for listing, was in zip(page, archive.ledger.clips.seen(page, archive.clock()), strict=True):
            if was.new:
                new.add(listing.clip)
            if was.new_here:
                new_here.add(listing.clip)
            known_in_a_row = 0 if listing.clip in new_here else known_in_a_row + 1
        see(archive, source, named(page))
        seen += len(page)
        furthest.reach(seen)
        if fast and known_in_a_row >= KNOWN_IN_A_ROW:
            break
    return seen


def _pages(listings: Iterator[Listing]) -> Iterator[list[Listing]]:
    """Lists of up to PAGE listings; one that breaks off gives what came before, and then its error."""
    page = list[Listing]()
    try:
        for listing in listings:
            page.append(listing)
            if len(page) == PAGE:
                yield page
                page = []
    except FetchFailed:
        yield page
        raise
    yield page
