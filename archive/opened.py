"""An opened archive: its settings, ledger, targets and folders, handed to every step."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from archive.errors import LedgerUnusable
from archive.ledger import Ledger
from archive.progress import Progress, Silent
from archive.records import Event
from archive.settings import Settings
from storage.contract import Target
from storage.targets import open_target

log = logging.getLogger(__name__)
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

    def event(self, object_id: str, event_type: str, **facts: object) -> None:
        """Keep that something happened to an object just now.

        What happens to run records makes no event, or none would end.
        """
        if object_id.startswith("run-"):
            return
        event = {"object": object_id, "type": event_type, "at": self.clock(), "agent": AGENT, **facts}
        self.ledger.events.add(Event.model_validate(event))


def _make(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LedgerUnusable(
            f"the state folder {state} cannot be made ({error.strerror}): set state in archive.toml to a folder on a "
            "disk that can be written and has room"
        ) from error


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


class _Targets(Mapping[str, Target]):
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
def opened(settings: Settings, progress: Progress | None = None, *, anew: bool = False) -> Iterator[Archive]:
    """Open an archive by its settings; its state folder is made, for its owner's eyes alone.

    Raises LedgerUnusable, also where the rest of the state folder says that there was a ledger once: only with `anew`
    is an empty one made in its place, to be filled from the targets.
    """
    path = settings.state / "ledger.sqlite"
    _make(settings.state)
    if not anew:
        _refuse_lost(path)
    ledger = Ledger(path)
    try:
        yield Archive(settings, ledger, _Targets(settings), progress or Silent())
    finally:
        ledger.close()
