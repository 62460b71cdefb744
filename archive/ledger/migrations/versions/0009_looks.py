"""Looks: when each held clip was last looked at at its source. The newest capture was the last look until now.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, with the clips that are held."""
    op.create_table(
        "looks",
        sa.Column("clip", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("degraded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clip", name=op.f("pk_looks")),
    )
    op.execute(
        "INSERT INTO looks (clip, at, owed, listed, degraded) SELECT captures.clip, max(versions.sealed), 0, '', 0 "
        "FROM captures JOIN versions ON versions.object = 'evidence-' || captures.clip GROUP BY captures.clip"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("looks")
