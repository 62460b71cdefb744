"""What few rows have is found without reading all: links that disagree, clips that an earlier build transcribed.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_DISAGREES = sa.text("""body = replace(body, '"conflict"\\:null', '')""")

_READ_BEFORE = sa.text(
    """step = 'transcribe' AND (body = replace(body, '"form"\\: 2', '') OR body != replace(body, '"form"\\: 1', ''))"""
)


def upgrade() -> None:
    """Add the indexes."""
    op.create_index(
        "ix_done_read_before", "done", ["clip"], unique=False, sqlite_where=_READ_BEFORE, postgresql_where=_READ_BEFORE
    )
    op.create_index(
        "ix_links_disagreeing", "links", ["id"], unique=False, sqlite_where=_DISAGREES, postgresql_where=_DISAGREES
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_done_read_before", "done")
    op.drop_index("ix_links_disagreeing", "links")
