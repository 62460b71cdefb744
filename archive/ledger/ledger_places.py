"""Where a ledger is: a SQLite file, or a PostgreSQL database."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from archive.settings.postgresql_urls import PostgresqlUrl, parse_url


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database, and the password of its role; where there is none, libpq's own ways are tried."""

    url: PostgresqlUrl
    password: SecretStr | None = None

    @classmethod
    def at(cls, url: str, password: str | SecretStr | None = None) -> "Database":
        """The database at an address. Raises ValueError for one that is none."""
        return cls(parse_url(url), SecretStr(password) if isinstance(password, str) else password)

    def __str__(self) -> str:
        return str(self.url)


Place = Path | Database


def named(place: Place) -> str:
    """A place in words, for messages; never with a password."""
    return f"the ledger at {place}"
