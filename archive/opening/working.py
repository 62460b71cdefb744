"""What every command does that writes: it has a session or the lease, and says what may be wrong with its clock."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from archive.opening.archive import Archive, refuse_replaced
from archive.opening.clocks import watched

WORKER_ID = "worker-id"
"""The file of the state folder that says which worker it is, whatever its name."""


@contextmanager
def at_work(archive: Archive, doing: str = "a command") -> Iterator[bool]:
    """Be at work on the archive while the block runs.

    Where several processes may work on the ledger it is a session, which is `doing` something; else the lease is held,
    with the ledger in the journal that is sound here.

    True if the lease was taken from a run elsewhere that may only be asleep. Raises LeaseHeld, LedgerUnusable, and
    RefusedError where a rebuild came in between.
    """
    if archive.ledger.several:
        with archive.ledger.sessions.begun(worker_name(archive), _worker_id(archive), doing), watched(archive):
            yield False
        return
    with archive.ledger.lease.held() as taken_away:
        refuse_replaced(archive)
        archive.ledger.settle()
        with watched(archive):
            yield taken_away


def worker_name(archive: Archive) -> str:
    """What this machine is called among the workers."""
    return archive.settings.worker.name or socket.gethostname()


def _worker_id(archive: Archive) -> str:
    """The id of this state folder, made once."""
    file = archive.state / WORKER_ID
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(str(uuid4()))
            new.flush()
            os.fsync(descriptor)
    return file.read_text().strip()
