"""Which flow runs nobody is at any more: by the ledger's batches and heartbeats, and by how long they stand. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.ledger.batches import Batch

GRACE = timedelta(minutes=3)
"""How long a flow run may be taken, or running, without a session that is at it."""

ENDING = timedelta(minutes=1)
"""How long a flow run may take to end once its batch has ended."""

CANCELLING = "CANCELLING"


@dataclass(frozen=True)
class UnderWay:
    """A flow run that is under way: Prefect's type of its state, since when, its batch or session."""

    id: str
    name: str
    state: str
    since: datetime
    batch: str | None = None
    session: str | None = None


@dataclass(frozen=True)
class Left:
    """A flow run that somebody left behind: in which state, why it is ended, and as what."""

    flow_run: str
    name: str
    state: str
    why: str
    ends_as: str


def left(run: UnderWay, batch: Batch | None, living: Collection[str], now: datetime, grace: timedelta) -> Left | None:
    """Why a flow run that is under way is to be ended, or None where somebody is at it, or may be."""
    if batch and batch.ended:
        why = "its batch has ended" if now - batch.ended >= min(grace, ENDING) else None
    else:
        why = _abandoned(run, batch, living, late=now - run.since >= grace)
    if why is None:
        return None
    ends_as = "Cancelled" if run.state == CANCELLING else "Completed" if batch and batch.ended else "Crashed"
    return Left(run.id, run.name, run.state.title(), why, ends_as)


def _abandoned(run: UnderWay, batch: Batch | None, living: Collection[str], *, late: bool) -> str | None:
    if run.batch and (batch is None or batch.flow_run != run.id):
        return "its batch was handed to another" if late else None
    session = batch.session if batch else run.session
    if session:
        return None if session in living else f"{(batch and batch.worker) or 'its process'} is gone"
    return "it was taken, and never begun" if late else None
