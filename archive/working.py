"""What every command does that writes: it holds the lease, and says what may be wrong with its clock."""

from collections.abc import Iterator
from contextlib import contextmanager

from archive.clocks import watched
from archive.opened import Archive


@contextmanager
def at_work(archive: Archive) -> Iterator[bool]:
    """Hold the archive's lease while the block runs, with the ledger in the journal that is sound here.

    True if the lease was taken from a run elsewhere that may only be asleep. Raises LeaseHeld, LedgerUnusable.
    """
    with archive.ledger.lease.held() as taken_away:
        archive.ledger.settle()
        with watched(archive):
            yield taken_away
