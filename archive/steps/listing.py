"""List: what a source has, into the ledger."""

from dataclasses import dataclass

from archive.errors import FetchFailed
from archive.opened import Archive
from archive.retrying import retrying
from archive.sources.contract import Source

KNOWN_IN_A_ROW = 50


@dataclass(frozen=True)
class Listed:
    """What a listing gave. `problem` says why it broke off: then nothing that is missing may be called gone."""

    source: str
    seen: int = 0
    new: int = 0
    problem: str | None = None


def list_source(archive: Archive, source: Source, *, fast: bool = False) -> Listed:
    """List a source to its end, or with `fast` until 50 clips in a row were known. Each listing goes to the ledger."""
    try:
        return retrying(lambda: _list_once(archive, source, fast=fast))
    except FetchFailed as error:
        return Listed(source.name, problem=f"{error.kind}: {error}")


def _list_once(archive: Archive, source: Source, *, fast: bool) -> Listed:
    seen = new = known_in_a_row = 0
    with archive.progress.task(f"list {source.name}", unit="clips") as task:
        for listing in source.list():
            fresh = archive.ledger.clips.seen(listing, archive.clock())
            seen, new = seen + 1, new + fresh
            task.advance(1)
            known_in_a_row = 0 if fresh else known_in_a_row + 1
            if fast and known_in_a_row >= KNOWN_IN_A_ROW:
                break
    return Listed(source.name, seen, new)
