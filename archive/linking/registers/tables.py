"""A register's file as rows of named cells, whatever its form: CSV, XLSX or JSON.

Each row is a mapping of the column, as `plain` writes it, to the texts that are there; what is empty is left out.
"""

import csv
import io
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from os import fstat
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from archive.linking.registers.columns import RegisterError, clean, plain, shown
from archive.linking.registers.objects import NoObjects, objects
from archive.linking.registers.parts import NoSheet

LARGEST_CELL = 16 * 1024 * 1024
DEEPEST = 5
"""Levels of objects within an object that are columns (`names.latin`); what is deeper is reported and not read."""
_PIECE = 1 << 20
Form = Literal["csv", "xlsx", "json"]


class Row(NamedTuple):
    """A row: where it stands (a line of CSV, a row of a sheet, the number of a JSON object), its cells, what is odd.

    `shifted` if it has not as many cells as there are columns, so that any of them may stand under a wrong one.
    """

    line: int
    cells: Mapping[str, Sequence[str]]
    odd: str | None = None
    shifted: bool = False


@dataclass
class Table:
    """An opened file: its form, digest and size, and its rows, to be read once.

    `columns` maps each column as `plain` writes it to how the file does; of JSON it fills while rows are read. `others`
    are the sheets that are not read.
    """

    form: Form
    sha256: str
    size: int
    rows: Iterator[Row]
    columns: dict[str, str] = field(default_factory=dict)
    header: tuple[str, ...] | None = None
    others: tuple[str, ...] = ()


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """Open a register's file; what it is, its first bytes and its name say.

    Raises RegisterError, also while its rows are read: for text that is not UTF-8, for a file that is none of the three
    forms, and if the file changes meanwhile. Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        before = fstat(file.fileno())
        start = file.read(4)
        form = _form(path, start)
        file.seek(0)
        digest = _digest(file, path, text=form != "xlsx")
        file.seek(0)
        if form == "xlsx":
            from archive.linking.registers.workbooks import opened_sheet  # openpyxl takes a fifth of a second to import

            try:
                with opened_sheet(file) as (rows, others):
                    table = Table(form, digest, before.st_size, iter(()), others=tuple(map(clean, others)))
                    _with_header(table, rows, path)
                    yield table
            except NoSheet as error:
                raise RegisterError(str(error), file=path) from error
        else:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            try:
                table = Table(form, digest, before.st_size, iter(()))
                if form == "json":
                    table.rows = _of_objects(text, path, table.columns)
                else:
                    _with_header(table, _of_csv(text, path), path)
                yield table
            except UnicodeDecodeError as error:
                raise _changed(path) from error  # it was UTF-8 when its digest was taken
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
        return _digest(file, path, text=False)


def _form(path: Path, start: bytes) -> Form:
    if start == b"PK\x03\x04":
        return "xlsx"
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods") or start == b"\xd0\xcf\x11\xe0":
        raise RegisterError(
            "it is no workbook in XLSX (an old one, or one with a password); save it again as XLSX or as CSV", file=path
        )
    return "json" if path.suffix.lower() in (".json", ".jsonl", ".ndjson") else "csv"


def _digest(file: IO[bytes], path: Path, *, text: bool) -> str:
    digest, decoder, before = sha256(), getincrementaldecoder("utf-8")(), 0
    while piece := file.read(_PIECE):
        digest.update(piece)
        if text:
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise _not_utf8(path, before - waiting + error.start) from error
        before += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, before - 1) from error
    return digest.hexdigest()


def _not_utf8(path: Path, byte: int) -> RegisterError:
    return RegisterError(f"byte {byte} is not UTF-8; save the register in UTF-8 and import it again", file=path)


def _with_header(table: Table, rows: Iterator[tuple[int, list[str]]], path: Path) -> None:
    _, header = next(rows, (1, []))
    while header and not header[-1].strip():
        header.pop()  # a sheet is as wide as its widest row
    columns = [plain(cell) for cell in header]
    for column, cell in zip(columns, header, strict=True):
        table.columns.setdefault(column, clean(cell).strip())
    table.columns.pop("", None)
    table.header = tuple(header)
    table.rows = _named(rows, columns, exact=table.form == "csv")


def _named(rows: Iterator[tuple[int, list[str]]], columns: list[str], *, exact: bool) -> Iterator[Row]:
    """Rows of cells under their columns. A CSV's row is as wide as its header, or odd; a sheet's may end earlier."""
    width = len(columns)
    for line, cells in rows:
        named: dict[str, list[str]] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column and cell and not cell.isspace():
                named.setdefault(column, []).append(cell)
        filled = len(cells) if exact else max((i for i, cell in enumerate(cells, 1) if cell), default=0)
        if not named and not any(cell.strip() for cell in cells):
            continue
        wrong = filled != width if exact else filled > width
        yield Row(line, named, f"{filled} cells under {width} columns" if wrong else None, shifted=wrong)


def _of_csv(text: IO[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins at. The csv module's limit on cells is process-wide: raised, never lowered."""
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_CELL))
    # Strict, or an open quote would swallow every row after it without a word.
    reader = csv.reader(text, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RegisterError(
                f"the row that begins at line {begins} is no CSV ({error}); look for a quote that is not closed",
                file=path,
            ) from error
        yield begins, row


def _of_objects(text: IO[str], path: Path, columns: dict[str, str]) -> Iterator[Row]:
    try:
        for number, item in enumerate(objects(text), start=1):
            if not isinstance(item, dict):
                yield Row(number, {}, "no object")
                continue
            named: dict[str, list[str]] = {}
            deep = _flatten(item, "", named, columns, DEEPEST)
            if named or deep:
                yield Row(number, named, f"more than {DEEPEST} levels, which are not read" if deep else None)
    except NoObjects as error:
        raise RegisterError(f"it is no JSON with a list of objects: {shown(str(error), 160)}", file=path) from error


def _flatten(value: Any, name: str, named: dict[str, list[str]], columns: dict[str, str], levels: int) -> bool:
    """Gather the texts of a value under its column; True if something was too deep to be read."""
    if isinstance(value, dict | list):
        if not levels:
            return bool(value)
        parts = value.items() if isinstance(value, dict) else (("", one) for one in value)
        deep = [
            _flatten(one, f"{name}.{key}" if name and key else name or key, named, columns, levels - 1)
            for key, one in parts
        ]
        return any(deep)
    column = plain(name)
    columns.setdefault(column, clean(name).strip())
    if value is not None and (text := _text(value)) and not text.isspace():
        named.setdefault(column, []).append(text)
    return False


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else str(value)
