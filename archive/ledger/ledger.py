"""The ledger as one value: its subjects (clips, copies, readings, events …) over one database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive.ledger.audits import Audits
from archive.ledger.batches import Batches
from archive.ledger.carrying_over import Contents, carry, contents
from archive.ledger.clips import Clips
from archive.ledger.copies import Copies
from archive.ledger.disks import Disks
from archive.ledger.emptying import empty
from archive.ledger.events import Events
from archive.ledger.given_up import GivingUp
from archive.ledger.hosts import Hosts
from archive.ledger.joins import Joins
from archive.ledger.journal import HERE, Version
from archive.ledger.lease import Lease
from archive.ledger.ledger_places import Database, Place
from archive.ledger.looks import Looks
from archive.ledger.markers import Markers
from archive.ledger.opening import identity, open_engine
from archive.ledger.overdue import Overdue
from archive.ledger.readings import Readings
from archive.ledger.reconciliation import Reconciliation
from archive.ledger.searchable import Searchable
from archive.ledger.sessions import Sessions
from archive.ledger.sightings import Sightings
from archive.ledger.sql_faults import anew, in_a_sentence
from archive.ledger.standing import Standing, refuse, stand, standing
from archive.ledger.step_marks import Marks
from archive.ledger.transactions import Document, Transactions
from archive.ledger.waiting import Waiting
from archive.ledger.work_claims import Claims
from archive.ledger.workers import Workers


class Ledger:
    """The ledger of one archive, in a SQLite file or a PostgreSQL database. Safe to share between threads.

    `before_new` is called before one is made where there is none, and may raise. Raises LedgerUnusable, RefusedError
    for one that is half made or was moved away, unless it is opened `unfinished`, as it is.
    """

    def __init__(
        self,
        place: Place,
        *,
        version: Version = HERE,
        unfinished: bool = False,
        before_new: Callable[[], None] = lambda: None,
    ) -> None:
        self._place = place
        self._engine = open_engine(place, version, before_new=before_new)
        try:
            with in_a_sentence(place):
                self.id = identity(self._engine, datetime.now(UTC))
            if not unfinished:
                refuse(self._engine)
        except BaseException:
            self.close()
            raise
        self._transactions = Transactions(self._engine)
        self.clips = Clips(self._transactions)
        self.copies = Copies(self._transactions)
        self.audits = Audits(self._transactions)
        self.overdue = Overdue(self._transactions)
        self.readings = Readings(self._transactions)
        self.searchable = Searchable(self._transactions)
        self.joins = Joins(self._transactions)
        self.sightings = Sightings(self._transactions)
        self.looks = Looks(self._transactions)
        self.disks = Disks(self._transactions)
        self.events = Events(self._transactions)
        self.waiting = Waiting(self._transactions)
        self.reconciliation = Reconciliation(self._transactions)
        self.marks = Marks(self._transactions)
        self.markers = Markers(self._transactions)
        self.lease = Lease(self._transactions)
        self.workers = Workers(self._transactions)
        self.giving_up = GivingUp(self._transactions)
        self.sessions = Sessions(self._transactions)
        self.claims = Claims(self._transactions, self.sessions)
        self.batches = Batches(self._transactions, self.sessions)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Keep all that this thread changes within the block in one transaction, or nothing where something is raised.

        What is read within it changes no more until it ends. Everybody else waits to write meanwhile: no target, no
        source and no other thread is waited for within it.
        """
        with self._transactions.writing():
            yield

    @property
    def place(self) -> str:
        """Where it is, in words, never with a password."""
        return str(self._place)

    @property
    def database(self) -> Database | None:
        """The database that it is in, None for one in a file."""
        return None if isinstance(self._place, Path) else self._place

    @property
    def path(self) -> Path:
        """The file of a ledger that is in one."""
        if not isinstance(self._place, Path):
            raise TypeError(f"the ledger at {self._place} is in no file")
        return self._place

    @property
    def standing(self) -> Standing | None:
        """Why it is not to be used, where it is half made or was moved away."""
        return standing(self._engine)

    def stand(self, now: Standing | None) -> None:
        """Keep that it is half made or moved away; or, with None, that it is an archive's ledger."""
        with self._transactions.writing() as connection:
            stand(connection, now)

    def refuse_unfinished(self) -> None:
        """Raise RefusedError, which says what to do, where it is half made or was moved away."""
        refuse(self._engine)

    def contents(self, each: Callable[[int], None]) -> dict[str, Contents]:
        """How many rows each table holds, and their digest; `each` is told of rows as they are read."""
        with self._transactions.reading() as connection:
            return contents(connection, each)

    def carry_to(self, other: "Ledger", each: Callable[[int], None]) -> dict[str, Contents]:
        """Put all that it holds into another ledger that holds nothing; give what was read."""
        with self._transactions.reading() as source:
            found = carry(source, other._transactions.writing, each)
        other.id = self.id
        return found

    def empty(self, now: Standing | None) -> None:
        """Take away all that it holds, but for who is at it: it is another ledger then, and stands as is said."""
        with self._transactions.writing() as connection:
            self.id = empty(connection, datetime.now(UTC))
            stand(connection, now)

    @property
    def several(self) -> bool:
        """Whether several processes may write to it, one at a time; else one holds the lease of all."""
        return self._engine.several

    @property
    def anew(self) -> str:
        """What to do about it where it is damaged."""
        return anew(self._place)

    def hosts(self, form: type[Document]) -> Hosts[Document]:
        """The times of hosts, as documents of a form, kept for all workers together."""
        return Hosts(self._transactions, form)

    def settle(self) -> None:
        """Bring it into the journal that is sound with this SQLite, if it is in another and nobody else is at it.

        Call it with the lease held: another run may be of another SQLite.
        """
        with in_a_sentence(self._place):
            self._engine.settle()

    def gather(self) -> None:
        """Bring all that it holds into its one file, which may then be moved, once it is closed.

        Raises LedgerUnusable where another process has it open in WAL.
        """
        with in_a_sentence(self._place):
            self._engine.gather()

    def is_in_place(self) -> bool:
        """Whether what was opened is still the ledger that is there."""
        with in_a_sentence(self._place):
            return self._engine.is_in_place(self.id)

    def examine(self) -> list[str]:
        """What is damaged in it; of a file, by reading all of it: some seconds a gigabyte. Raises LedgerUnusable."""
        with in_a_sentence(self._place):
            return self._engine.examine()

    @property
    def kept_in(self) -> str:
        """The engine and its version, and how the ledger is kept there, as a few words."""
        with in_a_sentence(self._place):
            return self._engine.kept_in

    @property
    def at_risk(self) -> bool:
        """Whether it is still in WAL, with a SQLite that may damage it so: it is not written then."""
        with in_a_sentence(self._place):
            return self._engine.at_risk

    def close(self) -> None:
        """Close the database."""
        self._engine.sql.dispose()
