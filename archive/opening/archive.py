"""An opened archive: its settings, ledger, targets and folders, handed to every step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from archive.errors import LedgerUnusable, RefusedError
from archive.ledger import Ledger
from archive.ledger.ledger_places import Database, Place
from archive.ledger.standing import Standing
from archive.progress import Progress, Silent
from archive.records.event import Event
from archive.records.object_ids import Kind
from archive.settings.settings import Settings
from storage.contract import Target
from storage.targets import open_target

LEDGER, BESIDE = "ledger.sqlite", "ledger-rebuilding.sqlite"
AGENT = f"thirdcopy@{version('thirdcopy')}"


@dataclass(frozen=True)
class Archive:
    """What a step needs: nothing else is global. `clock` gives the moment, in UTC."""

    settings: Settings
    ledger: Ledger
    targets: Mapping[str, Target]
    progress: Progress = field(default_factory=Silent)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC).replace(microsecond=0)

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.state

    @property
    def spool(self) -> Path:
        """Sealed versions on their way to the targets: `OBJECT/vN/…`, as they will lie there."""
        return self.state / "spool"

    @property
    def attempts(self) -> Path:
        """Fetches under way, one folder a clip."""
        return self.state / "attempts"

    def happened(self, object_id: str, event_type: str, **facts: object) -> Event | None:
        """That something happened to an object just now, as an event to be kept with what it changed in the ledger.

        What happens to run records makes no event, or none would end.
        """
        if object_id.startswith(Kind.RUN.prefix):
            return None
        return Event.model_validate(
            {"object": object_id, "type": event_type, "at": self.clock(), "agent": AGENT, **facts}
        )

    def event(self, object_id: str, event_type: str, **facts: object) -> None:
        """Keep that something happened to an object just now that changed nothing in the ledger."""
        if event := self.happened(object_id, event_type, **facts):
            self.ledger.events.add(event)


def _make(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LedgerUnusable(
            f"the state folder {state} cannot be made ({error.strerror}): set state in archive.toml to a folder on a "
            "disk that can be written and has room"
        ) from error


def place_of(settings: Settings) -> Place:
    """Where an archive's ledger is, by its settings."""
    if settings.ledger.url is None:
        return settings.state / LEDGER
    return Database.at(settings.ledger.url, settings.ledger.password)


def _refuse_lost(path: Path) -> None:
    """Raise LedgerUnusable for no ledger, or one of 0 bytes, beside what is only made once there is one."""
    if path.exists() and (path.is_dir() or path.stat().st_size):
        return
    rest = [name for name in ("spool", "attempts") if (path.parent / name).exists()]
    if rest:
        raise LedgerUnusable(
            f"the ledger at {path} is {'empty' if path.exists() else 'gone'}, though an archive was kept here (there "
            f"is {' and '.join(rest)}): bring a backup back, or make it anew from the targets: thirdcopy rebuild"
        )


def _refuse_new(database: Database, state: Path) -> None:
    """Raise LedgerUnusable where a database is to hold a new ledger, beside what is only made once there is one."""
    rest = [name for name in (LEDGER, "spool", "attempts") if (state / name).exists()]
    if rest:
        raise LedgerUnusable(
            f"the database at {database} holds no ledger, though an archive is kept in {state} (there is "
            f"{' and '.join(rest)}): carry its ledger over, with the settings as they were: thirdcopy ledger move --to "
            "URL; or bring a backup of the database back, or make the ledger anew from the targets: thirdcopy rebuild"
        )


class Targets(Mapping[str, Target]):
    """Targets by name, opened when first asked for: to look at the ledger needs no keys. Raises Refused then."""

    def __init__(self, settings: Settings) -> None:
        self._stanzas, self._opened = settings.targets, dict[str, Target]()
        self._journals = settings.state / "uploads"

    def __getitem__(self, name: str) -> Target:
        if name not in self._opened:
            self._opened[name] = open_target(name, self._stanzas[name], self._journals)
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stanzas)

    def __len__(self) -> int:
        return len(self._stanzas)


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[Archive]:
    """Open an archive by its settings; its state folder is made, for its owner's eyes alone.

    Raises LedgerUnusable, also where the rest of the state folder says that there was a ledger once, and RefusedError
    where a rebuild broke off or is under way: what it has is half an archive.
    """
    place = place_of(settings)
    _make(settings.state)
    if isinstance(place, Path):
        _refuse_half(settings.state)
        _refuse_lost(place)
    with closing(_opened(place, settings.state)) as ledger:
        yield Archive(settings, ledger, Targets(settings), progress or Silent())


def _opened(place: Place, state: Path) -> Ledger:
    if isinstance(place, Path):
        return Ledger(place)
    return Ledger(place, before_new=partial(_refuse_new, place, state))


def refuse_replaced(archive: Archive) -> None:
    """Raise RefusedError if a ledger was moved, or a rebuild began or put its own in its place, since it was opened.

    Ask with the lease held: a rebuild looks for that before it begins and before it ends.
    """
    if not archive.ledger.several:
        _refuse_half(archive.state)
    archive.ledger.refuse_unfinished()
    if not archive.ledger.is_in_place():
        raise RefusedError(
            f"the ledger of {archive.state} was made anew while this waited: run this again; nothing was done"
        )


def _refuse_half(state: Path) -> None:
    if (state / BESIDE).exists():
        raise RefusedError(
            f"a rebuild of the ledger in {state} is under way, or broke off: wait for it, or run `thirdcopy rebuild` "
            "again; nothing else is done with half an archive"
        )


@contextmanager
def opened_beside(settings: Settings, progress: Progress | None = None) -> Iterator[Archive]:
    """An archive over a new ledger, which takes the place of the lost one at the end of the block.

    A file is made beside that place; a database's own tables are filled, and are no ledger until then. After an error
    all is as before. Raises RefusedError if a ledger there holds an archive, before the block or after it, LeaseHeld if
    somebody is at it, or at another rebuild, and LedgerUnusable if somebody has the new one open so that it cannot be
    moved whole.
    """
    place, beside = place_of(settings), settings.state / BESIDE
    _make(settings.state)
    if not isinstance(place, Path):
        with closing(Ledger(place, unfinished=True)) as ledger, _made_anew(ledger):
            yield Archive(settings, ledger, Targets(settings), progress or Silent())
        return
    _refuse_full(place)
    if beside.exists():
        with suppress(LedgerUnusable), closing(Ledger(beside)) as begun, begun.lease.held():
            pass  # nobody is at it: it broke off, and is begun anew
        _remove(beside)
    with closing(Ledger(beside)) as made:
        try:
            with made.lease.held():
                yield Archive(settings, made, Targets(settings), progress or Silent())
            made.gather()
            _refuse_full(place)  # somebody may have opened it just before the rebuild began
        except BaseException:
            made.close()
            _remove(beside)
            raise
    _remove(place)  # it is empty, and nobody who opened it goes on: see refuse_replaced
    beside.replace(place)
    _remove(beside)  # an emptied journal


@contextmanager
def _made_anew(ledger: Ledger) -> Iterator[None]:
    """Have a ledger that holds nothing filled within the block, and refused to all others until its end."""
    with ledger.lease.held():
        half = ledger.standing
        if half is not None and half.state != "rebuilding":
            raise RefusedError(
                f"the ledger at {ledger.place} was moved, or is carried over ({half.other}): name an empty database"
            )
        if half is None:
            refuse_archive(ledger)
        ledger.empty(Standing(state="rebuilding"))
        try:
            yield
            ledger.stand(None)
        except BaseException:
            with suppress(LedgerUnusable):  # it is refused then, and made anew by the next rebuild
                ledger.empty(None)
            raise


def discard_beside(settings: Settings) -> None:
    """Take away what a rebuild has made so far. Only who is at that rebuild may: it holds the lease of it.

    What lies in a database stays, refused to all but the next rebuild: this process may be in the middle of a change.
    """
    _remove(settings.state / BESIDE)


def _refuse_full(place: Path) -> None:
    """Raise RefusedError if the ledger at a place holds an archive, LeaseHeld if somebody is at it."""
    if not place.is_file() or not place.stat().st_size:
        return
    with closing(Ledger(place)) as present, present.lease.held():
        refuse_archive(present)


def refuse_archive(ledger: Ledger) -> None:
    """Raise RefusedError if a ledger that is to be made anew holds an archive."""
    if ledger.copies.heads():
        raise RefusedError(
            f"the ledger at {ledger.place} holds an archive already: {_AWAY[ledger.several]} first; what it alone "
            "knows would be lost otherwise"
        )


_AWAY = {False: "move it (and a -journal or -wal file beside it) away", True: "name another, empty database"}


def _remove(ledger: Path) -> None:
    for ending in ("-wal", "-shm", "-journal", ""):
        ledger.with_name(ledger.name + ending).unlink(missing_ok=True)
