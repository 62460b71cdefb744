"""What PostgreSQL says went wrong, as one sentence that says what to do.

Its own words are given only of what went wrong while connecting: later ones quote rows. Codes are SQLSTATEs
(https://www.postgresql.org/docs/current/errcodes-appendix.html). libpq gives none while connecting, so there the words
are looked at; where a server speaks another language they are given as they are.
"""

from collections.abc import Mapping

import psycopg

from archive.ledger.ledger_places import Database

ANEW = "bring a backup back, or make the database anew and empty, and then the ledger: thirdcopy rebuild"
_GIVE_IT = "set THIRDCOPY_LEDGER__PASSWORD, or password under [ledger] in secrets_file"
_AGAIN = "what it holds is kept; run this again"
_STARTING = ("57P03", "starting up", "not yet accepting", "shutting down", "recovery mode")
_NOBODY = ("connection refused", "no such file or directory")
_LOST = (
    "server closed the connection",
    "connection is lost",
    "connection is closed",
    "terminating connection",
    "consuming input failed",
    "connection has been closed",
    "connection timed out",
    "connection reset",
    "broken pipe",
    "ssl syscall",
    "no connection to the server",
)


def is_starting(error: BaseException | None) -> bool:
    """Whether a database will take connections in a moment."""
    return getattr(error, "sqlstate", None) == "57P03" or _says(error, *_STARTING)


def is_nobody(error: BaseException | None) -> bool:
    """Whether nothing listens where the database should be: it is down, or between two starts."""
    return _says(error, *_NOBODY)


def damaged_database(place: Database, what: object) -> str:
    """The sentence about a ledger that is not as it was written."""
    return f"the ledger at {place} is damaged ({what}): {ANEW}"


def of_postgresql(place: Database, error: BaseException | None) -> str:
    """What went wrong with the ledger at `place`, and what to do."""
    state = getattr(error, "sqlstate", None) or ""
    if state in _NOT_AS_MADE or state[:2] == _CORRUPT:
        return damaged_database(place, _name(error, state))
    said = _BY_STATE.get(state) or _BY_STATE.get(state[:2]) or _UNKNOWN
    if state == _NOT_SUPPORTED and _says(error, "recovery"):
        said = _READ_ONLY
    if not state:
        said = next((told for words, told in _BY_WORDS.items() if _says(error, *words)), _UNREACHED)
    url = place.url
    first, name = state or " ".join(str(error).split())[:300], _name(error, state)
    return said.format(place=place, user=url.user, database=url.database, host=url.host, code=first, name=name)


def _says(error: BaseException | None, *words: str) -> bool:
    text = str(error).lower()
    return any(word in text for word in words)


def _name(error: BaseException | None, state: str) -> str:
    """A state and the manual's name for it, or for its class, with the table and the column, and no value of a row."""
    diag = getattr(error, "diag", None)
    where = [str(name) for name in (getattr(diag, "table_name", None), getattr(diag, "column_name", None)) if name]
    return " ".join([state, *(_named(state) or _named(f"{state[:2]}000")), *([".".join(where)] if where else [])])


def _named(state: str) -> list[str]:
    try:
        return [psycopg.errors.lookup(state).__name__]
    except KeyError:
        return []


_REFUSED = f"the database of the ledger, {{place}}, refuses {{user}}'s password, or wants one: {_GIVE_IT}"
_NO_ROLE = (
    "the server of the ledger lets no role {user} in at {place} ({code}): create it, and let it in by pg_hba.conf"
)
_NO_DATABASE = (
    "there is no database {database} at {place}: create it: createdb --owner={user} --encoding=UTF8 "
    "--template=template0 {database}"
)
_NO_RIGHT = (
    "{user} may not make or change the ledger's tables at {place}: make it the owner of the database: "
    'ALTER DATABASE "{database}" OWNER TO "{user}"; and of its schema: ALTER SCHEMA public OWNER TO "{user}"'
)
_FULL = f"the disk of the database at {{place}} is full: make room there; {_AGAIN}"
_CROWDED = f"the database at {{place}} takes no more connections: raise its max_connections, or use fewer; {_AGAIN}"
_LOCKED = "the ledger at {place} is locked by another process: wait until that ends; if it hangs, end it"
_STOPPED = f"the database at {{place}} was stopped, or is starting up: once it is there again, {_AGAIN}"
_GONE = (
    "the connection to the database at {place} was lost; what was not yet kept is undone, and of the last change it is "
    "not known: once it is there again, run this again"
)
_SLEPT = f"this slept too long within a change of the ledger at {{place}}, which was undone; {_AGAIN}"
_READ_ONLY = (
    "the ledger at {place} cannot be written: the database is a standby, or set to be read only: name the primary in "
    "[ledger] url; to look, thirdcopy status and show need no more than to read it"
)
_BROKEN = f"the database at {{place}} could not read or write ({{code}}): its disk may be failing: {ANEW}"
_TOO_LARGE = (
    "the database at {place} takes nothing so large ({name}), such as a path or an address of thousands of characters: "
    "the change was undone, and what the ledger held is kept; leave that one out, and run this again"
)
_UNKNOWN = (
    "the database at {place} did not do what it was asked ({name}): the change was undone, and what the ledger held is "
    "kept; run this again, and if it says so again, look into the database's own log, and have `thirdcopy doctor` "
    "examine the ledger"
)
_ENCRYPTED = (
    "the certificate or TLS of the database at {place} was not accepted ({code}): give sslrootcert=FILE of its "
    "authority in [ledger] url, and the host by the name in the certificate"
)
_UNREACHED = (
    "the database of the ledger cannot be reached at {place} ({code}): is it running, and is [ledger] url right?"
)

_CORRUPT = "XX"
"""The class of what a server found wrong within itself, or in its files."""

_NOT_AS_MADE = ("42P01", "42703")
"""A table, or a column, that is not there."""

_NOT_SUPPORTED = "0A000"
"""Also what a standby says where a transaction is to write; one that only reads by its settings says 25006."""

_BY_STATE: Mapping[str, str] = {
    "28P01": _REFUSED,
    "28": _NO_ROLE,
    "3D": _NO_DATABASE,
    "42501": _NO_RIGHT,
    "3F": _NO_RIGHT,
    "53100": _FULL,
    "53300": _CROWDED,
    "53": f"the database at {{place}} has too little memory or room ({{code}}): give it more; {_AGAIN}",
    "55P03": _LOCKED,
    "57014": f"the database at {{place}} cancelled what it was asked, as somebody or a timeout told it; {_AGAIN}",
    "57P04": _NO_DATABASE,
    "57P05": _GONE,
    "57": _STOPPED,
    "25P03": _SLEPT,
    "25P04": _SLEPT,
    "25006": _READ_ONLY,
    "54": _TOO_LARGE,
    "40": f"the ledger at {{place}} was changed by another process in between ({{code}}), and this undone; {_AGAIN}",
    "08": _GONE,
    "58": _BROKEN,
}
_BY_WORDS: Mapping[tuple[str, ...], str] = {
    ("password authentication failed", "no password supplied", "authentication failed"): _REFUSED,
    ("certificate", "ssl error", "does not support ssl", "root.crt"): _ENCRYPTED,
    ("too many clients", "remaining connection slots", "too many connections"): _CROWDED,
    ("no pg_hba.conf entry", "is not permitted to log in", "permission denied for database", "role "): _NO_ROLE,
    ("does not exist",): _NO_DATABASE,
    _STARTING: _STOPPED,
    _LOST: _GONE,
}
