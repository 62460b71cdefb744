"""Commands of who answers for the copies: audit, restore, targets, rebuild."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.markup import escape

from archive.errors import ArchiveError, RefusedError, SettingsError
from flows import console
from flows.commands import common
from flows.commands.common import By, Clip, Clips, Config, DryRun, Json
from storage.errors import TargetError

if TYPE_CHECKING:
    from archive.steps.auditing import Audited
    from storage.conformance import Check

app = typer.Typer()
targets = typer.Typer(help="The targets of the settings.", no_args_is_help=True)
Target = Annotated[str, typer.Argument(help="A target's name.", autocompletion=common.complete_target)]


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


@targets.command(name="list", epilog="Example: thirdcopy targets list --json")
def list_targets(config: Config = None, as_json: Json = False) -> None:
    """Show the targets, what they hold and what they are owed. No target is asked."""
    from archive.steps.status import status as count

    with common.reading() as archive:
        counted = count(archive)
        kinds = {name: stanza.kind for name, stanza in archive.settings.targets.items()}
    rows = {name: {"kind": kinds[name], **one.model_dump(mode="json")} for name, one in counted.targets.items()}
    if as_json:
        return console.print_json(rows)
    table = console.table("target", "kind", "copies#", "owed#", "where")
    for name, one in counted.targets.items():
        table.add_row(name, kinds[name], f"{one.copies:,}", f"{one.owed:,}", escape(one.address))
    console.out.print(table)
    return None


@targets.command(name="check", epilog="Example: thirdcopy targets check disk")
def check_target(name: Target, config: Config = None, as_json: Json = False) -> None:
    """Try a target against every promise of the contract, under its scratch/; refuse one that strangers can read."""
    from storage.conformance import conform
    from storage.targets import S3Settings

    settings = common.settings()
    with common.reading() as archive:
        if name not in archive.targets:
            raise typer.BadParameter(f"there is no target {name}{console.nearest(name, list(archive.targets))}")
        target, stanza = archive.targets[name], settings.targets[name]
        large = (stanza.part_size_mib * 1024**2 + 1) if isinstance(stanza, S3Settings) else 1024**2
        strangers: list[str] = []
        try:
            target.check()
            if isinstance(stanza, S3Settings):
                from storage.targets.s3 import stranger  # boto3 takes a second to import

                strangers = stranger(stanza)
            tell = None if as_json else _tell
            checks = [] if strangers else conform(target, token=uuid4().hex, large=large, tell=tell)
        except TargetError as error:
            setting = getattr(error, "setting", None)
            if setting:
                raise SettingsError([f"{settings.file}: targets.{name}.{setting}: {error.message}"]) from error
            raise ArchiveError(str(error)) from error
    failed = [check for check in checks if not check.ok]
    if as_json:
        console.print_json({"target": name, "checks": [asdict(check) for check in checks], "strangers": strangers})
    if strangers:
        raise RefusedError(
            f"{name} answers strangers: it lets anyone " + "; ".join(strangers) + ". Close the bucket before using it"
        )
    if failed:
        raise ArchiveError(f"{name} breaks {len(failed)} of {len(checks)} promises: it cannot be a target yet")
    if not as_json:
        console.out.print(f"{name} keeps all {len(checks)} promises", highlight=False)


def _tell(check: "Check") -> None:
    mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
    console.out.print(f"{mark} {check.name}" + (f": {escape(check.detail)}" if check.detail else ""), highlight=False)
