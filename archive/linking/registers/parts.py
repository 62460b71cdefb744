"""The parts of a workbook, within bounds: what is built as a tree is small, what is read as it comes has an end.

openpyxl builds a tree of every part that it reads whole, and takes a sheet or the texts that cells share as they come.
Its own trees keep an element, if an empty one, for each row and text, so that their number counts and not only bytes.
"""

import re
from typing import IO, Any
from xml.parsers.expat import ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

LARGEST_SHEET = 1 << 30
LARGEST_PART = 256 << 20
"""Unpacked bytes of a sheet, and of any other part; the texts that cells share are one part and kept in memory."""
LARGEST_TREE = 4 << 20
"""Unpacked bytes of a part that is built as a tree: styles, the list of sheets, who refers to whom, properties. Trees
take some 20 times as much memory, and the styles of a workbook with 20 years of pasting rarely exceed 1 MiB."""
LAST_ROW = 1 << 20
"""Rows of a sheet (ECMA-376-1, 18.3.1.73; Excel's own last one)."""
MOST_TEXTS = 1 << 22
"""Texts that cells share."""
MOST_BETWEEN = 1 << 18
"""Elements of a row, which has 16,384 columns at most, or of whatever else stands between two rows."""
_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_ROW, _TEXT = ({f"{space} {name}" for space in _MAIN} for name in ("row", "si"))


class NoSheet(Exception):
    """The file is no workbook that can be read; its text says why and what to do."""


class Parts(ZipFile):
    """A workbook's parts as openpyxl asks for them: `read` for a tree, `open` for a sheet and shared texts.

    Python's zipfile unpacks no more of a part than it says of itself. Raises NoSheet, also while a part is read.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        for part in self.infolist():
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise NoSheet(
                    f"its part {part.filename} is packed as no workbook's is (ISO/IEC 29500-2, B.2); save it again as "
                    "XLSX or as CSV"
                )
            sheet = re.match(r"xl/worksheets/[^/]+\.xml$", part.filename)
            _refuse_beyond(part, LARGEST_SHEET if sheet else LARGEST_PART)

    def read(self, name: "str | ZipInfo", pwd: bytes | None = None) -> bytes:
        """A part that becomes a tree."""
        part = name if isinstance(name, ZipInfo) else self.getinfo(name)
        _refuse_beyond(part, LARGEST_TREE)
        with super().open(part) as file:
            return file.read()

    def open(self, name: "str | ZipInfo", *_: Any, **__: Any) -> IO[bytes]:
        """A part that is read as it comes."""
        return _Counted(super().open(name))  # type: ignore[return-value]


class _Counted:
    """A part of rows or texts, looked over as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._row = self._texts = self._between = 0
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._begins
        self._parser.StartDoctypeDeclHandler = self._declares

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._parser.Parse(data, not data)
        return data

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "_Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        self._between += 1
        if name in _ROW:
            self._between = 0
            before, self._row = self._row, int(float(attributes.get("r", self._row + 1)))
            if self._row > LAST_ROW:
                raise NoSheet(
                    f"it has rows beyond {LAST_ROW:,}, the last of a sheet; delete what stands far below the entries, "
                    "or save the register as CSV"
                )
            if self._row <= before:
                raise NoSheet(f"row {self._row:,} follows row {before:,}; save it again as XLSX or as CSV")
        elif name in _TEXT:
            self._between = 0
            self._texts += 1
        if self._between > MOST_BETWEEN or self._texts > MOST_TEXTS:
            raise NoSheet("a row or a list in it is longer than a sheet's can be; save the register as CSV")

    def _declares(self, *_: object) -> None:
        raise NoSheet("it declares a document type, which no workbook does; save it again as XLSX or as CSV")


def _refuse_beyond(part: ZipInfo, largest: int) -> None:
    if part.file_size > largest:
        raise NoSheet(
            f"its part {part.filename} unpacks to {part.file_size / (1 << 20):,.0f} MiB, more than the "
            f"{largest >> 20} MiB that are read; save the register as CSV"
        )
