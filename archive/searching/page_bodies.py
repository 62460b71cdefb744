"""Pages: lines that follow one another in one text, as bytes. Pure."""

import json
import zlib
from collections.abc import Sequence

from archive.searching.clip_texts import Line

MOST = 128
"""Lines of one page: to show one of them, all are read."""


def to_body(lines: Sequence[Line]) -> bytes:
    """The lines of a page as they are kept, without their marks."""
    rows = [[line.start, line.end, line.language, line.text, *([line.entry] if line.entry else [])] for line in lines]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def from_body(body: bytes) -> list[Line]:
    """The lines of a page."""
    rows = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    return [Line(row[3], row[0], row[1], row[2], entry=row[4] if len(row) > 4 else None) for row in rows]
