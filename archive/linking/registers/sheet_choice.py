"""The sheet of a workbook that is the register: which one, its header, its rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import IO

from archive.linking.registers import headers
from archive.linking.registers.columns import Columns
from archive.linking.registers.grids import GridRow, letters
from archive.linking.registers.headers import Header
from archive.linking.registers.parts import NoSheet
from archive.linking.registers.reports import Kind
from archive.linking.registers.workbooks import MOST_SHEETS, Beside, Sheet, opened_workbook
from archive.records.entry_fields import clean, shown


@dataclass(frozen=True)
class OpenedSheet:
    """The sheet that is read: its title, its first rows, the header among them, the rows below, and what is odd of it.

    A note is a line, a kind, and what is odd in words.
    """

    title: str
    first: Sequence[GridRow]
    header: Header
    rows: Iterator[GridRow]
    notes: Sequence[tuple[int, Kind, str]]


@contextmanager
def opened_sheet(file: IO[bytes], columns: Columns, wanted: str | None, key: str) -> Iterator[OpenedSheet]:
    """Open the sheet of a workbook that is the register: the one that is `wanted`, or that `headers.choose` tells.

    Raises NoSheet, also while the rows are read, and NoChoice.
    """
    with opened_workbook(file) as book:
        if not book.sheets:
            raise NoSheet("it has no sheet; save the register as a workbook with one sheet, or as CSV")
        sheets = book.sheets[:MOST_SHEETS]
        heads = [book.head(sheet, headers.LOOKED_AT) for sheet in sheets]
        scores = [headers.score([row.texts for row in head], columns) for head in heads]
        titles, visible = [sheet.title for sheet in sheets], [sheet.visible for sheet in sheets]
        place = headers.choose(titles, visible, scores, wanted, key)
        sheet, end = sheets[place], heads[place][-1].line if heads[place] else 0
        beside = book.beside(sheet)
        rows = takewhile(lambda row: row.line <= end, book.rows(sheet, beside))
        first = [row for row in rows if any(text.strip() for text in row.texts)]
        header = headers.find([row.texts for row in first], columns, _deep(first, beside, columns))
        above = first[header.last].line if first else 0
        yield OpenedSheet(
            title=clean(sheet.title).strip(),
            first=first,
            header=header,
            rows=(row for row in book.rows(sheet, beside) if row.line > above),
            notes=(
                *_beside(first[header.first].line if first else 1, len(header.names), beside),
                *_others(book.sheets, sheet),
            ),
        )


def _deep(first: Sequence[GridRow], beside: Beside, columns: Columns) -> list[int]:
    """The rows among the first in which the cell that names the number is merged with the one below."""
    below = {(area.top, area.left) for area in beside.merged if area.bottom == area.top + 1}
    return [
        place
        for place, row in enumerate(first)
        if any((row.line, column) in below and columns.is_number(text) for column, text in enumerate(row.texts))
    ]


def _beside(line: int, width: int, beside: Beside) -> Iterator[tuple[int, Kind, str]]:
    within = [(first, min(last, width - 1)) for first, last in beside.hidden if first < width]  # not all that is empty
    for first, last in within:
        names = letters(first) + (f" to {letters(last)}" if last > first else "")
        yield line, "hidden columns", f"column {names} is hidden, and was read as if it were not"
    if beside.comments:
        yield line, "not read", "the sheet has comments on cells, which are not read"
    if beside.drawings:
        yield line, "not read", "the sheet has pictures, charts or text boxes, which are not read"
    if beside.unread:
        yield line, "not read", f"{beside.unread:,} links or merged cells are too many or too long, and were not read"


def _others(sheets: Sequence[Sheet], read: Sheet) -> Iterator[tuple[int, Kind, str]]:
    if not read.visible:
        yield 1, "hidden sheet", f"sheet {shown(read.title)!r} is hidden, and was read"
    for sheet in sheets:
        if sheet is not read:
            hidden = "" if sheet.visible else "hidden "
            yield 1, "sheet not read", f"{hidden}sheet {shown(sheet.title)!r} was not read; {shown(read.title)!r} was"
