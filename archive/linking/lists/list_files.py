"""A file that somebody calls a list, as rows of texts: CSV, XLSX, JSON, or a line each. Effects: it reads the file.

A list is less than a register: nothing says how its columns are called, and it may have one alone, no header, or lines
that are no table, as a web archive's index or an address a line.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from os import fstat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from archive.errors import ArchiveError
from archive.linking.csv_dialects import HEAD, NoCsv, encoding_of, rows_of, separator_of, spelled
from archive.linking.registers.columns import RegisterError
from archive.linking.registers.forms import form_of
from archive.linking.registers.grids import letters
from archive.linking.registers.json_files import NoObjects, objects
from archive.linking.registers.nested import flat
from archive.linking.registers.parts import LARGEST_CELL, NoSheet
from archive.linking.registers.register_tables import digest_of
from archive.records.entry_fields import clean, shown
from archive.records.expected import ListForm, ListKind
from archive.safe_text import plain

if TYPE_CHECKING:
    from archive.linking.registers.workbooks import Workbook

LOOKED_AT = 1000
"""Rows by which the columns of a list are told."""
_SHEET_HEAD = 200
_ALIKE = 0.75
"""Share of the first rows that are as wide as most, where a separator is one: an address has commas too."""
_INDEX = re.compile(r" ?CDX |\S+\)\S* \d{14} ")
"""How the index of a web archive begins (CDX): its keys have commas, and are no table."""


class ListError(ArchiveError):
    """A list that cannot be read: its text says which, why, and what to do."""

    exit_code = 2

    def __init__(self, message: str, file: Path) -> None:
        super().__init__(message if message.startswith(str(file)) else f"{file}: {message}")


@dataclass(slots=True)
class ListRow:
    """A row: its line, row or number, its texts by place, and the addresses behind its cells."""

    line: int
    texts: Sequence[str]
    links: dict[int, str] = field(default_factory=dict)


@dataclass
class ListFile:
    """An opened file: its form, digest and size, and its rows, to be read once.

    `names` are those of the columns where the form itself has them, as JSON does: they grow while rows are read.
    `notes` are what is odd of the file, as a line, a kind and words.
    """

    form: ListForm
    sha256: str
    size: int
    rows: Iterator[ListRow]
    names: list[str] | None = None
    sheet: str | None = None
    notes: list[tuple[int, ListKind, str]] = field(default_factory=list)

    def cell(self, row: ListRow, place: int) -> str | None:
        """The name of a cell, as `B12`; None where the file is no sheet."""
        return f"{letters(place)}{row.line}" if self.form == "xlsx" else None


@contextmanager
def opened_list(path: Path, sheet: str | None = None) -> Iterator[ListFile]:
    """Open a list; what it is, its first bytes and its name say. `sheet` is the one to read of a workbook.

    Raises ListError, also while its rows are read: for text that is not in Unicode, for a file of another form, for a
    workbook of which no sheet can be told to be the list, and if the file changes meanwhile; and where it cannot be
    read at all.
    """
    try:
        before = path.stat()
        digest = digest_of(path)
        with path.open("rb") as file:
            if not before.st_size:
                raise ListError("it is empty; save the list again", path)
            with _opened(file, path, sheet) as found:
                found.sha256, found.size = digest, before.st_size
                yield found
            after = fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise ListError("it changed while it was read; import it again once it is written", path)
    except RegisterError as error:
        raise ListError(str(error), path) from error
    except (NoSheet, NoCsv) as error:
        raise ListError(str(error), path) from error
    except NoObjects as error:
        raise ListError(f"it is no JSON with a list in it: {shown(str(error), 160)}", path) from error
    except UnicodeDecodeError as error:
        raise ListError(
            f"it is not {spelled(error.encoding)} throughout; save the list as “CSV UTF-8”, or as XLSX", path
        ) from error
    except OSError as error:
        if error.filename not in (None, str(path)):
            raise
        raise ListError(f"cannot be read: {error.strerror or error}; say where the list lies", path) from error


@contextmanager
def _opened(file: IO[bytes], path: Path, sheet: str | None) -> Iterator[ListFile]:
    form = form_of(path, file)
    if form == "xlsx":
        # openpyxl takes a fifth of a second to import.
        from archive.linking.registers.workbooks import opened_workbook

        with opened_workbook(file) as book:
            found = ListFile("xlsx", "", 0, iter(()))
            one = book.sheets[_sheet(book, sheet, path, found)]
            found.sheet = clean(one.title).strip()
            found.rows = (
                ListRow(row.line, row.texts, row.links)
                for row in book.rows(one, book.beside(one))
                if row.links or any(text.strip() for text in row.texts)
            )
            yield found
        return
    if sheet is not None:
        raise ListError("it is no workbook, and has no sheets; leave --sheet out", path)
    encoding = "utf-8-sig" if form == "json" else encoding_of(file.read(HEAD))
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        if form == "json":
            names = list[str]()
            yield ListFile("json", "", 0, _of_json(text, names), names)
            return
        head = text.read(HEAD)
        separator, skipped = separator_of(head, _table)
        text.seek(0)
        if not _INDEX.match(head) and (_table(_first(head, separator)) or skipped):
            rows = rows_of(text, separator, skipped, LARGEST_CELL)
            yield ListFile("csv", "", 0, (ListRow(line, cells) for line, cells in rows if any(map(str.strip, cells))))
        else:
            yield ListFile("lines", "", 0, _of_lines(text, path))
    finally:
        text.detach()


def _table(rows: Sequence[Sequence[str]]) -> int:
    """How sure it is that rows are a table of more than one column: as wide as each other, and how wide; 0 if not."""
    widths = Counter(len(row) for row in rows[:-1] or rows if any(cell.strip() for cell in row))
    if not widths:
        return 0
    (width, count), *_ = widths.most_common(1)
    alike = count / widths.total()
    return round(1000 * alike) + min(width, 99) if width > 1 and alike >= _ALIKE else 0


def _first(head: str, separator: str) -> list[list[str]]:
    """The first rows of a text, up to where it was cut."""
    found = list[list[str]]()
    with suppress(NoCsv):
        found.extend(cells for _, cells in rows_of(io.StringIO(head, newline=""), separator, 0, LARGEST_CELL))
    return found


def _of_lines(text: IO[str], path: Path) -> Iterator[ListRow]:
    number = 0
    while line := text.readline(LARGEST_CELL):
        number += 1
        if len(line) >= LARGEST_CELL:
            raise ListError(f"line {number} has more than {LARGEST_CELL >> 20} million characters: it is no list", path)
        if line.strip():
            yield ListRow(number, (line.strip(),))


def _of_json(text: IO[str], names: list[str]) -> Iterator[ListRow]:
    """The items of a JSON list: objects by the names of their values, lists by place, a text as a row of one cell."""
    columns: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, item in enumerate(objects(text), start=1):
        if not isinstance(item, dict):
            values = item if isinstance(item, list) else [item]
            yield ListRow(number, ["" if one is None else str(one) for one in values])
            continue
        named, _ = flat(item, columns)
        for column in named:
            if column not in places:
                places[column] = len(places)
                names.append(columns[column])
        texts = [""] * (1 + max((places[column] for column in named), default=-1))
        for column, found in named.items():
            texts[places[column]] = " ".join(found)
        yield ListRow(number, texts)


def _sheet(book: "Workbook", wanted: str | None, path: Path, found: ListFile) -> int:
    """The sheet that is the list: the one that is `wanted`, or the only one with addresses. Raises ListError."""
    from archive.linking.registers.workbooks import MOST_SHEETS

    sheets = book.sheets[:MOST_SHEETS]
    titles = [clean(sheet.title).strip() for sheet in sheets]
    if not titles:
        raise ListError("it has no sheet; save the list as a workbook with one sheet, or as CSV", path)
    told = ", ".join(repr(shown(title, 30)) for title in titles[:8]) + " …" * (len(titles) > 8)
    if wanted is not None:
        if wanted.strip() not in titles:
            near = get_close_matches(wanted, titles, n=1, cutoff=0.5)
            hint = f"did you mean {shown(near[0])!r}?" if near else f"it has {told}"
            raise ListError(f"it has no sheet {shown(wanted)!r}; {hint}", path)
        chosen = titles.index(wanted.strip())
    else:
        filled = list[int]()
        for place, sheet in enumerate(sheets):
            links, head = book.beside(sheet).links, book.head(sheet, _SHEET_HEAD)
            if links or any("://" in text or "youtu" in text for row in head for text in row.texts):
                filled.append(place)
        if len(filled) > 1:
            several = ", ".join(repr(shown(titles[place], 30)) for place in filled[:8])
            raise ListError(f"its sheets {several} have addresses; name the list with --sheet, one at a time", path)
        chosen = filled[0] if filled else 0
    for place, title in enumerate(titles):
        if place != chosen:
            found.notes.append((1, "sheet not read", f"sheet {plain(shown(title))!r} was not read"))
    return chosen
