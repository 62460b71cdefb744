"""Rows of a table become entries' lines; what is dropped, changed or odd on the way goes into the report. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.linking.finding.cited.addresses import addresses
from archive.linking.registers.cells import look
from archive.linking.registers.columns import Columns
from archive.linking.registers.dates import says_when
from archive.linking.registers.entries import DATES, masked, number_of, to_line
from archive.linking.registers.register_tables import Row, Table
from archive.linking.registers.reports import Kind, Notes
from archive.records.entry_fields import EDITED, NAMES, plain, shown

BEHIND = "Additional Info"
"""The field that takes the addresses behind cells. It is prose, where an address is never taken for a name."""
MOST_ROWS = 1000
"""Rows that are read as one entry, where its number is merged over them."""
_NO_DATES = frozenset(
    name + more for name in (*NAMES, "Age", "Gender", "Ethnicity", "Prison Term", "Relation") for more in ("", EDITED)
)
_DATE = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?: \d\d:\d\d)?|\d{1,2} [A-Z][a-z]{2}|\d\d:\d\d:\d\d", re.ASCII)
_TOTALS = frozenset(
    (
        "total", "totals", "grandtotal", "subtotal", "итого", "всего", "всегочеловек", "барлығы", "toplam",
        "合计", "合計", "总计", "總計", "总数", "總數", "共计", "共計", "小计", "小計",
    )
)  # fmt: skip
"""What the rows that sum up the others are called, in letters alone; in no language of the register a name."""
_PERHAPS = _TOTALS | {"sum", "count", "сумма", "жами", "җәмий", "jami"}
"""The same, and what may be a name as well, which counts where there is no number."""
_LONGEST_TOTAL = 20
_NAMES = tuple(name + more for name in NAMES for more in ("", EDITED))
_Note = tuple[Kind, int, str, str | None]
"""Something odd: its kind, the line, what it is in words, and the cell of a sheet."""


@dataclass
class _Pending:
    """An entry that rows may still be added to."""

    number: str
    row: Row
    fields: dict[str, list[str]]
    odd: list[_Note] = field(default_factory=list)
    rows: int = 1

    def join(self, fields: Mapping[str, Sequence[str]], odd: Sequence[_Note]) -> None:
        """Add what a row says that is merged with it, and that was not said before."""
        for name, texts in fields.items():
            held = self.fields.setdefault(name, [])
            held.extend(text for text in texts if text not in held)
        self.odd.extend(odd)
        self.rows += 1


def gather(table: Table, columns: Columns, add: Callable[[str, bytes], None], notes: Notes, path: Path) -> None:
    """Read all rows of a table, give each entry's number and line to `add`, and fill the report.

    Raises RegisterError where the table has not the columns that it must have.
    """
    if table.header is not None:
        columns.check(table.columns, path, sheet=table.sheet)
    gathering = _Gathering(table, columns, add, notes)
    for row in table.rows:
        gathering.take(row)
    gathering.finish()
    if table.header is None:
        columns.check(table.columns, path)
    for what in columns.unread(table.columns):
        notes.add("unknown column", table.line, None, what)
    for line, kind, what in table.notes:
        notes.add(kind, line, None, what)


class _Gathering:
    def __init__(self, table: Table, columns: Columns, add: Callable[[str, bytes], None], notes: Notes) -> None:
        self._table, self._columns, self._add, self._notes = table, columns, add, notes
        self._secrets = table.header is None or bool(columns.left_out(table.columns))
        self._letters = {place: column for column, place in table.places.items()}
        self._undated = {column for name in _NO_DATES for column in columns.plan.get(name, ())}
        self._first: dict[str, int] = {}
        self._pending: _Pending | None = None

    def take(self, row: Row) -> None:
        """Read one row."""
        if not row.cells and row.odd and all(one.kind == "beside the table" for one in row.odd):
            return self._tell(row, None)
        odd = list[_Note]()
        fields = self._fields(row, odd)
        if row.follows and self._pending and self._pending.rows < MOST_ROWS:
            self._pending.join(fields, odd)
            return self._tell(row, self._pending.number)
        self._notes.read += 1
        if any(one.kind == "no object" for one in row.odd):
            return self._tell(row, None)
        self.finish()
        written = next(iter(fields.get("Entry", ())), "")
        number = number_of(written)
        if number is None or self._is_total(row, fields):
            self._skip(row, written, number, fields, odd)
        elif number in self._first:
            what = f"the number was already read at {self._word} {self._first[number]}"
            self._notes.add("number twice", row.line, number, what)
            self._tell(row, number, odd)
        else:
            self._first[number] = row.line
            self._pending = _Pending(number, row, fields, odd)
        return None

    def finish(self) -> None:
        """Give the entry that was read last."""
        if self._pending is None:
            return
        one, self._pending = self._pending, None
        kept, changed = masked(one.fields)
        self._notes.masked.update(changed)
        if not any(name in kept for name in _NAMES):
            self._notes.add("no name", one.row.line, one.number, "no name")
        for field_ in DATES:
            if any(not says_when(text) for text in kept.get(field_, ())):
                what = f"no date that can be read in column {field_}"
                self._notes.add("unreadable date", one.row.line, one.number, what)
        if one.row.shifted:
            what = one.row.shifted + self._secrets * ", any of them may be secret: nothing but its number was kept"
            self._notes.add("cells and columns", one.row.line, one.number, what)
        self._tell(one.row, one.number, one.odd)
        self._add(one.number, to_line(one.number, kept))

    @property
    def _word(self) -> str:
        return "row" if self._table.sheet is not None else "line"

    def _fields(self, row: Row, odd: list[_Note]) -> dict[str, list[str]]:
        """The fields of a row, each text looked at; addresses behind cells that are read are among them."""
        links, cells = list(row.links), dict[str, list[str]]()
        for column, texts in row.cells.items():
            if not self._columns.fields_of(column):
                continue
            kept = list[str]()
            for text in texts:
                found = look(text)
                if column in self._undated and text[:1].isdigit() and _DATE.fullmatch(text):
                    what = self._about(column, "a date or time, which a spreadsheet may have made of something else")
                    odd.append(("date as value", row.line, what, self._table.cell(row.line, column)))
                if found.kind:
                    what, cell = self._about(column, found.what), self._table.cell(row.line, column)
                    odd.append((found.kind, row.line, what, cell))
                if found.address:
                    links.append((column, found.address))
                if found.text:
                    kept.append(found.text)
            if kept:
                cells[column] = kept
        fields = self._columns.fields(cells)
        if row.shifted and self._secrets:
            return {name: texts for name, texts in fields.items() if name == "Entry"}
        for name, texts in fields.items():
            if name in _NAMES and any("??" in text for text in texts):
                fields[name] = [text for text in texts if text.strip("?·., \t\n")]
        for column, address in links:
            self._behind(column, address, row, fields, odd)
        return fields

    def _behind(
        self,
        column: str,
        address: str,
        row: Row,
        fields: dict[str, list[str]],
        odd: list[_Note],
    ) -> None:
        """Keep the address behind a cell beside the entry's prose, unless the entry says it already."""
        cell = self._table.cell(row.line, column)
        if not self._columns.fields_of(column):
            name = shown(self._table.columns.get(column, ""))
            odd.append(("link not kept", row.line, f"a link in column {name!r}, which is not read, was not kept", cell))
        elif BEHIND not in self._columns.plan:
            odd.append(("link not kept", row.line, f"a link was not kept, since {BEHIND} is secret", cell))
        else:
            self._notes.links += 1
            wanted = set(addresses(address)) or {address}
            said = {one for texts in fields.values() for text in texts for one in (*_cited(text), text.strip())}
            if not wanted <= said:
                fields.setdefault(BEHIND, []).append(address)

    def _about(self, column: str, what: str) -> str:
        if self._table.form == "xlsx":
            return what
        return f"{what} (column {shown(self._table.columns.get(column, column))!r})"

    def _is_total(self, row: Row, fields: Mapping[str, Sequence[str]]) -> bool:
        """Whether a row sums up the others: a name says so, or its number was calculated and nobody is named."""
        named = [text for name in _NAMES for text in fields.get(name, ())]
        if any(len(text) < _LONGEST_TOTAL and _word_of(text) in _TOTALS for text in named):
            return True
        return fields.keys() <= {"Entry"} and any(self._columns.is_number(column) for column in row.computed)

    def _skip(
        self,
        row: Row,
        written: str,
        number: str | None,
        fields: Mapping[str, Sequence[str]],
        odd: list[_Note],
    ) -> None:
        texts = [(column, text) for column, held in row.cells.items() for text in held]
        if number is not None or any(_word_of(text[:_LONGEST_TOTAL]) in _PERHAPS for _, text in texts):
            self._notes.add("total", row.line, None, "a row that sums up the others is no entry")
        elif texts and all(plain(text) == column for column, text in texts):
            self._notes.add("header again", row.line, None, "the header once more")
        else:
            lost = not written and any(kind in ("error value", "formula") for kind, *_ in self._odd_of(row, odd))
            why = ", which has no value" if lost else _why(written)
            self._notes.add("no number", row.line, None, f"no usable number in column Entry{why}")
        self._tell(row, None, odd)

    def _tell(self, row: Row, number: str | None, odd: Sequence[_Note] = ()) -> None:
        """Report what is odd in a row."""
        for kind, line, what, cell in self._odd_of(row, odd):
            self._notes.add(kind, line, number, what, cell)

    def _odd_of(self, row: Row, odd: Sequence[_Note]) -> Iterator[_Note]:
        """All that is odd in a row, but for columns that are not read; of these, links that are lost with them."""
        for column, kind, what in row.odd:
            name = self._letters.get(column) if column is not None else None
            if name is None or kind == "link not kept" or self._columns.fields_of(name):
                cell = self._table.cell_at(row.line, column) if column is not None else None
                yield kind, row.line, what, cell
        yield from odd


def _cited(text: str) -> list[str]:
    return addresses(text) if "://" in text or "www." in text else []


def _word_of(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


def _why(written: str) -> str:
    """Why a text is no entry's number, without quoting it."""
    text = written.strip()[:_LONGEST_TOTAL]
    if not text:
        return ", which is empty"
    if _DATE.fullmatch(text):
        return ": a date, which a spreadsheet may have made of it"
    if re.fullmatch(r"\d+(?:[.,]\d+)?E\+\d+", text, re.IGNORECASE):
        return ": a number that a spreadsheet shortened"
    if re.fullmatch(r"\d+[.,]\d+", text):
        return ": a fraction"
    if sum(1 for _ in re.finditer(r"\d+", text)) > 1:
        return ": more than one number"
    return ""
