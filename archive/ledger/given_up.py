"""Giving up: a sealed version whose bytes are nowhere is taken out of the ledger, and remembered."""

import sqlalchemy as sa
from pydantic import AwareDatetime

from archive.errors import ChangedMeanwhile
from archive.ledger import tables as t
from archive.ledger.copies import SealedVersion, snapshot_fact
from archive.ledger.events import add_events
from archive.ledger.markers import GIVEN_UP, LAST_FULL, LAST_RUN, RUN_BEFORE, WAITS
from archive.ledger.transactions import Subject, upsert
from archive.ledger.undoing import undo
from archive.objects.reading_back import SIGHTINGS
from archive.records.clip import Capture
from archive.records.event import Event
from archive.records.object_ids import Kind, clip_of, kind_of
from archive.records.record import Record


class GivenUp(Record):
    """A content of a version that was given up: in whose spool alone it was, and when that was."""

    worker: str
    at: AwareDatetime


class GivingUp(Subject):
    """Versions that were sealed on a machine that is gone for good, and of which no target holds anything."""

    def of(self, object_id: str, version: int, sha512: str) -> GivenUp | None:
        """What is remembered of a content of a version that was given up, by the sha512 of its inventory."""
        query = sa.select(t.facts.c.value).where(t.facts.c.name == _name(object_id, version, sha512))
        with self._reading() as connection:
            value = connection.scalar(query)
        return self._document(GivenUp, value) if value else None

    def give_up(self, sealed: SealedVersion, event: Event) -> None:
        """Take a version out of the ledger, with its copies and what came of it, and keep the event of that.

        A clip whose capture it was is fetched anew, a work object is sealed anew, a disk is recorded anew; the events
        of a run record wait for the next one, and the chain ends with the one before. Raises ChangedMeanwhile, and
        keeps all, unless its worker was forgotten, no target is said to have had it, and nothing was sealed on top.
        """
        with self._writing() as connection:
            if why := _stands(connection, sealed):
                raise ChangedMeanwhile(f"{sealed.object} v{sealed.version} is not given up: {why}")
            for table in (t.versions, t.copies):
                same = (table.c.object == sealed.object) & (table.c.version == sealed.version)
                connection.execute(sa.delete(table).where(same))
            facts = (f"{WAITS}{sealed.object}:{sealed.version}", snapshot_fact(sealed.object, sealed.version))
            match kind_of(sealed.object):
                case Kind.EVIDENCE:
                    self._capture(connection, sealed)
                case Kind.WORK:
                    _work(connection, sealed)
                case Kind.DISK:
                    _visit(connection, sealed)
                case Kind.RUN:
                    _run(connection, sealed)
            connection.execute(sa.delete(t.facts).where(t.facts.c.name.in_(facts)))
            remembered = GivenUp(worker=sealed.worker or "", at=event.at)
            key = {"name": _name(sealed.object, sealed.version, sealed.sha512)}
            upsert(connection, t.facts, key, {"value": remembered.model_dump_json()})
            add_events(connection, event)

    def _capture(self, connection: sa.Connection, sealed: SealedVersion) -> None:
        """A clip as it was before a capture: one that has no other is not held, and is due at once."""
        clip, c = clip_of(sealed.object) or "", t.captures.c
        connection.execute(sa.delete(t.captures).where(c.clip == clip, c.version == sealed.version))
        connection.execute(sa.delete(t.failures).where(t.failures.c.clip == clip))
        query = sa.select(c.body).where(c.clip == clip).order_by(c.version.desc()).limit(1)
        if (body := connection.scalar(query)) is None:
            for table in (t.looks, t.done):
                connection.execute(sa.delete(table).where(table.c.clip == clip))
            return
        before = self._document(Capture, body)
        degraded = int(bool(before.degraded))
        look = {"at": before.fetched, "owed": 1, "degraded": degraded}  # something is to be had: what was given up
        connection.execute(sa.update(t.looks).where(t.looks.c.clip == clip).values(look))
        undo(connection, clip, "capture")


def _name(object_id: str, version: int, sha512: str) -> str:
    return f"{GIVEN_UP}{object_id}:{version}:{sha512}"


def _stands(connection: sa.Connection, sealed: SealedVersion) -> str | None:
    """Why a version cannot be given up, None if it can."""
    v, c, w = t.versions.c, t.copies.c, t.workers.c
    same = (v.object == sealed.object) & (v.version == sealed.version)
    there = connection.execute(sa.select(v.sha512, v.worker).where(same)).one_or_none()
    if there is None or there.sha512 != sealed.sha512 or there.worker != sealed.worker:
        return "it is another one by now"
    if connection.scalar(sa.select(w.forgotten).where(w.name == sealed.worker)) is None:
        return f"{sealed.worker} is not said to be gone for good"
    above = sa.select(v.version).where(v.object == sealed.object, v.version > sealed.version).limit(1)
    if connection.scalar(above) is not None:
        return "a later version stands on it"
    had = sa.or_(c.state != "owed", c.read.is_not(None))
    copies = sa.select(c.target).where(c.object == sealed.object, c.version == sealed.version, had).limit(1)
    if target := connection.scalar(copies):
        return f"{target} is said to have it, or to have had it"
    last = connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == LAST_RUN))
    if kind_of(sealed.object) is Kind.RUN and last != sealed.object:
        return "later run records stand on it"
    return None


def _work(connection: sa.Connection, sealed: SealedVersion) -> None:
    clip = clip_of(sealed.object) or ""
    f = t.failures.c
    connection.execute(sa.delete(t.failures).where(f.clip == clip, f.step == "work"))
    undo(connection, clip, "meanwhile")


def _visit(connection: sa.Connection, sealed: SealedVersion) -> None:
    """A disk's visit waits to be recorded again, unless a later one does."""
    fact = snapshot_fact(sealed.object, sealed.version)
    body = connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == fact))
    disk = sealed.object.removeprefix(Kind.DISK.prefix)
    waits = sa.update(t.disks).where(t.disks.c.disk == disk, t.disks.c.body.is_(None))
    connection.execute(waits.values(body=body))


def _run(connection: sa.Connection, sealed: SealedVersion) -> None:
    """Events and sightings are told by the next record, which names every head.

    Which spans of sightings this one told nobody knows: all are told again, which says nothing new of any.
    """
    told = sa.update(t.events).where(t.events.c.run == sealed.object)
    connection.execute(told.values(run=None))
    if SIGHTINGS in sealed.parsed.state(sealed.version):
        connection.execute(sa.update(t.sightings).values(told=0))
    fact = f"{RUN_BEFORE}{sealed.object}"
    before = connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == fact))
    connection.execute(sa.delete(t.facts).where(t.facts.c.name.in_([LAST_RUN, LAST_FULL, fact])))
    if before:
        upsert(connection, t.facts, {"name": LAST_RUN}, {"value": before})
