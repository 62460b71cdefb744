"""A ledger emptied, to be filled with an archive that is brought back or carried over."""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from archive.ledger import tables as t

OF_THE_MOMENT = ("leases", "sessions", "claims", "batches", "hosts")
"""Tables of who is at the ledger just now: neither emptied nor carried over."""


def empty(connection: sa.Connection, now: datetime) -> str:
    """Take away every row but those of who is at it. Gives the new ledger's id, which is another one."""
    for table in t.metadata.sorted_tables:
        if table.name not in OF_THE_MOMENT:
            connection.execute(sa.delete(table))
    ledger = str(uuid4())
    facts = [{"name": "ledger", "value": ledger}, {"name": "made", "value": now.isoformat()}]
    connection.execute(sa.insert(t.facts), facts)
    return ledger
