"""A register of victims: its file read into lines of entries, and lines read into entries that can be linked.

Lines are what a snapshot keeps: canonical JSON, in the order of the entries' numbers, without secret columns. A
national identity number, a passport or a telephone is masked at this door, so that none can become a quote. Entries are
always made of lines: what is linked is what was kept.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.entries import Entry, read_entry
from archive.linking.registers.forms import Form
from archive.linking.registers.gathering import gather
from archive.linking.registers.register_tables import opened_table
from archive.linking.registers.reports import Notes, Report

READING = 2
"""Raised wherever a file is read into other lines than before, so that a run reads an unchanged one once more."""


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
def read_register(path: Path, columns: Columns, folder: Path | None = None, sheet: str | None = None) -> Iterator[Read]:
    """Read a register's file, in CSV, XLSX or JSON. Its lines are held in `folder` until the block ends.

    `sheet` is the one of a workbook that is read; otherwise it is the only one whose header can be. A row without a
    usable number, or with the number of an earlier row, is skipped and reported; a row without a name, or with a date
    that cannot be read, is kept and reported. Raises RegisterError if the file is no such register or
    has no entry, and OSError if it cannot be read.
    """
    with TemporaryFile(dir=folder) as file:
        lines, notes = Lines(file), Notes()
        with opened_table(path, columns, sheet, columns.key) as table:
            gather(table, columns, lines.add, notes, path)
            notes.sheet, notes.kept = table.sheet, len(lines)
            used, left_out = columns.used(table.columns), columns.left_out(table.columns)
        if not lines:
            raise RegisterError("it has no entry that can be read; the snapshots before stay as they are", file=path)
        yield Read(lines, notes.report(), table.form, table.sha256, table.size, used, left_out)


def load(path: Path, name: str) -> Register:
    """Read a register's file into entries, without settings and without a snapshot. Raises as `read_register` does."""
    with read_register(path, Columns(key=f"registers.{name}")) as found:
        return register_of(name, found.lines, found.report)


def register_of(name: str, lines: Iterable[bytes], report: Report | None = None) -> Register:
    """A register of a snapshot's lines. Raises ValueError for a line that is no entry."""
    digest, entries = sha256(), list[Entry]()
    for line in lines:
        digest.update(line)
        entries.append(read_entry(line))
    return Register(name, digest.hexdigest(), tuple(entries), report or Report())
