"""An archive opened to be written, for a command or a flow: it is at work, and the targets are ready."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from archive.opening.archive import opened
from archive.opening.working import at_work
from archive.preservation.late_writers import mend_roots, remember_late_writer
from archive.preservation.lost_workers import store_spooled
from archive.preservation.usable_targets import ready
from archive.progress import Progress
from archive.settings.settings import Settings
from archive.steps.run_session import RunSession
from archive.steps.storing import sweep


@contextmanager
def writing(
    settings: Settings,
    progress: Progress,
    *,
    doing: str = "a command",
    take_over: bool = False,
    emptied: Collection[str] = (),
) -> Iterator[RunSession]:
    """A session that may write: it is at work, and the targets are ready. Raises RefusedError, SettingsError."""
    with opened(settings, progress) as archive, at_work(archive, doing) as taken_away:
        sweep(archive)
        if taken_away:
            remember_late_writer(archive)
        usable_targets = ready(archive, take_over=take_over, emptied=emptied)
        mend_roots(archive, usable_targets.writable)
        if archive.ledger.several:
            store_spooled(archive, usable_targets.writable)
        yield RunSession(archive, usable_targets)
