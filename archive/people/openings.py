"""Who opened which clip that is not public, where the keeper wants it kept. Pages within an hour are one opening."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ONE_OPENING = timedelta(hours=1)


@dataclass(frozen=True)
class Opening:
    """That somebody had a clip before them: from when to when, and how many of its pages."""

    clip: str
    name: str
    first: datetime
    last: datetime
    times: int


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
