"""`people.sqlite` in the state folder: accounts, visits, attempts, openings. Never at a target, and its owner's alone.

By the standard library's SQLite: a connection a deed, so that threads and processes share nothing but the file. A
rollback journal, emptied and synced at each commit (why not WAL: decision 26): after a kill the file is as before a
deed or as after it. What is deleted is overwritten. Threads take turns: whom SQLite itself keeps waiting sleeps for up
to a tenth of a second at a time, and beside a busy writer for seconds in all.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.errors import ArchiveError

NAME = "people.sqlite"
FORM = 1
PATIENCE_S = 30.0
MODE = 0o600

_TABLES = (
    """CREATE TABLE accounts (
        key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
        made REAL NOT NULL, changed REAL NOT NULL
    )""",
    """CREATE TABLE visits (
        token TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        began REAL NOT NULL, ends REAL NOT NULL
    )""",
    "CREATE INDEX ix_visits_key ON visits (key)",
    """CREATE TABLE attempts (
        kind TEXT NOT NULL, whom TEXT NOT NULL, failed INTEGER NOT NULL, last REAL NOT NULL,
        PRIMARY KEY (kind, whom)
    )""",
    "CREATE INDEX ix_attempts_last ON attempts (last)",
    """CREATE TABLE openings (
        id INTEGER PRIMARY KEY, clip TEXT NOT NULL, name TEXT NOT NULL,
        first REAL NOT NULL, last REAL NOT NULL, times INTEGER NOT NULL
    )""",
    "CREATE INDEX ix_openings_clip ON openings (clip, name)",
)
_ANEW = "move it and its -journal file away, and make the accounts anew: thirdcopy people add NAME --role ROLE"


class PeopleUnusable(ArchiveError):
    """The file of the reading room's people is damaged, locked, another program's, or cannot be written."""


class PeopleFile:
    """The file, made where something is to be written and there is none. Raises PeopleUnusable."""

    def __init__(self, state: Path) -> None:
        self.path = state / NAME
        self._turn = threading.Lock()

    @property
    def open_to_others(self) -> bool:
        """Whether others on this machine may read or change it, or its journal."""
        files = [self.path, self.path.with_name(f"{NAME}-journal")]
        return any(file.stat().st_mode & 0o077 for file in files if file.exists())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """What is in it now; None where there is none yet."""
        with self._turn, self._in_a_sentence():
            if not self.path.exists() or not self.path.stat().st_size:
                yield None
                return
            with closing(sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)) as connection:
                connection.execute("BEGIN")
                yield connection if self._form(connection) else None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, kept whole or not at all; nobody else writes meanwhile."""
        with self._turn, self._in_a_sentence():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, MODE))
            with closing(sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)) as connection:
                for pragma in ("journal_mode=TRUNCATE", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute("BEGIN IMMEDIATE")
                if not self._form(connection):
                    for table in _TABLES:
                        connection.execute(table)
                    connection.execute(f"PRAGMA user_version={FORM}")
                yield connection
                connection.execute("COMMIT")

    def _form(self, connection: sqlite3.Connection) -> int:
        """The form of the tables, 0 where there are none yet."""
        form = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if form > FORM:
            raise PeopleUnusable(f"{self.path}: a later thirdcopy made this file (form {form}): update first")
        if not form and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise PeopleUnusable(f"{self.path} is another program's: {_ANEW}")
        return form

    @contextmanager
    def _in_a_sentence(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise PeopleUnusable(self._sentence(error)) from None
        except OSError as error:
            raise PeopleUnusable(
                f"{self.path} cannot be opened or made ({error.strerror}): make its folder writable, and what is there "
                "a file of whoever runs this"
            ) from None

    def _sentence(self, error: sqlite3.Error) -> str:
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"{self.path} is locked by another process: wait until that ends; if it hangs, end it"
        if kind == sqlite3.SQLITE_FULL:
            return f"the disk of {self.path.parent} is full: make room and try again; what was there is kept"
        if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
            return (
                f"{self.path} cannot be read or written ({error}): make room on its disk, or make it and its folder "
                "writable; what was there is kept"
            )
        if kind == sqlite3.SQLITE_NOTADB:
            return f"{self.path} is no file of people (garbage, or another program's): {_ANEW}"
        if kind == sqlite3.SQLITE_CORRUPT or "no such" in str(error):
            return f"{self.path} is damaged ({error}): {_ANEW}"
        return f"{self.path} could not be read or changed ({error}): try again; what was there is kept"
