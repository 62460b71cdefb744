"""What a database says went wrong, as one sentence that says what to do. No value of a row is ever in one."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from pydantic import ValidationError

from archive.errors import LedgerUnusable
from archive.ledger import postgresql_faults, sqlite_faults
from archive.ledger.ledger_places import Place
from archive.ledger.postgresql_faults import damaged_database, of_postgresql
from archive.ledger.sqlite_faults import damaged_file, of_sqlite

log = logging.getLogger(__name__)


class Unreadable(ValueError):
    """A value of a row is not what it must be: no moment, no inventory of its digest. Says which, and quotes none."""


@contextmanager
def in_a_sentence(place: Place) -> Iterator[None]:
    """Raise LedgerUnusable for whatever the database, or a row whose value is none, raises within the block."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        _note(error if isinstance(error.orig, sqlite3.Error) else None, error.orig)
        raise LedgerUnusable(_sentence(place, error.orig)) from None
    except (sqlite3.Error, psycopg.Error) as error:
        _note(error if isinstance(error, sqlite3.Error) else None, error)
        raise LedgerUnusable(_sentence(place, error)) from None
    except sa.exc.TimeoutError:
        raise LedgerUnusable(f"{place}: every connection is in use, and none came free: run this again") from None
    except Unreadable as error:
        raise LedgerUnusable(damaged(place, error)) from None
    except ValidationError as error:  # its text quotes the row
        raise LedgerUnusable(damaged(place, f"a {error.title} in it cannot be read")) from None


def _note(told: Exception | None, error: BaseException | None) -> None:
    """Tell the log: in full of SQLite, whose errors quote no row; of PostgreSQL the code alone."""
    log.debug("the ledger: %s", getattr(error, "sqlstate", None) or type(error).__name__, exc_info=told)


def anew(place: Place) -> str:
    """What to do about a ledger that is damaged or none."""
    return sqlite_faults.ANEW if isinstance(place, Path) else postgresql_faults.ANEW


def damaged(place: Place, what: object) -> str:
    """The sentence about a ledger that is not as it was written."""
    return damaged_file(place, what) if isinstance(place, Path) else damaged_database(place, what)


def _sentence(place: Place, error: BaseException | None) -> str:
    return of_sqlite(place, error) if isinstance(place, Path) else of_postgresql(place, error)
