"""What became of a register's rows: read, skipped, odd. Everything is counted; of each kind, the first are told."""

from collections import Counter
from typing import Literal

from pydantic import Field

from archive.records.record import Record

TOLD = 100
"""Notes of one kind that are kept; the counts are of all."""

Kind = Literal[
    "no number", "number twice", "no object", "total", "header again",
    "no name", "unreadable date", "cells and columns", "unknown column", "column twice", "sheet not read", "too deep",
    "above the header", "beside the table", "column without a name", "merged cells", "hidden rows", "hidden columns",
    "hidden sheet", "not read", "error value", "formula", "link not kept", "date in part", "date as value",
    "digits lost", "letters lost", "escape",
]  # fmt: skip
SKIPPED: tuple[Kind, ...] = ("no number", "number twice", "no object", "total", "header again")


class Note(Record):
    """Something odd in the file: the line of CSV, row of a sheet or number of a JSON object it was read at, and what.

    `entry` is the entry's number where it is known, `cell` the cell of a sheet, as `J2`. Never a name, and nothing that
    stands in a cell but an error's own.
    """

    kind: Kind
    line: int
    entry: str | None
    what: str
    cell: str | None = None


class Report(Record):
    """What became of the rows: `read` = the entries `kept` + those skipped. Odd rows were kept, odd columns were not.

    `counts` has every kind of note with how many there were, of which the first hundred are among `skipped` and `odd`.
    `masked` counts the entries in which numbers of living persons were masked, by field. `links` are the addresses
    behind cells that were read, `sheet` is the one that was, None where the file has none.
    """

    read: int = 0
    kept: int = 0
    skipped: tuple[Note, ...] = ()
    odd: tuple[Note, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    masked: dict[str, int] = Field(default_factory=dict)
    links: int = 0
    sheet: str | None = None


class Notes:
    """A report in the making."""

    def __init__(self) -> None:
        self.read = self.kept = self.links = 0
        self.sheet: str | None = None
        self.masked = Counter[str]()
        self._counts, self._told = Counter[Kind](), Counter[Kind]()
        self._notes: list[Note] = []

    def add(self, kind: Kind, line: int, entry: str | None, what: str, cell: str | None = None, times: int = 1) -> None:
        """Count something odd that is there so many `times`, and keep it if it is one of the first of its kind."""
        self._counts[kind] += times
        self._told[kind] += 1
        if self._told[kind] <= TOLD:
            self._notes.append(Note(kind=kind, line=line, entry=entry, what=what, cell=cell))

    def report(self) -> Report:
        """All of it, in the order of the file."""
        notes = sorted(self._notes, key=lambda note: note.line)
        return Report(
            read=self.read,
            kept=self.kept,
            skipped=tuple(note for note in notes if note.kind in SKIPPED),
            odd=tuple(note for note in notes if note.kind not in SKIPPED),
            counts=dict(sorted(self._counts.items())),
            masked=dict(sorted(self.masked.items())),
            links=self.links,
            sheet=self.sheet,
        )
