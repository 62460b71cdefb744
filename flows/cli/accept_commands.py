"""Commands about what nobody vouches for: accept, refuse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import By, Config, DryRun, Json

if TYPE_CHECKING:
    from archive.preservation.unaccepted import Unaccepted

app = typer.Typer()
SHOWN = 20
"""Versions that wait, as many are named on the screen; --json has all."""

From = Annotated[
    str | None, typer.Option("--from", help="Only what this target has.", autocompletion=common.complete_target)
]
Objects = Annotated[list[str] | None, typer.Argument(help="Ids of objects, as this command lists them.")]
Why = Annotated[str | None, typer.Option("--why", help="Why, for the record.")]


def print_waiting(waiting: "Sequence[Unaccepted]") -> None:
    """What nobody vouches for, and what to do about it."""
    for one in waiting[:SHOWN]:
        console.out.print(f"[yellow]waits[/] {escape(console.plain(str(one)))}", highlight=False, soft_wrap=True)
    if len(waiting) > SHOWN:
        console.out.print(f"… and {len(waiting) - SHOWN:,} more: thirdcopy accept --json", highlight=False)
    if waiting:
        console.out.print(
            "Next: look at what waits; `thirdcopy accept OBJECT --by NAME`, or `--all`, takes it over; "
            "`thirdcopy refuse OBJECT --by NAME` says that it is not ours.",
            highlight=False,
        )


@app.command(name="accept", epilog="Example: thirdcopy accept work-peertube-abc123 --by 'A. Keeper'")
def accept_waiting(
    objects: Objects = None,
    config: Config = None,
    everything: Annotated[bool, typer.Option("--all", help="All that waits.")] = False,
    source: From = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take over what only one target says: after a rebuild, or where targets hold more than the ledger knows.

    Without ids and --all, it lists what waits. Until then it is not in force. Taking over is an event with your name.
    Of two contents of one version, --from says which.
    """
    from archive.acts.accepting import accept
    from archive.opening.working import at_work
    from archive.preservation.usable_targets import reachable

    waiting = _waiting(objects, source)
    if dry_run or not (objects or everything):
        return _list(waiting, as_json=as_json)
    if not by:
        raise typer.BadParameter("say who takes it over: --by NAME")
    with common.opened_archive() as archive, at_work(archive):
        done = accept(archive, reachable(archive).readable, waiting, by)
    following = "Next: `thirdcopy audit --all` reads the copies."
    return _report("accepted", done.accepted, done.problems, following, as_json=as_json)


@app.command(name="refuse", epilog="Example: thirdcopy refuse work-peertube-abc123 --from disk --by 'A. Keeper'")
def refuse_waiting(
    objects: Objects = None,
    config: Config = None,
    source: From = None,
    by: By = None,
    why: Why = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that what waits is not ours: it is not listed again, and holds nothing up. It is an event with your name.

    Without ids, it lists what waits. Nothing is removed; what lies in the place
    of a version of ours is moved to quarantine/ by `repair`.
    """
    from archive.acts.accepting import refuse
    from archive.opening.working import at_work

    waiting = _waiting(objects, source)
    if dry_run or not objects:
        return _list(waiting, as_json=as_json)
    if not by:
        raise typer.BadParameter("say who refuses it: --by NAME")
    with common.opened_archive() as archive, at_work(archive):
        done = refuse(archive, waiting, by, why)
    following = "Next: `thirdcopy repair --all` puts ours in its place." if any(o.is_fork for o in done.refused) else ""
    return _report("refused", done.refused, done.problems, following, as_json=as_json)


def _waiting(objects: list[str] | None, source: str | None) -> "list[Unaccepted]":
    from archive.acts.accepting import waiting_of

    with common.reading() as archive:
        if source:
            common.known_target(source, archive.targets)
        return waiting_of(archive, objects or None, source)


def _list(waiting: "Sequence[Unaccepted]", *, as_json: bool) -> None:
    if as_json:
        console.print_json({"waiting": [one.model_dump(mode="json") for one in waiting]})
    elif waiting:
        print_waiting(waiting)
    else:
        console.out.print("nothing waits to be accepted", highlight=False)


def _report(what: str, done: "Sequence[Unaccepted]", problems: Sequence[str], following: str, *, as_json: bool) -> None:
    if as_json:
        console.print_json({what: [one.model_dump(mode="json") for one in done], "problems": list(problems)})
    else:
        console.out.print(f"{len(done):,} {what}", highlight=False)
        for problem in problems:
            console.err.print(f"[yellow]not done[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
        if done and following:
            console.out.print(following, highlight=False)
    if problems:
        raise typer.Exit(common.DEBTS)
