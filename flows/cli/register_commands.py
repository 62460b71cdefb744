"""Commands about registers: import a file as a snapshot, list and show snapshots, and what changed between two."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json, Who

if TYPE_CHECKING:
    from archive.linking.registers.reports import Report
    from archive.records.snapshot import Snapshot
    from archive.steps.registering import Imported

app = typer.Typer(help="The registers of the settings, and their snapshots.", no_args_is_help=True)
TOLD = 20
"""Notes and entries that are shown of a kind; --json has more."""
TOLD_IN_JSON = 10_000


def complete_version(context: typer.Context, incomplete: str) -> list[str]:
    """Numbers of a register's snapshots for the shell's completion."""

    def numbers() -> list[str]:
        from archive.steps.registering import versions

        with common.reading() as archive:
            return list(map(str, versions(archive, str(context.params["name"]))))

    return common.completed(incomplete, numbers)


Name = Annotated[str, typer.Argument(help="A register's name.", autocompletion=common.complete_register)]


@app.command(name="import", epilog="Example: thirdcopy register import victims --by 'A. Archivist'")
def import_file(
    name: Name,
    by: Who,
    file: Annotated[Path | None, typer.Argument(help="CSV, XLSX or JSON; that of the settings otherwise.")] = None,
    fewer: Annotated[
        bool, typer.Option("--fewer", help="Take it though it has less than half of the entries that there were.")
    ] = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Read a register, report what was skipped or odd, and store a snapshot of it if its entries changed.

    Secret columns are left out, and identity numbers, passports and telephones are masked before anything is kept.
    """
    from archive.preservation.mirroring import store_owed
    from archive.steps import registering
    from archive.steps.registering import object_of, snapshot
    from archive.views.register_view import planned

    with common.reading() as archive:
        path = file or registering.stanza_of(archive, name).file
        if dry_run:
            report, changes = planned(archive, name, path)
            if as_json:
                facts = {"register": name, "file": str(path), **report.model_dump(mode="json"), **changes}
                console.print_json({"dry_run": facts})
            else:
                _print_plan(path, report, changes)
            return None if fewer else registering.refuse_fewer(archive, name, report.kept, path)
    with common.at_work() as session:
        done = registering.import_register(
            session.archive, name, session.usable_targets.readable, file=file, by=by, fewer=fewer
        )
        usable_targets = session.usable_targets
        stored = store_owed(session.archive, usable_targets.readable, [object_of(name)], to=usable_targets.writable)
        said = snapshot(session.archive, name)
    problems = [problem for one in stored.values() for problem in one.problems]
    problems += [f"{target}: {why}" for target, why in session.usable_targets.wrong.items()]
    places = sorted(target for target, one in stored.items() if one.versions)
    if as_json:
        console.print_json(
            {
                **_facts(done.version, said),
                "new": done.new,
                "stored": places,
                "problems": problems,
                "report": done.report.model_dump(mode="json"),
            }
        )
    else:
        _print_import(name, done, places, problems)
    if problems:
        raise typer.Exit(common.DEBTS)
    return None


@app.command(name="list", epilog="Example: thirdcopy register list --json")
def list_registers(config: Config = None, as_json: Json = False) -> None:
    """Show the registers of the settings and their snapshots. No target is asked."""
    from archive.views.register_view import registers_view

    with common.reading() as archive:
        registers = registers_view(archive)
    if as_json:
        return console.print_json(
            {
                name: {
                    "file": found.file,
                    "snapshots": [
                        {**_facts(version, held.snapshot), "copies": held.copies}
                        for version, held in found.snapshots.items()
                    ],
                }
                for name, found in registers.items()
            }
        )
    table = console.table("register", "snapshot#", "taken", "entries#", "not read#", "copies#", "by")
    for name, found in registers.items():
        for version, held in found.snapshots.items():
            one = held.snapshot
            numbers = (f"{one.entries:,}", f"{one.read - one.entries:,}", f"{held.copies:,}")
            table.add_row(name, str(version), f"{one.taken:%Y-%m-%d}", *numbers, escape(console.shorten(one.by, 20)))
        if not found.snapshots:
            table.add_row(name, "none", "", "", "", "", "")
    console.out.print(table)
    return None


@app.command(name="show", epilog="Example: thirdcopy register show victims --version 2")
def show_snapshot(
    name: Name,
    version: Annotated[
        int | None, typer.Option("--version", help="The newest otherwise.", min=1, autocompletion=complete_version)
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what a snapshot is: its file, columns, counts and digests. Nothing of an entry is shown."""
    from archive.views.register_view import one_snapshot

    with common.reading() as archive:
        number, one = one_snapshot(archive, name, version)
    if as_json:
        return console.print_json(_facts(number, one))
    rows = (
        ("register", f"{name}, snapshot {number} of {one.taken:%Y-%m-%d %H:%M} UTC by {one.by}"),
        ("file", f"{one.file} ({one.form}, {one.size:,} bytes)"),
        ("sha256", f"{one.source_sha256[:32]}… of the file"),
        ("entries", f"{one.entries:,} of {one.read:,} rows"),
        ("sha256", f"{one.entries_sha256[:32]}… of entries.jsonl, which links name"),
        ("secret", ", ".join(one.secret) or "none of its columns"),
        *(("odd", f"{kind}: {count:,}") for kind, count in one.counts.items()),
        *(
            ("field", f"{field} ← {', '.join(columns)}")
            for field, columns in one.columns.items()
            if columns != (field,)
        ),
        ("fields", ", ".join(field for field, columns in one.columns.items() if columns == (field,))),
    )
    for what, text in rows:
        console.out.print(f"[bold]{what:>10}[/]  {escape(console.plain(text))}", highlight=False)
    return None


@app.command(name="diff", epilog="Example: thirdcopy register diff victims --from 1 --to 2")
def diff_snapshots(
    name: Name,
    before: Annotated[
        int | None,
        typer.Option(
            "--from", help="A snapshot; the one before the newest otherwise.", autocompletion=complete_version
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--to", help="A snapshot or a file; the newest otherwise.", autocompletion=complete_version),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show which entries were added, removed or changed, and in which fields. Values are not shown."""
    from archive.views.register_view import changes

    file = Path(after) if after and not after.isdecimal() else None
    to = None if after is None or file else int(after)
    with common.reading() as archive:
        done = changes(archive, name, before=before, after=to, file=file)
    found, counts = done.differences, done.counts
    facts = {"register": name, "from": done.before, "to": done.after, **counts, "judged_links": done.judged}
    if as_json:
        entries = [{"entry": d.entry, "change": d.change, "fields": d.fields} for d in found[:TOLD_IN_JSON]]
        return console.print_json({**facts, "entries": entries, "left_out": max(0, len(found) - TOLD_IN_JSON)})
    for change, colour in (("added", "green"), ("removed", "red"), ("changed", "yellow")):
        of_kind = [one for one in found if one.change == change]
        for one in of_kind[:TOLD]:
            fields = f": {', '.join(one.fields)}" if one.fields else ""
            console.out.print(f"[{colour}]{change:>8}[/]  {one.entry}{escape(fields)}", highlight=False, soft_wrap=True)
        if len(of_kind) > TOLD:
            console.out.print(f"{'':>8}  … and {len(of_kind) - TOLD:,} more {change}: --json", highlight=False)
    span = f"snapshot {done.before or 'none'} to {done.after}"
    console.out.print(f"{span}: {_words(counts)}", highlight=False, markup=False)
    if done.judged:
        console.out.print(f"{done.judged:,} judged links are to entries that changed: they go back to review")
    return None


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {change}" for change, count in counts.items())


def _facts(version: int, one: "Snapshot") -> dict[str, Any]:
    return {"version": version, **one.model_dump(mode="json")}


def _print_import(name: str, done: "Imported", places: list[str], problems: list[str]) -> None:
    _print_report(done.report)
    new = f"snapshot {done.version} made" if done.new else f"nothing changed: snapshot {done.version} stands"
    at = f", stored and read back at {', '.join(places)}" if places else ""
    console.out.print(f"{name}: {new}{at}", highlight=False, soft_wrap=True, markup=False)
    for problem in problems:
        console.err.print(f"[yellow]not done[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)


def _print_plan(path: Path, report: "Report", changes: dict[str, int]) -> None:
    console.out.print(f"would read {escape(console.plain(str(path)))}", highlight=False, soft_wrap=True)
    _print_report(report)
    made = "would make a snapshot" if any(changes.values()) else "nothing changed: would make no snapshot"
    console.out.print(f"{made}; {_words(changes)}", highlight=False)


def _print_report(report: "Report") -> None:
    of = f" of sheet {console.plain(report.sheet)!r}" if report.sheet is not None else ""
    rows = f"{report.kept:,} entries of {report.read:,} rows{of}"
    console.out.print(rows, highlight=False, markup=False, soft_wrap=True)
    if report.links:
        console.out.print(f"addresses behind cells that were read: {report.links:,}", highlight=False)
    line_ = "line" if report.sheet is None else "row"
    for kind, count in report.counts.items():
        notes = [note for note in (*report.skipped, *report.odd) if note.kind == kind]
        console.out.print(f"[yellow]{kind}[/]: {count:,}", highlight=False)
        for note in notes[:TOLD]:
            entry = f", entry {note.entry}" if note.entry else ""
            where = f"cell {note.cell}" if note.cell else f"{line_} {note.line}"
            line = console.plain(f"{where}{entry}: {note.what}")
            console.out.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
        if count > TOLD:
            console.out.print(f"    … and {count - min(len(notes), TOLD):,} more", highlight=False)
    for field, count in report.masked.items():
        console.out.print(f"masked in {escape(field)}: {count:,} entries", highlight=False)
