"""The source and the month of publication of captures and listings, so that a report reads no document.

Revision ID: 0013
Revises: 0012
"""

import json
import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_AT_A_TIME = 500
_DAY = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])(?:-?[0-9]{2})?$")


def upgrade() -> None:
    """Add the columns, and fill them from what the documents say."""
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("month", sa.String(length=7), nullable=True))
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("month", sa.String(length=7), nullable=True))
    _fill("listings", ("source", "clip"), ("month",))
    _fill("captures", ("clip", "version"), ("source", "month"))
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index("ix_captures_clip_version", ["clip", "version", "media", "source", "month"], unique=False)


def _fill(name: str, key: Sequence[str], columns: Sequence[str]) -> None:
    """Fill columns of a table, so many rows in memory at a time, in the order of its key."""
    table = sa.table(name, *(sa.column(column) for column in (*key, "body", *columns)))
    names = [table.c[column] for column in key]
    page = sa.select(*names, table.c.body).order_by(*names).limit(_AT_A_TIME)
    change = sa.update(table).where(*(column == sa.bindparam(f"of_{column.name}") for column in names))
    connection, after = op.get_bind(), None
    while rows := connection.execute(
        page if after is None else page.where(sa.tuple_(*names) > sa.tuple_(*map(sa.literal, after)))
    ).all():
        said = [_said(row.body) for row in rows]
        connection.execute(
            change.values({column: sa.bindparam(f"new_{column}") for column in columns}),
            [
                {f"of_{part}": getattr(row, part) for part in key}
                | {f"new_{column}": one[column] for column in columns}
                for row, one in zip(rows, said, strict=True)
            ],
        )
        after = tuple(getattr(rows[-1], part) for part in key)


def _said(body: str) -> dict[str, str | None]:
    """The source of a document, and the month in which it says that its clip was published."""
    try:
        said = json.loads(body)
        found = _DAY.match(said.get("uploaded") or "")
        return {"source": said.get("source"), "month": f"{found[1]}-{found[2]}" if found else None}
    except (ValueError, TypeError, AttributeError):
        return {"source": None, "month": None}  # a damaged row is found when it is read


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index("ix_captures_clip_version")
        batch_op.drop_column("month")
        batch_op.drop_column("source")
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_column("month")
