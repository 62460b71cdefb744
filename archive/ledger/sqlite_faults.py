"""What SQLite says went wrong, as one sentence that says what to do. No value of a row is ever in one."""

import sqlite3
from pathlib import Path

ANEW = "move it and its -journal or -wal file away, and bring a backup back or make it anew: thirdcopy rebuild"
_NO_ROOM = {sqlite3.SQLITE_FULL}
_NOT_WRITTEN = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_DELETE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
_NOT_AS_MADE = ("no such table", "no such column", "has no column named")
"""What SQLite says where a table or a column is not there; it has no code for it."""
_NO_LEDGER = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def damaged_file(path: Path, what: object) -> str:
    """The sentence about a ledger that is not as it was written."""
    return f"the ledger at {path} is damaged ({what}): {ANEW}"


def of_sqlite(path: Path, error: BaseException | None) -> str:
    """What went wrong with the ledger at `path`, and what to do."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    kind = code & 0xFF
    if path.is_dir():
        return f"{path} is a folder, and the ledger should be there: {ANEW}"
    if kind in _NO_ROOM:
        return f"the disk of {path.parent} is full: make room and run this again; what the ledger held is kept"
    if code in _NOT_WRITTEN:
        return (
            f"the ledger at {path} could not be written ({error}): is its disk full, over a quota, or failing? "
            "Make room and run this again; what it held is kept"
        )
    if kind in _UNWRITABLE:
        return (
            f"the ledger at {path} cannot be written ({error}): the disk is mounted read-only, or it belongs to "
            "somebody else: make it writable; to look, thirdcopy status and show need no more than to read it"
        )
    if kind in _LOCKED:
        return f"the ledger at {path} is locked by another process: wait until that ends; if it hangs, end it"
    if kind in _NO_LEDGER:
        return f"{path} is no ledger (garbage, or another program's file): {ANEW}"
    if kind == sqlite3.SQLITE_IOERR:
        return f"the ledger at {path} could not be read ({error}): the disk may be failing: {ANEW}"
    if kind == sqlite3.SQLITE_CORRUPT or any(words in str(error) for words in _NOT_AS_MADE):
        return damaged_file(path, error)
    return (
        f"the ledger at {path} did not do what it was asked ({error}): the change was undone, and what it held is "
        "kept; run this again, and if it says so again, have `thirdcopy doctor` examine the ledger"
    )
