"""The command about lists of what should be there: bring one, and see what of it is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError
from flows.cli import common, console
from flows.cli.common import By, Config, DryRun, Json, OfRegister

if TYPE_CHECKING:
    from archive.linking.lists.list_columns import Asked

app = typer.Typer()


def complete_list(incomplete: str) -> list[str]:
    """Names of lists for the shell's completion; files are the shell's own."""

    def names() -> list[str]:
        from archive.steps.expecting import list_names

        with common.reading() as archive:
            return list_names(archive)

    return common.completed(incomplete, names)


def _platform(value: str | None) -> str | None:
    if value is None:
        return None
    from archive.linking.finding.cited.platforms import NAMED

    if value.lower() not in NAMED:
        raise typer.BadParameter(f"ids of {value} tell no address by themselves; there are: {', '.join(NAMED)}")
    return value.lower()


@app.command(epilog="Example: thirdcopy expect channel.csv --name struck-channel --by 'A. Archivist'")
def expect(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|NAME]",
            help="A list to bring: CSV, XLSX, JSON, or an address a line; or the name of one that was brought.",
            autocompletion=complete_list,
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call the list; after its file otherwise.")] = None,
    register: OfRegister = None,
    lists: Annotated[bool, typer.Option("--list", help="Show every list, counted.")] = False,
    column: Annotated[str | None, typer.Option("--column", help="The column of addresses or ids.")] = None,
    title_column: Annotated[str | None, typer.Option("--title-column", help="The column of titles.")] = None,
    date_column: Annotated[str | None, typer.Option("--date-column", help="The column of dates.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.")] = None,
    platform: Annotated[
        str | None, typer.Option("--platform", help="Whose ids bare ones are, as youtube.", callback=_platform)
    ] = None,
    fewer: Annotated[
        bool, typer.Option("--fewer", help="Take it though it has less than half of the videos that there were.")
    ] = False,
    by: By = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write what is missing to this file.")] = None,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring a list of what should be there, and see what is: held, saved elsewhere, perhaps there, or missing.

    The list is stored at every target; by its name it is looked at again, without the file. With --register, what a
    register's entries cite is the list. What is only alike is shown as perhaps, and never counted as found.
    """
    from archive.linking.lists.list_columns import Asked
    from archive.views.expectations import list_expectation, register_expectation
    from flows.cli import expect_lines

    if csv is not None and csv.exists():
        raise ArchiveError(f"{csv} is there already: name another file")
    if register is not None and what is None:
        with common.opened_archive() as archive:
            return expect_lines.show_expectation(
                register_expectation(archive, register), f"register {register}", csv, as_json=as_json
            )
    if register is not None:
        raise typer.BadParameter("a register is a list by itself: leave the file or the name out")
    if what is None or lists:
        if csv is not None:
            raise typer.BadParameter("--csv is of one list: name it")
        return _list(keep=not dry_run, as_json=as_json)
    asked = Asked(column, title_column, date_column, platform)
    file = _file_of(what)
    if file is None:
        if any((name, sheet, by, fewer, asked != Asked())):
            raise typer.BadParameter(f"{what} is a list that was brought: --json, --csv and --dry-run alone are of it")
        with common.opened_archive() as archive:
            return expect_lines.show_expectation(list_expectation(archive, what), f"list {what}", csv, as_json=as_json)
    if dry_run:
        return _rehearse(file, name, asked, sheet, fewer=fewer, as_json=as_json)
    return _bring(file, name, asked, sheet, _Bringing(by, csv, fewer=fewer, as_json=as_json))


class _Bringing:
    """How a list is brought and told of."""

    def __init__(self, by: str | None, csv: Path | None, *, fewer: bool, as_json: bool) -> None:
        self.by, self.csv, self.fewer, self.as_json = by, csv, fewer, as_json


def _file_of(what: str) -> Path | None:
    """The file that is meant, None for the name of a list that there is. Raises BadParameter where it could be both."""
    from archive.steps.expecting import list_names

    file = Path(what)
    with common.reading() as archive:
        known = list_names(archive)
    if what not in known:
        if not file.exists() and file.parent == Path() and not file.suffix:
            hint = console.nearest(what, known) or f"; there are the lists: {', '.join(known) or 'none yet'}"
            raise typer.BadParameter(f"there is neither a file nor a list {what}{hint}")
        return file
    if file.is_file():
        raise typer.BadParameter(f"{what} is a list and a file here: say ./{what} for the file")
    return None


def _rehearse(file: Path, name: str | None, asked: "Asked", sheet: str | None, *, fewer: bool, as_json: bool) -> None:
    from archive.steps.expecting import name_of, object_of_list, planned_version, read_expected, refuse_fewer_items
    from archive.views.expectations import items_expectation
    from flows.cli import expect_lines

    called = name or name_of(file)
    object_of_list(called)
    with common.opened_archive() as archive:
        read = read_expected(archive, file, asked, sheet)
        version, new = planned_version(archive, called, read)
        if new and not fewer:
            refuse_fewer_items(archive, called, len(read.items), file)
        counts = expect_lines.counted(items_expectation(archive, read.items)())
    if as_json:
        facts = {"list": called, "version": version, "new": new, "columns": read.columns}
        facts |= {"report": read.report.model_dump(mode="json"), "counts": expect_lines.as_facts(counts)}
        return console.print_json({"dry_run": facts})
    expect_lines.print_report(read.report, read.columns)
    made = f"would make version {version}" if new else f"nothing changed: version {version} would stand"
    console.out.print(f"list {called}: {made}", highlight=False, markup=False)
    expect_lines.print_counts(counts)
    return None


def _bring(file: Path, name: str | None, asked: "Asked", sheet: str | None, how: _Bringing) -> None:
    from archive.preservation.mirroring import store_owed
    from archive.steps.expecting import import_list, name_of, object_of_list, read_expected
    from archive.views.expectations import list_expectation
    from flows.cli import expect_lines

    called = name or name_of(file)
    object_of_list(called)
    with common.at_work() as session:
        archive, usable = session.archive, session.usable_targets
        read = read_expected(archive, file, asked, sheet)
        done = import_list(archive, called, read, usable.readable, by=how.by, fewer=how.fewer)
        stored = store_owed(archive, usable.readable, [object_of_list(called)], to=usable.writable)
        problems = [problem for one in stored.values() for problem in one.problems]
        problems += [f"{target}: {why}" for target, why in usable.wrong.items()]
        places = sorted(target for target, one in stored.items() if one.versions)
        if not how.as_json:
            expect_lines.print_report(read.report, read.columns)
            new = f"version {done.version} made" if done.new else f"nothing changed: version {done.version} stands"
            at = f", stored and read back at {', '.join(places)}" if places else ""
            console.out.print(f"list {called}: {new}{at}", highlight=False, soft_wrap=True, markup=False)
        more = {
            "new": done.new,
            "stored": places,
            "problems": problems,
            "report": done.report.model_dump(mode="json"),
        }
        expect_lines.show_expectation(
            list_expectation(archive, called), f"list {called}", how.csv, as_json=how.as_json, more=more
        )
    if not how.as_json:
        for problem in problems:
            console.err.print(f"[yellow]not done[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
    if problems:
        raise typer.Exit(common.DEBTS)


def _list(*, keep: bool, as_json: bool) -> None:
    from archive.views.expectations import lists_view
    from flows.cli import expect_lines

    with common.opened_archive() as archive:
        found = lists_view(archive, keep=keep)
    if as_json:
        facts = {
            name: {
                "version": one.version,
                "copies": one.copies,
                "counts": expect_lines.as_facts(one.counts),
                **expect_lines.origin(one.said),
            }
            for name, one in found.items()
        }
        return console.print_json(facts)
    table = console.table("list", "v#", "copies#", "expected#", "held#", "saved#", "perhaps#", "missing#")
    for name, one in found.items():
        counts = one.counts
        numbers = [f"{n:,}" for n in (counts.expected, counts.held, counts.saved, counts.perhaps, counts.missing)]
        if not counts.counted:
            numbers = [numbers[0] if counts.expected else "?", "?", "?", "?", "?"]
        table.add_row(escape(name), str(one.version), f"{one.copies:,}", *numbers)
    console.out.print(table)
    if not found:
        console.out.print("no list yet: `thirdcopy expect FILE` brings one", highlight=False)
    elif any(not one.counts.counted for one in found.values()):
        console.out.print("? is counted by `thirdcopy expect NAME`, or `expect --register NAME`", highlight=False)
    return None
