"""Commands about workers: who is there, who is not, what lies in whose spool alone, and who is gone for good."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import By, Config, DryRun, Json

if TYPE_CHECKING:
    from archive.ledger.workers import Alone
    from archive.preservation.lost_workers import Settled
    from archive.views.workers_view import Workers, WorkerView

app = typer.Typer()
CLAIMS_SHOWN = 5
"""Claims of one worker, as many are named on the screen; --json has all."""
SHOWN = 20
"""Versions that were completed or given up, as many are named on the screen; --json has all."""

Everything = Annotated[bool, typer.Option("--all", help="Name each version that lies in one spool alone.")]
Name = Annotated[str, typer.Argument(help="A worker's name, as `workers` lists it.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_SHOWN_AS = {"at work": "[green]at work[/]", "away": "[yellow]away[/]", "forgotten": "[dim]forgotten[/]"}


@app.callback(invoke_without_command=True, epilog="Example: thirdcopy workers --all")
def workers(ctx: typer.Context, config: Config = None, everything: Everything = False, as_json: Json = False) -> None:
    """Show who works on the archive, since when, at what, who is not there, and what each holds that nobody else has.

    `thirdcopy workers forget NAME` says that one is gone for good.
    """
    if ctx.invoked_subcommand:
        return
    from archive.views.workers_view import workers_view

    with common.reading() as archive:
        found = workers_view(archive)
    if as_json:
        console.print_json(found)
    else:
        _print(found, everything=everything)


@app.command(epilog="Example: thirdcopy workers forget gpu-box --by 'A. Keeper' --reason 'its disk burnt'")
def forget(
    name: Name,
    config: Config = None,
    by: By = None,
    reason: Reason = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that a worker is gone for good. It is an event with your name, and is not taken back.

    What its spool alone held is completed where targets have all of it, and given up where every target answers that
    it has nothing of it: such a clip is fetched anew. The rest waits for you. Its state folder is refused from then on.
    """
    from archive.acts.forgetting import forget as give_up_worker
    from archive.acts.forgetting import may_forget
    from archive.opening.working import at_work
    from archive.preservation.usable_targets import reachable

    with common.reading() as archive:
        may_forget(archive, name)
        alone = [one for one in archive.ledger.workers.alone() if one.worker == name]
    if dry_run:
        return _would(name, alone, as_json=as_json)
    if not by:
        raise typer.BadParameter("say who says so: --by NAME")
    if not yes:
        _ask(name, alone)
    with common.opened_archive() as archive, at_work(archive, "workers forget"):
        targets = reachable(archive)
        settled = give_up_worker(archive, name, by, reason, targets.readable)
    return _report(name, settled, targets.problems, as_json=as_json)


def _would(name: str, alone: "list[Alone]", *, as_json: bool) -> None:
    versions = [{"object": one.object, "version": one.version, "bytes": one.size} for one in alone]
    line = f"would forget {name}, whose spool alone holds {_versions(alone)}"
    console.would(line, {"forget": name, "alone": versions}, as_json=as_json)


def _versions(alone: "list[Alone]") -> str:
    size = console.size(sum(one.size or 0 for one in alone))
    return f"{len(alone):,} version{'s' * (len(alone) != 1)} ({size})"


def _ask(name: str, alone: "list[Alone]") -> None:
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is there to be asked: add --yes")
    console.err.print(
        f"[bold]{escape(name)}[/] alone holds {_versions(alone)}. Once it is forgotten, what no target has any of is "
        "given up, and its state folder may not work on this archive any more.",
        highlight=False,
    )
    typer.confirm("Is it gone for good?", abort=True, err=True)


def _print(found: "Workers", *, everything: bool) -> None:
    table = console.table("worker", "host", "", "seen", "only there#", "bytes#")
    for one in found.workers:
        name = f"{escape(console.crop(one.name, 24))}" + ("\n[dim]this machine[/]" if one.here else "")
        seen = "now" if one.sessions else f"{one.seen:%Y-%m-%d %H:%M}" if one.seen else "–"
        held = f"[yellow]{one.versions:,}[/]" if one.todo else f"{one.versions:,}"
        size = ("≥ " if one.unknown else "") + console.size(one.bytes) if one.versions else "–"
        table.add_row(name, escape(console.crop(one.host, 20)), _SHOWN_AS[one.standing], seen, held, size)
    console.out.print(table)
    for one in found.workers:
        _print_one(one, everything=everything)


def _print_one(one: "WorkerView", *, everything: bool) -> None:
    name = escape(console.plain(one.name))
    for session in one.sessions:
        what = escape(console.plain(session.doing))
        host = escape(console.plain(session.host))
        since = f"since {session.since:%Y-%m-%d %H:%M}, until {session.until:%H:%M:%S} UTC"
        console.out.print(f"[bold]{name}[/] {what} (process {session.pid} on {host}), {since}", highlight=False)
    for claim in one.claims[:CLAIMS_SHOWN]:
        console.out.print(
            f"    {escape(console.plain(claim.step))} {escape(console.plain(claim.thing))}", highlight=False
        )
    if len(one.claims) > CLAIMS_SHOWN:
        console.out.print(f"    … and {len(one.claims) - CLAIMS_SHOWN:,} more: --json", highlight=False)
    if one.todo:
        console.out.print(f"[yellow]{name}[/] {escape(console.plain(one.todo))}", highlight=False)
    for version in one.alone if everything else ():
        size = console.size(version.bytes) if version.bytes is not None else "of unknown size"
        line = f"    {version.object} v{version.version}, {size}, waits {version.waits}"
        console.out.print(escape(console.plain(line)), highlight=False, soft_wrap=True)


def _report(name: str, settled: "Settled", problems: dict[str, str], *, as_json: bool) -> None:
    waits = [{"object": key[0], "version": key[1], "waits": why} for key, why in settled.waits.items()]
    if as_json:
        console.print_json(
            {
                "forgotten": name,
                "completed": [{"object": one.object, "version": one.version} for one in settled.completed],
                "given_up": [{"object": one.object, "version": one.version} for one in settled.given_up],
                "waits": waits,
                "todo": list(settled.todo),
                "problems": [f"{target}: {why}" for target, why in problems.items()],
            }
        )
    else:
        console.out.print(f"{escape(name)} is forgotten", highlight=False)
        _name("completed from the targets", settled.completed)
        _name("given up", settled.given_up)
        for line in settled.todo:
            console.out.print(f"Next: {escape(console.plain(line))}", highlight=False)
        for target, why in problems.items():
            console.err.print(f"[yellow]{escape(target)}[/] {escape(console.plain(why))}", highlight=False)
        for one in waits[:SHOWN]:
            line = escape(console.plain(f"{one['object']} v{one['version']} {one['waits']}"))
            console.err.print(f"[yellow]waits[/] {line}", highlight=False, soft_wrap=True)
        if len(waits) > SHOWN:
            console.err.print(f"… and {len(waits) - SHOWN:,} more: thirdcopy workers --all", highlight=False)
        if settled.completed or settled.given_up:
            console.out.print(
                "Next: `thirdcopy run` stores what was completed, and fetches anew what was given up.", highlight=False
            )
    if waits:
        raise typer.Exit(common.DEBTS)


def _name(what: str, versions: "tuple[Alone, ...]") -> None:
    for one in versions[:SHOWN]:
        console.out.print(escape(console.plain(f"{what}: {one.object} v{one.version}")), highlight=False)
    if len(versions) > SHOWN:
        console.out.print(f"… and {len(versions) - SHOWN:,} more {what}", highlight=False)
