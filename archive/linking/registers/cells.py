"""What stands in one cell, in whatever form it came: a text, the address behind it, or something that is no text. Pure.

A spreadsheet writes a formula, an error or its own escapes where somebody wrote a name; a copy saved as CSV keeps the
words of it. None of these becomes a name.
"""

import re
import sys
from typing import NamedTuple

from archive.linking.registers.reports import Kind


class Found(NamedTuple):
    """A cell's text as it is kept, empty if it is none; the web address behind it; what is odd, and in which words."""

    text: str
    address: str | None = None
    kind: Kind | None = None
    what: str = ""


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS_ESCAPED = re.compile(r"_x000([9AaDd])_")
_ERROR = re.compile(
    r"#(?:N/A|NV|N/D|Н/Д|YOK|GETTING_DATA|[^\W\d_a-z][^\W_a-z]{1,20}(?:/0)?[!?])|#{4,}|Err:\d{3}|Loading\.\.\."
)
"""Errors as Excel, LibreOffice and Google Sheets write them, in the languages they speak; `####` is what a CSV has of a
date in too narrow a column."""
_FORCED = re.compile(r'="((?:[^"]|"")*)"')
_FORMULA = re.compile(r"=(?:_xlfn\.)?(?:[A-Z][A-Z0-9.]*\(|\$?[A-Z]{1,3}\$?\d|'?[^'!=]{1,40}'?!\$?[A-Z])")
_LINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*(?:"((?:[^"]|"")*)"|[^"]*))?\)\s*', re.IGNORECASE)
_ANY_LINK = re.compile(r"HYPERLINK\s*\(", re.IGNORECASE)
_WEB = re.compile(r"(?:https?://|www\.|youtu\.be/)[^\s<>\"]+", re.IGNORECASE)
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d", re.IGNORECASE)
_LETTERS_LOST = re.compile(r"[?\s·.,-]*\?{2}[?\s·.,-]*")
_MARKS = ("_x000", "E+", "&", "\ufffd")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\xa0"}
_PAGES = ("cp1251", "cp1252")
"""Code pages in which programs read UTF-8 that they take for their own country's."""
_ODD = frozenset("#=E?L")
"""First characters of what is looked at more closely."""
LONGEST_FORMULA = 8192
"""Characters of a formula that is looked into; Excel has no longer ones."""
_SHORT = 200
CALCULATE = "open it in a spreadsheet program, save it, and import it again"


def unescaped(text: str) -> str:
    """A text of a workbook with the characters that `_xHHHH_` stands for (ECMA-376-1, 22.9.2.19, ST_Xstring)."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # Characters beyond the first 65,536 are written as two.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def web_address(text: str | None) -> str | None:
    """An address of a web page, None for what leads elsewhere: to mail, a file, another sheet."""
    text = (text or "").strip().replace(" ", "%20")
    return text if _WEB.fullmatch(text) else None


def link_of(formula: str) -> Found | None:
    """What a formula without its `=` shows and where it leads, if all that it does is to link; else None.

    An address that the formula puts together is not known, and is odd.
    """
    if not _ANY_LINK.search(formula[:LONGEST_FORMULA]):
        return None
    found = _LINK.fullmatch(formula) if len(formula) <= LONGEST_FORMULA else None
    address = found and web_address(found[1].replace('""', '"'))
    if not found or not address:
        why = "a link whose address a formula puts together" if not found else "a link that is no web address"
        return Found("", None, "link not kept", f"{why} was not kept")
    shown = found[2]
    return Found(address if shown is None else shown.replace('""', '"'), address)


def look(text: str) -> Found:
    """What a cell's text is."""
    if not text.isascii() and _garbled(text):
        return Found(text, None, "letters lost", "letters that a program took for those of another alphabet")
    if text[:1] not in _ODD and not any(mark in text for mark in _MARKS):
        return Found(text)
    plain = _LINE_ENDS_ESCAPED.sub(lambda found: "\t" if found[1] == "9" else "\n", text)
    plain = _REFERENCE.sub(_meant, plain) if "&" in plain else plain
    bare = plain.strip()
    if forced := _FORCED.fullmatch(bare):
        return look(forced[1].replace('""', '"'))
    if _ERROR.fullmatch(bare):
        return Found("", None, "error value", f"the error {bare[:20]} is no text")
    if bare.startswith("=") and (link := link_of(bare[1:])):
        return link
    if _FORMULA.match(bare):
        return Found("", None, "formula", f"a formula without its value; {CALCULATE}")
    if _SHORTENED.fullmatch(bare):
        return Found(plain, None, "digits lost", "a long number that a spreadsheet shortened; its last digits are lost")
    if "\ufffd" in plain or (len(bare) < _SHORT and _LETTERS_LOST.fullmatch(bare)):
        return Found(
            plain, None, "letters lost", "letters that were lost where the file was saved, or that nobody knew"
        )
    if plain != text:
        return Found(plain, None, "escape", "signs that a program wrote as _x000D_ or &#39; were read as what they are")
    return Found(plain)


def _meant(found: re.Match[str]) -> str:
    """The sign that a reference of HTML stands for; the reference itself where there is none."""
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1]) if found[1] else int(found[2], 16)
    return chr(code) if 31 < code < sys.maxunicode and not 0xD800 <= code < 0xE000 else found[0]


def _garbled(text: str) -> bool:
    """Whether a text is UTF-8 that was read as another code page, so that each letter became two or three."""
    for page in _PAGES:
        try:
            meant = text.encode(page).decode("utf-8")
        except UnicodeError:
            continue
        if len(meant) < len(text) and any(map(str.isalpha, meant)):
            return True
    return False
