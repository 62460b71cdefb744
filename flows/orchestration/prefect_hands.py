"""Prefect's server as the hands of a coordinating run. Import this only within `server.configured`."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from archive.errors import RefusedError
from archive.opening.archive import Archive
from archive.steps.counted_steps import Tally
from archive.steps.run_session import RunSession
from archive.steps.stages import Asked, Pool, in_turn, run
from flows.orchestration import pool_names
from flows.orchestration.coordinating import Coordinator, ServerAway
from flows.orchestration.sweeping import sweep

_PAGE = 200


class PrefectHands:
    """Starts a flow run of the deployed `batch` for each batch."""

    def __init__(self, archive: Archive, client: SyncPrefectClient) -> None:
        self._archive, self._client = archive, client
        self._deployments = dict[Pool, UUID]()

    def start(self, pool: Pool, batch: str, name: str) -> str:
        """Start a flow run for a batch in a pool."""
        with answered():
            run = self._client.create_flow_run_from_deployment(
                self._deployment(pool), parameters={"batch": batch}, name=f"{name} {batch[:8]}"
            )
            return str(run.id)

    def ended(self, flow_runs: Collection[str]) -> set[str]:
        """Those of some flow runs that have ended, or are no more."""
        ids, going = [UUID(one) for one in flow_runs], set[str]()
        with answered():
            for i in range(0, len(ids), _PAGE):
                these = FlowRunFilter(id=FlowRunFilterId(any_=ids[i : i + _PAGE]))
                found = self._client.read_flow_runs(flow_run_filter=these, limit=_PAGE)
                going |= {str(run.id) for run in found if not (run.state and run.state.is_final())}
        return {*flow_runs} - going

    def withdraw(self, flow_runs: Collection[str]) -> None:
        """End flow runs that nobody has taken."""
        with answered():
            for one in flow_runs:
                with suppress(ObjectNotFound):
                    self._client.set_flow_run_state(one, Cancelled(message="No worker took it: its run went on."))

    def sweep(self) -> None:
        """End what nobody is at any more, and say so."""
        with answered():
            for line in sweep(self._archive, self._client).lines:
                self._archive.progress.say(line)

    def _deployment(self, pool: Pool) -> UUID:
        if pool not in self._deployments:
            name = f"{pool_names.BATCH}/{pool_names.pool_name(self._archive.settings, pool)}"
            try:
                self._deployments[pool] = self._client.read_deployment_by_name(name).id
            except ObjectNotFound:
                raise RefusedError(
                    f"the Prefect server has no pool {pool} of this archive: thirdcopy deploy makes what the settings "
                    "name; or run all of it here: thirdcopy run --plain"
                ) from None
        return self._deployments[pool]


def run_by_pools(session: RunSession, asked: Asked, *, here: Collection[Pool] = ()) -> Tally:
    """The whole way, handed to pools; stages of pools that are `here`, and those of none, are done in this process.

    It is no flow itself, so that it outlasts a server that is away. Raises ServerAway where that is so for long.
    """
    with get_client(sync_client=True) as client:
        hands = PrefectHands(session.archive, client)
        hands.sweep()
        return run(session, asked, Coordinator(hands, in_turn, here=here))


@contextmanager
def answered() -> Iterator[None]:
    """Raise ServerAway where the server does not answer within the block, or says that it cannot."""
    try:
        yield
    except httpx.HTTPError as error:
        raise ServerAway(told(error)) from error


def told(error: httpx.HTTPError) -> str:
    """What is the matter with the server, in a sentence; nothing of a request is in it but its address."""
    if isinstance(error, httpx.HTTPStatusError):
        code, url = error.response.status_code, error.request.url
        why = "; [prefect] password is another one there" if code == httpx.codes.UNAUTHORIZED else ""
        return f"the Prefect server at {url.scheme}://{url.netloc.decode()} answered with {code}{why}"
    return f"the Prefect server does not answer ({type(error).__name__}): is `thirdcopy server` running there?"
