"""The command that proposes links: for clips of the archive, or for a plain text without one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json
from flows.cli.run_commands import would_do

if TYPE_CHECKING:
    from archive.linking.plain_texts import TextLinks

app = typer.Typer()
STDIN = Path("-")
AROUND = 16
"""Characters of context, at most, that are shown on each side of a quote."""


@app.command(epilog="Example: thirdcopy link --text talk.txt --register victims.csv --json")
def link(
    config: Config = None,
    text: Annotated[
        Path | None, typer.Option("--text", help="Link this text, or stdin (-), instead of clips; wants no settings.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option("--register", exists=True, dir_okay=False, help="With --text: what to link it to.")
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option("--known", exists=True, dir_okay=False, help="With --text: known people's names, one a line."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Propose links to the registers for transcribed clips; `mirror` stores what comes of it.

    With --text, link a plain text in UTF-8 to a register and store nothing. Offsets count code points; a byte order
    mark at the beginning is not counted, and a line end of two characters is two.
    """
    if text is not None or register is not None or known is not None:
        return _link_text(text, register, known, dry_run=dry_run, as_json=as_json)
    if dry_run:
        return would_do(as_json=as_json)
    from archive.steps.stages import LINK, REGISTERS, Asked, take

    with common.at_work() as session:
        tally = take(session, Asked(), (REGISTERS, LINK))
    return common.report(tally, session.usable_targets, as_json=as_json)


def _link_text(text: Path | None, register: Path | None, known: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from archive.linking.index import RegisterIndex
    from archive.linking.known_people import KnownPeople, read_names
    from archive.linking.plain_texts import link_text
    from archive.linking.registers.register import load

    if text is None or register is None:
        raise typer.BadParameter("--text FILE and --register FILE go together")
    if dry_run:
        raise typer.BadParameter("--text stores nothing; leave out --dry-run")
    words = _read(text)
    loaded = load(register, register.stem)
    if skipped := loaded.report.read - loaded.report.kept:
        console.err.print(f"{skipped:,} of {loaded.report.read:,} rows of the register were skipped", highlight=False)
    index = RegisterIndex(loaded, KnownPeople(read_names(known) if known else ()))
    with console.waiting(f"{len(words):,} characters against {loaded.report.kept:,} entries"):
        found = link_text(words, index)
    if as_json:
        return console.print_json(found)
    return _print(words, found)


def _read(file: Path) -> str:
    """The text of a file, or of stdin, as it is but for a byte order mark."""
    if file != STDIN and not file.is_file():
        raise typer.BadParameter(f"{file}: no such file; --text names a text in UTF-8, or is - for stdin")
    raw = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = "stdin" if file == STDIN else file
        raise typer.BadParameter(f"{name}: byte {error.start} is not UTF-8; save the text in UTF-8") from error


def _print(text: str, found: "TextLinks") -> None:
    from archive.masks import mask
    from transcription.cutting import beginning, ending

    masked = mask(text)

    def context(start: int, end: int) -> str:
        before, after = ending(masked, AROUND, start), beginning(masked, AROUND, end)
        quote = escape(console.shorten(masked[start:end], 60))
        return f"{escape(console.plain(before))}[bold]{quote}[/]{escape(console.plain(after))}"

    if found.links:
        table = console.table("entry#", "tier", "role", "score#", "in context")
        for one in found.links:
            others = (
                f"\n[dim]or {escape(', '.join(a.entry for a in one.alternatives[:5]))}[/]" if one.alternatives else ""
            )
            kind = f"{one.tier} {one.method}"
            table.add_row(escape(one.entry), kind, one.role, f"{one.score:.2f}", context(one.start, one.end) + others)
        console.out.print(table)
    for conflict in found.conflicts:
        line = f"the number says entry {conflict.number_entry}, the name {conflict.name_entry}"
        console.out.print(f"[red]conflict[/]  {escape(line)}", highlight=False)
        console.out.print(f"          {context(conflict.start, conflict.end)}", highlight=False)
    if not found.links:
        console.out.print("no passage concerns an entry of the register")
