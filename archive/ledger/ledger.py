"""The ledger as one value: its books over one database."""

from datetime import UTC, datetime
from pathlib import Path

from archive.ledger.audits import Audits
from archive.ledger.clips import Clips
from archive.ledger.copies import Copies
from archive.ledger.events import Events
from archive.ledger.facts import Facts
from archive.ledger.lease import Lease
from archive.ledger.opening import identity, open_engine
from archive.ledger.readings import Readings


class Ledger:
    """The ledger of one archive, in the SQLite file `path`. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = open_engine(path)
        self.id = identity(self._engine, datetime.now(UTC))
        self.clips = Clips(self._engine)
        self.copies = Copies(self._engine)
        self.audits = Audits(self._engine)
        self.readings = Readings(self._engine)
        self.events = Events(self._engine)
        self.facts = Facts(self._engine)
        self.lease = Lease(self._engine)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()
