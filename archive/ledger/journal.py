"""Which journal keeps the ledger: WAL, but a rollback journal where SQLite has the WAL-reset fault.

With that fault a checkpoint beside a writer may skip pages that were committed, and the ledger is damaged or forgets
(https://sqlite.org/wal.html#walresetbug). What each costs, and why no other SQLite is brought along, is decision 26.
"""

import sqlite3

Version = tuple[int, int, int]
HERE: Version = sqlite3.sqlite_version_info
WAL, ROLLBACK = "wal", "truncate"
"""Of the rollback journals the one that is emptied at each commit: no folder has to be synced for it."""

_FIRST, _MENDED = (3, 7, 0), (3, 51, 3)
_MENDED_BRANCHES = {(3, 44): 6, (3, 50): 7}


def has_reset_fault(version: Version = HERE) -> bool:
    """Whether a SQLite of this version may lose what was committed in WAL while two connections are at it."""
    mended = _MENDED_BRANCHES.get(version[:2])
    return _FIRST <= version < _MENDED and (mended is None or version[2] < mended)


def chosen(version: Version = HERE) -> str:
    """The journal that a ledger is kept in by a SQLite of this version."""
    return ROLLBACK if has_reset_fault(version) else WAL
