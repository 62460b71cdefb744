"""An opened archive: its settings, ledger, targets and folders, handed to every step."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

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
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[Archive]:
    """Open an archive by its settings; its state folder is made, for its owner's eyes alone."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger(settings.state / "ledger.sqlite")
    try:
        yield Archive(settings, ledger, _Targets(settings), progress or Silent())
    finally:
        ledger.close()
