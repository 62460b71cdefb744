"""Rows of a workbook (XLSX): the one importer of openpyxl, which reads row by row and never the whole.

A workbook is a zip of XML that a stranger may have made: `parts` bounds what is read of it, and defusedxml refuses what
declares entities. A formula is never run: the value that was last saved is read.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import DEFUSEDXML
from openpyxl.reader.excel import ExcelReader

from archive.linking.registers.parts import NoSheet, Parts

WIDEST = 512
"""Columns that are looked at."""


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """What `load_workbook` reads with, on bounded parts; a sheet that is a chart has no rows and is left."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.archive = Parts(file)

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        pass


@contextmanager
def opened_sheet(file: IO[bytes]) -> Iterator[tuple[Iterator[tuple[int, list[str]]], list[str]]]:
    """The rows of the first visible sheet, with their numbers from 1, and the names of the other sheets.

    Cells are texts: a whole number has no `.0`, a date is `YYYY-MM-DD`, true and false are words. Raises NoSheet, also
    while the rows are read.
    """
    if not DEFUSEDXML:
        raise NoSheet("workbooks are not read without defusedxml; install thirdcopy's dependencies as they are locked")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that it does not know, which hold no rows
        with _translated():
            reader = _Reader(file)
            reader.read()
            workbook = reader.wb
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


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except NoSheet:
        raise
    except Exception as error:
        # openpyxl lets through whatever its parsers meet in a malformed part. The disk's own errors have a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NoSheet(
            f"it is no workbook in XLSX that can be read ({type(error).__name__}); save it again as XLSX or as CSV"
        ) from error
