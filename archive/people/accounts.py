"""Accounts: a name, a role and the hash of a password. A name is one person's, however they write its capitals."""

import sqlite3
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast, get_args

from archive.errors import ArchiveError
from archive.people.reader_roles import Role
from archive.safe_text import plain

LONGEST_NAME = 64
"""Characters of a name: it is written beside judgements and corrections."""
ACCOUNT_ROLES = tuple(role for role in get_args(Role) if role != "visitor")
"""Roles that an account may have: a visitor has none."""


class WrongAccount(ArchiveError):
    """An account that is not there, is there already, or whose name, role or password cannot be taken."""

    exit_code = 2


@dataclass(frozen=True)
class Account:
    """Who may sign in, and as what; `changed` is when the role or the password last was."""

    name: str
    role: Role
    made: datetime
    changed: datetime
    hash: str = field(repr=False)


def cleaned(name: str) -> str:
    """A name as it is kept: composed, without what a screen would obey, single blanks between its words."""
    return " ".join(plain(unicodedata.normalize("NFC", name)).split())


def named(name: str) -> str:
    """The same. Raises WrongAccount for one that is empty or too long."""
    kept = cleaned(name)
    if not kept:
        raise WrongAccount("a name has letters: say whose the account is")
    if len(kept) > LONGEST_NAME:
        raise WrongAccount(f"a name has {LONGEST_NAME} characters at most, and this one {len(kept)}")
    return kept


def key_of(name: str) -> str:
    """What names are compared by at signing in: capitals and widths of letters make no other person."""
    return unicodedata.normalize("NFKC", cleaned(name)).casefold()


def role_of(role: str) -> Role:
    """The role of an account. Raises WrongAccount for another word."""
    if role not in ACCOUNT_ROLES:
        raise WrongAccount(f"{role!r} is no role of an account; there are: {', '.join(ACCOUNT_ROLES)}")
    return cast(Role, role)


def every(connection: sqlite3.Connection) -> list[Account]:
    """All accounts, by name."""
    return [_read(row) for row in connection.execute(f"{_SELECT} ORDER BY key")]


def find(connection: sqlite3.Connection, name: str) -> Account | None:
    """The account that a name signs in to."""
    row = connection.execute(f"{_SELECT} WHERE key = ?", (key_of(name),)).fetchone()
    return _read(row) if row else None


def refuse_taken(connection: sqlite3.Connection, name: str) -> None:
    """Raise WrongAccount where a name, or one that differs in capitals alone, is taken."""
    if there := find(connection, name):
        raise WrongAccount(f"there is an account {there.name} already: thirdcopy people change changes it")


def insert(connection: sqlite3.Connection, account: Account) -> None:
    """Keep a new account. Raises WrongAccount where its name is taken."""
    refuse_taken(connection, account.name)
    connection.execute(
        "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)",
        (
            key_of(account.name),
            account.name,
            account.role,
            account.hash,
            account.made.timestamp(),
            account.changed.timestamp(),
        ),
    )


def update(connection: sqlite3.Connection, account: Account) -> None:
    """Keep an account's role and password as they are now."""
    connection.execute(
        "UPDATE accounts SET role = ?, hash = ?, changed = ? WHERE key = ?",
        (account.role, account.hash, account.changed.timestamp(), key_of(account.name)),
    )


def delete(connection: sqlite3.Connection, account: Account) -> None:
    """Take an account out, with its visits."""
    connection.execute("DELETE FROM accounts WHERE key = ?", (key_of(account.name),))


_SELECT = "SELECT name, role, made, changed, hash FROM accounts"


def _read(row: tuple[str, Role, float, float, str]) -> Account:
    name, role, made, changed, hashed = row
    return Account(name, role_of(role), datetime.fromtimestamp(made, UTC), datetime.fromtimestamp(changed, UTC), hashed)
