"""What a file is by its first bytes, and what to do with one that is no register. Effects: it reads the file."""

import re
from pathlib import Path
from typing import IO, Literal
from zipfile import BadZipFile, ZipFile

from archive.linking.csv_dialects import HEAD, encoding_of
from archive.linking.registers.columns import RegisterError

Form = Literal["csv", "xlsx", "json"]
WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".et", ".numbers")
_AGAIN = "open it in a spreadsheet program and save it as XLSX"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_OLE = 256 << 20
_STARTS = (
    (b"%PDF", "it is a PDF, from which no columns can be read; ask for the spreadsheet that it was made of"),
    (b"{\\rtf", "it is a text in RTF; put its table into a spreadsheet, and save that as XLSX"),
    (b"\x1f\x8b", "it is packed (gzip); unpack it, and import what was in it"),
    (b"7z\xbc\xaf", "it is packed (7z); unpack it, and import what was in it"),
    (b"Rar!", "it is packed (RAR); unpack it, and import what was in it"),
    (b"SQLite format 3", "it is a database; export its table as CSV in UTF-8"),
)


def form_of(path: Path, file: IO[bytes]) -> Form:
    """Whether a file is CSV, XLSX or JSON. Raises RegisterError that says what it is otherwise, and what to do."""
    start = file.read(HEAD)
    file.seek(0)
    named = path.suffix.lower()
    if start.startswith(b"PK\x03\x04"):
        if what := _in_zip(file):
            raise RegisterError(what, file=path)
        file.seek(0)
        return "xlsx"
    if start.startswith(_OLE[:4]):
        raise RegisterError(_in_ole(file), file=path)
    if what := next((what for begins, what in _STARTS if start.startswith(begins)), None):
        raise RegisterError(what, file=path)
    text = start.decode(encoding_of(start), "replace").lstrip("\ufeff \t\r\n").lower()
    if re.match(r"<(?:!doctype html|html|table|meta|head|body)\b", text):
        raise RegisterError(f"it is a web page, whatever its name says; {_AGAIN}", file=path)
    if text.startswith("<?xml") and "spreadsheet" in text[:2000]:
        raise RegisterError(f"it is a spreadsheet in XML, not XLSX; {_AGAIN}", file=path)
    if named in WORKBOOKS:
        if not start:
            raise RegisterError("it is empty; save the register again", file=path)
        if "\0" in text or "\ufffd" in text:
            raise RegisterError(f"it is no workbook in XLSX, whatever its name says; {_AGAIN}", file=path)
        raise RegisterError(
            f"it is no workbook in XLSX but a text, though its name ends in {named}; if it is CSV, name it .csv",
            file=path,
        )
    return "json" if named in (".json", ".jsonl", ".ndjson") else "csv"


def _in_zip(file: IO[bytes]) -> str | None:
    """What a zip is, in words, None for a workbook or what may be one."""
    try:
        with ZipFile(file) as package:
            names = set(package.namelist())
            kind = b""
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                kind = package.read("mimetype")
    except (BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, KeyError):
        return None
    if b"opendocument.spreadsheet" in kind:
        return "it is a spreadsheet in ODS (OpenDocument), which is not read; save it as XLSX"
    if b"opendocument" in kind or any(name.startswith("word/") for name in names):
        return "it is a text document; put its table into a spreadsheet, and save that as XLSX"
    if "xl/workbook.bin" in names:
        return f"it is a workbook in XLSB, which is not read; {_AGAIN}"
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return "it is a spreadsheet of Numbers, which is not read; export it as XLSX"
    if "[Content_Types].xml" not in names:
        return "it is a zip and no workbook in XLSX; unpack it, and import what was in it"
    return None


def _in_ole(file: IO[bytes]) -> str:
    """What an OLE container is: its streams have their names in UTF-16 ([MS-CFB] 2.6.1)."""
    kinds = {
        "EncryptedPackage": "it is a workbook with a password; save it without one, and keep that copy as safe",
        "WordDocument": "it is a text document; put its table into a spreadsheet, and save that as XLSX",
        "Workbook": f"it is an old workbook (XLS), whatever its name says; {_AGAIN}",
        "Book": f"it is an old workbook (XLS), whatever its name says; {_AGAIN}",
    }
    found, before, read = set[str](), b"", 0
    while (piece := file.read(1 << 20)) and read < _MOST_OLE:
        read += len(piece)
        held = before + piece
        found |= {name for name in kinds if (name + "\0").encode("utf-16-le") in held}
        before = held[-64:]
    fallback = f"it is no workbook in XLSX (an old one, or one with a password); {_AGAIN}, without a password"
    return next((what for name, what in kinds.items() if name in found), fallback)
