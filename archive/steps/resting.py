"""How long a source that refused us is left alone. The pause is the source's; no clip is blamed for it.

It is an hour, since YouTube speaks of one, and doubles at each refusal in a row, to a day; once the source answers, the
next one is an hour again. A random share more is added, so that archives which were refused together do not come back
together.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from archive.errors import FetchFailed
from archive.opening.archive import Archive

REST = 3600.0
"""Seconds of the first pause, if the source does not ask for more."""

SPREAD = 0.25
"""Share of a pause that may be added to it."""

LONGEST_REST = timedelta(days=1)
"""No source is left alone for longer, whatever it asks; a later end than that was written by a wrong clock."""

_COUNT = TypeAdapter(int)
_DOUBLINGS = 5
"""2 ** 5 hours are more than a day."""


def rest_of(error: FetchFailed) -> float | None:
    """How many seconds a source that refused us asks to be left alone, at least an hour; None if it did not refuse."""
    return max(error.after or 0.0, REST) if error.kind == "refused" else None


def pause(asked: float, refusals: int, lot: float) -> float:
    """The seconds of the pause after so many refusals in a row, the first is 1; `lot` is a random number, 0 to 1."""
    grown = REST * (1 << min(refusals - 1, _DOUBLINGS))
    return min(max(asked, grown) * (1 + SPREAD * lot), LONGEST_REST.total_seconds())


def rests_until(archive: Archive, source: str) -> datetime | None:
    """Until when a source that refused us is left alone, None where it is not."""
    until = archive.ledger.markers.moment(f"rest:{source}")
    return until if until and timedelta() < until - archive.clock() <= LONGEST_REST else None


def rest(archive: Archive, source: str) -> str | None:
    """A sentence, if the source refused us and is to be left alone for now."""
    until = rests_until(archive, source)
    if until is None:
        return None
    return f"{source} refused us and is left alone until {until:%Y-%m-%d %H:%M} UTC; `thirdcopy retry` asks at once"


def leave_alone(archive: Archive, source: str, asked: float, *, lots: Callable[[], float] = random.random) -> None:
    """Leave a source alone for as long as it asks, or longer. Batches that are refused side by side count as one."""
    markers = archive.ledger.markers
    with archive.ledger.at_once():
        if rest(archive, source):
            return
        refusals = (markers.document(_refusals(source), _COUNT) or 0) + 1
        until = archive.clock() + timedelta(seconds=pause(asked, refusals, lots()))
        markers.set(_refusals(source), str(refusals))
        markers.set(f"rest:{source}", until.isoformat())
        if refusals == 1 or markers.get(_since(source)) is None:
            markers.set(_since(source), archive.clock().isoformat())


def refuses_since(archive: Archive, source: str) -> datetime | None:
    """Since when a source refuses us, None where it does not."""
    markers = archive.ledger.markers
    return None if markers.get(_refusals(source)) is None else markers.moment(_since(source))


def answered(archive: Archive, source: str) -> None:
    """Keep that a source does not refuse us any more: the next pause is a short one."""
    if archive.ledger.markers.get(_refusals(source)) is not None:
        archive.ledger.markers.forget(_refusals(source))


def forget_rest(archive: Archive, source: str) -> None:
    """Ask a source again at once, though it refused us: a person says so."""
    archive.ledger.markers.set(f"rest:{source}", archive.clock().isoformat())


def _since(source: str) -> str:
    return f"refused-since:{source}"


def _refusals(source: str) -> str:
    return f"refusals:{source}"
