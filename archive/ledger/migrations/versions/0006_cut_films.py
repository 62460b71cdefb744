"""Which film was refused since it is cut short, so that the same bytes are known when they come again.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cut", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.drop_column("cut")
