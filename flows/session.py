"""The session of a command or flow that writes: it holds the lease, and the targets are ready."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from archive.late import mend_roots, remember_late_writer
from archive.opened import opened
from archive.progress import Progress
from archive.readiness import ready
from archive.session import Session
from archive.settings import Settings
from archive.steps.storing import sweep
from archive.working import at_work

__all__ = ["Session", "writing"]


@contextmanager
def writing(
    settings: Settings, progress: Progress, *, take_over: bool = False, emptied: Collection[str] = ()
) -> Iterator[Session]:
    """A session that may write: it holds the lease, and the targets are ready. Raises RefusedError, SettingsError."""
    with opened(settings, progress) as archive, at_work(archive) as taken_away:
        sweep(archive)
        if taken_away:
            remember_late_writer(archive)
        readiness = ready(archive, take_over=take_over, emptied=emptied)
        mend_roots(archive, readiness.writable)
        yield Session(archive, readiness)
