"""A clip may be open to readers: no table changes, and no earlier build opens the ledger, which would call it damaged.

Revision ID: 0015
Revises: 0014
"""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: the new word stands in a column that takes it."""


def downgrade() -> None:
    """Change nothing."""
