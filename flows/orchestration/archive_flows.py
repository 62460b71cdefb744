"""The flows, and the stages of a run as their tasks: one for each part, a batch of clips mostly.

Parameters and artifacts hold names, ids and counts; results stay in this process. The ledger, not Prefect, knows what
is done, so nothing is cached and nothing is retried here. Import this only within `server.configured`.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.futures import PrefectFuture
from prefect.logging.handlers import APILogWorker
from prefect.task_runners import ThreadPoolTaskRunner

from archive.opening.archive import opened
from archive.preservation.audit_round import scheduled_round
from archive.progress import Silent
from archive.settings.settings import find, load
from archive.steps.counted_steps import Tally
from archive.steps.run_session import RunSession
from archive.steps.stages import Asked, Part, Pool, Stage, run
from flows.interrupts import ended_at_once
from flows.orchestration import pool_names
from flows.orchestration.after_runs import told_after
from flows.orchestration.batch_flow import tag_flow_run
from flows.orchestration.prefect_hands import run_by_pools
from flows.orchestration.sweeping import sweep
from flows.orchestration.writing_session import writing

DRAIN_TIMEOUT = 10.0
log = logging.getLogger(__name__)


class _Process:
    """What this process is at: one run at a time, since the ledger's lease is one."""

    session: RunSession | None = None


@contextmanager
def within(session: RunSession) -> Iterator[RunSession]:
    """Have the flows of this process work in a session that is open already.

    What fails in one is raised here, so it is not logged here too; at the end, Prefect has been told everything.
    """
    for name in ("prefect.flow_runs", "prefect.task_runs", "EventsWorker", "APILogWorker"):
        logging.getLogger(name).propagate = False
    _Process.session = session
    try:
        yield session
    finally:
        _Process.session = None
        APILogWorker.drain_all(timeout=DRAIN_TIMEOUT, at_exit=False)
        EventsWorker.drain_all(timeout=DRAIN_TIMEOUT, at_exit=False)


@contextmanager
def _at_work() -> Iterator[RunSession]:
    """The session that is open, else one by the settings that `THIRDCOPY_CONFIG` names: so in a scheduled run."""
    if _Process.session:
        yield _Process.session
        return
    settings = load(find())
    at_work = writing(settings, Silent(), doing=pool_names.RUN)
    with ended_at_once(), told_after(settings, log.warning) as ending, at_work as session:
        _Process.session = session
        yield session
        ending.well = session.ended_well


def _task(session: RunSession, asked: Asked, stage: Stage) -> Task[[str | None, list[str]], Tally]:
    """A stage as a task, which takes the ids of one of its parts."""

    @task(name=stage.name, cache_policy=NO_CACHE, task_run_name=_run_name(stage))
    def do_part(source: str | None, clips: list[str]) -> Tally:
        """Do one part of a stage."""
        return stage.do(session, asked, Part(source, tuple(clips)))

    return do_part


def _run_name(stage: Stage) -> str | None:
    """How the runs of a stage's tasks are called: by their source, where they have one; else Prefect says."""
    return f"{stage.name} {{source}}" if stage.side_by_side else None


def _as_tasks(session: RunSession, asked: Asked, stage: Stage, parts: Sequence[Part]) -> Tally:
    """Perform the parts of a stage as tasks: side by side, or one after another."""
    do_part = _task(session, asked, stage)
    if stage.side_by_side:
        return _gather([do_part.submit(part.source, list(part.clips)) for part in parts])
    return sum((do_part(part.source, list(part.clips)) for part in parts), Tally())


@flow(name=pool_names.RUN, task_runner=ThreadPoolTaskRunner(max_workers=8), validate_parameters=False)  # type: ignore[arg-type]
def run_archive(fast: bool = False, sources: list[str] | None = None) -> dict[str, Any]:
    """Take every source the whole way: in this process, or handed to the pools that the settings name."""
    with _at_work() as session:
        asked = Asked(sources=tuple(sources or ()), fast=fast)
        if session.archive.settings.pools is None:
            tally = run(session, asked, _as_tasks)
        else:  # it is in the pool of those who keep, and would wait for its own place there
            tag_flow_run(session.archive)
            tally = run_by_pools(session, asked, here=(Pool.KEEP,))
    _show("run", tally)
    return asdict(tally)


@flow(name=pool_names.AUDIT, validate_parameters=False)
def audit_archive() -> dict[str, Any]:
    """Read so much of every target as the settings say, oldest proof first, and challenge the rest."""
    settings = load(find())
    with ended_at_once(), told_after(settings, log.warning), opened(settings, Silent()) as archive:
        done = scheduled_round(archive, begun=lambda: tag_flow_run(archive))
    create_table_artifact(
        key="thirdcopy-audit",
        table=[{"target": name, **row} for name, row in done.counts.items()],
        description="Copies read",
    )
    if done.problems:
        raise RuntimeError(f"{len(done.problems)} faults: `thirdcopy status` and `thirdcopy accept` say where")
    return {**done.counts}


@flow(name=pool_names.SWEEP, validate_parameters=False)
def sweep_archive() -> list[str]:
    """End what killed workers left behind."""
    with ended_at_once(), opened(load(find()), Silent()) as archive, get_client(sync_client=True) as client:
        return sweep(archive, client).lines


def _gather(futures: list[PrefectFuture[Tally]]) -> Tally:
    """Add up batches that ran side by side; an error of one is raised after all have ended."""
    for future in futures:
        future.wait()
    return sum((future.result() for future in futures), Tally())


def _show(key: str, tally: Tally) -> None:
    """The table on the flow run's page: counts, and no words of anybody."""
    rows = [{"what": name, "count": count} for name, count in asdict(tally).items() if name != "problems"]
    rows.append({"what": "problems", "count": len(tally.problems)})
    create_table_artifact(key=f"thirdcopy-{key}", table=rows, description="What this run did")
