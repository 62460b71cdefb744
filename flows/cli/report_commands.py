"""The command that draws up a report: what should be there, what is, and what changed since the report before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import ArchiveError
from flows.cli import common, console
from flows.cli.common import Config, Json

if TYPE_CHECKING:
    from archive.opening.archive import Archive
    from archive.records.report import Report
    from archive.views.report_changes import Changes
    from archive.views.report_view import Drawn

app = typer.Typer()


@app.command(epilog="Example: thirdcopy report --since 2026-10-01 --html report.html")
def report(
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", formats=["%Y-%m-%d"], help="Compare with the newest report by the end of that day (UTC)."
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a row a source and month to this file; - is stdout.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write one page, with curves, to this file.")] = None,
    config: Config = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "--no-keep", help="Draw the report up, and keep it nowhere.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Count what should be there against what is held, safe, proven, transcribed, linked and judged.

    A row for each source and month, with what changed since the report before, and what is missing by name. The report
    is stored at every target, unless the newest one says the same.
    """
    from archive.views.report_page import BEGINNING
    from archive.views.report_sheet import COLUMNS

    to_stdout = csv is not None and str(csv) == "-"
    if to_stdout and as_json:
        raise typer.BadParameter("--json and --csv - both write to stdout: leave one out")
    _may_replace(None if to_stdout else csv, "\ufeff" + ",".join(f'"{name}"' for name in COLUMNS[:3]))
    _may_replace(html, BEGINNING)
    with _drawn(since, keep=not dry_run) as found:
        if html is not None:
            _write(html, _page(found))
        if csv is not None:
            _sheet(found, None if to_stdout else csv)
        if not to_stdout:
            _show(found, as_json=as_json)
        for problem in found.problems:
            console.err.print(f"[yellow]not done[/] {console.plain(problem)}", highlight=False, soft_wrap=True)
        if found.problems:
            raise typer.Exit(common.DEBTS)


@dataclass
class _Found:
    """A report that was drawn up, what it was set against, the reports before it, and where it is kept."""

    archive: "Archive"
    drawn: "Drawn"
    before: "Report | None"
    changes: "Changes | None"
    history: "list[Report]"
    kept: bool = False
    stored: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@contextmanager
def _drawn(since: datetime | None, *, keep: bool) -> "Iterator[_Found]":
    """The report, kept or not. Its files last as long as the block."""
    from archive.preservation.mirroring import store_owed
    from archive.records.object_ids import ObjectId
    from archive.steps.report_records import keep_report, newest_by, reports
    from archive.views.report_view import changes_since, drawn_up

    day = since.date() if since else None
    if not keep:
        with common.opened_archive() as archive:
            history = reports(archive)
            before = newest_by(history, day)
            with drawn_up(archive) as drawn:
                changes = changes_since(archive, drawn, before, None) if before else None
                yield _Found(archive, drawn, before, changes, history, problems=_uncounted(drawn))
        return
    with common.at_work() as session:
        archive, usable = session.archive, session.usable_targets
        history = reports(archive)
        before = newest_by(history, day)
        with drawn_up(archive) as drawn:
            changes = changes_since(archive, drawn, before, usable.readable) if before else None
            found = _Found(archive, drawn, before, changes, history, problems=_uncounted(drawn))
            found.kept = keep_report(archive, drawn.kept, usable.readable)
            newest = drawn.report if found.kept else history[-1]
            stored = store_owed(archive, usable.readable, [ObjectId(newest.report)], to=usable.writable)
            found.stored = sorted(name for name, one in stored.items() if one.versions)
            found.problems += [problem for one in stored.values() for problem in one.problems]
            found.problems += [f"{name}: {why}" for name, why in usable.wrong.items()]
            yield found


def _uncounted(drawn: "Drawn") -> list[str]:
    return [f"{which} is not counted: {why}" for which, why in drawn.report.uncounted.items()]


def _page(found: _Found) -> bytes:
    from archive.steps.report_records import read_missing, read_rows
    from archive.views.report_page import Page, to_html
    from archive.views.report_view import public_title

    drawn = found.drawn
    page = Page(
        report=drawn.report,
        rows=read_rows(drawn.rows),
        missing=read_missing(drawn.missing),
        changes=found.changes,
        history=found.history,
        title=lambda name: public_title(found.archive, name),
    )
    return to_html(page).encode()


def _sheet(found: _Found, file: Path | None) -> None:
    from archive.steps.report_records import read_rows
    from archive.views.report_sheet import to_csv
    from flows.cli.disclosure import write_out

    data = to_csv(read_rows(found.drawn.rows), found.changes)
    if file is None:
        write_out(data.decode(), None)
    else:
        _write(file, data)


def _show(found: _Found, *, as_json: bool) -> None:
    from archive.steps.report_records import read_missing, read_rows
    from flows.cli import report_lines

    drawn, rows, missing = found.drawn, read_rows(found.drawn.rows), read_missing(found.drawn.missing)
    if as_json:
        head = {
            **drawn.report.model_dump(mode="json"),
            "kept": found.kept,
            "stored": found.stored,
            "problems": found.problems,
        }
        report_lines.print_json(head, rows, missing, found.changes, found.history)
        return
    report_lines.print_report(drawn.report, rows, missing, found.changes)
    console.out.print(report_lines.kept_line(drawn.report, found.history, kept=found.kept, stored=found.stored))


def _may_replace(file: Path | None, beginning: str) -> None:
    """Raise ArchiveError for a file that is there and is no such report: only a former one is written anew."""
    if file is None or not file.exists():
        return
    start = beginning.encode()
    with file.open("rb") as there:
        if there.read(len(start)) != start:
            raise ArchiveError(f"{file} is there already and is no such report: name another file")


def _write(file: Path, data: bytes) -> None:
    """Write a file whole: whoever looks meanwhile sees the former one."""
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_bytes(data)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
