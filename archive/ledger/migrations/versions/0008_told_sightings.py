"""Of a span of sightings: whether another ended it, and up to when a run record tells of it.

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
    """Add the columns; of what is there, the newest span of each clip, source and network goes on."""
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("told_until", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE sightings SET ended = (1 = 1) WHERE id NOT IN "
        "(SELECT max(id) FROM sightings GROUP BY clip, source, network)"
    )


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_column("told_until")
        batch_op.drop_column("ended")
