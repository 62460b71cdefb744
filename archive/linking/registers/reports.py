"""What became of a register's rows: read, skipped, odd. Everything is counted; of each kind, the first are told."""

from collections import Counter
from typing import Literal

from pydantic import Field

from archive.records import Record

TOLD = 100
"""Notes of one kind that are kept; the counts are of all."""

Kind = Literal[
    "no number", "number twice", "no object",
    "no name", "unreadable date", "cells and columns", "unknown column", "column twice", "sheet not read", "too deep",
]  # fmt: skip
SKIPPED: tuple[Kind, ...] = ("no number", "number twice", "no object")


class Note(Record):
    """Something odd in the file: the line of CSV, row of a sheet or number of a JSON object it was read at, and what.

    `entry` is the entry's number where it is known. Never a name, and nothing that stands in a cell.
    """

    kind: Kind
    line: int
    entry: str | None
    what: str


class Report(Record):
    """What became of the rows: `read` = the entries `kept` + those skipped. Odd rows were kept, odd columns were not.

    `counts` has every kind of note with how many there were, of which the first hundred are among `skipped` and `odd`.
    `masked` counts the entries in which numbers of living persons were masked, by field.
    """

    read: int = 0
    kept: int = 0
    skipped: tuple[Note, ...] = ()
    odd: tuple[Note, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    masked: dict[str, int] = Field(default_factory=dict)


class Notes:
    """A report in the making."""

    def __init__(self) -> None:
        self.read = self.kept = 0
        self.masked = Counter[str]()
        self._counts = Counter[Kind]()
        self._notes: list[Note] = []

    def add(self, kind: Kind, line: int, entry: str | None, what: str) -> None:
        """Count something odd, and keep it if it is one of the first of its kind."""
        self._counts[kind] += 1
        if self._counts[kind] <= TOLD:
            self._notes.append(Note(kind=kind, line=line, entry=entry, what=what))

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
        )
