"""How large a version is, and when a copy was challenged.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was sealed before stays of unknown size."""
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("size", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("files", sa.Integer(), nullable=True))
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("challenged", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.drop_column("challenged")
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.drop_column("files")
        batch_op.drop_column("size")
