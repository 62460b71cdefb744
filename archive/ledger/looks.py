"""When each held clip was last looked at at its source, and what the source's list said of it then."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.transactions import Subject, upsert
from archive.records.clip import Capture, Listing

FIRST_WAIT = timedelta(hours=12)
"""After which what is owed is asked for again, so that a nightly run does; then a day more each time."""

_ROUNDING = 1.0
"""Seconds by which two lists of a platform may differ on one length."""

_AT_A_TIME = 1000


class Looks(Subject):
    """The newest look at each clip; a fetch is the first."""

    def looked(self, listing: Listing, *, at: datetime, owes: bool) -> None:
        """Keep that a clip was looked at, as it is listed, and whether something of it is still to be had."""
        with self._writing() as connection:
            owed = t.looks.c.owed + 1 if owes else 0
            values = {"at": at, "owed": owed, "listed": heard(listing)}
            connection.execute(sa.update(t.looks).where(t.looks.c.clip == listing.clip).values(values))

    def hear(self, listing: Listing) -> None:
        """Keep what a list says of a clip that was fetched by it."""
        with self._writing() as connection:
            values = {"listed": heard(listing)}
            connection.execute(sa.update(t.looks).where(t.looks.c.clip == listing.clip).values(values))

    def due(self, source: str, *, now: datetime, every: timedelta, whole: datetime | None = None) -> list[str]:
        """Held clips of a source that are to be looked at: first those that it lists no more, or otherwise than it did.

        Then come the others, the oldest look first. One of which something is owed is due after half a day, then after
        a day more each time, at most after `every`. A look after `now` was noted by a wrong clock, and is due. `whole`
        is when the last listing of all that the source has was begun.
        """
        missing, changed, old = list[str](), list[str](), list[tuple[datetime, str]]()
        for row in self._rows(source, now, every, whole):
            waited = now - row.at
            wait = min(every, FIRST_WAIT + timedelta(row.owed - 1)) if row.owed else every
            if whole and not row.owed and row.last_seen < whole and row.at < whole:
                missing.append(row.clip)
            elif _differs(row.listed, row.body):
                changed.append(row.clip)
            elif not timedelta() <= waited < wait:
                old.append((row.at, row.clip))
        return [*missing, *changed, *(clip for _, clip in sorted(old))]

    def degraded(self) -> int:
        """How many clips are held in a film that is not the best that was on offer."""
        with self._reading() as connection:
            query = sa.select(sa.func.count()).select_from(t.looks).where(t.looks.c.degraded != 0)
            return connection.scalar(query) or 0

    def _rows(
        self, source: str, now: datetime, every: timedelta, whole: datetime | None
    ) -> Iterator[sa.Row[tuple[str, datetime, int, str, str, datetime]]]:
        """Those that may be due: of very many, the others are left where they are."""
        k, g = t.looks.c, t.listings.c
        other = (k.listed != "") & (g.heard.is_(None) | (g.heard != k.listed))
        old = (k.owed != 0) | (k.at > now) | (k.at <= now - every)
        gone = (g.last_seen < whole) & (k.at < whole) if whole else sa.false()
        query = (
            sa.select(
                t.looks.c.clip,
                t.looks.c.at,
                t.looks.c.owed,
                t.looks.c.listed,
                t.listings.c.body,
                t.listings.c.last_seen,
            )
            .join(t.listings, t.listings.c.clip == t.looks.c.clip)
            .where(t.listings.c.source == source, other | old | gone)
            .order_by(t.listings.c.clip)
            .execution_options(yield_per=_AT_A_TIME)
        )
        with self._reading() as connection:
            yield from connection.execute(query)


def heard(listing: Listing) -> str:
    """What a list says of a clip that an edit would change."""
    return json.dumps([listing.title, listing.duration])


def _differs(then: str, body: str) -> bool:
    """Whether a listing says another title or length than it did; what was said only once tells nothing."""
    if not then:
        return False
    title, duration = json.loads(then)
    now = json.loads(body)
    retitled = title is not None and now["title"] is not None and title != now["title"]
    numbers = (duration, now["duration"])
    return retitled or (None not in numbers and abs(numbers[0] - numbers[1]) > _ROUNDING)


def captured(connection: sa.Connection, capture: Capture) -> None:
    """Keep that a clip was captured; an older capture that is learnt of later changes nothing.

    Call it in the transaction of the capture. What its list says is kept by whoever knows it.
    """
    clip, at = capture.clip, capture.fetched
    before = connection.execute(sa.select(t.looks).where(t.looks.c.clip == clip)).one_or_none()
    if before is None or before.at < at:
        owed = max(1, before.owed if before else 0) if capture.owes else 0
        values = {"at": at, "owed": owed, "listed": before.listed if before else ""}
        upsert(connection, t.looks, {"clip": clip}, {**values, "degraded": int(bool(capture.degraded))})
