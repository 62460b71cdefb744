"""A workbook (XLSX): its sheets, and their rows as texts. The one importer of openpyxl.

A workbook is a zip of XML that a stranger may have made: `parts` bounds what is read of it, and defusedxml refuses what
declares entities. openpyxl knows the sheets, styles and dates; rows are read by `worksheets`, and never the whole. A
formula is never run: the value that was last saved is read.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import IO, Any

from openpyxl import DEFUSEDXML
from openpyxl.packaging.relationship import get_rels_path
from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel, from_ISO8601

from archive.linking.registers import serials, worksheets
from archive.linking.registers.cells import CALCULATE, link_of, unescaped, web_address
from archive.linking.registers.grids import Area, GridRow, Odd, letters
from archive.linking.registers.parts import LONGEST_ADDRESS, NoSheet, Parts
from archive.linking.registers.reports import Kind
from archive.linking.registers.worksheets import Cell, Line

MOST_SHEETS = 64
"""Sheets that are looked into."""
MOST_BEFORE = 10_000
"""Rows among which the first ones with anything in them are looked for."""
LARGEST_WHOLE = 1e25
_DIGITS_KEPT = 15
"""Digits that a spreadsheet keeps of a number that is typed."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, its part of the workbook, and whether it is shown."""

    title: str
    part: str
    visible: bool


@dataclass
class Beside:
    """What a sheet has beside its rows: links, merged areas, hidden columns, and what is not read.

    `links` are the web addresses behind cells by row and column, `elsewhere` says of other links why none is kept.
    """

    links: dict[int, dict[int, str]] = field(default_factory=dict)
    elsewhere: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    unread: int = 0
    comments: bool = False
    drawings: bool = False


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """What `load_workbook` reads with, on bounded parts; texts and sheets are left to `worksheets`."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.archive = Parts(file)
        self.texts: list[str] = []
        self.sheets: list[Sheet] = []

    def read_strings(self) -> None:
        if (found := self.package.find(SHARED_STRINGS)) is not None:
            with self.archive.open(found.PartName[1:]) as part:
                self.texts = worksheets.shared_texts(part)

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and relation.Type.endswith("/worksheet"):
                self.sheets.append(Sheet(unescaped(sheet.name), relation.target, sheet.state == "visible"))


class Workbook:
    """An opened workbook. Its methods raise NoSheet."""

    def __init__(self, file: IO[bytes]) -> None:
        with translated():
            self._reader = _Reader(file)
            self._reader.read()
        self._book: Any = self._reader.wb
        self._parts = self._reader.archive
        self.sheets: tuple[Sheet, ...] = tuple(self._reader.sheets)
        self._code = lru_cache(4096)(self._code_of)

    def head(self, sheet: Sheet, most: int) -> list[GridRow]:
        """The first rows of a sheet that have anything in them."""
        found = list[GridRow]()
        for row in islice(self.rows(sheet, Beside()), MOST_BEFORE):
            if any(text.strip() for text in row.texts):
                found.append(row)
            if len(found) >= most:
                break
        return found

    def beside(self, sheet: Sheet) -> Beside:
        """What a sheet has beside its rows."""
        with translated(), self._parts.open(sheet.part) as part:
            marks = worksheets.marks_of(part)
        found = Beside(merged=marks.merged, hidden=marks.hidden, unread=marks.unread)
        wanted = {relation for relation, _ in marks.links.values() if relation}
        targets = dict[str, str]()

        def take(name: str, kind: str, target: str) -> None:
            found.comments |= kind in ("comments", "threadedComment")
            found.drawings |= kind == "drawing"
            if name in wanted and len(target) <= LONGEST_ADDRESS:
                targets[name] = target

        path = get_rels_path(sheet.part)
        if path in self._reader.valid_files:
            with translated(), self._parts.open(path) as part:
                worksheets.relations(part, take)
        for (row, column), (relation, within) in marks.links.items():
            target = targets.get(relation or "", "")
            whole = f"{target}#{within}" if target and within else target or within
            if address := web_address(unescaped(whole)):
                found.links.setdefault(row, {})[column] = address
            else:
                found.elsewhere.setdefault(row, {})[column] = _leads(target, within)
        return found

    def rows(self, sheet: Sheet, beside: Beside) -> Iterator[GridRow]:
        """The rows of a sheet, each with its number from 1.

        Cells are texts: a whole number has no `.0`, true and false are words; of dates, `serials` tells. A cell that is
        merged down over others stands in each row of them that has something of its own.
        """
        down = dict[int, list[Area]]()
        for area in beside.merged:
            if area.bottom > area.top:
                down.setdefault(area.top, []).append(area)
        open_ = dict[int, tuple[Area, str, str | None]]()
        with translated(), self._parts.open(sheet.part) as part:
            for line in worksheets.lines(part):
                row = self._row(line, beside)
                _spread(row, open_, down)
                yield row

    def _row(self, line: Line, beside: Beside) -> GridRow:
        row = GridRow(line.number, [""] * (1 + max((cell.column for cell in line.cells), default=-1)))
        row.hidden = line.hidden
        computed = list[int]()
        for cell in line.cells:
            if cell.formula is not None:
                computed.append(cell.column)
            row.texts[cell.column] = self._text(cell, row)
        if computed:
            row.computed = frozenset(computed)
        row.links.update(beside.links.get(line.number, {}))
        row.odd.extend(
            Odd(place, "link not kept", what) for place, what in beside.elsewhere.get(line.number, {}).items()
        )
        if line.beyond:
            what = f"cells beyond column {letters(worksheets.WIDEST - 1)} were not read: {line.beyond:,}"
            row.odd.append(Odd(None, "beside the table", what))
        return row

    def _text(self, cell: Cell, row: GridRow) -> str:
        def odd(kind: Kind, what: str) -> str:
            row.odd.append(Odd(cell.column, kind, what))
            return ""

        value = cell.value
        if cell.formula is not None:
            if link := link_of(cell.formula):
                if link.address:
                    row.links[cell.column] = link.address
                elif not web_address(value):  # the address itself is what such a formula shows
                    odd("link not kept", link.what)
                if not value or (value == "0" and cell.type == "n"):
                    return link.text
            elif not value and cell.type != "str":
                return odd("formula", f"a formula that was never calculated; {CALCULATE}")
            elif value == "0" and cell.type == "n":
                return odd("formula", f"a formula whose value is 0, as where nothing was calculated; {CALCULATE}")
        if not value:
            return ""
        if cell.type == "s":
            return self._reader.texts[int(value)]
        if cell.type in ("str", "inlineStr"):
            return unescaped(value)
        if cell.type == "b":
            return str(value.strip() in ("1", "true")).lower()
        if cell.type == "e":
            return odd("error value", f"the error {value[:20]} is no text")
        if cell.type == "d":
            return _moment(from_ISO8601(value), self._code(cell.style), odd)
        return self._number(value, cell, odd)

    def _number(self, value: str, cell: Cell, odd: Any) -> str:
        number = float(value) if any(c in value for c in ".eE") else int(value)
        code = self._code(cell.style)
        if is_date_format(code):
            try:
                if number < 0:
                    raise ValueError
                moment = from_excel(number, self._book.epoch, timedelta=is_timedelta_format(code))
            except (OverflowError, ValueError):
                return str(odd("error value", "a number that is no date, in a cell for dates"))
            return _moment(moment, code, odd)
        if isinstance(number, float) and number.is_integer() and abs(number) < LARGEST_WHOLE:
            # Of a long one, the digits that are written, and not those of the nearest number that a machine can hold.
            number = int(number) if abs(number) < 10**_DIGITS_KEPT else int(Decimal(value))
        text = str(number)
        lost = len(text.lstrip("-")) - _DIGITS_KEPT
        if isinstance(number, int) and lost > 0 and number % 10**lost == 0:
            what = f"a number of more than {_DIGITS_KEPT} digits: a spreadsheet keeps no more, and writes zeros"
            odd("digits lost", what)
        return text

    def _code_of(self, style: int) -> str:
        """The number format of a style; General where a style is not there."""
        styles = self._book._cell_styles
        name = styles[style].numFmtId if 0 <= style < len(styles) else 0
        if name >= BUILTIN_FORMATS_MAX_SIZE:
            return str(self._book._number_formats[name - BUILTIN_FORMATS_MAX_SIZE])
        return str(BUILTIN_FORMATS.get(name) or serials.EAST_ASIAN.get(name, "General"))


def _moment(moment: Any, code: str, odd: Any) -> str:
    text, what = serials.written(moment, code)
    if what:
        odd("date in part", what)
    return text


def _leads(target: str, within: str) -> str:
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)", target)
    if scheme and scheme[0].lower() == "mailto":
        return "a link to an address of mail was not kept"
    if target:
        return (
            "a link to a file or a program was not kept"
            if not scheme or scheme[0].lower() == "file"
            else (f"a link by {scheme[0][:12].lower()} was not kept")
        )
    return (
        "a link to another place in the workbook was not kept" if within else "a link that leads nowhere was not kept"
    )


def _spread(row: GridRow, open_: dict[int, tuple[Area, str, str | None]], down: dict[int, list[Area]]) -> None:
    """Give a row what is merged down into it from rows above, and note what begins in it."""
    for column in [column for column, (area, _, _) in open_.items() if area.bottom < row.line]:
        del open_[column]
    if open_ and any(text.strip() for text in row.texts):
        for column, (_, text, link) in open_.items():
            if column >= len(row.texts):
                row.texts.extend([""] * (column + 1 - len(row.texts)))
            row.texts[column] = text
            if link:
                row.links[column] = link
        row.merged = frozenset(open_)
    for area in down.pop(row.line, ()):
        if area.left < len(row.texts):
            open_[area.left] = (area, row.texts[area.left], row.links.get(area.left))


@contextmanager
def opened_workbook(file: IO[bytes]) -> Iterator[Workbook]:
    """A workbook, closed when the block ends. Raises NoSheet, also while rows are read."""
    if not DEFUSEDXML:
        raise NoSheet("workbooks are not read without defusedxml; install thirdcopy's dependencies as they are locked")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that it does not know, which hold no rows
        book = Workbook(file)
        try:
            yield book
        finally:
            book._parts.close()


@contextmanager
def translated() -> Iterator[None]:
    """Any error of a parser is one of the workbook. Raises NoSheet; the disk's own errors stay."""
    try:
        yield
    except NoSheet:
        raise
    except Exception as error:
        # openpyxl lets through whatever its parsers meet in a malformed part. The disk's own errors have a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        why = type(error).__name__
        raise NoSheet(
            f"it is no workbook in XLSX that can be read ({why}): it may be cut off; copy it anew, or save it again"
        ) from error
