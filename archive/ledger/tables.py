"""The ledger's tables. Nothing here is only SQLite's: PostgreSQL holds the same."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from archive.ledger.sql_faults import Unreadable
from archive.records.clip import Access
from archive.records.disk import FileState
from archive.records.sighting import Availability

CopyState = Literal["owed", "claimed", "arrived", "proven"]


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, also where the database keeps no zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Drop the zone on the way in."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Add it on the way out."""
        return value.replace(tzinfo=UTC) if value else None

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        """As of any kind of column, but what is no moment is Unreadable."""
        read = super().result_processor(dialect, coltype)

        def moment(value: object) -> object:
            try:
                return read(value) if read else value
            except (ValueError, TypeError):
                raise Unreadable("a moment in it cannot be read") from None

        return moment


class Whole(sa.TypeDecorator[int]):
    """A whole number; SQLite would keep, and give, whatever is put there."""

    impl = sa.Integer
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> int | None:
        """The number, if it is one."""
        if value is not None and not isinstance(value, int):
            raise Unreadable("a number in it cannot be read")
        return value


class Large(Whole):
    """The same, of more than 32 bits."""

    impl = sa.BigInteger
    cache_ok = True


class OneOf(sa.TypeDecorator[str]):
    """One of a few words."""

    impl = sa.String
    cache_ok = True

    def __init__(self, *words: str, length: int = 16) -> None:
        super().__init__(length)
        self.words = words

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """The word, if it is one of them."""
        if value is not None and value not in self.words:
            raise Unreadable("a word in it is none of those that may stand there")
        return value


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
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

listings = sa.Table(
    "listings",
    metadata,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("clip", sa.String(160), primary_key=True, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("first_seen", UtcTime, nullable=False),
    sa.Column("last_seen", UtcTime, nullable=False),
    sa.Column("month", sa.String(7)),
)
"""`month` is that of publication, YYYY-MM, where the list says it."""

clips = sa.Table(
    "clips",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),
    sa.Column("access", OneOf(*get_args(Access))),
    sa.Column("access_by", sa.Text),
    sa.Column("access_at", UtcTime),
)

captures = sa.Table(
    "captures",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("media", sa.String(64), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("stated", sa.String(160), index=True),
    sa.Column("source", sa.String(64)),
    sa.Column("month", sa.String(7)),
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
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("step", sa.String(16), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("times", Whole, nullable=False),
    sa.Column("cut", sa.String(64)),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("sha512", sa.String(128), nullable=False),
    sa.Column("clip", sa.String(160), index=True),
    sa.Column("inventory", sa.Text, nullable=False),
    sa.Column("sealed", UtcTime, nullable=False),
    sa.Column("size", Large),
    sa.Column("files", Whole),
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", Whole, primary_key=True, autoincrement=False),
    sa.Column("target", sa.String(64), primary_key=True, index=True),
    sa.Column("state", OneOf(*get_args(CopyState)), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("read", UtcTime),
    sa.Column("problem", sa.Text),
    sa.Column("challenged", UtcTime),
)

unaccepted = sa.Table(
    "unaccepted",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("sha512", sa.String(128), primary_key=True),
    sa.Column("target", sa.String(64), primary_key=True, index=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("sha512", sa.String(128), primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("why", sa.Text),
)

transcripts = sa.Table(
    "transcripts",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("name", sa.String(160), primary_key=True),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("clip", sa.String(160), nullable=False, index=True),
    sa.Column("entry", sa.String(64), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("link", sa.String(32), nullable=False, index=True),
    sa.Column("clip", sa.String(160), nullable=False, index=True),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("clip", sa.String(160), nullable=False, index=True),
    sa.Column("transcript", sa.String(160), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

declarations = sa.Table(
    "declarations",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("clip", sa.String(160), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

done = sa.Table(
    "done",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("step", sa.String(16), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("id", Whole, primary_key=True, autoincrement=True),
    sa.Column("clip", sa.String(160), nullable=False, index=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("availability", OneOf(*get_args(Availability)), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("network", sa.String(64), nullable=False),
    sa.Column("tool", sa.String(64), nullable=False),
    sa.Column("first", UtcTime, nullable=False),
    sa.Column("last", UtcTime, nullable=False),
    sa.Column("times", Whole, nullable=False),
    sa.Column("told", Whole, nullable=False),
    sa.Column("told_until", UtcTime),
    sa.Column("ended", sa.Boolean, nullable=False),
)
"""`told` is how many times of a span a run record names, `told_until` the last of them; `ended` by a later one."""

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("owed", Whole, nullable=False),
    sa.Column("listed", sa.Text, nullable=False),
    sa.Column("degraded", Whole, nullable=False),
)
"""`owed` is how many times in a row something was left to be had, `listed` what the source's list said at that time;
`degraded` is 1 of a film that is not the best that was on offer."""

disks = sa.Table(
    "disks",
    metadata,
    sa.Column("disk", sa.String(64), primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("serial", sa.String(200), nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("visit", Whole, nullable=False),
    sa.Column("body", sa.Text),
)
"""`visit` counts the visits that began, `body` is the last one that came to its end, and waits to be recorded."""

disk_files = sa.Table(
    "disk_files",
    metadata,
    sa.Column("disk", sa.String(64), primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("size", Large, nullable=False),
    sa.Column("mtime_ns", Large, nullable=False),
    sa.Column("inode", Large, nullable=False),
    sa.Column("state", OneOf(*get_args(FileState)), nullable=False),
    sa.Column("sha512", sa.String(128)),
    sa.Column("sha256", sa.String(64), index=True),
    sa.Column("why", sa.Text),
    sa.Column("visit", Whole, nullable=False),
)
"""`visit` is the last one that saw the file. Films are asked for page by page in the order of the index."""
sa.Index("ix_disk_files_disk_sha256", disk_files.c.disk, disk_files.c.sha256)

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("media", sa.String(64), primary_key=True),
    sa.Column("pixels", Whole),
    sa.Column("tracks", sa.Text, nullable=False),
    sa.Column("items", sa.LargeBinary, nullable=False),
)
"""`tracks` are pairs of a track and how many items it has, `items` those of all, in their order, 4 bytes each."""

joins = sa.Table(
    "joins",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("one", sa.String(160), nullable=False, index=True),
    sa.Column("other", sa.String(160), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

join_judgements = sa.Table(
    "join_judgements",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("one", sa.String(160), nullable=False, index=True),
    sa.Column("other", sa.String(160), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(64), index=True),
    sa.Column("body", sa.Text, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("expires", UtcTime, nullable=False),
)
