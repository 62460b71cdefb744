"""A register of victims: its file read into lines of entries, and lines read into entries that can be linked.

Lines are what a snapshot keeps: canonical JSON, in the order of the entries' numbers, without secret columns. A
national identity number, a passport or a telephone is masked at this door, so that none can become a quote. Entries are
always made of lines: what is linked is what was kept.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from archive.linking.registers.columns import COLUMNS, EDITED, SECRET, Columns, RegisterError, shown
from archive.linking.registers.dates import says_when
from archive.linking.registers.entries import DATES, Entry, masked, number_of, read_entry, to_line
from archive.linking.registers.reports import Notes, Report
from archive.linking.registers.tables import Form, Row, Table, opened_table

__all__ = ["COLUMNS", "EDITED", "Entry", "Lines", "Read", "Register", "RegisterError", "load", "read", "register_of"]


@dataclass(frozen=True, slots=True)
class Register:
    """A snapshot of a register: its name, the sha256 of its lines, its entries in the order of their numbers."""

    name: str
    sha256: str
    entries: tuple[Entry, ...]
    report: Report = field(default_factory=Report)


class Lines:
    """Entries' lines, gathered in any order in a file without a name, and read in the order of their numbers."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[int, tuple[int, int]] = {}
        self._end = 0

    def add(self, number: str, line: bytes) -> None:
        """Keep a line."""
        self._places[int(number)] = (self._end, len(line))
        self._end += self._file.write(line)

    def __iter__(self) -> Iterator[bytes]:
        self._file.flush()
        for _, (start, size) in sorted(self._places.items()):
            yield os.pread(self._file.fileno(), size, start)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True)
class Read:
    """A register's file as it was read: its entries' lines, the report, and what the file was.

    `columns` are the file's columns by the field they became, `left_out` those that are secret.
    """

    lines: Lines
    report: Report
    form: Form
    sha256: str
    size: int
    columns: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]


@contextmanager
def read(path: Path, columns: Columns, folder: Path | None = None) -> Iterator[Read]:
    """Read a register's file, in CSV, XLSX or JSON. Its lines are held in `folder` until the block ends.

    A row without a usable number, or with the number of an earlier row, is skipped and reported; a row without a name,
    or with a date that cannot be read, is kept and reported. Raises RegisterError if the file is no such register or
    has no entry, and OSError if it cannot be read.
    """
    with TemporaryFile(dir=folder) as file:
        lines, notes = Lines(file), Notes()
        with opened_table(path) as table:
            _gather(table, columns, lines, notes, path)
            used, left_out = columns.used(table.columns), columns.left_out(table.columns)
        if not lines:
            raise RegisterError("it has no entry that can be read; the snapshots before stay as they are", file=path)
        yield Read(lines, notes.report(), table.form, table.sha256, table.size, used, left_out)


def load(
    path: Path, name: str, columns: Mapping[str, Sequence[str]] | None = None, secret: Iterable[str] = SECRET
) -> Register:
    """Read a register's file into entries, without keeping a snapshot. Raises as `read` does."""
    with read(path, Columns(columns, secret, f"registers.{name}")) as found:
        return register_of(name, found.lines, found.report)


def register_of(name: str, lines: Iterable[bytes], report: Report | None = None) -> Register:
    """A register of a snapshot's lines. Raises ValueError for a line that is no entry."""
    digest, entries = sha256(), list[Entry]()
    for line in lines:
        digest.update(line)
        entries.append(read_entry(line))
    return Register(name, digest.hexdigest(), tuple(entries), report or Report())


def _gather(table: Table, columns: Columns, lines: Lines, notes: Notes, path: Path) -> None:
    if table.header is not None:
        columns.check(table.columns, path)
    first_line: dict[str, int] = {}
    for row in table.rows:
        notes.read += 1
        if row.odd == "no object":
            notes.add("no object", row.line, None, "no object, so no entry")
            continue
        fields = columns.fields(row.cells)
        if row.shifted and columns.left_out(table.columns):
            row = row._replace(odd=f"{row.odd}, any of them may be secret: nothing but its number was kept")
            fields = {name: texts for name, texts in fields.items() if name == "Entry"}
        number = number_of(next(iter(fields.get("Entry", ())), ""))
        if number is None:
            notes.add("no number", row.line, None, "no usable number in column Entry")
        elif number in first_line:
            what = f"the number was already read at line {first_line[number]}"
            notes.add("number twice", row.line, number, what)
        else:
            first_line[number] = row.line
            lines.add(number, _line(number, fields, row, notes))
    if table.header is None:
        columns.check(table.columns, path)
    for what in columns.unread(table.columns):
        notes.add("unknown column", 1, None, what)
    for what in table.others:
        notes.add("sheet not read", 1, None, f"sheet {shown(what)!r} was not read; the first one is the register")
    notes.kept = len(lines)


def _line(number: str, fields: Mapping[str, Sequence[str]], row: Row, notes: Notes) -> bytes:
    kept, changed = masked(fields)
    notes.masked.update(changed)
    names = ("Victim's Name", "Chinese name")
    if not any(name + more in kept for name in names for more in ("", EDITED)):
        notes.add("no name", row.line, number, "no name")
    for field_ in DATES:
        if any(not says_when(text) for text in kept.get(field_, ())):
            notes.add("unreadable date", row.line, number, f"no date that can be read in column {field_}")
    if row.odd:
        notes.add("cells and columns" if row.shifted else "too deep", row.line, number, row.odd)
    return to_line(number, kept)
