"""The flows and their tasks: the pipeline's functions over batches of clips.

Parameters, results and artifacts hold names, ids and counts. A task takes a batch; the ledger, not Prefect, knows what
is done, so nothing is cached and nothing is retried here. Import this only after `server.configure`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from archive import pipeline
from archive.opened import opened
from archive.pipeline import Tally
from archive.progress import Progress, Silent
from archive.readiness import reachable
from archive.settings import Settings, find, load
from archive.steps.auditing import audit, objects_of
from archive.steps.linking import to_link
from archive.steps.transcribing import model_name, to_transcribe
from flows.session import Session, writing


class _Process:
    """What this process is at: one run at a time, since the ledger's lease is one."""

    progress: Progress = Silent()
    session: Session | None = None


def show(progress: Progress) -> None:
    """Have the flows of this process tell their progress."""
    _Process.progress = progress


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
def run_archive(fast: bool = False, sources: list[str] | None = None, take_over: bool = False) -> dict[str, Any]:
    """Take every source the whole way. The settings are those that `THIRDCOPY_CONFIG` names."""
    settings = load(find())
    with writing(settings, _Process.progress, take_over=take_over) as session:
        _Process.session = session
        try:
            tally = _run(session, sources or list(settings.sources), fast=fast)
        finally:
            _Process.session = None
    _show("run", tally)
    return asdict(tally)


@flow(name="audit", validate_parameters=False)
def audit_archive() -> dict[str, Any]:
    """Read every copy at every target in full."""
    settings = load(find())
    with opened(settings, _Process.progress) as archive, archive.ledger.lease.held():
        readiness = reachable(archive)
        done = audit(archive, readiness.usable, objects_of(archive, []))
    problems = tuple(finding.key for one in done.values() for finding in one.findings)
    problems += tuple(readiness.problems.values())
    counts = {name: {"sound": one.sound, "bytes": one.bytes, "faults": len(one.findings)} for name, one in done.items()}
    create_table_artifact(
        key="thirdcopy-audit",
        table=[{"target": name, **row} for name, row in counts.items()],
        description="Copies read",
    )
    if problems:
        raise RuntimeError(f"{len(problems)} faults: `thirdcopy status` says where")
    return counts


def _run(session: Session, sources: Sequence[str], *, fast: bool) -> Tally:
    archive = session.archive
    _limits(archive.settings, sources)
    problems = tuple(f"{name} is not usable now: {why}" for name, why in session.readiness.problems.items())
    tally = Tally(problems=problems) + store_owed()
    tally += _gather([list_source.submit(source, fast) for source in sources])
    batches = [(source, batch) for source in sources for batch in _batches(archive, pipeline.to_fetch(archive, source))]
    tally += _gather([fetch_batch.submit(source, batch) for source, batch in batches])
    for batch in _batches(archive, to_transcribe(archive, model_name(archive.settings.transcription))):
        tally += transcribe_batch(batch)
    for batch in _batches(archive, to_link(archive, session.registers())):
        tally += link_batch(batch)
    return tally + finish()


def _batches(archive: Any, clips: list[str]) -> list[list[str]]:
    size = archive.settings.prefect.batch
    return [clips[i : i + size] for i in range(0, len(clips), size)]


def _gather(futures: list[PrefectFuture[Tally]]) -> Tally:
    """Add up batches that ran side by side; an error of one is raised after all have ended."""
    for future in futures:
        future.wait()
    return sum((future.result() for future in futures), Tally())


def _limits(settings: Settings, sources: Sequence[str]) -> None:
    """One limit a source. Slots that a killed run held are freed: we hold the archive's lease, so nobody is in them."""
    with get_client(sync_client=True) as client:
        for source in sources:
            name, limit = _limit(settings, source), settings.sources[source].at_once
            try:
                client.read_global_concurrency_limit_by_name(name)
                client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=limit, active_slots=0))
            except ObjectNotFound:
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=limit))


def _show(key: str, tally: Tally) -> None:
    """The table on the flow run's page: counts, and no words of anybody."""
    rows = [{"what": name, "count": count} for name, count in asdict(tally).items() if name != "problems"]
    rows.append({"what": "problems", "count": len(tally.problems)})
    create_table_artifact(key=f"thirdcopy-{key}", table=rows, description="What this run did")
