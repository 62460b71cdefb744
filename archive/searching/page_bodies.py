"""Pages: lines that follow one another in one text, as bytes. Pure."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from archive.searching.clip_texts import Line

MOST = 128
"""Lines of one page: to show one of them, all are read."""


def to_body(lines: Sequence[Line]) -> bytes:
    """The lines of a page as they are kept, without their marks."""
    rows = [[line.start, line.end, line.language, line.text, *([line.entry] if line.entry else [])] for line in lines]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


Rows = list[list[Any]]


def from_body(body: bytes) -> Rows:
    """The rows of a page, of which `line_of` makes lines."""
    rows: Rows = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    return rows


def line_of(row: list[Any]) -> Line:
    """The line of a row."""
    start, end, language, text, *entry = row
    return Line(text, start, end, language, entry=entry[0] if entry else None)
