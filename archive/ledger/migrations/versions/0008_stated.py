"""Which clip a disk says that a captured file is, so that either is found from the other.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: no capture of an earlier build states anything."""
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stated", sa.String(length=160), nullable=True))
        batch_op.create_index(batch_op.f("ix_captures_stated"), ["stated"], unique=False)


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_stated"))
        batch_op.drop_column("stated")
