"""The ledger as one value: its books over one database."""

from datetime import UTC, datetime
from pathlib import Path

from archive.ledger.audits import Audits
from archive.ledger.clips import Clips
from archive.ledger.copies import Copies
from archive.ledger.events import Events
from archive.ledger.facts import Facts
from archive.ledger.lease import Lease
from archive.ledger.journal import HERE, Version, has_reset_fault
from archive.ledger.opening import examine, identity, mode, open_engine
from archive.ledger.readings import Readings
from archive.ledger.wording import in_a_sentence


class Ledger:
    """The ledger of one archive, in the SQLite file `path`. Safe to share between threads."""

    def __init__(self, path: Path, *, version: Version = HERE) -> None:
        self.path, self._version = path, version
        self._engine = open_engine(path, version)
        with in_a_sentence(path):
            self.id = identity(self._engine, datetime.now(UTC))
        self.clips = Clips(self._engine, path)
        self.copies = Copies(self._engine, path)
        self.audits = Audits(self._engine, path)
        self.readings = Readings(self._engine, path)
        self.events = Events(self._engine, path)
        self.facts = Facts(self._engine, path)
        self.lease = Lease(self._engine, path)

    def examine(self) -> list[str]:
        """What is damaged in the file, by reading all of it; some seconds a gigabyte. Raises LedgerUnusable."""
        with in_a_sentence(self.path):
            return examine(self._engine)

    @property
    def journal(self) -> str:
        """The journal that it is in, and why, as a few words."""
        with in_a_sentence(self.path):
            kept = mode(self._engine)
        version = ".".join(map(str, self._version))
        if not has_reset_fault(self._version):
            return f"SQLite {version}, {kept} journal"
        return f"SQLite {version} has the WAL-reset fault: {kept} journal"

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()
