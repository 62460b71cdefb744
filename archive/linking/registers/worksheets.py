"""The XML of a workbook's sheets and of the texts that they share, read as it comes and within bounds.

Other readers give a cell's value or its formula, and neither the address behind it nor what is merged or hidden.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple
from xml.parsers.expat import ParserCreate

from archive.linking.registers.cells import unescaped
from archive.linking.registers.grids import Area, column_of
from archive.linking.registers.parts import (
    LARGEST_CELL,
    LAST_ROW,
    LONGEST_ADDRESS,
    MOST_BETWEEN,
    MOST_LINKS,
    MOST_MERGED,
    MOST_TEXTS,
    NAMESPACES,
    NoSheet,
)  # fmt: skip

WIDEST = 512
"""Columns that are looked at."""
MOST_DOWN = 1000
"""Rows over which one link may go."""
_PIECE = 1 << 16
_WANTED = ("sheetData", "row", "c", "v", "t", "f", "rPh", "si", "col", "mergeCell", "hyperlink")
_LOCAL = {f"{main} {name}": name for main, _ in NAMESPACES for name in _WANTED}
_IDS = tuple(f"{relations} id" for _, relations in NAMESPACES)
_RANGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?")
Place = tuple[int, int]
"""A cell's row from 1 and column from 0."""


class Cell(NamedTuple):
    """A cell as its sheet has it: the column from 0, type, style, value, and the formula, None where it has none."""

    column: int
    type: str
    style: int
    value: str
    formula: str | None


class Line(NamedTuple):
    """A row of a sheet: its number, whether it is hidden, its cells, and how many more stand beyond the widest."""

    number: int
    hidden: bool
    cells: list[Cell]
    beyond: int


@dataclass
class Marks:
    """What a sheet says beside its cells.

    `links` has for a cell the id of a relation, None where there is none, and the place that is led to.
    `unread` links and merged areas are beyond what is kept of them.
    """

    links: dict[Place, tuple[str | None, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    unread: int = 0


def area_of(reference: str) -> Area | None:
    """The cells of `B2` or `B2:C9`; None for whole columns and rows, and for what is no reference."""
    found = _RANGE.fullmatch(reference.replace("$", ""))
    if not found:
        return None
    left, top, right, bottom = found.groups()
    return Area(int(top), column_of(left), int(bottom or top), column_of(right or left))


class _Reader:
    """A part that is parsed as it comes; texts within it are gathered, within bounds."""

    def __init__(self) -> None:
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self.begins
        self._parser.EndElementHandler = self.ends
        self._parser.StartDoctypeDeclHandler = self._declares
        self._text: list[str] = []
        self._length = self._between = 0

    def fed(self, file: IO[bytes]) -> Iterator[None]:
        read = 0
        while data := file.read(_PIECE):
            self._parser.Parse(data, False)
            read += len(data)
            if read - max(self._parser.CurrentByteIndex, 0) > LARGEST_CELL:
                raise NoSheet("one mark in it has no end; save it again as XLSX or as CSV")
            yield
        self._parser.Parse(b"", True)
        yield

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def ends(self, name: str) -> None:
        raise NotImplementedError

    def counted(self) -> None:
        self._between += 1
        if self._between > MOST_BETWEEN:
            raise NoSheet("a row or a list in it is longer than a sheet's can be; save the register as CSV")

    def listen(self) -> None:
        self._text, self._length = [], 0
        self._parser.CharacterDataHandler = self._hears

    def heard(self) -> str:
        self._parser.CharacterDataHandler = None
        return "".join(self._text)

    def _hears(self, text: str) -> None:
        self._length += len(text)
        if self._length > LARGEST_CELL:
            raise NoSheet(f"a cell has more than {LARGEST_CELL >> 20} million characters; save the register as CSV")
        self._text.append(text)

    def _declares(self, *_: object) -> None:
        raise NoSheet("it declares a document type, which no workbook does; save it again as XLSX or as CSV")


class _Texts(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._aside = 0

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        self.counted()
        local = _LOCAL.get(name)
        if local == "si":
            self._parts, self._between = [], 0
            if len(self.texts) >= MOST_TEXTS:
                raise NoSheet("a row or a list in it is longer than a sheet's can be; save the register as CSV")
        elif local == "rPh":
            self._aside += 1
        elif local == "t" and not self._aside:
            self.listen()

    def ends(self, name: str) -> None:
        local = _LOCAL.get(name)
        if local == "t" and not self._aside:
            self._parts.append(self.heard())
        elif local == "rPh":
            self._aside -= 1
        elif local == "si":
            self.texts.append(unescaped("".join(self._parts)))


def shared_texts(file: IO[bytes]) -> list[str]:
    """The texts that cells share, without the readings that are written above them. Raises NoSheet."""
    reader = _Texts()
    for _ in reader.fed(file):
        pass
    return reader.texts


class _Lines(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.done: list[Line] = []
        self.ended = False
        self._row = self._column = self._aside = self._beyond = 0
        self._hidden = False
        self._cells: list[Cell] = []
        self._type, self._style, self._value = "n", 0, [""]
        self._formula: str | None = None
        self._shared: dict[str, str] = {}
        self._share: str | None = None
        self._columns: dict[str, int] = {}

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        if self.ended:
            return
        self.counted()
        local = _LOCAL.get(name)
        if local == "c":
            if reference := attributes.get("r"):
                written = reference.rstrip("0123456789")
                if (column := self._columns.get(written)) is None:
                    column = self._columns[written] = column_of(written)
                self._column = column
            else:
                self._column += 1
            self._type, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self._value, self._formula = [], None
        elif local in ("v", "t"):
            if not self._aside:
                self.listen()
        elif local == "f":
            self._share = attributes.get("si") if attributes.get("t") == "shared" else None
            self.listen()
        elif local == "rPh":
            self._aside += 1
        elif local == "row":
            self._begins_row(attributes)

    def _begins_row(self, attributes: dict[str, str]) -> None:
        before, self._row = self._row, int(float(attributes.get("r", self._row + 1)))
        if self._row > LAST_ROW:
            raise NoSheet(
                f"it has rows beyond {LAST_ROW:,}, the last of a sheet; delete what stands far below the entries, "
                "or save the register as CSV"
            )
        if self._row <= before:
            raise NoSheet(f"row {self._row:,} follows row {before:,}; save it again as XLSX or as CSV")
        self._between, self._column, self._cells, self._beyond = 0, -1, [], 0
        self._hidden = attributes.get("hidden") in ("1", "true")

    def ends(self, name: str) -> None:
        local = None if self.ended else _LOCAL.get(name)
        if local in ("v", "t"):
            if not self._aside:
                self._value.append(self.heard())
        elif local == "c":
            if self._column >= WIDEST:
                self._beyond += bool(self._value and self._value != [""])
            elif self._value or self._formula is not None:
                value = "".join(self._value)
                self._cells.append(Cell(self._column, self._type, self._style, value, self._formula))
        elif local == "f":
            self._formula = self.heard()
            if self._share is not None and self._formula:
                if len(self._shared) < MOST_LINKS:
                    self._shared[self._share] = self._formula
            elif self._share is not None:
                self._formula = self._shared.get(self._share, "")
        elif local == "rPh":
            self._aside -= 1
        elif local == "sheetData":
            self.ended = True
        elif local == "row":
            self.done.append(Line(self._row, self._hidden, self._cells, self._beyond))


def lines(file: IO[bytes]) -> Iterator[Line]:
    """The rows of a sheet, each once, in their order. Raises NoSheet, also on the way."""
    reader = _Lines()
    for _ in reader.fed(file):
        yield from reader.done
        reader.done.clear()
        if reader.ended:  # what follows is not counted as a row's: links may be many
            return


class _Marks(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.marks = Marks()
        self._links = 0

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        local = _LOCAL.get(name)
        if local == "hyperlink":
            self._link(attributes)
        elif local == "mergeCell":
            if len(self.marks.merged) >= MOST_MERGED:
                self.marks.unread += 1
            elif area := area_of(attributes.get("ref", "")):
                self.marks.merged.append(area)
        elif local == "col" and attributes.get("hidden") in ("1", "true") and len(self.marks.hidden) < WIDEST:
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.marks.hidden.append((first - 1, min(last, WIDEST) - 1))

    def ends(self, name: str) -> None:
        pass

    def _link(self, attributes: dict[str, str]) -> None:
        area = area_of(attributes.get("ref", ""))
        relation = next((attributes[name] for name in _IDS if name in attributes), None)
        place = unescaped(attributes.get("location", ""))
        if area is None or self._links >= MOST_LINKS or len(f"{relation}{place}") > LONGEST_ADDRESS:
            self.marks.unread += 1
            return
        # A link over many cells is the first one's, unless it goes down a column: then each row has it.
        last = min(area.bottom, area.top + MOST_DOWN - 1)
        self.marks.unread += area.bottom - last
        for row in range(area.top, last + 1):
            self.marks.links[row, area.left] = (relation, place)
            self._links += 1


def marks_of(file: IO[bytes]) -> Marks:
    """What a sheet says beside its cells. Raises NoSheet."""
    reader = _Marks()
    for _ in reader.fed(file):
        pass
    return reader.marks


def relations(file: IO[bytes], take: Callable[[str, str, str], None]) -> None:
    """Tell of each relation of a sheet: its id, the last word of its kind, and where it leads. Raises NoSheet."""

    class Relations(_Reader):
        def begins(self, name: str, attributes: dict[str, str]) -> None:
            if name.endswith(" Relationship"):
                kind = attributes.get("Type", "").rpartition("/")[2]
                take(attributes.get("Id", ""), kind, attributes.get("Target", ""))

        def ends(self, name: str) -> None:
            pass

    for _ in Relations().fed(file):
        pass
