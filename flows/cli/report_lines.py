"""A report on a screen of 80 columns, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from rich.markup import escape

from archive.records.report import NUMBERS, Counts, Missing, Report, ReportRow
from archive.safe_text import written
from archive.views.report_changes import Changes
from archive.views.report_words import LACKS, differences, gaps, spoken
from flows.cli import console

MONTHS_SHOWN = 12
"""Months of a source that are shown: the newest of those where something is missing, or has changed."""
NAMES_SHOWN = 20
"""Missing items that are named; --json has all."""


def print_report(
    report: Report, rows: Sequence[ReportRow], missing: Iterator[Missing], changes: Changes | None
) -> None:
    """The sources, months with gaps or changes, what is wanting and what to do, and names."""
    _print_numbers("source", {**report.sources, "all": report.totals})
    if report.totals.languages:
        _say(f"transcribed: {spoken(report.totals.languages)}")
    _print_months(rows, changes)
    _print_gaps(report.totals)
    _print_names(report.missing, missing)
    _print_changes(changes)


def kept_line(report: Report, history: Sequence[Report], *, kept: bool, stored: Sequence[str]) -> str:
    """Whether the report is kept, and where."""
    at = f", stored and read back at {', '.join(stored)}" if stored else ""
    if kept:
        return f"kept as {report.report}{at}"
    if history and history[-1].says_as(report):
        newest = history[-1]
        return f"says what {newest.report} says, of {newest.written:%Y-%m-%d %H:%M} UTC: not kept again{at}"
    return "not kept"


def print_json(
    head: Mapping[str, Any],
    rows: Sequence[ReportRow],
    missing: Iterator[Missing],
    changes: Changes | None,
    history: Sequence[Report],
) -> None:
    """All of a report as one JSON object; what is missing is written as it is read, for it may be much."""
    facts = {
        "schema": "thirdcopy/report/1",
        **{name: value for name, value in head.items() if name not in ("rows", "missing")},
        "rows": [row.model_dump(mode="json") for row in rows],
        "changes": changes.model_dump(mode="json") if changes else None,
        "history": [_point(one) for one in history],
    }
    print(written(facts, indent=2).removesuffix("\n}") + ',\n  "missing": [', end="")
    for number, one in enumerate(missing):
        print(("," if number else "") + "\n" + written(one.model_dump(mode="json"), indent=2), end="")
    print("\n  ]\n}")


def _point(report: Report) -> dict[str, Any]:
    """An earlier report, as a point of the curves."""
    numbers = {name: getattr(report.totals, name) for name in NUMBERS}
    return {"report": report.report, "written": f"{report.written:%Y-%m-%dT%H:%M:%SZ}", **numbers}


def _say(line: str) -> None:
    console.out.print(escape(console.plain(line)), highlight=False, soft_wrap=True)


def _print_numbers(what: str, rows: Mapping[str, Counts]) -> None:
    table = console.table(what, *(f"{name}#" for name in NUMBERS))
    for name, counts in rows.items():
        table.add_row(escape(console.plain(name)), *(f"{getattr(counts, column):,}" for column in NUMBERS))
    console.out.print(table)


def _print_months(rows: Sequence[ReportRow], changes: Changes | None) -> None:
    changed = {(one.source, one.month) for one in changes.rows} if changes else set[tuple[str, str]]()
    for source, some in groupby(rows, attrgetter("source")):
        months = list(some)
        told = [row for row in months if row.counts.missing or (source, row.month) in changed][-MONTHS_SHOWN:]
        if not told or len(months) == 1:
            continue
        console.out.print(f"[bold]{escape(console.plain(source))}[/]", highlight=False)
        shown = {row.month: row.counts for row in told}
        others = [row.counts for row in months if row not in told]
        rest = {f"{len(others)} others": Counts.together(others)} if others else {}
        _print_numbers("month", shown | rest)


def _print_gaps(totals: Counts) -> None:
    for step, count, told in gaps(totals):
        do = f": {told.do}" if told.do else ""
        line = f"[bold]{'not ' + step:>15}[/]  {count:,} {escape(told.what)}{escape(do)}"
        console.out.print(line, highlight=False, soft_wrap=True)


def _print_names(count: int, missing: Iterator[Missing]) -> None:
    for number, one in enumerate(missing):
        if number == NAMES_SHOWN:
            console.out.print(f"… and {count - NAMES_SHOWN:,} more missing: --json names all", highlight=False)
            break
        _say(f"missing {one.name} ({one.source}, {one.month}): {LACKS[one.lacks].what}")


def _print_changes(changes: Changes | None) -> None:
    if changes is None:
        return None
    since = f"since {changes.since:%Y-%m-%d %H:%M} UTC"
    if changes.none:
        return _say(f"{since}: nothing has changed" if changes.by_name else f"{since}: no total has changed")
    _say(f"{since}: {differences(changes.totals) or 'no total has changed'}")
    for what, names in (
        ("newly missing", [one.name for one in changes.newly_missing]),
        ("missing for another reason", [one.now.name for one in changes.otherwise_missing]),
        ("missing no longer", [one.name for one in changes.no_longer_missing]),
    ):
        if names:
            more = f" … and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
            _say(f"{len(names):,} {what}: {', '.join(names[:NAMES_SHOWN])}{more}")
    return None
