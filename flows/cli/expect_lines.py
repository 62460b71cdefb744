"""What `expect` says: the counts, each video and where it is, in 80 columns or as JSON, and what became of the rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.markup import escape

from archive.errors import ArchiveError
from archive.linking.lists.reconciling import Counts
from archive.records.expected import ListReport
from archive.safe_text import written
from archive.views.expectations import Expectation, ListCounts, Placed, missing_csv
from flows.cli import console

TOLD = 20
"""Notes of a kind, and videos of a standing, that are shown; --json has all videos, --csv all that are missing."""
LABEL = 10
_COLOURS = {"saved": "green", "perhaps": "yellow", "listed": "red", "nowhere": "red"}


def show_expectation(
    expectation: Expectation, name: str, csv: Path | None, *, as_json: bool, more: dict[str, Any] | None = None
) -> None:
    """Print a reconciliation, and write what is missing to a file if one is named."""
    if csv is not None:
        _write_csv(csv, expectation.placed())
    if as_json:
        facts = {"list": name, "version": expectation.version, **origin(expectation.said), **(more or {})}
        return _print_all(facts, expectation.placed())
    counts, shown, failures, unsafe = _gathered(expectation.placed())
    said = expectation.said
    by = f", by {said.by}" if said.by else ""
    head = f"{name}, version {expectation.version} of {said.taken:%Y-%m-%d} from {said.file}{by}"
    console.out.print(f"[bold]{escape(console.fit(head, 80))}[/]", highlight=False)
    print_counts(counts, failures, unsafe)
    for standing in ("saved", "perhaps", "listed", "nowhere"):
        some, all_ = shown.get(standing, []), getattr(counts, standing)
        for one in some:
            for line in _lines(one, ("entry", "entries") if name.startswith("register ") else ("row", "rows")):
                console.out.print(line, highlight=False)
        if all_ > len(some):
            where = "--json" if standing == "saved" else "--csv FILE, --json"
            console.out.print(f"{'':>{LABEL + 2}}… and {all_ - len(some):,} more {standing}: {where}", highlight=False)
    if csv is not None:
        total = counts.missing + counts.perhaps
        console.out.print(f"{csv}: {total:,} that are missing or only perhaps there", markup=False, soft_wrap=True)
    return None


def _write_csv(file: Path, placed: Iterator[Placed]) -> None:
    data = missing_csv(placed)
    try:
        with file.open("xb") as out:
            out.write(data)
    except FileExistsError as error:
        raise ArchiveError(f"{file} is there already: name another file") from error


def _print_all(head: dict[str, Any], placed: Iterator[Placed]) -> None:
    """All of a reconciliation as one JSON object, written as it is found: the counts come last."""
    counts, first = Counts(), True
    print(written(head, indent=2).removesuffix("\n}") + ',\n  "items": [', end="")
    for one in placed:
        counts.add(one.reconciled.standing)
        print(("" if first else ",") + "\n" + written(_facts(one), indent=2), end="")
        first = False
    print('\n  ],\n  "counts": ' + written(as_facts(counts), indent=2) + "\n}")


def _facts(one: Placed) -> dict[str, Any]:
    found = one.reconciled
    return {
        **found.item.model_dump(mode="json"),
        "standing": found.standing,
        "clip": found.clip,
        "how": found.how,
        "failure": found.failure,
        "proposals": [asdict(each) for each in found.proposals],
        "copies": one.copies,
        "safe": one.safe,
    }


def as_facts(counts: Counts | ListCounts) -> dict[str, Any]:
    """Counts for a report as JSON."""
    if isinstance(counts, BaseModel):
        return counts.model_dump(mode="json")
    return {**asdict(counts), "missing": counts.missing}


def origin(said: Any) -> dict[str, Any]:
    """What stands in a list's or a snapshot's own document that tells where it is from."""
    return {"taken": f"{said.taken:%Y-%m-%dT%H:%M:%SZ}", "by": said.by, "file": said.file, "sha256": said.source_sha256}


def counted(placed: Iterator[Placed]) -> Counts:
    """How many stand how."""
    counts = Counts()
    for one in placed:
        counts.add(one.reconciled.standing)
    return counts


def _gathered(
    placed: Iterator[Placed],
) -> tuple[Counts, dict[str, list[Placed]], Counter[str], int]:
    """The counts, the first of each standing but the held, failures of what is listed, and how many are not safe."""
    counts, shown, failures, unsafe = Counts(), dict[str, list[Placed]](), Counter[str](), 0
    for one in placed:
        found = one.reconciled
        counts.add(found.standing)
        unsafe += found.standing in ("held", "saved") and not one.safe
        if found.standing == "listed":
            failures[found.failure or "not fetched yet"] += 1
        if found.standing != "held" and len(some := shown.setdefault(found.standing, [])) < TOLD:
            some.append(one)
    return counts, shown, failures, unsafe


def print_counts(counts: Counts, failures: Counter[str] | None = None, unsafe: int = 0) -> None:
    """Print how many are expected and stand how, a line each."""
    kinds = f": {', '.join(f'{n:,} {kind}' for kind, n in sorted((failures or {}).items()))}" if failures else ""
    rows = (
        ("expected", counts.expected, ""),
        ("held", counts.held, f"{unsafe:,} of held and saved not safe yet" if unsafe else ""),
        ("saved", counts.saved, "elsewhere: on a disk, or from another place"),
        ("perhaps", counts.perhaps, "alike: a person must look"),
        ("missing", counts.missing, f"{counts.listed:,} listed{kinds}; {counts.nowhere:,} nowhere"),
    )
    for label, number, why in rows:
        told = f"  {escape(why)}" if why and (number or unsafe) else ""
        console.out.print(f"[bold]{label:>{LABEL}}[/]  {number:>9,}{told}", highlight=False)


def _lines(one: Placed, called: tuple[str, str]) -> list[str]:
    """An item in two or three lines of 80 columns; `called` are the words for one of its rows, and for several."""
    found = one.reconciled
    label = {"saved": "saved", "perhaps": "perhaps", "listed": "missing", "nowhere": "missing"}[found.standing]
    title = " ".join(filter(None, (found.item.date, found.item.title and f"“{found.item.title}”")))
    numbers = ", ".join(map(str, found.item.rows[:3])) + " …" * (len(found.item.rows) > 3)
    copies = f"{one.copies} copies{', safe' if one.safe else ''}"
    failed = f"not fetched ({found.failure})" if found.failure else ""
    whys = {
        "saved": [f"{found.clip}: {found.how}", "; ".join(filter(None, (copies, failed)))],
        "perhaps": [*(f"{each.clip}: {each.why}" for each in found.proposals), failed],
        "listed": [f"{found.clip} is listed", failed or "not fetched yet"],
        "nowhere": [failed or "nowhere", f"{called[len(found.item.rows) > 1]} {numbers}"],
    }[found.standing]
    told = [title] if title else []
    told += ["; ".join(filter(None, whys))] if found.standing in ("listed", "nowhere") else [why for why in whys if why]
    width = 80 - LABEL - 2
    address = found.item.address
    if len(address) > width and "/" in found.item.form:
        address = f"https://{found.item.form}"  # without the web archive that it may have been read from
    return [
        f"[{_COLOURS[found.standing]}]{label:>{LABEL}}[/]  {escape(console.fit(address, width))}",
        *(f"{'':>{LABEL + 2}}{escape(console.fit(line, width))}" for line in told),
    ]


def print_report(report: ListReport, columns: dict[str, str]) -> None:
    """Print what was read of a file, and what in it is no item or odd."""
    again = f", {report.again:,} of them again" if report.again else ""
    console.out.print(
        f"{report.items:,} videos in {report.read:,} rows{again}", highlight=False, markup=False, soft_wrap=True
    )
    told = ", ".join(f"{what} from {console.plain(name)!r}" for what, name in columns.items())
    console.out.print(f"read: {told}", highlight=False, markup=False, soft_wrap=True)
    for kind, count in report.counts.items():
        notes = [note for note in report.notes if note.kind == kind]
        console.out.print(f"[yellow]{kind}[/]: {count:,}", highlight=False)
        for note in notes[:TOLD]:
            where = f"cell {note.cell}" if note.cell else f"line {note.line}"
            line = console.plain(f"{where}: {note.what}")
            console.out.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
        if count > TOLD:
            console.out.print(f"    … and {count - min(len(notes), TOLD):,} more: report.json", highlight=False)
