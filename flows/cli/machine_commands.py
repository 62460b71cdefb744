"""Commands for several machines: Prefect's server, pools and deployments, workers, sweeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from archive.settings.settings import Settings
    from archive.steps.stages import Pool

app = typer.Typer()


@app.command(epilog="Example: thirdcopy server")
def server(config: Config = None) -> None:
    """Be Prefect's server for several machines, in the foreground: on loopback, over PostgreSQL, telling nobody."""
    from flows.orchestration import shared_server

    shared_server.become(common.settings())


@app.command(epilog="Example: thirdcopy deploy --dry-run")
def deploy(config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Make pools and deployments at the Prefect server as the settings name them, and withdraw what they do not.

    Run it again when [pools] or [schedule] change.
    """
    settings = common.settings()
    with _prefect(settings):
        from prefect.client.orchestration import get_client

        from flows.orchestration import deploying

        with get_client(sync_client=True) as client:
            changed = deploying.deploy(settings, client, dry_run=dry_run)
    if as_json:
        return console.print_json({"dry_run": changed} if dry_run else {"changed": changed})
    for one in changed:
        console.out.print(
            f"{'would be ' if dry_run else ''}{one['done']}: {one['what']}", highlight=False, markup=False
        )
    if not changed:
        console.out.print("all is as the settings say", highlight=False)
    return None


@app.command(epilog="Example: thirdcopy worker fetch --limit 2")
def worker(
    pool: Annotated[str, typer.Argument(help="The pool to work for: fetch, transcribe or keep.")],
    config: Config = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Flow runs at once on this machine.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Tells several workers of one machine apart.")] = None,
) -> None:
    """Work for a pool until stopped: take what runs hand to it, each batch in a process of its own."""
    settings, chosen = common.settings(), _pool(pool)
    with _prefect(settings):
        from flows.orchestration import pool_worker

        pool_worker.work(settings, chosen, console.Lines().say, limit=limit, name=name)


@app.command(epilog="Example: thirdcopy sweep")
def sweep(config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """End what killed workers left behind: their sessions and claims, and their flow runs, which hold places."""
    settings = common.settings()
    with _prefect(settings):
        from prefect.client.orchestration import get_client

        from flows.orchestration import sweeping

        with common.reading() as archive, get_client(sync_client=True) as client:
            swept = sweeping.sweep(archive, client, dry_run=dry_run)
    if as_json:
        facts = {
            "sessions": [{"worker": worker, "doing": doing} for worker, doing in swept.sessions],
            "flow_runs": [{"id": one.flow_run, "was": one.state, "why": one.why} for one in swept.flow_runs],
        }
        return console.print_json({"dry_run": facts} if dry_run else facts)
    for line in swept.lines:
        console.out.print(console.plain(line), highlight=False, markup=False, soft_wrap=True)
    if not swept.lines:
        console.out.print("nothing was left behind", highlight=False)
    return None


def _pool(name: str) -> "Pool":
    from archive.steps.stages import Pool

    names = [str(one) for one in Pool]
    if name not in names:
        raise typer.BadParameter(f"there is no pool {name}{console.nearest(name, names) or ': ' + ', '.join(names)}")
    return Pool(name)


@contextmanager
def _prefect(settings: "Settings") -> Iterator[None]:
    """Prefect, to be imported within the block, and asked at the server of the settings."""
    from archive.errors import SettingsError
    from flows.orchestration import server as local

    if settings.prefect.api_url is None:
        raise SettingsError(
            [f"{settings.file}: prefect.api_url is missing: several machines need a server that all of them ask"]
        )
    with local.configured(settings, settings.prefect.api_url):
        from flows.orchestration.prefect_hands import answered

        with answered():
            yield
