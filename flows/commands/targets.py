"""Commands about targets: what they hold and cost, and whether one keeps its promises."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.markup import escape

from archive.errors import ArchiveError, RefusedError, SettingsError
from flows import console
from flows.commands import common
from flows.commands.common import Config, Json
from storage.errors import TargetError

if TYPE_CHECKING:
    from storage.conformance import Check

app = typer.Typer(help="The targets of the settings.", no_args_is_help=True)
Target = Annotated[str, typer.Argument(help="A target's name.", autocompletion=common.complete_target)]


@app.command(name="list", epilog="Example: thirdcopy targets list --json")
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


@app.command(name="check", epilog="Example: thirdcopy targets check disk")
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
