"""Who opened which clip that is not public, where the keeper wants it kept. Pages within an hour are one opening."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

ONE_OPENING = timedelta(hours=1)

GOING_ON = timedelta(minutes=1)
"""A film that plays and a page that is read on ask for part after part: what is asked for within it is noted once."""

MOST_GOING_ON = 1000
"""Clips before readers of whom it is remembered when going on was noted last; one that is forgotten is noted again."""


@dataclass(frozen=True)
class Opening:
    """That somebody had a clip before them: from when to when, and how often anything of it was noted."""

    clip: str
    name: str
    first: datetime
    last: datetime
    times: int


class GoingOn:
    """When it was noted last that somebody goes on with a clip. In memory alone: a new process notes it again."""

    def __init__(self) -> None:
        self._noted = dict[tuple[str, str], datetime]()
        self._lock = Lock()

    def is_noted(self, clip: str, name: str, now: datetime) -> bool:
        """Whether that was less than `GOING_ON` ago."""
        with self._lock:
            noted = self._noted.get((clip, name))
        return noted is not None and noted <= now < noted + GOING_ON

    def was_noted(self, clip: str, name: str, now: datetime) -> None:
        """Remember that it is kept."""
        with self._lock:
            self._noted.pop((clip, name), None)
            self._noted[clip, name] = now
            if len(self._noted) > MOST_GOING_ON:
                del self._noted[next(iter(self._noted))]


def note(connection: sqlite3.Connection, clip: str, name: str, now: datetime) -> None:
    """Keep that somebody opened a clip, or went on with it."""
    recent = (now - ONE_OPENING).timestamp(), now.timestamp()
    going_on = connection.execute(
        "UPDATE openings SET last = ?, times = times + 1 WHERE clip = ? AND name = ? AND last > ? AND last <= ?",
        (now.timestamp(), clip, name, *recent),
    )
    if not going_on.rowcount:
        connection.execute(
            "INSERT INTO openings (clip, name, first, last, times) VALUES (?, ?, ?, ?, 1)",
            (clip, name, now.timestamp(), now.timestamp()),
        )


def of_clip(connection: sqlite3.Connection, clip: str) -> list[Opening]:
    """Who opened a clip, the newest last."""
    rows = connection.execute(
        "SELECT clip, name, first, last, times FROM openings WHERE clip = ? ORDER BY last, id", (clip,)
    )
    return [
        Opening(of, name, datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC), times)
        for of, name, first, last, times in rows
    ]
