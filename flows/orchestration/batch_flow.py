"""The flow of a batch that a run handed to a pool: what is still due of it is done, and what came of it is told.

It knows the batch's id alone; what is to be done, and what came of it, is in the ledger. Import this only within
`server.configured`, or in a flow's own process.
"""

import logging
import time

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from archive.errors import LedgerUnusable
from archive.ledger.batches import Batch
from archive.opening.archive import Archive
from archive.progress import Silent
from archive.settings.settings import find, load
from archive.steps.handed_parts import Outcome, do_handed
from flows.interrupts import ended_at_once
from flows.orchestration import pool_names
from flows.orchestration.writing_session import writing

log = logging.getLogger(__name__)
TOLD_WITHIN = 10.0
"""Seconds within which a run writes down whom it told to do a batch."""


@flow(name=pool_names.BATCH, validate_parameters=False)
def do_batch(batch: str) -> State[None]:
    """Do what is still due of a batch, in this worker's archive."""
    settings = load(find())
    with ended_at_once(), writing(settings, Silent(), doing=pool_names.BATCH) as session:
        given = _begun(session.archive, batch, own_flow_run())
        if given is None:
            return Completed(message="It was handed to another, or is done.")
        try:
            outcome = Outcome.of(do_handed(session, given.stage, given.body))
        except LedgerUnusable as error:
            # Nothing is told, so that the run hands it out anew.
            log.warning("batch %s is left: %s", batch, error)
            raise RuntimeError("the ledger could not be used") from None
        except Exception as error:
            log.warning("batch %s failed: %s", batch, error)
            outcome = Outcome.of_error(error)
        session.archive.ledger.batches.end(batch, outcome.model_dump_json(exclude_defaults=True))
    if outcome.error is not None:
        return Failed(message="The run that handed it out says why.")
    return Completed()


def own_flow_run() -> str:
    """The id of the flow run that this process is at."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("this is done within a flow run")
    return str(context.flow_run.id)


def tag_flow_run(archive: Archive) -> None:
    """Tag the flow run that this process is at with its session, so that a sweep knows it when that is gone."""
    context, token = FlowRunContext.get(), archive.ledger.sessions.token
    if context and context.flow_run and token:
        tags = [*context.flow_run.tags, pool_names.tag(archive.settings), pool_names.session_tag(token)]
        with get_client(sync_client=True) as client:
            client.update_flow_run(context.flow_run.id, tags=sorted({*tags}))


def _begun(archive: Archive, batch: str, flow_run: str) -> Batch | None:
    """The batch, begun; None where it was handed to another, or is done."""
    until = time.monotonic() + TOLD_WITHIN
    while (given := archive.ledger.batches.begin(batch, flow_run)) is None:
        found = archive.ledger.batches.named([batch]).get(batch)
        if found is None or found.ended or found.session or time.monotonic() > until:
            return None
        time.sleep(0.5)
    return given
