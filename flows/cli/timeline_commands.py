"""Commands that show what became of clips at their sources."""

from dataclasses import replace
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Clip, Config, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.views.availability import Turn
    from archive.views.status import Status

app = typer.Typer()
TURNS_SHOWN = 10
"""Losses, and returns, as many are named on the screen; --json has all."""


@app.command(epilog="Example: thirdcopy timeline peertube-abc123")
def timeline(clip: Clip, config: Config = None, as_json: Json = False) -> None:
    """Show when a clip was seen at its source, and what it said when it was not; by the clip's id or an address."""
    from archive.records.sighting import unframed
    from archive.views.availability import place_of
    from archive.views.availability import timeline as view

    with common.reading() as archive:
        clip = common.meant(archive, clip)
        found, stands = view(archive, clip), place_of(archive, clip)
    if as_json:
        return console.print_json(found)
    line = replace(stands, words=unframed(stands.words)).line
    console.out.print(f"[bold]{escape(clip)}[/]  {escape(console.plain(line))}", highlight=False)
    for source in dict.fromkeys(span.source for span in found.spans):
        console.out.print(f"[bold]{escape(console.plain(source))}[/]", highlight=False)
        table = console.table("first", "last", "times#", "seen", "from", "what it said")
        for span in found.spans:
            if span.source == source:
                words = escape(console.shorten(unframed(span.words), 160))
                seen = span.availability.replace("_", " ")
                days = f"{span.first:%Y-%m-%d}", f"{span.last:%Y-%m-%d}"
                table.add_row(*days, f"{span.times:,}", seen, escape(console.crop(span.network, 12)), words)
        console.out.print(table)
    return None


def print_sources(counted: "Status") -> None:
    """What was lost at sources, or came back, of late, and which sources are left alone."""
    _print_turns("lost", counted.lost)
    _print_turns("returned", counted.returned)
    for source, until in counted.resting.items():
        line = f"{source} refused us and is left alone until {until:%Y-%m-%d %H:%M} UTC; `thirdcopy retry` asks at once"
        console.out.print(f"[yellow]resting[/] {escape(line)}", highlight=False)


def _print_turns(what: str, turns: "Sequence[Turn]") -> None:
    from archive.records.sighting import unframed

    for one in turns[:TURNS_SHOWN]:
        held = "held" if one.held else "[bold]not held[/]"
        said = f": {escape(console.shorten(unframed(one.words), 60))}" if one.words else ""
        line = f"{escape(one.clip)} since {one.since:%Y-%m-%d}, {held}{said}"
        console.out.print(f"[yellow]{what}[/] {line}", highlight=False)
    if len(turns) > TURNS_SHOWN:
        console.out.print(f"… and {len(turns) - TURNS_SHOWN:,} more {what}: thirdcopy status --json", highlight=False)
