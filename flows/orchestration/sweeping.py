"""Sweeps: what killed workers left behind is ended, in the ledger and at Prefect's server.

Prefect leaves the flow run of a killed process Running for ever, or Pending where its worker died between taking and
starting it; each holds a slot of its pool. Who is at work says the ledger, by heartbeats. Import this only within
`server.configured`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Completed, Crashed

from archive.ledger.batches import Batch
from archive.opening.archive import Archive
from flows.orchestration import pool_names

GRACE = timedelta(minutes=3)
"""How long a flow run may be taken, or running, without a session that is at it."""

ENDING = timedelta(minutes=1)
"""How long a flow run may take to end once its batch has ended."""

UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_PAGE = 200


@dataclass(frozen=True)
class Left:
    """A flow run that somebody left behind: in which state, why it is ended, and as what."""

    flow_run: str
    name: str
    state: str
    why: str
    ends_as: str


@dataclass(frozen=True)
class Swept:
    """What a sweep ended: sessions, each a worker and what it was doing, and flow runs."""

    sessions: tuple[tuple[str, str], ...]
    flow_runs: tuple[Left, ...]

    @property
    def lines(self) -> list[str]:
        """One line each."""
        gone = [f"{worker} ({doing}) is gone: what it was at is free" for worker, doing in self.sessions]
        return gone + [f"flow run {one.name} was {one.state}: {one.why}" for one in self.flow_runs]


def left(run: FlowRun, batch: Batch | None, living: Collection[str], now: datetime, grace: timedelta) -> Left | None:
    """Why a flow run that is under way is to be ended, or None where somebody is at it, or may be. Pure."""
    state, since = run.state, run.state.timestamp if run.state else None
    if state is None or since is None:
        return None
    late = now - since >= grace
    session = pool_names.session_of(run.tags)
    why, done = None, False
    if batch and batch.ended:
        why, done = ("its batch has ended", True) if now - batch.ended >= min(grace, ENDING) else (None, False)
    elif batch and batch.flow_run == str(run.id):
        if batch.session:
            why = None if batch.session in living else f"{batch.worker or 'its worker'} is gone"
        elif late:
            why = "it was taken, and never begun"
    elif "batch" in run.parameters:
        why = "its batch was handed to another" if late else None
    elif session:
        why = None if session in living else "its process is gone"
    elif late:
        why = "it was taken, and never begun"
    if why is None:
        return None
    ends_as = "Cancelled" if state.type is StateType.CANCELLING else "Completed" if done else "Crashed"
    return Left(str(run.id), run.name, state.name or state.type.value.title(), why, ends_as)


def sweep(archive: Archive, client: SyncPrefectClient, *, grace: timedelta = GRACE, dry_run: bool = False) -> Swept:
    """End sessions that are gone and flow runs that nobody is at; with `dry_run`, say which they are."""
    sessions = archive.ledger.sessions
    gone = sessions.gone() if dry_run else sessions.end_gone()
    runs = list(_under_way(archive, client))
    batches = archive.ledger.batches.named([str(run.parameters.get("batch", "")) for run in runs])
    # Asked for after the flow runs, so that whoever began meanwhile is among them.
    living = {one.token for one in sessions.rows()} - {one.token for one in sessions.gone()}
    now, found = datetime.now(UTC), list[Left]()
    for run in runs:
        one = left(run, batches.get(str(run.parameters.get("batch", ""))), living, now, grace)
        if one and (dry_run or _end(client, one)):
            found.append(one)
    return Swept(tuple((one.worker, one.doing) for one in gone), tuple(found))


def _under_way(archive: Archive, client: SyncPrefectClient) -> Iterator[FlowRun]:
    ours = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[pool_names.tag(archive.settings)]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNDER_WAY))),
    )
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=ours, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _end(client: SyncPrefectClient, one: Left) -> bool:
    """End a flow run by force, which frees its slots; False where it is no more."""
    states = {"Cancelled": Cancelled, "Completed": Completed, "Crashed": Crashed}
    state: State[None] = states[one.ends_as](message=f"Ended by a sweep: {one.why}")
    try:
        client.set_flow_run_state(one.flow_run, state, force=True)
    except ObjectNotFound:
        return False
    return True
