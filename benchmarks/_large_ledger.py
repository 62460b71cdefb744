"""A ledger of 100,000 clips on either engine: one clip is taken its whole way, and its rows are multiplied.

So every document, mark and event is one that the steps themselves write, with another clip's id and digests in it. Most
clips are held at two targets, each version read back; some failed for reasons that last, were lost at their source, or
were changed there. Nothing is due.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import UtcTime, Words
from archive.ledger.joins import Fingerprint
from archive.ledger.opening import open_engine
from archive.ledger.sightings import Seen
from archive.ledger.sql_conditions import begins
from archive.objects.sidecar import Reading
from archive.opening.archive import Archive, opened, place_of
from archive.opening.working import at_work
from archive.preservation.mirroring import store_owed
from archive.preservation.usable_targets import UsableTargets, ready
from archive.records.clip import Listing, Stream
from archive.records.link import Judgement, link_id
from archive.records.object_ids import Kind, ObjectId
from archive.settings.settings import load
from archive.steps import counted_steps
from archive.steps.captioning import caption_clip
from archive.steps.linking import link_clip, load_known, prepare_registers
from archive.steps.recording import record
from archive.steps.registering import load_registers
from archive.steps.transcribing import FORM, written_readings
from archive.steps.work_objects import seal_work
from storage.targets.memory import MemoryTarget
from tests.support.archives import MODEL_DIGEST, a_link, keep, media_of, transcript

CLIPS, COPIES, EVENTS = 100_000, 500_000, 1_000_000
UNHELD, CLOSED, LOST, JUDGED = 2_000, 500, 1_000, 5_000
"""Clips whose fetch fails for a reason that lasts, whose reading does, that were lost once, with a judged link."""
RUN_RECORDS = 1_000
SOURCES, TARGETS = ("voices", "witnesses", "families", "letters"), ("disk", "cloud")
MODEL = "large-v3"
SECONDS_OF_SOUND = 60
FIRST = "peertube-first0000000000000000"

SETTINGS = """\
name = "large"
state = "state"
minimum_copies = 2
free_gib = 0
{ledger}
[registers.victims]
file = "victims.csv"
"""
_SOURCE = """
[sources.{name}]
url = "https://tube.example.org/c/{name}"
"""
_TARGET = """
[targets.{name}]
kind = "folder"
path = "{name}"
"""
_REGISTER = "Entry,Victim's Name\n1,Dauren Seitqali\n2,Perhat Yolwas\n"
_VTT = "WEBVTT\n\n" + "\n\n".join(
    f"00:{n:02d}.000 --> 00:{n + 1:02d}.000\nMy brother was taken from our house in the spring." for n in range(12)
)
Row = dict[str, Any]


def written_settings(folder: Path, url: str | None) -> Path:
    """The settings of an archive in a folder, with its ledger at an address, or in a file there."""
    folder.mkdir(parents=True)
    ledger = f'\n[ledger]\nurl = "{url}"\n' if url else ""
    stanzas = [_SOURCE.format(name=name) for name in SOURCES] + [_TARGET.format(name=name) for name in TARGETS]
    file = folder / "archive.toml"
    file.write_text(SETTINGS.format(ledger=ledger) + "".join(stanzas))
    (folder / "victims.csv").write_text(_REGISTER, encoding="utf-8")
    return file


@contextmanager
def archive_at(file: Path) -> Iterator[tuple[Archive, UsableTargets]]:
    """The archive of some settings over targets in memory, which hold nothing: they are asked nothing either."""
    with opened(load(file)) as archive:
        targets = {name: MemoryTarget(name) for name in TARGETS}
        yield replace(archive, targets=targets), UsableTargets(dict(targets), dict(targets), {})


def fill(file: Path) -> None:
    """Take one clip its whole way, and multiply it."""
    with archive_at(file) as (archive, usable), at_work(archive, "benchmark"):
        ready(archive)
        _first_clip(archive, usable)
        now = archive.clock()
    engine = open_engine(place_of(load(file)))
    with engine.sql.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size=-1000000")
        _Multiplied(connection, now).all()
    if engine.sql.dialect.name == "postgresql":
        with engine.sql.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("VACUUM ANALYZE")
    engine.sql.dispose()


def _first_clip(archive: Archive, usable: UsableTargets) -> None:
    """A clip listed, captured, stored, read, linked, sealed and recorded."""
    ledger, now, targets = archive.ledger, archive.clock(), usable.writable
    listing = Listing(
        source=SOURCES[0],
        extractor="PeerTube",
        platform_id=FIRST.partition("-")[2],
        url=f"https://tube.example.org/w/{FIRST}",
        title=f"Testimony {FIRST}",
        duration=20.0,
        description="A made-up testimony of somebody whose brother was taken away, as a feed tells it.",
        uploaded="20260105",
    )
    ledger.clips.seen([listing], now)
    ledger.sightings.add(SOURCES[0], [Seen(FIRST)], network="home", tool="yt-dlp 2026.7.4", now=now)
    streams = tuple(
        Stream(index=n, kind=kind, codec=codec, sha256=sha256(kind.encode()).hexdigest())
        for n, (kind, codec) in enumerate((("video", "h264"), ("audio", "aac")))
    )
    said = {"title": listing.title, "uploaded": "20260105", "tags": ("testimony", "brother", "spring")}
    keep(archive, FIRST, captions={"en": _VTT}, streams=streams, said=said, targets=targets)
    ledger.looks.hear(listing)
    store_owed(archive, targets)
    counted_steps.register_step(archive, usable)
    caption_clip(archive, FIRST, targets)
    media = ledger.clips.captures(FIRST)[-1].media.sha256
    sound = bytes(4 * 7 * SECONDS_OF_SOUND)
    ledger.joins.keep_fingerprint(media, Fingerprint({1: sound}, pixels=720 * 1280))
    from archive.joins.proposing import RULES

    ledger.clips.mark_done(FIRST, "joins", f"{RULES} sound {media}")
    ref, body = transcript(FIRST, "They came at night, and nobody told us where they took him. " * 10)
    ledger.readings.add_transcript(FIRST, ref.model_copy(update={"model": MODEL}), body, event=None)
    reading = Reading(media_sha256=media, model=MODEL, model_digest=MODEL_DIGEST, tracks=1, declared=(), form=FORM)
    ledger.clips.mark_done(FIRST, "transcribe", written_readings([reading]))
    link_clip(archive, prepare_registers(load_registers(archive, targets), load_known(archive.settings)), FIRST)
    ledger.readings.set_links(FIRST, [a_link(FIRST, entry, register="victims") for entry in "12"], event=None)
    seal_work(archive, FIRST, targets)
    store_owed(archive, targets)
    while run := record(archive, targets):
        store_owed(archive, targets, [run])
    for source in SOURCES:
        ledger.markers.set(f"full-pass:{source}", now.isoformat())


_made = sa.MetaData()
_others = sa.Table(
    "made_up_clips",
    _made,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    *(sa.Column(name, Words) for name in ("clip", "short", "sha256", "sha512", "source", "link_1", "link_2")),
    *(sa.Column(name, UtcTime) for name in ("listed", "looked")),
)
"""The other clips: their ids and digests, and when each was first listed and last looked at."""
_runs = sa.Table(
    "made_up_runs", _made, sa.Column("k", sa.Integer, primary_key=True, autoincrement=False), sa.Column("run", Words)
)


class _Multiplied:
    """The rows of 100,000 clips, made by the database of those of the first one."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        media, c = media_of(FIRST), _others.c
        self._tokens = [
            (FIRST.partition("-")[2], c.short),
            (sha256(media).hexdigest(), c.sha256),
            (sha512(media).hexdigest(), c.sha512),
            *((link_id(FIRST, "victims", entry), c[f"link_{entry}"]) for entry in "12"),
        ]

    def all(self) -> None:
        """Make them."""
        _made.create_all(self._connection)
        self._connection.execute(sa.insert(_others), [self._other(n) for n in range(1, CLIPS)])
        self._connection.execute(sa.insert(_runs), [{"k": k, "run": self._run_id(k)} for k in range(RUN_RECORDS)])
        n, source = _others.c.n, {"source": _others.c.source}
        held, read = n > UNHELD, n > UNHELD + CLOSED
        for table in (t.clips, t.captures, t.fingerprints):
            self._each(table, held if table is not t.clips else sa.true(), source if table is t.captures else {})
        self._each(t.listings, sa.true(), {**source, "first_seen": _others.c.listed})
        self._each(t.looks, held, {"at": _others.c.looked})
        for table in (t.transcripts, t.links):
            self._each(table, read)
        needs_words = t.done.c.step.in_(("transcribe", "link"))
        self._each(t.done, read, of=needs_words)
        self._each(t.done, held, of=~needs_words)
        self._sightings(source)
        self._failures()
        self._judgements()
        self._versions(held)
        self._events()
        _made.drop_all(self._connection)

    def _other(self, n: int) -> Row:
        clip = f"peertube-{sha256(str(n).encode()).hexdigest()[:22]}"
        return {
            "n": n,
            "clip": clip,
            "short": clip.partition("-")[2],
            "sha256": sha256(clip.encode()).hexdigest(),
            "sha512": sha512(clip.encode()).hexdigest(),
            "source": SOURCES[n % len(SOURCES)],
            "link_1": link_id(clip, "victims", "1"),
            "link_2": link_id(clip, "victims", "2"),
            "listed": self._ago(30 + n % 700),
            "looked": self._ago(1 + n % 25),
        }

    def _ago(self, days: int) -> datetime:
        return self._now - timedelta(days=days)

    def _run_id(self, k: int) -> str:
        return str(ObjectId.run_of("0" * 8, self._ago(RUN_RECORDS - k + 1), k))

    def _rows(self, table: sa.Table, of: sa.ColumnElement[bool] | None = None) -> list[Row]:
        """The first clip's rows of a table."""
        name = next(one for one in ("clip", "object", "id", "media") if one in table.c)
        mine = table.c[name].contains(FIRST) if name != "media" else sa.true()
        query = sa.select(table).where(mine if of is None else mine & of)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _changed(self, column: sa.Column[Any], value: Any) -> sa.ColumnElement[Any]:
        """A value of the first clip's, as another's."""
        found: sa.ColumnElement[Any] = sa.literal(value, column.type)
        if isinstance(value, str):
            for token, other in self._tokens:
                if token in value:
                    found = sa.func.replace(found, token, other, type_=column.type)
        return found

    def _each(
        self,
        table: sa.Table,
        which: sa.ColumnElement[bool],
        changes: Mapping[str, Any] | None = None,
        of: sa.ColumnElement[bool] | None = None,
    ) -> None:
        """Give other clips the rows that the first one has, but for some columns."""
        for row in self._rows(table, of):
            row = {name: value for name, value in row.items() if table.c[name].autoincrement is not True}
            self._add(table, row | dict(changes or {}), which)

    def _add(self, table: sa.Table, row: Row, which: sa.ColumnElement[bool], beside: Any = None) -> None:
        values = [
            value if isinstance(value, sa.ColumnElement) else self._changed(table.c[name], value)
            for name, value in row.items()
        ]
        query = sa.select(*values).select_from(_others if beside is None else beside).where(which)
        self._connection.execute(sa.insert(table).from_select(list(row), query, include_defaults=False))

    def _sightings(self, source: Mapping[str, Any]) -> None:
        """Up ever since, but for those that were gone for a while, and are back."""
        (row,) = self._rows(t.sightings)
        row |= {**source, "first": _others.c.listed, "times": 30, "told": 30, "told_until": row["last"]}
        del row["id"]
        lost = _others.c.n > CLIPS - LOST
        self._add(t.sightings, row | {"last": _others.c.listed, "ended": True}, lost)
        gone = {"availability": "gone", "words": "This video is not available.", "ended": True}
        self._add(t.sightings, row | gone | {"last": _others.c.listed}, lost)
        self._add(t.sightings, row | {"first": self._ago(20)}, lost)
        self._add(t.sightings, row, ~lost)

    def _failures(self) -> None:
        """Of a fetch for reasons that last, and of reading a film that is damaged; neither is asked for again now."""
        n, at = _others.c.n, self._ago(1)
        row = {"clip": FIRST, "message": f"{FIRST} could not be fetched: This video is private.", "at": at, "times": 5}
        kind = sa.case((n % 2 == 0, "gone"), else_="no_access")
        self._add(t.failures, row | {"step": "fetch", "kind": kind}, n <= UNHELD)
        self._add(t.failures, row | {"step": "transcribe", "kind": "damaged"}, (n > UNHELD) & (n <= UNHELD + CLOSED))

    def _judgements(self) -> None:
        one = link_id(FIRST, "victims", "1")
        said = Judgement(link=one, verdict="positive", by="A. Reader", at=self._now)
        row = {"link": one, "clip": FIRST, "verdict": said.verdict, "body": said.model_dump_json()}
        self._add(t.judgements, row, _others.c.n >= CLIPS - JUDGED)

    def _versions(self, held: sa.ColumnElement[bool]) -> None:
        """Evidence and work of each clip, a second version of some, run records: as many as make the copies."""
        n, rows = _others.c.n, {row["object"]: row for row in self._rows(t.versions)}
        evidence, work = (rows[name] for name in ObjectId.both_of(FIRST))
        digest = {"sha512": _others.c.sha512}
        edited = held & (n % 25 == 0)
        self._add(t.versions, evidence | digest, held)
        self._add(t.versions, work | digest, held)
        self._add(t.versions, evidence | digest | {"version": 2}, edited)
        run = self._connection.execute(sa.select(t.versions).where(begins(t.versions.c.object, Kind.RUN.prefix)))
        row = dict(run.mappings().first() or {})
        self._add(t.versions, row | {"object": _runs.c.run}, sa.true(), _runs)
        there = self._connection.scalar(sa.select(sa.func.count()).select_from(t.versions)) or 0
        self._add(t.versions, work | digest | {"version": 2}, n >= CLIPS - (COPIES // len(TARGETS) - there))
        copied = self._connection.execute(sa.select(t.copies).limit(1)).mappings().one()
        others = t.versions.c.object.not_in(self._connection.scalars(sa.select(t.copies.c.object)).all())
        for target in TARGETS:
            key = {"object": t.versions.c.object, "version": t.versions.c.version, "target": target}
            state = sa.case((t.versions.c.sha512 < "8", "proven"), else_="arrived")
            self._add(t.copies, dict(copied) | key | {"state": state}, others, t.versions)

    def _events(self) -> None:
        query = sa.select(t.events.c.body).where(t.events.c.body.contains(FIRST))
        bodies = self._connection.scalars(query).all()
        beside = _others.join(_runs, _runs.c.k == _others.c.n % RUN_RECORDS)
        for number in range(EVENTS // CLIPS + 1):
            there = self._connection.scalar(sa.select(sa.func.count()).select_from(t.events)) or 0
            row = {"run": _runs.c.run, "body": bodies[number % len(bodies)]}
            self._add(t.events, row, _others.c.n <= EVENTS - there, beside)


def counted(file: Path) -> dict[str, int]:
    """How many clips, copies and events a ledger has."""
    engine = open_engine(place_of(load(file)))
    with engine.sql.begin() as connection:
        found = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (t.clips, t.copies, t.events)
        }
    engine.sql.dispose()
    return found
