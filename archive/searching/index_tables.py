"""The index's tables, the same in its SQLite file and in the ledger's PostgreSQL database; see decision 52.

Everything that words lead to lies on a shelf, one an access level, and registers' entries on two more: what a reader
may not see is in other rows, which nothing that is asked for them reads.
"""

import sqlalchemy as sa

from archive.ledger.column_types import Large, Words
from archive.records.clip import Access

SHELVES: dict[Access, int] = {"public": 0, "restricted": 1, "readers": 4}
"""The shelf of each access level."""

ENTRIES, SHOWN = 2, 3
"""All entries of the registers; those that a public clip is linked to, of which visitors may know."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

facts = sa.Table(
    "search_facts",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    sqlite_with_rowid=False,
)

clips = sa.Table(
    "search_clips",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("clip", Words, nullable=False, unique=True),
    sa.Column("shelf", sa.Integer, nullable=False),
    sa.Column("source", Words, nullable=False),
    sa.Column("day", sa.Integer),
    sa.Column("title", Words),
    sa.Column("upstream", sa.Boolean),
    sa.Column("links", Words, nullable=False),
    sa.Column("digest", Words, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False, index=True),
    sa.Column("gone", sa.Boolean, nullable=False),
)
"""`day` is YYYYMMDD, `upstream` null where nothing is known of its source, `links` JSON, `digest` of the texts."""

pages = sa.Table(
    "search_pages",
    metadata,
    sa.Column("first", Large, primary_key=True, autoincrement=False),
    sa.Column("many", sa.Integer, nullable=False),
    sa.Column("shelf", sa.Integer, nullable=False),
    sa.Column("clip", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.Integer, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False, index=True),
    sa.Column("gone", sa.Boolean, nullable=False),
)
"""Segments that follow one another in one text: their numbers begin with `first`. One that is `gone` has no body, and
goes when the postings that name its segments do."""

words = sa.Table(
    "search_words",
    metadata,
    sa.Column("word", Words, primary_key=True),
    sa.Column("shelf", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

postings = sa.Table(
    "search_postings",
    metadata,
    sa.Column("word", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("many", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

runs = sa.Table(
    "search_runs",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shelf", sa.Integer, nullable=False),
    sa.Column("base", Large, nullable=False),
    sa.Column("segments", sa.Integer, nullable=False),
    sa.Column("words", sa.LargeBinary, nullable=False),
    sa.Column("sounds", sa.LargeBinary, nullable=False),
)
"""What was taken in at once, or merged: the numbers of its words, how those sound that came with it, see `sound_keys`,
and the number that its postings count segments from."""
