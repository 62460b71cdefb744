"""Whether a clip is at its source, from all that was seen of it. Pure.

A source may say that a video is gone when it means something else, for an hour or to one network. So it is gone only
once that was said on two different days (UTC) with no sight of it after the first of them, by whatever network; until
then it is missing. What is said of us, of the way, or in words that no rule knows changes nothing, and nothing is
concluded from a list that does not name it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from archive.records.sighting import TELLING, Availability

Standing = Literal["up", "missing", "gone", "no_access", "not_yet", "unknown"]
STANDINGS: dict[Standing, str] = {
    "up": "up",
    "missing": "missing so far",
    "gone": "gone",
    "no_access": "closed to us",
    "not_yet": "not there yet",
    "unknown": "not known",
}
"""How a clip stands, as a person reads it."""

AWAY: tuple[Standing, ...] = ("gone", "no_access")
"""From where a clip returns; one that was only missing was never known to be away."""

DAYS = 2
"""Days on which a source must say that a clip is gone."""

LATE = timedelta(days=7)
"""How long a loss or a return is of late."""


class Span(Protocol):
    """What is read of a span of sightings."""

    @property
    def availability(self) -> Availability:
        """What was seen."""
        ...

    @property
    def words(self) -> str:
        """What was said."""
        ...

    @property
    def first(self) -> datetime:
        """When for the first time."""
        ...

    @property
    def last(self) -> datetime:
        """And for the last."""
        ...


@dataclass(frozen=True)
class Whereabouts:
    """How a clip stands at its sources, since when, when it was seen to last, and the last words that say so.

    `was` is how it stood before it came back; `away` whether it was ever missing, gone or closed.
    """

    standing: Standing = "unknown"
    since: datetime | None = None
    last: datetime | None = None
    words: str = ""
    was: Standing | None = None
    away: bool = False

    @property
    def returned(self) -> bool:
        """Whether it is up again after it was known to be away."""
        return self.standing == "up" and self.was in AWAY

    @property
    def line(self) -> str:
        """It in a line, as a person reads it."""
        since = f" since {self.since:%Y-%m-%d}" if self.since else ""
        was = f", after it was {STANDINGS[self.was]}" if self.returned and self.was else ""
        last = f", seen last on {self.last:%Y-%m-%d}" if self.last and self.standing == "up" else ""
        return f"{STANDINGS[self.standing]}{since}{was}{last}" + (f": “{self.words}”" if self.words else "")

    @property
    def facts(self) -> dict[str, object]:
        """It as JSON has it."""
        was = self.was if self.returned else None
        said = {"availability": self.standing, "since": self.since, "last": self.last, "words": self.words}
        return {**said, "returned_from": was}

    def of_late(self, now: datetime) -> bool:
        """Whether it came to stand so in the last days."""
        return self.since is not None and now - self.since <= LATE


@dataclass(frozen=True)
class _Seen:
    availability: Availability
    words: str
    first: datetime
    last: datetime


def whereabouts(spans: Iterable[Span], now: datetime) -> Whereabouts:
    """How a clip stands at `now`. What was seen later was seen by a wrong clock, or is a lie, and counts as never."""
    told = _in_order(
        _Seen(span.availability, span.words, span.first, min(span.last, now))
        for span in spans
        if span.availability in TELLING and span.first <= now
    )
    found = _stands(told)
    if found.standing != "up" or found.since is None:
        return found
    since = found.since
    earlier = (replace(one, last=min(one.last, since)) for one in told if one.first < since)
    was = _stands(_in_order(earlier)).standing
    return replace(found, was=None if was in ("up", "unknown") else was)


def _in_order(told: Iterable[_Seen]) -> list[_Seen]:
    """By the last sights."""
    return sorted(told, key=lambda one: (one.last, one.first))


def _stands(told: Sequence[_Seen]) -> Whereabouts:
    """How a clip stands by what says something of it, in the order of the last sights."""
    if not told:
        return Whereabouts()
    newest = told[-1]
    others = [one for one in told if one.availability != newest.availability]
    before = others[-1].last if others else None
    same = [one for one in told if one.availability == newest.availability and (before is None or one.last >= before)]
    found = Whereabouts(
        since=min(one.first for one in same),
        last=newest.last,
        words=newest.words,
        away=any(one.availability in ("gone", "no_access") for one in told),
    )
    if newest.availability == "gone":
        said = _said_gone(told)
        days = {moment.date() for moment in said}
        return replace(found, standing="gone" if len(days) >= DAYS else "missing", since=said[0])
    standing: dict[Availability, Standing] = {"up": "up", "no_access": "no_access", "not_yet": "not_yet"}
    return replace(found, standing=standing[newest.availability])


def _said_gone(told: Sequence[_Seen]) -> list[datetime]:
    """The moments known at which a clip was said to be gone, since it was seen last."""
    seen = max((one.last for one in told if one.availability == "up"), default=None)
    gone = (one for one in told if one.availability == "gone")
    return sorted({moment for one in gone for moment in (one.first, one.last) if seen is None or moment >= seen})
