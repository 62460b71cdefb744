"""Sweeps: what killed workers left behind is ended, in the ledger and at Prefect's server.

Prefect leaves the flow run of a killed process Running for ever, or Pending where its worker died between taking and
starting it; each holds a slot of its pool. Who is at work says the ledger, by heartbeats. Import this only within
`server.configured`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Completed, Crashed

from archive.opening.archive import Archive
from flows.orchestration import pool_names
from flows.orchestration.left_behind import GRACE, Left, UnderWay, left

UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_PAGE = 200


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


def sweep(archive: Archive, client: SyncPrefectClient, *, grace: timedelta = GRACE, dry_run: bool = False) -> Swept:
    """End sessions that are gone and flow runs that nobody is at; with `dry_run`, say which they are."""
    sessions = archive.ledger.sessions
    gone = sessions.gone() if dry_run else sessions.end_gone()
    runs = list(_under_way(archive, client))
    batches = archive.ledger.batches.named([run.batch for run in runs if run.batch])
    # Asked for after the flow runs, so that whoever began meanwhile is among them.
    living = {one.token for one in sessions.rows()} - {one.token for one in sessions.gone()}
    now, found = datetime.now(UTC), list[Left]()
    for run in runs:
        one = left(run, batches.get(run.batch or ""), living, now, grace)
        if one and (dry_run or _end(client, one)):
            found.append(one)
    return Swept(tuple((one.worker, one.doing) for one in gone), tuple(found))


def _under_way(archive: Archive, client: SyncPrefectClient) -> Iterator[UnderWay]:
    ours = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[pool_names.tag(archive.settings)]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNDER_WAY))),
    )
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=ours, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset):
        for run in page:
            if run.state:
                batch, state = run.parameters.get("batch"), run.state
                session = pool_names.session_of(run.tags)
                yield UnderWay(str(run.id), run.name, state.type.value, state.timestamp, batch, session)
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
