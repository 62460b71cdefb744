"""Paths of a disk as text that any document and screen can hold, and back to their own bytes. Pure.

`%` and each byte of what is no UTF-8, or would be hidden or obeyed where it is shown, is written `%XX`; all else stays.
Percent-decoding (RFC 3986, 2.1) gives the bytes again.
"""

import re
from urllib.parse import unquote_to_bytes

from archive.safe_text import HIDDEN

_ODD = re.compile(f"%|\n|{HIDDEN.pattern}")


def written(path: bytes) -> str:
    """A path's bytes as text."""
    return _ODD.sub(_encoded, path.decode("utf-8", "surrogateescape"))


def bytes_of(text: str) -> bytes:
    """The bytes of a path that was written as text."""
    return unquote_to_bytes(text)


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape"))
