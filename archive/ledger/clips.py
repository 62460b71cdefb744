"""What was listed, captured, refused and done, clip by clip."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import UtcTime
from archive.ledger.events import add_events
from archive.ledger.looks import heard
from archive.ledger.markers import GIVEN_UP
from archive.ledger.sql_conditions import among, begins
from archive.ledger.transactions import Subject, upsert
from archive.ledger.undoing import Cause, Step, undo
from archive.records.clip import Access, Capture, Listing
from archive.records.event import Event
from archive.records.expected import Holding
from archive.records.object_ids import Kind
from archive.records.report import month_of

_AT_ONCE = 1000
"""Rows that are in memory at once, where many are gone through."""

LASTING = ("gone", "no_access", "damaged", "barred", "fork", "unknown")
"""Failures that time alone does not cure: what failed so is asked for ever more seldom."""

AT_ONCE = 500
"""Listings that one statement names."""


@dataclass(frozen=True)
class Failure:
    """The last failure of a step on a clip, and how often it failed so far, for reasons that last or for others.

    `cut` is the sha256 of the film, where it was refused only since it lacks what its own index has.
    """

    clip: str
    step: str
    kind: str
    message: str
    at: datetime
    times: int
    cut: str | None = None


@dataclass(frozen=True)
class Unheld:
    """A clip that is not held: when a source listed it first, and how its fetch failed last, how often in a row."""

    clip: str
    first_seen: datetime
    kind: str | None = None
    at: datetime | None = None
    times: int = 0


@dataclass(frozen=True)
class AccessGiven:
    """Who opened or closed a clip, and when."""

    level: Access
    by: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """Whether a listing told of a clip that no source listed before, or that its own source did not.

    `before` is when its own source listed it last.
    """

    new: bool
    new_here: bool
    before: datetime | None = None


class Clips(Subject):
    """Listings, clips, captures, failures, access, and which step is done with what."""

    def seen(self, listings: Sequence[Listing], now: datetime) -> list[Seen]:
        """Keep listings, and say of each whether it was known."""
        said = list[Seen]()
        with self._writing() as connection:
            for start in range(0, len(listings), AT_ONCE):
                said += _see(connection, listings[start : start + AT_ONCE], now)
        return said

    def known(self, clips: Sequence[str]) -> set[str]:
        """Those of some ids that are clips' already."""
        with self._reading() as connection:
            return set(connection.scalars(sa.select(t.clips.c.id).where(among(t.clips.c.id, clips))))

    def listing(self, clip: str) -> Listing | None:
        """The newest listing of a clip."""
        query = sa.select(t.listings.c.body).where(t.listings.c.clip == clip).order_by(t.listings.c.last_seen.desc())
        with self._reading() as connection:
            body = connection.scalar(query.limit(1))
        return self._document(Listing, body) if body else None

    def listings(self, clip: str) -> list[Listing]:
        """Every source's listing of a clip."""
        query = sa.select(t.listings.c.body).where(t.listings.c.clip == clip).order_by(t.listings.c.source)
        with self._reading() as connection:
            return [self._document(Listing, body) for body in connection.scalars(query)]

    def listed_by(self, source: str) -> set[str]:
        """Clips that a source lists or listed."""
        query = sa.select(t.listings.c.clip).where(t.listings.c.source == source).distinct()
        with self._reading() as connection:
            return set(connection.scalars(query))

    def unheld(self, source: str) -> list[Unheld]:
        """Clips that a source lists and that no capture exists of, with how the last fetch failed."""
        captured = sa.select(t.captures.c.clip)
        query = (
            sa.select(
                t.listings.c.clip, t.listings.c.first_seen, t.failures.c.kind, t.failures.c.at, t.failures.c.times
            )
            .outerjoin(t.failures, (t.failures.c.clip == t.listings.c.clip) & (t.failures.c.step == "fetch"))
            .where(t.listings.c.source == source, t.listings.c.clip.not_in(captured))
            .order_by(t.listings.c.first_seen, t.listings.c.clip)
        )
        with self._reading() as connection:
            return [
                Unheld(row.clip, row.first_seen, row.kind, row.at, row.times or 0) for row in connection.execute(query)
            ]

    def ids(self) -> list[str]:
        """Every clip that was ever listed or captured."""
        with self._reading() as connection:
            return list(connection.scalars(sa.select(t.clips.c.id).order_by(t.clips.c.id)))

    def listed(self) -> int:
        """How many clips are known."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(t.clips)) or 0

    def exists(self, clip: str) -> bool:
        """Whether the ledger knows the clip."""
        with self._reading() as connection:
            return bool(connection.scalar(sa.select(sa.literal(1)).where(t.clips.c.id == clip)))

    def captures(self, clip: str) -> list[Capture]:
        """The captures of a clip, oldest first."""
        query = sa.select(t.captures.c.body).where(t.captures.c.clip == clip).order_by(t.captures.c.version)
        with self._reading() as connection:
            return [self._document(Capture, body) for body in connection.scalars(query)]

    def holdings(self) -> Iterator[Holding]:
        """What is needed to find each capture, by clip, the oldest capture first. They are read as they are taken."""
        query = sa.select(t.captures.c.body).order_by(t.captures.c.clip, t.captures.c.version)
        with self._reading() as connection:
            for body in connection.scalars(query.execution_options(yield_per=_AT_ONCE)):
                yield self._document(Holding, body)

    def count_captures(self) -> int:
        """How often captures changed: each that is kept counts one, and so does each that is given up."""
        given_up = begins(t.facts.c.name, f"{GIVEN_UP}{Kind.EVIDENCE.prefix}")
        with self._reading() as connection:
            there = connection.scalar(sa.select(sa.func.count()).select_from(t.captures)) or 0
            gone = connection.scalar(sa.select(sa.func.count()).select_from(t.facts).where(given_up)) or 0
        return there + 2 * gone

    def stating(self, clip: str) -> list[Capture]:
        """The captures of files that a disk says are a clip, by their clips, the oldest first."""
        c = t.captures.c
        query = sa.select(c.body).where(c.stated == clip).order_by(c.clip, c.version)
        with self._reading() as connection:
            return [self._document(Capture, body) for body in connection.scalars(query)]

    def only_listed(self) -> dict[str, str]:
        """Clip → an address of it, of every clip that a source lists or listed and that no capture exists of."""
        captured = sa.select(t.captures.c.clip)
        query = sa.select(t.listings.c.clip, t.listings.c.body).where(t.listings.c.clip.not_in(captured))
        with self._reading() as connection:
            rows = connection.execute(query.execution_options(yield_per=_AT_ONCE))
            return {row.clip: self._document(Listing, row.body).url for row in rows}

    def media(self) -> dict[str, str]:
        """Clip → the sha256 of its newest capture's media, of every clip that is held."""
        query = sa.select(t.captures.c.clip, t.captures.c.media).order_by(t.captures.c.clip, t.captures.c.version)
        with self._reading() as connection:
            return {row.clip: row.media for row in connection.execute(query)}

    def newest(self) -> dict[str, int]:
        """Clip → the version of its newest capture, of every clip that is held."""
        newest = sa.func.max(t.captures.c.version).label("newest")
        query = sa.select(t.captures.c.clip, newest).group_by(t.captures.c.clip)
        with self._reading() as connection:
            return {row.clip: row.newest for row in connection.execute(query)}

    def held(self) -> list[str]:
        """Clips with a capture."""
        with self._reading() as connection:
            return list(connection.scalars(sa.select(t.captures.c.clip).distinct().order_by(t.captures.c.clip)))

    def held_of(self, clips: Sequence[str]) -> set[str]:
        """Those of some clips that have a capture."""
        query = sa.select(t.captures.c.clip).where(among(t.captures.c.clip, clips))
        with self._reading() as connection:
            return set(connection.scalars(query))

    def count_held(self) -> int:
        """How many clips have a capture."""
        with self._reading() as connection:
            held = sa.select(t.captures.c.clip).distinct().subquery()
            return connection.scalar(sa.select(sa.func.count()).select_from(held)) or 0

    def failed(self, clip: str, step: str, *, kind: str, message: str, now: datetime, cut: str | None = None) -> None:
        """Keep that a step failed on a clip. Which film was refused as cut short is remembered until one is kept."""
        with self._writing() as connection:
            key = {"clip": clip, "step": step}
            condition = (t.failures.c.clip == clip) & (t.failures.c.step == step)
            last = connection.execute(sa.select(t.failures.c.kind, t.failures.c.times).where(condition)).one_or_none()
            times = last.times if last and (last.kind in LASTING) == (kind in LASTING) else 0
            values = {"kind": kind, "message": message, "at": now, "times": times + 1}
            upsert(connection, t.failures, key, {**values, "cut": cut} if cut else values)

    def refused(self, clip: str) -> str | None:
        """The sha256 of the film of a clip that was refused as cut short, None for none."""
        with self._reading() as connection:
            query = sa.select(t.failures.c.cut).where(t.failures.c.clip == clip, t.failures.c.step == "fetch")
            return connection.scalar(query)

    def mended(self, clip: str, step: str) -> None:
        """Forget the failure of a step that went well."""
        with self._writing() as connection:
            connection.execute(sa.delete(t.failures).where(t.failures.c.clip == clip, t.failures.c.step == step))

    def failures(self, clip: str | None = None) -> list[Failure]:
        """What failed and was not mended, of one clip or of all."""
        query = sa.select(t.failures).order_by(t.failures.c.clip, t.failures.c.step)
        if clip is not None:
            query = query.where(t.failures.c.clip == clip)
        with self._reading() as connection:
            return [Failure(**row) for row in connection.execute(query).mappings()]

    def give_access(self, clip: str, given: AccessGiven, *, event: Event | None) -> None:
        """Set a clip's own access level, above its source's, and keep the event of it."""
        with self._writing() as connection:
            values = {"access": given.level, "access_by": given.by, "access_at": given.at}
            upsert(connection, t.clips, {"id": clip}, values)
            undo(connection, clip, "access")
            add_events(connection, event)

    def access(self, clip: str) -> AccessGiven | None:
        """The clip's own access level, None if its source's holds."""
        with self._reading() as connection:
            row = connection.execute(sa.select(t.clips).where(t.clips.c.id == clip)).one_or_none()
        return AccessGiven(row.access, row.access_by, row.access_at) if row and row.access else None

    def with_access(self) -> list[str]:
        """Clips that somebody opened or closed."""
        with self._reading() as connection:
            return list(connection.scalars(sa.select(t.clips.c.id).where(t.clips.c.access.is_not(None))))

    def done(self, clip: str, step: Step) -> str | None:
        """With what a step was done last, as the step itself wrote it."""
        query = sa.select(t.done.c.body).where(t.done.c.clip == clip, t.done.c.step == step)
        with self._reading() as connection:
            return connection.scalar(query)

    def mark_done(self, clip: str, step: Step, body: str, cause: Cause | None = None) -> None:
        """Keep that a step is done, and with what; and what is due again where that is a cause for it."""
        with self._writing() as connection:
            upsert(connection, t.done, {"clip": clip, "step": step}, {"body": body})
            if cause:
                undo(connection, clip, cause)

    def undo(self, clip: str, cause: Cause) -> None:
        """Keep that steps have to look at a clip again, since what they read has changed."""
        with self._writing() as connection:
            undo(connection, clip, cause)

    def all_done(self, step: Step, clips: Sequence[str] | None = None) -> dict[str, str]:
        """Clip → with what the step was done, of some clips, or of every one, for which it was."""
        query = sa.select(t.done.c.clip, t.done.c.body).where(t.done.c.step == step)
        if clips is not None:
            query = query.where(among(t.done.c.clip, clips))
        with self._reading() as connection:
            return {row.clip: row.body for row in connection.execute(query)}


def _see(connection: sa.Connection, listings: Sequence[Listing], now: datetime) -> list[Seen]:
    """One statement for all that says what it said before: a source of 100,000 clips says so every night."""
    names = [listing.clip for listing in listings]
    ids = list(dict.fromkeys(names))
    query = sa.select(*_WHO, t.listings.c.body, t.listings.c.last_seen).where(t.listings.c.clip.in_(ids))
    there = connection.execute(query).all()
    listed = {row.clip for row in there}
    last = {(row.source, row.clip): row.last_seen for row in there}
    bodies = {(row.source, row.clip): row.body for row in there}
    unlisted = [clip for clip in ids if clip not in listed]
    known = set(connection.scalars(sa.select(t.clips.c.id).where(t.clips.c.id.in_(unlisted)))) if unlisted else set()
    said, same = list[Seen](), defaultdict[str, list[str]](list)
    changed, facts = dict[tuple[str, str], str](), dict[tuple[str, str], dict[str, str | None]]()
    for clip, listing in zip(names, listings, strict=True):
        who, body = (listing.source, clip), listing.model_dump_json()
        new_here = who not in bodies and who not in changed
        said.append(Seen(new=clip not in listed, new_here=new_here, before=last.get(who)))
        listed.add(clip)
        if bodies.get(who) == body and who not in changed:
            same[listing.source].append(clip)
        else:
            changed[who] = body
            facts[who] = {"month": month_of(listing.uploaded), "heard": heard(listing)}
    for source, clips in same.items():
        again = (t.listings.c.source == source) & t.listings.c.clip.in_(clips)
        connection.execute(sa.update(t.listings).where(again).values(last_seen=now))
    rows = [
        {"source": who[0], "clip": who[1], "body": body, "last_seen": now, **facts[who]}
        for who, body in changed.items()
    ]
    if newer := [row for row in rows if (row["source"], row["clip"]) in bodies]:
        connection.execute(_NEWER, [{f"the_{name}": value for name, value in row.items()} for row in newer])
    if new := [row for row in rows if (row["source"], row["clip"]) not in bodies]:
        connection.execute(sa.insert(t.listings), [row | {"first_seen": now} for row in new])
    if new_clips := [{"id": clip} for clip in unlisted if clip not in known]:
        connection.execute(sa.insert(t.clips), new_clips)
    return said


_WHO = (t.listings.c.source, t.listings.c.clip)
_NEWER = (
    sa.update(t.listings)
    .where(t.listings.c.source == sa.bindparam("the_source"), t.listings.c.clip == sa.bindparam("the_clip"))
    .values(
        body=sa.bindparam("the_body"),
        last_seen=sa.bindparam("the_last_seen", type_=UtcTime()),
        month=sa.bindparam("the_month"),
        heard=sa.bindparam("the_heard"),
    )
)
