"""Visits: somebody who signed in, until they sign out, their time is over, or their account is another one.

The browser has a token, the file its sha256: who reads the file can be nobody.
"""

import secrets
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from archive.people.accounts import Account, key_of, role_of
from archive.people.reader_roles import Reader

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Visit:
    """A stretch in which somebody is signed in. `token` goes into their browser's cookie, and nowhere else."""

    token: str = field(repr=False)
    reader: Reader
    ends: datetime


def new_token() -> str:
    """A text that nobody guesses, for a cookie; also of a browser whose reader has not signed in, for its forms."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def begin(connection: sqlite3.Connection, account: Account, *, now: datetime, ends: datetime) -> Visit:
    """Let somebody in, and forget visits whose time is over."""
    connection.execute("DELETE FROM visits WHERE ends <= ?", (now.timestamp(),))
    token = new_token()
    connection.execute(
        "INSERT INTO visits VALUES (?, ?, ?, ?)",
        (_digest(token), key_of(account.name), now.timestamp(), ends.timestamp()),
    )
    return Visit(token, Reader(account.name, account.role), ends)


def whose_visit(connection: sqlite3.Connection, token: str, now: datetime) -> Reader | None:
    """Who is signed in with a token now, in the role that they have now."""
    row = connection.execute(
        "SELECT accounts.name, accounts.role FROM visits JOIN accounts USING (key) WHERE token = ? AND ends > ?",
        (_digest(token), now.timestamp()),
    ).fetchone()
    return Reader(row[0], role_of(row[1])) if row else None


def end(connection: sqlite3.Connection, token: str) -> None:
    """Sign somebody out."""
    connection.execute("DELETE FROM visits WHERE token = ?", (_digest(token),))


def end_all(connection: sqlite3.Connection, account: Account) -> int:
    """End every visit of an account, and say how many."""
    return connection.execute("DELETE FROM visits WHERE key = ?", (key_of(account.name),)).rowcount


def under_way(connection: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """How many visits each account has now, by its name."""
    rows = connection.execute(
        "SELECT accounts.name, count(*) FROM visits JOIN accounts USING (key) WHERE ends > ? GROUP BY key",
        (now.timestamp(),),
    )
    return dict(rows.fetchall())


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
