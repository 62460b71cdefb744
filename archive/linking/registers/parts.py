"""The parts of a workbook, within bounds: what is built as a tree is small, what is read as it comes has an end.

openpyxl builds a tree of every part that it reads. A sheet and the texts that cells share are read by `worksheets`.
"""

import re
from typing import IO
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
MOST_LINKS = 1 << 18
"""Links, and formulas that cells share, which are kept in memory until their row comes."""
MOST_MERGED = 1 << 17
"""Merged areas that are kept."""
LARGEST_CELL = 16 << 20
"""Characters of a cell."""
LONGEST_ADDRESS = 1 << 12
"""Characters of an address behind a cell; Excel takes half as many."""
NAMESPACES = (
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    ("http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
)
"""Of the main schema and of relations: as most programs write them, and in the strict form (ISO/IEC 29500-1)."""


class NoSheet(Exception):
    """The file is no workbook that can be read; its text says why and what to do."""


class Parts(ZipFile):
    """A workbook's parts: `read` for a tree, as openpyxl asks for it, `open` for what is read as it comes.

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
        """A part that becomes a tree, in the usual form where it is in the strict one, which openpyxl does not know."""
        part = name if isinstance(name, ZipInfo) else self.getinfo(name)
        _refuse_beyond(part, LARGEST_TREE)
        with super().open(part) as file:
            tree = file.read()
        for usual, strict in zip(*NAMESPACES, strict=True):
            tree = tree.replace(strict.encode(), usual.encode())
        return tree


def _refuse_beyond(part: ZipInfo, largest: int) -> None:
    if part.file_size > largest:
        raise NoSheet(
            f"its part {part.filename} unpacks to {part.file_size / (1 << 20):,.0f} MiB, more than the "
            f"{largest >> 20} MiB that are read; save the register as CSV"
        )
