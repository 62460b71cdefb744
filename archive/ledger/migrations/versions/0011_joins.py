"""Joins: fingerprints of sound, clips that may be one recording, and what people decided of them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "fingerprints",
        sa.Column("media", sa.String(length=64), nullable=False),
        sa.Column("pixels", sa.Integer(), nullable=True),
        sa.Column("tracks", sa.Text(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("media", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "joins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("one", sa.String(length=160), nullable=False),
        sa.Column("other", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joins")),
    )
    op.create_table(
        "join_judgements",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("one", sa.String(length=160), nullable=False),
        sa.Column("other", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_join_judgements")),
    )
    for table in ("joins", "join_judgements"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_one"), ["one"], unique=False)
            batch_op.create_index(batch_op.f(f"ix_{table}_other"), ["other"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("join_judgements", "joins"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_other"))
            batch_op.drop_index(batch_op.f(f"ix_{table}_one"))
        op.drop_table(table)
    op.drop_table("fingerprints")
