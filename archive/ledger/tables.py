"""The ledger's tables. Nothing here is only SQLite's: PostgreSQL holds the same."""

from datetime import UTC, datetime

import sqlalchemy as sa


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
)

clips = sa.Table(
    "clips",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),
    sa.Column("access", sa.String(16)),
    sa.Column("access_by", sa.Text),
    sa.Column("access_at", UtcTime),
)

captures = sa.Table(
    "captures",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("media", sa.String(64), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

failures = sa.Table(
    "failures",
    metadata,
    sa.Column("clip", sa.String(160), primary_key=True),
    sa.Column("step", sa.String(16), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("sha512", sa.String(128), nullable=False),
    sa.Column("clip", sa.String(160), index=True),
    sa.Column("inventory", sa.Text, nullable=False),
    sa.Column("sealed", UtcTime, nullable=False),
    sa.Column("size", sa.BigInteger),
    sa.Column("files", sa.Integer),
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("object", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("target", sa.String(64), primary_key=True, index=True),
    sa.Column("state", sa.String(16), nullable=False),
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
