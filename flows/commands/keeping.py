"""Commands of who answers for the copies: audit, restore, rebuild."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError, RefusedError
from flows import console
from flows.commands import common
from flows.commands.common import By, Clip, Clips, Config, DryRun, Json

if TYPE_CHECKING:
    from archive.steps.auditing import Audited

app = typer.Typer()


@app.command(name="audit", epilog="Example: thirdcopy audit --all")
def audit_copies(
    clips: Clips = None,
    config: Config = None,
    everything: Annotated[bool, typer.Option("--all", help="Every object of the archive, run records too.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Read copies back in full and compare them; damage counts after a second reading."""
    if not clips and not everything:
        raise typer.BadParameter("name clips, or say --all")
    from archive.readiness import reachable
    from archive.steps.auditing import Audited, audit, objects_of

    progress = console.progress()
    with common.reading() as archive:
        objects = objects_of(archive, common.known(archive, clips or []))
        if dry_run:
            line = f"would read {len(objects):,} objects at {', '.join(archive.targets)}"
            return console.would(line, {"objects": len(objects), "targets": list(archive.targets)}, as_json=as_json)
    with progress.shown(), common.opened_with(progress) as archive, archive.ledger.lease.held():
        readiness = reachable(archive)
        done = audit(archive, readiness.usable, objects)
    done |= {name: Audited(name, problem=why) for name, why in readiness.problems.items()}
    if as_json:
        console.print_json({name: asdict(one) for name, one in done.items()})
    else:
        _print_audit(done)
    if any(one.findings or one.problem for one in done.values()):
        raise typer.Exit(common.DEBTS)
    return None


def _print_audit(done: "dict[str, Audited]") -> None:
    table = console.table("target", "sound versions#", "MB read#", "faults#")
    for name, one in done.items():
        table.add_row(name, f"{one.sound:,}", f"{one.bytes / 1e6:,.1f}", f"{len(one.findings):,}")
    console.out.print(table)
    for name, one in done.items():
        if one.problem:
            console.out.print(
                f"[yellow]{name}[/] could not be read: {escape(one.problem)}", highlight=False, soft_wrap=True
            )
        for finding in one.findings:
            line = f"{finding.outcome}: {finding.key}" + (f" ({finding.detail})" if finding.detail else "")
            console.out.print(f"[red]{name}[/] {escape(line)}", highlight=False, soft_wrap=True)


@app.command(name="restore", epilog="Example: thirdcopy restore peertube-abc123 --to /tmp/out")
def restore_clip(
    clip: Clip,
    to: Annotated[Path, typer.Option("--to", help="A folder; made if it is not there.")],
    config: Config = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write the files of a clip to a folder, from whichever target has each sound. It is an event."""
    from archive.readiness import reachable
    from archive.steps.restoring import restore

    progress = console.progress()
    with progress.shown(), common.opened_with(progress) as archive:
        common.known(archive, [clip])
        readiness = reachable(archive)
        if dry_run:
            line = f"would write {clip} to {to} from {', '.join(readiness.usable) or 'nowhere'}"
            facts = {"clip": clip, "to": str(to), "from": list(readiness.usable)}
            return console.would(line, facts, as_json=as_json)
        done = restore(archive, clip, to, readiness.usable, by=by)
    if as_json:
        console.print_json({"files": [str(path) for path in done.files], "problems": list(done.problems)})
    else:
        for path in done.files:
            console.out.print(str(path), highlight=False, soft_wrap=True, markup=False)
    if done.problems:
        raise ArchiveError("not all of it could be restored:\n" + "\n".join(done.problems))
    return None


@app.command(name="rebuild", epilog="Example: thirdcopy rebuild --from disk")
def rebuild_ledger(
    config: Config = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Only from this target.", autocompletion=common.complete_target)
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make a lost ledger anew from what lies at the targets. Copies are claimed until an audit has read them."""
    from archive.readiness import reachable
    from archive.steps.rebuilding import rebuild

    progress = console.progress()
    with progress.shown(), common.opened_with(progress) as archive, archive.ledger.lease.held():
        if source and source not in archive.targets:
            raise typer.BadParameter(f"there is no target {source}{console.nearest(source, list(archive.targets))}")
        readiness = reachable(archive)
        usable = {name: target for name, target in readiness.usable.items() if source in (None, name)}
        if not usable:
            raise ArchiveError("no target can be read: " + "; ".join(readiness.problems.values()))
        if dry_run:
            line = f"would read every object at {', '.join(usable)}"
            return console.would(line, {"targets": list(usable)}, as_json=as_json)
        done = rebuild(archive, usable)
        problems = [*done.problems, *(why for name, why in readiness.problems.items() if source in (None, name))]
    lacking = {name: len(objects) for name, objects in done.lacking.items() if objects}
    if as_json:
        console.print_json({**asdict(done), "problems": problems})
    else:
        console.out.print(f"{done.objects:,} objects, {done.clips:,} clips", highlight=False)
        for name, number in lacking.items():
            console.out.print(f"[yellow]{name}[/] lacks {number:,} objects", highlight=False)
        for problem in problems:
            console.err.print(f"[yellow]not read[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
        console.out.print("Next: `thirdcopy audit --all` reads the copies; `thirdcopy run --take-over` writes again.")
    if done.forks:
        raise RefusedError("forks, for a person to look at:\n" + "\n".join(done.forks))
    if problems:
        raise typer.Exit(common.DEBTS)
    return None
