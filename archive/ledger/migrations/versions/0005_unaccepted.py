"""What waits for a person, a row per version, content and target; and what a person refused.

What waited was kept as facts, one of JSON an object. They come along, since an audit does not find all of it again:
that people's words in a version wait is known by a rebuild alone. One that cannot be read ends the migration, for a
clip may be closed by it.

Revision ID: 0005
Revises: 0004
"""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from archive.errors import LedgerUnusable
from archive.ledger.sql_faults import damaged

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FACT = "unaccepted:"


def upgrade() -> None:
    """Make the tables, and move the facts into one."""
    op.create_table(
        "refusals",
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha512", sa.String(length=128), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("object", "version", "sha512", name=op.f("pk_refusals")),
    )
    table = op.create_table(
        "unaccepted",
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha512", sa.String(length=128), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("object", "version", "sha512", "target", name=op.f("pk_unaccepted")),
    )
    with op.batch_alter_table("unaccepted", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unaccepted_target"), ["target"], unique=False)
    facts = sa.table("facts", sa.column("name"), sa.column("value"))
    old = facts.c.name.startswith(FACT, autoescape=True)
    for body in op.get_bind().scalars(sa.select(facts.c.value).where(old)).all():
        op.bulk_insert(table, _rows(body))
    op.execute(sa.delete(facts).where(old))


def _rows(body: str) -> list[dict[str, object]]:
    """What waited of an object, a row for each target that says it. Raises LedgerUnusable."""
    columns = ("object", "version", "sha512", "why", "words")
    try:
        return [
            {**{name: one[name] for name in columns}, "target": target}
            for one in json.loads(body)
            for target in one["targets"]
        ]
    except (ValueError, TypeError, KeyError):
        path = Path(str(op.get_bind().engine.url.database))
        raise LedgerUnusable(damaged(path, "what waits to be accepted cannot be read")) from None


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("unaccepted", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unaccepted_target"))

    op.drop_table("unaccepted")
    op.drop_table("refusals")
