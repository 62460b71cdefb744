"""A register's file as rows of named cells, whatever its form: CSV, XLSX or JSON.

Each row is a mapping of the column, as `plain` writes it, to the texts that are there; what is empty is left out.
"""

import io
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from os import fstat
from pathlib import Path
from typing import IO, NamedTuple

from archive.linking.csv_dialects import HEAD, NoCsv, encoding_of, rows_of, separator_of, spelled
from archive.linking.registers import headers
from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.forms import Form, form_of
from archive.linking.registers.grids import GridRow, Odd, letters
from archive.linking.registers.headers import Header, NoChoice
from archive.linking.registers.json_files import NoObjects, objects
from archive.linking.registers.nested import DEEPEST, flat
from archive.linking.registers.parts import LARGEST_CELL, NoSheet
from archive.linking.registers.reports import Kind
from archive.records.entry_fields import clean, plain, shown

_PIECE = 1 << 20


class Row(NamedTuple):
    """A row: where it stands (a line of CSV, a row of a sheet, the number of a JSON object), its cells, what is odd.

    `links` are the addresses behind cells, by column. `follows` if its number is merged with that of the row above.
    `shifted` says that it has not as many cells as there are columns, so that any of them may stand under a wrong one.
    """

    line: int
    cells: Mapping[str, Sequence[str]]
    odd: Sequence[Odd] = ()
    links: Sequence[tuple[str, str]] = ()
    follows: bool = False
    shifted: str | None = None
    computed: frozenset[str] = frozenset()


@dataclass
class Table:
    """An opened file: its form, digest and size, and its rows, to be read once.

    `columns` maps each column as `plain` writes it to how the file does, `places` to where it stands, from 0; of JSON,
    which has no places, the former fills while rows are read. `line` is that of the header, `sheet` the title of the
    one that is read. `notes` are what was odd before any row: a line, a kind, and what it is in words.
    """

    form: Form
    sha256: str
    size: int
    rows: Iterator[Row]
    columns: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    header: tuple[str, ...] | None = None
    line: int = 1
    sheet: str | None = None
    notes: list[tuple[int, Kind, str]] = field(default_factory=list)

    def cell(self, row: int, column: str) -> str | None:
        """The name of a cell, as `J2`; None where the file is no sheet."""
        return self.cell_at(row, self.places[column]) if column in self.places else None

    def cell_at(self, row: int, place: int) -> str | None:
        """The same, of a column from 0."""
        return f"{letters(place)}{row}" if self.form == "xlsx" else None


@contextmanager
def opened_table(
    path: Path, columns: Columns | None = None, sheet: str | None = None, key: str = "settings"
) -> Iterator[Table]:
    """Open a register's file; what it is, its first bytes and its name say. `sheet` is the one to read of a workbook.

    Raises RegisterError, also while its rows are read: for text that is not in Unicode, for a file that is none of the
    three forms, where no sheet can be told to be the register (`key` names its settings), and if the file changes
    meanwhile. Raises OSError if it cannot be read.
    """
    columns = columns or Columns()
    with path.open("rb") as file:
        before = fstat(file.fileno())
        form = form_of(path, file)
        encoding = "utf-8-sig" if form == "json" else encoding_of(file.read(HEAD))
        file.seek(0)
        digest = _digest(file, path, None if form == "xlsx" else encoding)
        file.seek(0)
        table = Table(form, digest, before.st_size, iter(()))
        if form == "xlsx":
            # openpyxl takes a fifth of a second to import.
            from archive.linking.registers.sheet_choice import opened_sheet

            try:
                with opened_sheet(file, columns, sheet, key) as opened:
                    table.sheet = shown(opened.title)
                    table.notes.extend(opened.notes)
                    _above(table, opened.header, opened.first)
                    _under(table, opened.header, opened.first, opened.rows, columns, exact=False)
                    yield table
            except (NoSheet, NoChoice) as error:
                raise RegisterError(str(error), file=path) from error
        else:
            text = io.TextIOWrapper(file, encoding=encoding, newline="")
            try:
                if form == "json":
                    table.rows = _of_objects(text, path, table.columns)
                else:
                    _with_csv(table, text, path, columns)
                yield table
            except UnicodeDecodeError as error:
                raise _changed(path) from error  # it could be read when its digest was taken
            finally:
                text.detach()
        after = fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise _changed(path)


def _changed(path: Path) -> RegisterError:
    return RegisterError("it changed while it was read; import it again once it is written", file=path)


def digest_of(path: Path) -> str:
    """The sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return _digest(file, path, None)


def _digest(file: IO[bytes], path: Path, encoding: str | None) -> str:
    digest, before = sha256(), 0
    decoder = getincrementaldecoder(encoding)() if encoding else None
    while piece := file.read(_PIECE):
        digest.update(piece)
        if decoder:
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise _not_decoded(path, encoding, max(before - waiting, 0) + error.start) from error
        before += len(piece)
    if decoder:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise _not_decoded(path, encoding, before - 1) from error
    return digest.hexdigest()


def _not_decoded(path: Path, encoding: str | None, byte: int) -> RegisterError:
    return RegisterError(
        f"byte {byte} is not {spelled(encoding or 'utf-8')}; save the register as “CSV UTF-8” or as XLSX: a plain CSV "
        "has the letters of one country alone, which cannot be told for sure, and others are lost",
        file=path,
    )


def _with_csv(table: Table, text: IO[str], path: Path, columns: Columns) -> None:
    separator, skipped = separator_of(text.read(HEAD), lambda rows: headers.score(rows, columns))
    text.seek(0)
    rows = _translated(rows_of(text, separator, skipped, LARGEST_CELL), path)
    first = list[GridRow]()
    for row in rows:
        if any(cell.strip() for cell in row.texts):
            first.append(row)
        if len(first) >= headers.LOOKED_AT:
            break
    header = headers.find([row.texts for row in first], columns)
    _above(table, header, first)
    _under(table, header, first, chain(first[header.last + 1 :], rows), columns, exact=True)


def _translated(rows: Iterator[tuple[int, list[str]]], path: Path) -> Iterator[GridRow]:
    try:
        for line, cells in rows:
            yield GridRow(line, cells)
    except NoCsv as error:
        raise RegisterError(str(error), file=path) from error


def _above(table: Table, header: Header, first: Sequence[GridRow]) -> None:
    """Note the rows above the header, a header of two rows, and what is odd in it."""
    if not header.sure:
        return
    for row in first[: header.first]:
        table.notes.append((row.line, "above the header", "a title or a remark above the header was not read"))
    if header.last > header.first:
        what = f"the header is in rows {first[header.first].line} and {first[header.last].line}, read as one"
        table.notes.append((first[header.first].line, "above the header", what))
    for row in first[header.first : header.last + 1]:
        table.notes.extend((row.line, one.kind, f"in the header: {one.what}") for one in row.odd)


def _under(
    table: Table,
    header: Header,
    first: Sequence[GridRow],
    rows: Iterable[GridRow],
    columns: Columns,
    *,
    exact: bool,
) -> None:
    """Put rows under their header. A CSV's row is as wide as its header, or odd; a sheet's may end earlier."""
    odd = [one for row in first[header.first : header.last + 1] for one in row.odd]
    wide = max((1 + one.column for one in odd if one.column is not None), default=0)
    table.line = first[header.first].line if first else 1
    names, table.header = list(header.names), header.names
    while names and not names[-1].strip():
        names.pop()  # a sheet is as wide as its widest row
    plains = [plain(cell) for cell in names]
    for place, (column, cell) in enumerate(zip(plains, names, strict=True)):
        if column:
            table.columns.setdefault(column, clean(cell).strip())
            table.places.setdefault(column, place)
    if sum(map(columns.is_number, names)) > 1:
        what = "two columns hold numbers of entries; in each row the first that is filled counts"
        table.notes.append((table.line, "column twice", what))
    width = len(header.names) if exact else max(len(names), wide)
    table.rows = _named(rows, plains, width, columns, exact=exact)


def _named(rows: Iterable[GridRow], plains: list[str], width: int, columns: Columns, *, exact: bool) -> Iterator[Row]:
    numbers = {place for place, column in enumerate(plains) if columns.is_number(column)}
    for row in rows:
        named: dict[str, list[str]] = {}
        odd, unnamed = list(row.odd), list[int]()
        for place, cell in enumerate(row.texts):
            if cell and not cell.isspace():
                if place < len(plains) and plains[place]:
                    named.setdefault(plains[place], []).append(cell)
                elif place < width:
                    unnamed.append(place)
        if not named and not odd and not any(cell.strip() for cell in row.texts):
            continue
        if row.hidden:
            odd.append(Odd(None, "hidden rows", "a hidden row, which was read as if it were not"))
        if row.merged & numbers:
            odd.append(Odd(None, "merged cells", "its number is merged with the row above: read as one entry"))
        elif row.merged:
            what = "merged with a cell above, and read in this row too"
            odd.extend(Odd(place, "merged cells", what) for place in sorted(row.merged) if row.texts[place].strip())
        # A remark far to the right of a sheet's table has moved nothing; a cell beside its last column may have.
        beside = 0 if exact or len(row.texts) <= width else sum(1 for cell in row.texts[width + 1 :] if cell.strip())
        if beside:
            odd.append(Odd(None, "beside the table", f"cells to the right of the table were not read: {beside:,}"))
        if unnamed:
            what = f"cells under no name of a column were not read: {len(unnamed):,}"
            odd.append(Odd(unnamed[0], "column without a name", what))
        unnamed_links = [place for place in row.links if place >= len(plains) or not plains[place]]
        odd.extend(
            Odd(place, "link not kept", "a link under no name of a column was not kept") for place in unnamed_links
        )
        wrong = len(row.texts) != width if exact else any(cell.strip() for cell in row.texts[width : width + 1])
        yield Row(
            row.line,
            named,
            odd,
            [(plains[place], address) for place, address in row.links.items() if place not in unnamed_links],
            follows=bool(row.merged & numbers),
            shifted=f"{len(row.texts)} cells under {width} columns" if wrong else None,
            computed=frozenset(plains[place] for place in row.computed if place < len(plains)),
        )


def _of_objects(text: IO[str], path: Path, columns: dict[str, str]) -> Iterator[Row]:
    try:
        for number, item in enumerate(objects(text), start=1):
            if not isinstance(item, dict):
                yield Row(number, {}, [Odd(None, "no object", "no object, so no entry")])
                continue
            named, deep = flat(item, columns)
            if named or deep:
                what = f"more than {DEEPEST} levels, which are not read"
                yield Row(number, named, [Odd(None, "too deep", what)] if deep else ())
    except NoObjects as error:
        raise RegisterError(f"it is no JSON with a list of objects: {shown(str(error), 160)}", file=path) from error
