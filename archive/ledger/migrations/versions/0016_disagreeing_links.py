"""The few links whose proposal says that something disagrees are found without reading all.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_DISAGREES = sa.text("""replace(body, '"conflict"\\:null', '') = body""")


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_links_disagreeing", "links", ["id"], unique=False, sqlite_where=_DISAGREES, postgresql_where=_DISAGREES
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_links_disagreeing", "links")
