"""CSV as spreadsheet programs write it: encoding, separator, rows; of registers and of review sheets alike.

Excel separates at what the country's settings say: a semicolon wherever a comma is in numbers. It may say so in a first
line `sep=;`, and its “Unicode text” is UTF-16 with tabs.
"""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import IO

SEPARATORS = ",;\t|"
HEAD = 1 << 16
"""Characters, and rows within them, that are looked at to tell what separates the cells."""
HEAD_ROWS = 40
_STATED = re.compile(r"\ufeff?\"?sep=(.)\"?\r?(?:\n|$)", re.IGNORECASE)
Score = Callable[[Sequence[Sequence[str]]], int]
"""How much of what a reader looks for is in the first rows."""


class NoCsv(ValueError):
    """Text that is no CSV; `line` is where the row at fault begins."""

    def __init__(self, line: int, why: object) -> None:
        super().__init__(f"line {line}: it is no CSV ({why}); look for a quote that is not closed")
        self.line = line


def encoding_of(start: bytes) -> str:
    """The encoding of a text by its first bytes: UTF-16 or UTF-32 by their marks or zeros; otherwise UTF-8."""
    if start.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    # Names of columns are mostly ASCII, of which each second byte is zero then.
    start = start[: 64 if len(start) >= 64 else len(start) & ~1]
    low, high = start[::2].count(0), start[1::2].count(0)
    if max(low, high) * 4 > len(start) and not min(low, high):
        return "utf-16-le" if high else "utf-16-be"
    return "utf-8-sig"


def spelled(encoding: str) -> str:
    """An encoding as people call it."""
    return encoding.upper().removesuffix("-SIG")


def separator_of(head: str, score: Score) -> tuple[str, int]:
    """What separates the cells of a text that begins so, and how many lines before the first row only say that.

    Where no line says it, it is the separator that scores most, commas before others.
    """
    if stated := _STATED.match(head):
        return stated[1], 1

    def found(separator: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        try:
            return score(list(islice(rows, HEAD_ROWS)))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=found), 0


def rows_of(text: IO[str], separator: str, skipped: int, largest_cell: int) -> Iterator[tuple[int, list[str]]]:
    """Each row of a text that was opened with `newline=""`, with the line it begins at. Raises NoCsv on the way.

    The csv module's limit on cells is process-wide: raised, never lowered.
    """
    csv.field_size_limit(max(csv.field_size_limit(), largest_cell))
    for _ in range(skipped):
        text.readline()
    # Strict, or an open quote would swallow every row after it without a word.
    reader = csv.reader(text, delimiter=separator, strict=True)
    while True:
        begins = reader.line_num + 1 + skipped
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoCsv(begins, error) from error
        yield begins, row
