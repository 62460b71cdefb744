"""Rows of a workbook (XLSX): the one importer of openpyxl, which reads row by row and never the whole.

A workbook is a zip of XML that a stranger may have made. What it says it unpacks to is bounded before it is opened, and
Python's zipfile unpacks no more than that; a formula is never run: the value that was last saved is read.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, Any
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - the module's name says little

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

LARGEST_SHEET = 1 << 30
LARGEST_PART = 256 << 20
"""Unpacked bytes of a sheet, and of any other part; the texts that cells share are one part and kept in memory."""
WIDEST = 512
"""Columns that are looked at."""


class NoSheet(ValueError):
    """The file is no workbook that can be read; its text says why and what to do."""


@contextmanager
def opened_sheet(file: IO[bytes]) -> Iterator[tuple[Iterator[tuple[int, list[str]]], list[str]]]:
    """The rows of the first visible sheet, with their numbers from 1, and the names of the other sheets.

    Cells are texts: a whole number has no `.0`, a date is `YYYY-MM-DD`, true and false are words. Raises NoSheet, also
    while the rows are read.
    """
    _bounded(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that it does not know, which hold no rows
        with _translated():
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [one for one in workbook.worksheets if one.sheet_state == "visible"] or workbook.worksheets
            if not sheets:
                raise NoSheet("it has no sheet; save the register as a workbook with one sheet, or as CSV")
            yield _rows(sheets[0]), [one.title for one in workbook.worksheets if one is not sheets[0]]
        finally:
            workbook.close()


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    with _translated():
        sheet.reset_dimensions()  # what it says of its size may be wrong
        header = next(sheet.iter_rows(values_only=True, max_row=1, max_col=WIDEST), ())
        width = max((place for place, cell in enumerate(header, start=1) if cell is not None), default=0)
        # One column more, so that a cell beside the last is noticed; one far off would make every row as wide.
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=width + 1), start=1):
            yield number, [_text(value) for value in row]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _bounded(file: IO[bytes]) -> None:
    with _translated(), ZipFile(file) as parts:
        for part in parts.infolist():
            largest = LARGEST_SHEET if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename) else LARGEST_PART
            if part.file_size > largest:
                raise NoSheet(
                    f"a part of it unpacks to {part.file_size / (1 << 20):,.0f} MiB, more than the "
                    f"{largest >> 20} MiB that are read; save the register as CSV"
                )
    file.seek(0)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except NoSheet:
        raise
    except (BadZipFile, ZlibError, InvalidFileException, KeyError, ValueError, TypeError, IndexError, AttributeError,
            SyntaxError, EOFError, OverflowError, NotImplementedError, RuntimeError) as error:  # fmt: skip
        # openpyxl lets through whatever its parsers meet in a malformed part; XML's error is a SyntaxError.
        raise NoSheet(
            f"it is no workbook in XLSX that can be read ({type(error).__name__}); save it again as XLSX or as CSV"
        ) from error
