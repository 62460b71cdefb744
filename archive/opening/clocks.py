"""Whether this machine's clock can be believed: beside the ledger's times, a store's clock, and time that only goes on.

A moment after now counts as never, wherever the archive asks when something was last done; here it is said.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from archive.opening.archive import Archive
from storage.http_times import time_at
from storage.targets import S3Settings

AT_WORK = "at_work"
"""The fact that says when a command last wrote."""

TOLERANCE = timedelta(minutes=1)
"""What two clocks may differ by."""

SET_IT = "if it is wrong now, set it: timedatectl set-ntp true"
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, which Linux's monotonic clock does not."""


@contextmanager
def watched(archive: Archive, *, steady: Callable[[], float] = lambda: time.clock_gettime(_STEADY)) -> Iterator[None]:
    """Say what is odd of the clock, before the block runs and after it."""
    for problem in (against_ledger(archive), against_stores(archive)):
        if problem:
            archive.progress.say(problem)
    began, began_steady = archive.clock(), steady()
    archive.ledger.markers.set(AT_WORK, began.isoformat())
    yield
    now = archive.clock()
    archive.ledger.markers.set(AT_WORK, now.isoformat())
    jumped = now - began - timedelta(seconds=steady() - began_steady)
    if abs(jumped) > TOLERANCE:
        archive.progress.say(f"this machine's clock jumped {_told(jumped)} while this was at work; {SET_IT}")


def against_ledger(archive: Archive) -> str | None:
    """A sentence, if the ledger has times after now."""
    now = archive.clock()
    count, newest = archive.ledger.audits.after(now + TOLERANCE)
    last = archive.ledger.markers.moment(AT_WORK)
    if last and last > now + TOLERANCE:
        count, newest = count + 1, max(last, newest or last)
    if not newest:
        return None
    return (
        f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, and {count:,} times in the ledger are later, up to "
        f"{newest:%Y-%m-%d %H:%M}: it was ahead when they were written, or is behind now; they count as never; {SET_IT}"
    )


def against_stores(archive: Archive) -> str | None:
    """A sentence, if the first store that tells its time tells another."""
    for name, stanza in archive.settings.targets.items():
        told = time_at(stanza.endpoint, stanza.ca_file) if isinstance(stanza, S3Settings) else None
        if told:
            ahead = datetime.now(UTC) - told
            return f"this machine's clock is {_told(ahead)} of {name}'s; {SET_IT}" if abs(ahead) > TOLERANCE else None
    return None


def _told(ahead: timedelta) -> str:
    whole = timedelta(seconds=round(abs(ahead).total_seconds()))
    return f"{whole} {'ahead' if ahead > timedelta() else 'behind'}"
