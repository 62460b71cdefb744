"""List: what a source has, into the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.errors import FetchFailed
from archive.opened import Archive
from archive.records import Listing
from archive.retrying import retrying
from archive.sources.contract import Source

KNOWN_IN_A_ROW, PAGE = 50, 30


@dataclass(frozen=True)
class Listed:
    """What a listing gave. `problem` says why it broke off: then nothing that is missing may be called gone."""

    source: str
    seen: int = 0
    new: int = 0
    problem: str | None = None


def list_source(archive: Archive, source: Source, *, fast: bool = False) -> Listed:
    """List a source to its end, or with `fast` until 50 clips in a row were known. Each listing goes to the ledger.

    A listing that breaks off is begun again where the reason may pass; what came before is kept in any case.
    """
    new = set[str]()

    def once() -> int:
        return _list(archive, source, new, fast=fast)

    try:
        return Listed(source.name, seen=retrying(once), new=len(new))
    except FetchFailed as error:
        return Listed(source.name, new=len(new), problem=f"{error.kind}: {error}")


def _list(archive: Archive, source: Source, new: set[str], *, fast: bool) -> int:
    """One pass: how many were listed. They go to the ledger a page at a time: a sync of the disk for each is slow."""
    seen = known_in_a_row = 0
    with archive.progress.task(f"list {source.name}", unit="clips") as task:
        for page in _pages(source.list()):
            for listing, fresh in zip(page, archive.ledger.clips.seen(page, archive.clock()), strict=True):
                known_in_a_row = 0 if fresh else known_in_a_row + 1
                if fresh:
                    new.add(listing.clip)
            seen += len(page)
            task.advance(len(page))
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
