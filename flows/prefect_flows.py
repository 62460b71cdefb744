"""The flows and their tasks: the pipeline's functions over batches of clips.

Parameters and artifacts hold names, ids and counts; results stay in this process. A task takes a batch; the ledger, not
Prefect, knows what is done, so nothing is cached and nothing is retried here. Import this only within
`server.configured`.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.events.worker import EventsWorker
from prefect.exceptions import ObjectNotFound
from prefect.futures import PrefectFuture
from prefect.logging.handlers import APILogWorker
from prefect.task_runners import ThreadPoolTaskRunner

from archive import pipeline
from archive.errors import KnownPeopleError
from archive.linking.registers.register import RegisterError
from archive.opened import Archive, opened
from archive.pipeline import Tally
from archive.progress import Silent
from archive.settings import Settings, find, load
from archive.steps.audit_round import scheduled_round
from archive.steps.linking import to_link
from archive.steps.registering import newest
from archive.steps.transcribing import to_transcribe
from flows.interrupts import ended_at_once
from flows.session import Session, writing

DRAIN_TIMEOUT = 10.0


class _Process:
    """What this process is at: one run at a time, since the ledger's lease is one."""

    session: Session | None = None


@contextmanager
def within(session: Session) -> Iterator[Session]:
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
def _at_work() -> Iterator[Session]:
    """The session that is open, else one by the settings that `THIRDCOPY_CONFIG` names: so in a scheduled run."""
    if _Process.session:
        yield _Process.session
        return
    with ended_at_once(), writing(load(find()), Silent()) as session:
        _Process.session = session
        yield session


def _session() -> Session:
    if _Process.session is None:
        raise RuntimeError("tasks run inside the flow that opened the archive")
    return _Process.session


def _limit(settings: Settings, source: str) -> str:
    return f"thirdcopy-{settings.name}-{source}"


@task(name="store what is owed", cache_policy=NO_CACHE)
def store_owed() -> Tally:
    """Store what the targets are owed from before."""
    session = _session()
    return pipeline.store_step(session.archive, session.readiness)


@task(name="list", cache_policy=NO_CACHE, task_run_name="list {source}")
def list_source(source: str, fast: bool) -> Tally:
    """List one source."""
    return pipeline.list_step(_session().archive, source, fast=fast)


@task(name="fetch and store", cache_policy=NO_CACHE, task_run_name="fetch and store {source}")
def fetch_batch(source: str, clips: list[str]) -> Tally:
    """Fetch, seal and store clips of one source, within its limit."""
    session = _session()
    with concurrency(_limit(session.archive.settings, source), occupy=1, strict=True):
        return pipeline.fetch_step(session.archive, session.readiness, source, clips)


@task(name="read captions", cache_policy=NO_CACHE)
def read_captions() -> Tally:
    """Make transcripts of the platform's captions."""
    session = _session()
    return pipeline.caption_step(session.archive, session.readiness)


@task(name="read registers", cache_policy=NO_CACHE)
def read_registers() -> Tally:
    """Take a snapshot of each register whose file changed."""
    session = _session()
    return pipeline.register_step(session.archive, session.readiness)


@task(name="transcribe", cache_policy=NO_CACHE)
def transcribe_batch(clips: list[str]) -> Tally:
    """Transcribe clips, one after the other: there is one model in a process."""
    session = _session()
    return pipeline.transcribe_step(session.archive, session.readiness, session.engine, clips)


@task(name="link", cache_policy=NO_CACHE)
def link_batch(clips: list[str]) -> Tally:
    """Link clips."""
    session = _session()
    return pipeline.link_step(session.archive, session.indexes(), clips)


@task(name="seal, store and record", cache_policy=NO_CACHE)
def finish() -> Tally:
    """Seal what changed, store what is owed, write the run record."""
    session = _session()
    return pipeline.finish_step(session.archive, session.readiness)


@flow(name="run", task_runner=ThreadPoolTaskRunner(max_workers=8), validate_parameters=False)  # type: ignore[arg-type]
def run_archive(fast: bool = False, sources: list[str] | None = None) -> dict[str, Any]:
    """Take every source the whole way."""
    with _at_work() as session:
        tally = _run(session, sources or list(session.archive.settings.sources), fast=fast)
    _show("run", tally)
    return asdict(tally)


@flow(name="audit", validate_parameters=False)
def audit_archive() -> dict[str, Any]:
    """Read so much of every target as the settings say, oldest proof first, and challenge the rest."""
    with ended_at_once(), opened(load(find()), Silent()) as archive:
        done = scheduled_round(archive)
    create_table_artifact(
        key="thirdcopy-audit",
        table=[{"target": name, **row} for name, row in done.counts.items()],
        description="Copies read",
    )
    if done.problems:
        raise RuntimeError(f"{len(done.problems)} faults: `thirdcopy status` and `thirdcopy accept` say where")
    return {**done.counts}


def _run(session: Session, sources: Sequence[str], *, fast: bool) -> Tally:
    archive = session.archive
    _limits(archive.settings, sources)
    problems = tuple(f"{name} is not usable now: {why}" for name, why in session.readiness.problems.items())
    problems += tuple(f"{name}: {why}" for name, why in session.readiness.beyond.items())
    tally = Tally(problems=problems) + store_owed()
    tally += _gather([list_source.submit(source, fast) for source in sources])
    try:
        tally += _gather([fetch_batch.submit(source, batch) for source, batch in _to_fetch(archive, sources)])
        tally += read_captions()
        tally += read_registers()
        for batch in _batches(archive, to_transcribe(archive, archive.settings.transcription.model_name)):
            tally += transcribe_batch(batch)
        tally += _link(session)
    finally:
        tally += finish()  # what was done before an error is stored and recorded all the same
    return pipeline.still_failed(archive, tally)


def _to_fetch(archive: Archive, sources: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Batches of each source in turn, so that a long source holds back none. A clip that two list is in one batch."""
    taken = set[str]()
    queues = list[list[tuple[str, list[str]]]]()
    for source in sources:
        clips = [clip for clip in pipeline.to_fetch(archive, source) if clip not in taken]
        taken.update(clips)
        queues.append([(source, batch) for batch in _batches(archive, clips)])
    return [batch for turn in zip_longest(*queues) for batch in turn if batch]


def _link(session: Session) -> Tally:
    """Link batch by batch. A snapshot that cannot be read is a problem of this step alone."""
    try:
        waiting = to_link(session.archive, newest(session.archive))
        if waiting:
            session.indexes()
    except (KnownPeopleError, RegisterError) as error:
        return Tally(problems=(f"nothing was linked: {error}",))
    return sum((link_batch(batch) for batch in _batches(session.archive, waiting)), Tally())


def _batches(archive: Archive, clips: list[str]) -> list[list[str]]:
    size = archive.settings.prefect.batch
    return [clips[i : i + size] for i in range(0, len(clips), size)]


def _gather(futures: list[PrefectFuture[Tally]]) -> Tally:
    """Add up batches that ran side by side; an error of one is raised after all have ended."""
    for future in futures:
        future.wait()
    return sum((future.result() for future in futures), Tally())


def _limits(settings: Settings, sources: Sequence[str]) -> None:
    """One limit a source, made anew: we hold the archive's lease, so whoever is in an old one was killed in it.

    To free its slots would not do: the lease that was lost there ends minutes later, and would free ours.
    """
    with get_client(sync_client=True) as client:
        for source in sources:
            name = _limit(settings, source)
            with suppress(ObjectNotFound):
                client.delete_global_concurrency_limit_by_name(name)
            limit = GlobalConcurrencyLimitCreate(name=name, limit=settings.sources[source].at_once)
            client.create_global_concurrency_limit(limit)


def _show(key: str, tally: Tally) -> None:
    """The table on the flow run's page: counts, and no words of anybody."""
    rows = [{"what": name, "count": count} for name, count in asdict(tally).items() if name != "problems"]
    rows.append({"what": "problems", "count": len(tally.problems)})
    create_table_artifact(key=f"thirdcopy-{key}", table=rows, description="What this run did")
