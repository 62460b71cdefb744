"""What every command does that writes: it holds the lease, and says what may be wrong with its clock."""

from collections.abc import Iterator
from contextlib import contextmanager

from archive.opening.archive import Archive, refuse_replaced
from archive.opening.clocks import watched


@contextmanager
def at_work(archive: Archive) -> Iterator[bool]:
    """Hold the archive's lease while the block runs, with the ledger in the journal that is sound here.

    True if the lease was taken from a run elsewhere that may only be asleep. Raises LeaseHeld, LedgerUnusable, and
    RefusedError where a rebuild came in between.
    """
    with archive.ledger.lease.held() as taken_away:
        refuse_replaced(archive)
        archive.ledger.settle()
        with watched(archive):
            yield taken_away
