"""The address of a PostgreSQL database, as settings give it: no password in it, and TLS beyond this machine. Pure."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

KINDS = ("postgresql", "postgres")
OPTIONS = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
"""What may follow the question mark; the words are libpq's (https://www.postgresql.org/docs/current/libpq-connect.html).
"""
CHECKED = ("verify-ca", "verify-full")
"""The modes of TLS in which a stranger in between is noticed."""
PORT = 5432
_MODES = ("disable", "allow", "prefer", "require", *CHECKED)


@dataclass(frozen=True)
class PostgresqlUrl:
    """Where a database is, and as whom to ask for it; `host` is a name, an address or the folder of a socket."""

    user: str
    host: str
    port: int
    database: str
    options: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"postgresql://{self.user}@{_in_brackets(self.host)}:{self.port}/{self.database}"


def parse_url(text: str) -> PostgresqlUrl:
    """Read `postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=…]`. Raises ValueError, which says what to write."""
    try:
        parts = urlsplit(text)
        port = parts.port or PORT
    except ValueError:
        raise ValueError("is no address: write postgresql://USER@HOST:PORT/DATABASE") from None
    if parts.scheme not in KINDS:
        raise ValueError("is no address of PostgreSQL: write postgresql://USER@HOST/DATABASE")
    if parts.password is not None:
        raise ValueError("holds a password: take it out, and give it by the environment or in secrets_file")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "password" in options:
        raise ValueError("holds a password: take it out, and give it by the environment or in secrets_file")
    if strange := [name for name in options if name not in OPTIONS]:
        raise ValueError(
            f"has {strange[0]!r}, which is none of what may follow the question mark: {', '.join(OPTIONS)}"
        )
    host = options.pop("host", "") or unquote(parts.hostname or "")
    database = unquote(parts.path.removeprefix("/"))
    if not (parts.username and host and database) or "/" in database or "," in parts.netloc:
        raise ValueError("names no user, no host or no database: write postgresql://USER@HOST/DATABASE")
    found = PostgresqlUrl(unquote(parts.username), host, port, database, options)
    if any(not one.isprintable() for one in (found.user, host, database, *options.values())):
        raise ValueError("holds a control character")
    mode = options.get("sslmode")
    if mode is not None and mode not in _MODES:
        raise ValueError(f"asks for sslmode={mode}, which there is not: {', '.join(_MODES)}")
    if mode not in CHECKED and not is_here(host):
        raise ValueError(
            f"leads to another machine, {host}, and does not check whose it is: add ?sslmode=verify-full, and "
            "sslrootcert=FILE where its certificate is of an authority of your own"
        )
    return found


def is_here(host: str) -> bool:
    """Whether a host is this machine: its loopback, or the folder of a socket."""
    if host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host
