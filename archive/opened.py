"""An opened archive: its settings, ledger, targets and folders, handed to every step."""

import logging
from collections.abc import Callable, Iterator
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
    targets: dict[str, Target]
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


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[Archive]:
    """Open an archive by its settings; its state folder is made, for its owner's eyes alone."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger(settings.state / "ledger.sqlite")
    try:
        targets = {name: open_target(name, stanza) for name, stanza in settings.targets.items()}
        yield Archive(settings, ledger, targets, progress or Silent())
    finally:
        ledger.close()
