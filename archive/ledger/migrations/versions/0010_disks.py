"""Disks: what each held, and what was read of it.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and find captures by their media."""
    op.create_table(
        "disks",
        sa.Column("disk", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("disk", name=op.f("pk_disks")),
    )
    op.create_table(
        "disk_files",
        sa.Column("disk", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sha512", sa.String(length=128), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("disk", "path", name=op.f("pk_disk_files")),
    )
    with op.batch_alter_table("disk_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disk_files_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_disk_files_disk_sha256", ["disk", "sha256"], unique=False)
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_media"), ["media"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_media"))
    with op.batch_alter_table("disk_files", schema=None) as batch_op:
        batch_op.drop_index("ix_disk_files_disk_sha256")
        batch_op.drop_index(batch_op.f("ix_disk_files_sha256"))

    op.drop_table("disk_files")
    op.drop_table("disks")
