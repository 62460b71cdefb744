"""Pools and deployments as the settings name them, made at Prefect's server, and made again without harm.

Import this only within `server.configured`.
"""

from dataclasses import dataclass, field
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

from archive.settings.settings import Settings
from archive.steps.stages import Pool
from flows.orchestration import pool_names

COMMAND = "python -m prefect.engine"
"""What a worker starts for a flow run: its own Python, which it puts first in the search path."""

_ENTRY = {
    pool_names.BATCH: f"{pool_names.ROOM}.batch_flow.do_batch",
    pool_names.RUN: f"{pool_names.ROOM}.archive_flows.run_archive",
    pool_names.AUDIT: f"{pool_names.ROOM}.archive_flows.audit_archive",
    pool_names.SWEEP: f"{pool_names.ROOM}.archive_flows.sweep_archive",
}


@dataclass(frozen=True)
class Wanted:
    """A deployment that the settings name: a flow, in a pool, by a cron line if it has one."""

    flow: str
    name: str
    pool: Pool
    cron: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """As Prefect writes it."""
        return f"{self.flow}/{self.name}"


def wanted(settings: Settings) -> list[Wanted]:
    """The deployments of an archive; none where it has no pools. Pure."""
    if settings.pools is None:
        return []
    found = [Wanted(pool_names.BATCH, pool_names.pool_name(settings, pool), pool) for pool in Pool]
    lines = settings.schedule
    for name, cron in (("run", lines.run), ("fast", lines.fast)):
        if cron:
            parameters = {"fast": name == "fast"}
            found.append(Wanted(pool_names.RUN, f"{settings.name}-{name}", Pool.KEEP, cron, parameters))
    if lines.audit:
        found.append(Wanted(pool_names.AUDIT, f"{settings.name}-audit", Pool.KEEP, lines.audit))
    return [*found, Wanted(pool_names.SWEEP, f"{settings.name}-sweep", Pool.KEEP, lines.sweep)]


def _ours(settings: Settings) -> list[str]:
    """The full names of all deployments that an archive may have."""
    batches = [f"{pool_names.BATCH}/{pool_names.pool_name(settings, pool)}" for pool in Pool]
    flows = {"run": pool_names.RUN, "fast": pool_names.RUN, "audit": pool_names.AUDIT, "sweep": pool_names.SWEEP}
    return batches + [f"{flow}/{settings.name}-{name}" for name, flow in flows.items()]


def deploy(settings: Settings, client: SyncPrefectClient, *, dry_run: bool = False) -> list[dict[str, str]]:
    """Make what the settings name, and withdraw what they name no more: what changed, nothing where all was so.

    What a person paused there stays so. Flow runs under way are left to their end.
    """
    changed = list[dict[str, str]]()
    if settings.pools is not None:
        for pool in Pool:
            limit = getattr(settings.pools, pool) or None
            changed += _pool(client, pool_names.pool_name(settings, pool), limit, dry_run=dry_run)
    now = {one.full_name: one for one in wanted(settings)}
    for name in _ours(settings):
        found = _read(client, name)
        if name in now:
            changed += _deployment(settings, client, now[name], found, dry_run=dry_run)
        elif found:
            if not dry_run:
                client.delete_deployment(found.id)
            changed.append({"what": f"deployment {name}", "done": "withdrawn"})
    if settings.pools is None:
        for pool in Pool:
            changed += _without(client, pool_names.pool_name(settings, pool), dry_run=dry_run)
    return changed


def _pool(client: SyncPrefectClient, name: str, limit: int | None, *, dry_run: bool) -> list[dict[str, str]]:
    told = f"{limit} at once" if limit else "no limit"
    found = _read_pool(client, name)
    if found and found.concurrency_limit == limit:
        return []
    if not dry_run and found:
        client.update_work_pool(name, WorkPoolUpdate(concurrency_limit=limit))
    elif not dry_run:
        template = ProcessWorker.get_default_base_job_template()
        made = WorkPoolCreate(name=name, type="process", base_job_template=template, concurrency_limit=limit)
        client.create_work_pool(made)
    return [{"what": f"pool {name}", "done": f"{'changed' if found else 'made'}: {told}"}]


def _without(client: SyncPrefectClient, name: str, *, dry_run: bool) -> list[dict[str, str]]:
    if _read_pool(client, name) is None:
        return []
    if not dry_run:
        client.delete_work_pool(name)
    return [{"what": f"pool {name}", "done": "withdrawn"}]


def _deployment(
    settings: Settings, client: SyncPrefectClient, one: Wanted, found: DeploymentResponse | None, *, dry_run: bool
) -> list[dict[str, str]]:
    pool, tags = pool_names.pool_name(settings, one.pool), [pool_names.tag(settings)]
    variables = {"command": COMMAND}
    as_wanted = (pool, _ENTRY[one.flow], one.parameters, tags, variables, [one.cron] if one.cron else [])
    if found:
        crons = [s.schedule.cron if isinstance(s.schedule, CronSchedule) else "" for s in found.schedules]
        as_found = (found.work_pool_name, found.entrypoint, found.parameters, found.tags, found.job_variables, crons)
        if as_found == as_wanted:
            return []
    if not dry_run:
        schedules = [DeploymentScheduleCreate(schedule=CronSchedule(cron=one.cron, timezone="UTC"))] if one.cron else []
        if found:  # its planned runs go with it
            client.delete_deployment(found.id)
        client.create_deployment(
            flow_id=client.create_flow_from_name(one.flow),
            name=one.name,
            entrypoint=_ENTRY[one.flow],
            work_pool_name=pool,
            parameters=one.parameters,
            schedules=schedules,
            tags=tags,
            job_variables=variables,
        )
    told = f": {one.cron} (UTC)" if one.cron else ""
    return [{"what": f"deployment {one.full_name}", "done": f"{'changed' if found else 'made'}{told}"}]


def _read(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


def _read_pool(client: SyncPrefectClient, name: str) -> WorkPool | None:
    try:
        return client.read_work_pool(name)
    except ObjectNotFound:
        return None
