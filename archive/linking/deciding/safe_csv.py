"""Spreadsheets as CSV: written so that no cell can run as a formula, read as spreadsheet programs leave them. Pure.

A cell that begins with `=`, `+`, `-`, `@`, their full-width forms or a minus sign would run in a spreadsheet, and so
would one that a program cuts out of a longer cell at a separator that it takes for its own
(https://owasp.org/www-community/attacks/CSV_Injection). Each such place gets an apostrophe before it, which reading
takes away again; where apostrophes stand there already, there is one more. Cells are one line, and all are quoted.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.linking.csv_dialects import HEAD, NoCsv, encoding_of, rows_of, separator_of, spelled

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read at most; 100,000 proposals take about half of it."""

LONGEST_CELL = 128 * 1024
"""Characters of a cell that are read at most."""

_RUNS = "=+\\-@＝＋－＠−"
_BEGINS = r"(?:^|(?<=[,;|]))[\s\"“”]*"
_SAFE = re.compile(rf"({_BEGINS})('*)(?=[{_RUNS}])")
_MADE_SAFE = re.compile(rf"({_BEGINS})'('*)(?=[{_RUNS}])")


class SheetError(ValueError):
    """A file that is no such spreadsheet: what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read: the line that it begins at, and its cells by the name of their column."""

    line: int
    cells: Mapping[str, str]


def safe(text: str) -> str:
    """A cell's text on one line, without control and direction marks, with no place that could run as a formula."""
    plain = " ".join("".join(c for c in _spaced(text) if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).split())
    return _SAFE.sub(r"\1'\2", plain)


def unsafe(text: str) -> str:
    """A cell's text as it was before `safe`, but for its blanks and marks."""
    return " ".join(_MADE_SAFE.sub(r"\1\2", text).split())


def write(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as CSV in UTF-8 with a byte order mark, which spreadsheet programs need; every cell is safe and quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(str(row.get(column, ""))) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def read_rows(data: bytes, wanted: Sequence[str]) -> list[Row]:
    """The rows of a file that a spreadsheet program saved, where `wanted` are the columns it must have.

    Commas, semicolons, tabs and bars separate; with or without a byte order mark, in UTF-8 or UTF-16; columns in any
    order, with others between them; empty rows are left out. Raises SheetError.
    """
    if len(data) > LARGEST:
        raise SheetError(f"it has more than {LARGEST >> 20} MiB: export fewer proposals at once")
    text = _decoded(data)

    def score(rows: Sequence[Sequence[str]]) -> int:
        head = next((cells for cells in rows if any(cell.strip() for cell in cells)), ())
        return len({_plain(cell) for cell in head} & set(wanted))

    separator, skipped = separator_of(text[:HEAD], score)
    rows, names = list[Row](), list[str]()
    try:
        for line, cells in rows_of(io.StringIO(text, newline=""), separator, skipped, LONGEST_CELL):
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise NoCsv(line, "a cell is longer than any that was exported")
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _named(cells, wanted)
            else:
                rows.append(Row(line, {name: unsafe(cell) for name, cell in zip(names, cells, strict=False) if name}))
    except NoCsv as error:
        raise SheetError(str(error)) from error
    if not names:
        _named(names, wanted)
    return rows


def _spaced(text: str) -> str:
    return re.sub(r"[\x00-\x20\x85\u2028\u2029]", " ", text)


def _decoded(data: bytes) -> str:
    code = encoding_of(data[:HEAD])
    try:
        return data.decode(code)
    except UnicodeDecodeError as error:
        raise SheetError(
            f"byte {error.start} is not {spelled(code)}; save it as “CSV UTF-8”, or the letters of most languages are "
            "lost"
        ) from error


def _named(cells: Sequence[str], wanted: Sequence[str]) -> list[str]:
    names = [_plain(cell) for cell in cells]
    for name in wanted:
        if names.count(name) != 1:
            how = "is missing" if name not in names else "comes twice"
            raise SheetError(f"the column “{name}” {how}: keep the first row as it was exported")
    return names


def _plain(cell: str) -> str:
    return " ".join(cell.strip("\ufeff").split()).casefold()
