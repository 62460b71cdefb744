"""What is due is asked of 100,000 clips at once: indexes of copies and sightings, and what lists say.

Revision ID: 0014
Revises: 0013
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_AT_A_TIME = 500


def upgrade() -> None:
    """Add the column, filled from what the listings say, and the indexes."""
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard", sa.Text(), nullable=True))
    _fill()
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_copies_target"))
        batch_op.create_index("ix_copies_target_state", ["target", "state"], unique=False)
        batch_op.create_index("ix_copies_object_state", ["object", "version", "target", "state"], unique=False)
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index("ix_sightings_availability_clip", ["availability", "clip"], unique=False)


def _fill() -> None:
    """Fill the column, so many rows in memory at a time, in the order of the key."""
    g = sa.table("listings", *(sa.column(name) for name in ("source", "clip", "body", "heard")))
    page = sa.select(g.c.source, g.c.clip, g.c.body).order_by(g.c.source, g.c.clip).limit(_AT_A_TIME)
    one = (g.c.source == sa.bindparam("of_source")) & (g.c.clip == sa.bindparam("of_clip"))
    change = sa.update(g).where(one).values(heard=sa.bindparam("new"))
    connection = op.get_bind()
    after: sa.ColumnElement[bool] = sa.true()
    while rows := connection.execute(page.where(after)).all():
        values = [{"of_source": row.source, "of_clip": row.clip, "new": _heard(row.body)} for row in rows]
        connection.execute(change, values)
        last = (sa.literal(rows[-1].source), sa.literal(rows[-1].clip))
        after = sa.tuple_(g.c.source, g.c.clip) > sa.tuple_(*last)


def _heard(body: str) -> str | None:
    """What a listing says that an edit would change; None of a damaged row, which is told by whoever reads it."""
    try:
        said = json.loads(body)
        return json.dumps([said["title"], said["duration"]])
    except (ValueError, RecursionError, KeyError, TypeError):
        return None


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_index("ix_sightings_availability_clip")
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.drop_index("ix_copies_object_state")
        batch_op.drop_index("ix_copies_target_state")
        batch_op.create_index(batch_op.f("ix_copies_target"), ["target"], unique=False)
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_column("heard")
