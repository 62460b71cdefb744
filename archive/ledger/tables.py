"""The ledger's tables, the same on SQLite and on PostgreSQL."""

from collections.abc import Iterable
from typing import Literal, get_args

import sqlalchemy as sa

from archive.ledger.column_types import Large, OneOf, UtcTime, Whole, Words, has, lacks
from archive.records.clip import Access
from archive.records.disk import FileState
from archive.records.sighting import Availability

CopyState = Literal["owed", "claimed", "arrived", "proven"]


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", Words(128), primary_key=True),
    sa.Column("value", Words, nullable=False),
)

listings = sa.Table(
    "listings",
    metadata,
    sa.Column("source", Words(64), primary_key=True),
    sa.Column("clip", Words(160), primary_key=True, index=True),
    sa.Column("body", Words, nullable=False),
    sa.Column("first_seen", UtcTime, nullable=False),
    sa.Column("last_seen", UtcTime, nullable=False),
    sa.Column("month", Words(7)),
    sa.Column("heard", Words),
)
"""`month` is that of publication, YYYY-MM, where the list says it; `heard` what a look compares, as in `looks`."""

clips = sa.Table(
    "clips",
    metadata,
    sa.Column("id", Words(160), primary_key=True),
    sa.Column("access", OneOf(*get_args(Access))),
    sa.Column("access_by", Words),
    sa.Column("access_at", UtcTime),
)

captures = sa.Table(
    "captures",
    metadata,
    sa.Column("clip", Words(160), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("media", Words(64), nullable=False, index=True),
    sa.Column("body", Words, nullable=False),
    sa.Column("stated", Words(160), index=True),
    sa.Column("source", Words(64)),
    sa.Column("month", Words(7)),
)
"""`stated` is the clip that a disk says the file is, `month` that of publication, YYYY-MM. A report is made of all
captures, and reads the index alone."""
sa.Index(
    "ix_captures_clip_version",
    captures.c.clip,
    captures.c.version,
    captures.c.media,
    captures.c.source,
    captures.c.month,
)

failures = sa.Table(
    "failures",
    metadata,
    sa.Column("clip", Words(160), primary_key=True),
    sa.Column("step", Words(16), primary_key=True),
    sa.Column("kind", Words(16), nullable=False),
    sa.Column("message", Words, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("times", Whole, nullable=False),
    sa.Column("cut", Words(64)),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("object", Words(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("sha512", Words(128), nullable=False),
    sa.Column("clip", Words(160), index=True),
    sa.Column("inventory", Words, nullable=False),
    sa.Column("sealed", UtcTime, nullable=False),
    sa.Column("size", Large),
    sa.Column("files", Whole),
    sa.Column("worker", Words(64), index=True),
)
"""`worker` is whose spool its bytes were sealed in."""

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("object", Words(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("target", Words(64), primary_key=True),
    sa.Column("state", OneOf(*get_args(CopyState)), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("read", UtcTime),
    sa.Column("problem", Words),
    sa.Column("challenged", UtcTime),
)
"""Where all versions are is asked of the indexes alone: there are very many copies."""
sa.Index("ix_copies_object_state", copies.c.object, copies.c.version, copies.c.target, copies.c.state)
sa.Index("ix_copies_target_state", copies.c.target, copies.c.state)

unaccepted = sa.Table(
    "unaccepted",
    metadata,
    sa.Column("object", Words(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True),
    sa.Column("sha512", Words(128), primary_key=True),
    sa.Column("target", Words(64), primary_key=True, index=True),
    sa.Column("why", Words, nullable=False),
    sa.Column("words", Words, nullable=False),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("object", Words(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True),
    sa.Column("sha512", Words(128), primary_key=True),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("why", Words),
)

transcripts = sa.Table(
    "transcripts",
    metadata,
    sa.Column("clip", Words(160), primary_key=True),
    sa.Column("name", Words(160), primary_key=True),
    sa.Column("ref", Words, nullable=False),
    sa.Column("body", Words, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("id", Words(32), primary_key=True),
    sa.Column("clip", Words(160), nullable=False, index=True),
    sa.Column("entry", Words(64), nullable=False, index=True),
    sa.Column("body", Words, nullable=False),
)

AGREED = '"conflict":null'
"""What the body of a link has whose proposal says of nothing that it disagrees."""

sa.Index(
    "ix_links_disagreeing",
    links.c.id,
    sqlite_where=lacks(links.c.body, AGREED),
    postgresql_where=lacks(links.c.body, AGREED),
)

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("seq", Whole, primary_key=True, autoincrement=True),
    sa.Column("link", Words(32), nullable=False, index=True),
    sa.Column("clip", Words(160), nullable=False, index=True),
    sa.Column("verdict", Words(16), nullable=False),
    sa.Column("body", Words, nullable=False),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("seq", Whole, primary_key=True, autoincrement=True),
    sa.Column("clip", Words(160), nullable=False, index=True),
    sa.Column("transcript", Words(160), nullable=False),
    sa.Column("body", Words, nullable=False),
)

declarations = sa.Table(
    "declarations",
    metadata,
    sa.Column("seq", Whole, primary_key=True, autoincrement=True),
    sa.Column("clip", Words(160), nullable=False, index=True),
    sa.Column("body", Words, nullable=False),
)

done = sa.Table(
    "done",
    metadata,
    sa.Column("clip", Words(160), primary_key=True),
    sa.Column("step", Words(16), primary_key=True),
    sa.Column("body", Words, nullable=False),
)

READ, READ_BEFORE = '"form": 2', ('"form": 1',)
"""What the mark of a clip has that was transcribed in the form of today, and in forms before it."""


def not_as_today(step: str, words: str, before: Iterable[str]) -> sa.ColumnElement[bool]:
    """Marks of a step that lack some words, or have others."""
    mark = sa.literal(step, sa.Text, literal_execute=True)
    return (done.c.step == mark) & sa.or_(lacks(done.c.body, words), *(has(done.c.body, one) for one in before))


_OLD = not_as_today("transcribe", READ, READ_BEFORE)
sa.Index("ix_done_read_before", done.c.clip, sqlite_where=_OLD, postgresql_where=_OLD)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("id", Whole, primary_key=True, autoincrement=True),
    sa.Column("clip", Words(160), nullable=False, index=True),
    sa.Column("source", Words(64), nullable=False),
    sa.Column("availability", OneOf(*get_args(Availability)), nullable=False),
    sa.Column("words", Words, nullable=False),
    sa.Column("network", Words(64), nullable=False),
    sa.Column("tool", Words(64), nullable=False),
    sa.Column("first", UtcTime, nullable=False),
    sa.Column("last", UtcTime, nullable=False),
    sa.Column("times", Whole, nullable=False),
    sa.Column("told", Whole, nullable=False),
    sa.Column("told_until", UtcTime),
    sa.Column("ended", sa.Boolean, nullable=False),
)
"""`told` is how many times of a span a run record names, `told_until` the last of them; `ended` by a later one."""

sa.Index("ix_sightings_availability_clip", sightings.c.availability, sightings.c.clip)

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("clip", Words(160), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("owed", Whole, nullable=False),
    sa.Column("listed", Words, nullable=False),
    sa.Column("degraded", Whole, nullable=False),
)
"""`owed` is how many times in a row something was left to be had, `listed` what the source's list said at that time;
`degraded` is 1 of a film that is not the best that was on offer."""

disks = sa.Table(
    "disks",
    metadata,
    sa.Column("disk", Words(64), primary_key=True),
    sa.Column("source", Words(64), nullable=False),
    sa.Column("serial", Words(200), nullable=False),
    sa.Column("folder", Words, nullable=False),
    sa.Column("visit", Whole, nullable=False),
    sa.Column("body", Words),
)
"""`visit` counts the visits that began, `body` is the last one that came to its end, and waits to be recorded."""

disk_files = sa.Table(
    "disk_files",
    metadata,
    sa.Column("disk", Words(64), primary_key=True),
    sa.Column("path", Words, primary_key=True),
    sa.Column("size", Large, nullable=False),
    sa.Column("mtime_ns", Large, nullable=False),
    sa.Column("inode", Large, nullable=False),
    sa.Column("state", OneOf(*get_args(FileState)), nullable=False),
    sa.Column("sha512", Words(128)),
    sa.Column("sha256", Words(64), index=True),
    sa.Column("why", Words),
    sa.Column("visit", Whole, nullable=False),
)
"""`visit` is the last one that saw the file. Films are asked for page by page in the order of the index."""
sa.Index("ix_disk_files_disk_sha256", disk_files.c.disk, disk_files.c.sha256)

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("media", Words(64), primary_key=True),
    sa.Column("pixels", Whole),
    sa.Column("tracks", Words, nullable=False),
    sa.Column("items", sa.LargeBinary, nullable=False),
)
"""`tracks` are pairs of a track and how many items it has, `items` those of all, in their order, 4 bytes each."""

joins = sa.Table(
    "joins",
    metadata,
    sa.Column("id", Words(32), primary_key=True),
    sa.Column("one", Words(160), nullable=False, index=True),
    sa.Column("other", Words(160), nullable=False, index=True),
    sa.Column("body", Words, nullable=False),
)

join_judgements = sa.Table(
    "join_judgements",
    metadata,
    sa.Column("seq", Whole, primary_key=True, autoincrement=True),
    sa.Column("one", Words(160), nullable=False, index=True),
    sa.Column("other", Words(160), nullable=False, index=True),
    sa.Column("body", Words, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", Whole, primary_key=True, autoincrement=True),
    sa.Column("run", Words(64), index=True),
    sa.Column("body", Words, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", Words(64), primary_key=True),
    sa.Column("token", Words(64), nullable=False),
    sa.Column("holder", Words, nullable=False),
    sa.Column("expires", UtcTime, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", Words(64), primary_key=True),
    sa.Column("id", Words(64), nullable=False),
    sa.Column("host", Words, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("seen", UtcTime, nullable=False),
    sa.Column("lost", UtcTime),
    sa.Column("forgotten", UtcTime),
)
"""`id` is the state folder's own, `seen` when a session of it began or ended, `lost` since when it was not
heard of, though a session of it had not ended."""

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token", Words(64), primary_key=True),
    sa.Column("worker", Words(64), nullable=False),
    sa.Column("holder", Words, nullable=False),
    sa.Column("doing", Words, nullable=False),
    sa.Column("began", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("thing", Words(200), primary_key=True),
    sa.Column("step", Words(16), primary_key=True),
    sa.Column("session", Words(64), nullable=False, index=True),
    sa.Column("since", UtcTime, nullable=False),
)

hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("host", Words(255), primary_key=True),
    sa.Column("body", Words, nullable=False),
)
"""`body` is when a host may be asked next, by the ledger's clock."""

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", Words(64), primary_key=True),
    sa.Column("run", Words(64), nullable=False, index=True),
    sa.Column("stage", Words(64), nullable=False),
    sa.Column("body", Words, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("flow_run", Words(64)),
    sa.Column("session", Words(64)),
    sa.Column("worker", Words(64)),
    sa.Column("began", UtcTime),
    sa.Column("ended", UtcTime),
    sa.Column("outcome", Words),
    sa.Column("tries", Whole, nullable=False),
)
"""`run` is the session that made it, `body` its part and what was asked, `session` the one that is at it; `outcome` is
what came of it, in the end."""
