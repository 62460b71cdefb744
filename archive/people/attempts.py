"""Attempts to sign in, which slow down: by the name that is tried, and by the network that it is tried from.

The first few cost nothing. After that each one that fails doubles the wait, by name up to half a minute, so that nobody
can lock somebody else out for long, by network up to a quarter of an hour. A quarter of an hour without any forgives
one, and a day all.
"""

import ipaddress
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from archive.people.accounts import key_of

Kind = Literal["name", "network"]

FREE: dict[Kind, int] = {"name": 5, "network": 20}
LONGEST_S: dict[Kind, float] = {"name": 30.0, "network": 900.0}
FORGIVEN = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
KEPT = 50_000
"""Rows at most, the newest: whoever tries more names than that within a day does not fill the disk."""
_NETWORK = {4: 32, 6: 64}
"""How much of an address is one customer's: of IPv6 the half (RFC 6177)."""


@dataclass(frozen=True)
class Tries:
    """How often it failed in a row, and when last."""

    failed: int
    last: datetime


def wait_s(kind: Kind, tries: Tries | None, now: datetime) -> float:
    """Seconds until the next attempt may be made; 0 is now. Pure. A clock that went back costs one wait at most."""
    if tries is None or (over := still_failed(tries, now) - FREE[kind]) < 0:
        return 0.0
    whole = min(2.0 ** min(over, 60), LONGEST_S[kind])
    return max(0.0, whole - max(0.0, (now - tries.last).total_seconds()))


def still_failed(tries: Tries | None, now: datetime) -> int:
    """How many failed attempts still count. Pure."""
    if tries is None or now - tries.last >= FORGOTTEN:
        return 0
    return max(0, tries.failed - max(0, (now - tries.last) // FORGIVEN))


def whose(name: str, address: str) -> dict[Kind, str]:
    """Under which words an attempt is counted. A name's digest: people type passwords into the wrong field."""
    return {"name": sha256(key_of(name).encode("utf-8", "surrogatepass")).hexdigest(), "network": network_of(address)}


def network_of(address: str) -> str:
    """The network that a reader's address is one customer's of; another text as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, _NETWORK[parsed.version]), strict=False))


def longest_wait_s(connection: sqlite3.Connection, words: dict[Kind, str], now: datetime) -> float:
    """Seconds until somebody may try again, by all that is counted of them."""
    return max(wait_s(kind, _read(connection, kind, whom, now), now) for kind, whom in words.items())


def count(connection: sqlite3.Connection, words: dict[Kind, str], now: datetime) -> None:
    """Count an attempt as failed before it is looked at, so that many at once are counted too."""
    connection.execute("DELETE FROM attempts WHERE last <= ?", ((now - FORGOTTEN).timestamp(),))
    for kind, whom in words.items():
        connection.execute(
            "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)",
            (kind, whom, still_failed(_read(connection, kind, whom, now), now) + 1, now.timestamp()),
        )
    connection.execute(
        "DELETE FROM attempts WHERE rowid IN (SELECT rowid FROM attempts ORDER BY last DESC LIMIT -1 OFFSET ?)", (KEPT,)
    )


def succeeded(connection: sqlite3.Connection, words: dict[Kind, str]) -> None:
    """Forget a name's failed attempts; of its network this one alone, since it may be another's as well."""
    forget_name(connection, words)
    take_back(connection, {"network": words["network"]})


def take_back(connection: sqlite3.Connection, words: dict[Kind, str]) -> None:
    """Count one attempt less: one that did not fail, or that nobody looked at."""
    for kind, whom in words.items():
        connection.execute("UPDATE attempts SET failed = failed - 1 WHERE kind = ? AND whom = ?", (kind, whom))
    connection.execute("DELETE FROM attempts WHERE failed <= 0")


def forget_name(connection: sqlite3.Connection, words: dict[Kind, str]) -> None:
    """Forget a name's failed attempts."""
    connection.execute("DELETE FROM attempts WHERE kind = 'name' AND whom = ?", (words["name"],))


def _read(connection: sqlite3.Connection, kind: Kind, whom: str, now: datetime) -> Tries | None:
    row = connection.execute("SELECT failed, last FROM attempts WHERE kind = ? AND whom = ?", (kind, whom)).fetchone()
    return Tries(row[0], datetime.fromtimestamp(row[1], now.tzinfo)) if row else None
