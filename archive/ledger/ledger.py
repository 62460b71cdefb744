"""The ledger as one value: its subjects (clips, copies, readings, events …) over one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive.ledger.audits import Audits
from archive.ledger.clips import Clips
from archive.ledger.copies import Copies
from archive.ledger.disks import Disks
from archive.ledger.events import Events
from archive.ledger.joins import Joins
from archive.ledger.journal import HERE, WAL, Version, has_reset_fault
from archive.ledger.lease import Lease
from archive.ledger.looks import Looks
from archive.ledger.markers import Markers
from archive.ledger.opening import examine, identity, leave_wal, mode, open_engine, settle
from archive.ledger.readings import Readings
from archive.ledger.reconciliation import Reconciliation
from archive.ledger.sightings import Sightings
from archive.ledger.sql_faults import ANEW, in_a_sentence
from archive.ledger.transactions import Transactions
from archive.ledger.waiting import Waiting


class Ledger:
    """The ledger of one archive, in the SQLite file `path`. Safe to share between threads."""

    ANEW = ANEW
    """What to do about one that is damaged."""

    def __init__(self, path: Path, *, version: Version = HERE) -> None:
        self.path, self._version = path, version
        self._engine = open_engine(path, version)
        opened = path.stat()
        self._file = (opened.st_dev, opened.st_ino)
        with in_a_sentence(path):
            self.id = identity(self._engine, datetime.now(UTC))
        self._transactions = Transactions(self._engine, path)
        self.clips = Clips(self._transactions)
        self.copies = Copies(self._transactions)
        self.audits = Audits(self._transactions)
        self.readings = Readings(self._transactions)
        self.joins = Joins(self._transactions)
        self.sightings = Sightings(self._transactions)
        self.looks = Looks(self._transactions)
        self.disks = Disks(self._transactions)
        self.events = Events(self._transactions)
        self.waiting = Waiting(self._transactions)
        self.reconciliation = Reconciliation(self._transactions)
        self.markers = Markers(self._transactions)
        self.lease = Lease(self._transactions)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Keep all that this thread changes within the block in one transaction, or nothing where something is raised.

        What is read within it changes no more until it ends. Everybody else waits to write meanwhile: no target, no
        source and no other thread is waited for within it.
        """
        with self._transactions.writing():
            yield

    def settle(self) -> None:
        """Bring it into the journal that is sound with this SQLite, if it is in another and nobody else is at it.

        Call it with the lease held: another run may be of another SQLite.
        """
        with in_a_sentence(self.path):
            settle(self._engine, self._version)

    def gather(self) -> None:
        """Bring all that it holds into its one file, which may then be moved, once it is closed.

        Raises LedgerUnusable where another process has it open in WAL.
        """
        with in_a_sentence(self.path):
            self._engine.dispose()  # or our own connections would be in the way
            leave_wal(self._engine, self.path)

    def is_in_place(self) -> bool:
        """Whether the file that was opened is still the one at `path`."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._file

    def examine(self) -> list[str]:
        """What is damaged in the file, by reading all of it; some seconds a gigabyte. Raises LedgerUnusable."""
        with in_a_sentence(self.path):
            return examine(self._engine)

    @property
    def journal(self) -> str:
        """SQLite's version and the journal that the ledger is in, as a few words."""
        fault = " has the WAL-reset fault" if has_reset_fault(self._version) else ""
        kept = "WAL" if self._mode() == WAL else "a rollback journal"
        return f"SQLite {'.'.join(map(str, self._version))}{fault}: kept in {kept}"

    @property
    def at_risk(self) -> bool:
        """Whether it is still in WAL, with a SQLite that may damage it so: it is not written then."""
        return has_reset_fault(self._version) and self._mode() == WAL

    def _mode(self) -> str:
        with in_a_sentence(self.path):
            return mode(self._engine)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()
