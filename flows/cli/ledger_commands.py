"""Commands about the ledger's database: carry it to the other engine."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from archive.errors import SettingsError
from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from archive.ledger.carrying_over import Contents

app = typer.Typer(help="The ledger's database.", no_args_is_help=True)


@app.command(epilog="Example: thirdcopy ledger move --to 'postgresql://keeper@localhost/ledger'")
def move(
    to: Annotated[str, typer.Option("--to", help="The address of a PostgreSQL database, or `sqlite`.")],
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Carry the ledger to a database of PostgreSQL, or back into a file, and prove that all of it arrived.

    Nothing else may be at work meanwhile. Until the end the old ledger is in force; run it again if it broke off. The
    password of the database is that of [ledger], from the environment or secrets_file.
    """
    from archive.preservation.moving_ledger import held, line_of, place_named
    from archive.preservation.moving_ledger import move as carried

    progress, settings = console.progress(), common.settings()
    try:
        place = place_named(settings, to)
    except ValueError as error:
        raise SettingsError([f"--to: the address {error}"]) from None
    if dry_run:
        with progress.shown():
            there = held(settings, progress)
        rows = sum(found.rows for found in there.values())
        told = {"new": str(place), "tables": {name: asdict(found) for name, found in there.items()}}
        return console.would(f"would carry {rows:,} rows of {len(there)} tables to {place}", told, as_json=as_json)
    with progress.shown():
        done = carried(settings, place, progress)
    line = line_of(place)
    if as_json:
        tables = {
            name: {"before": asdict(found), "after": asdict(done.after[name])} for name, found in done.before.items()
        }
        console.print_json({"old": done.old, "new": done.new, "tables": tables, "write": line})
        return None
    _print(done.before, done.after)
    console.out.print(escape(f"the ledger is at {done.new} now; write that in archive.toml:\n{line}"), soft_wrap=True)
    return None


def _print(before: Mapping[str, "Contents"], after: Mapping[str, "Contents"]) -> None:
    grid = Table(box=None, pad_edge=False)
    for head in ("table", "rows", "digest", "arrived", "digest there"):
        grid.add_column(head, justify="right" if head in ("rows", "arrived") else "left", no_wrap=True)
    for name, one in before.items():
        there = after[name]
        grid.add_row(name, f"{one.rows:,}", one.sha256[:16], f"{there.rows:,}", there.sha256[:16])
    console.out.print(grid, highlight=False)
