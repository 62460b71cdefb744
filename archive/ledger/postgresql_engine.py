"""The ledger in a PostgreSQL database, over psycopg 3.

One process writes at a time: a transaction that writes first takes one advisory lock, and then sees all that others
have committed; one that reads sees the moment at which it began. So what was written for SQLite's one writer holds.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random

from archive.errors import LedgerUnusable
from archive.ledger import tables
from archive.ledger.ledger_places import Database
from archive.ledger.postgresql_faults import is_nobody, is_starting

OLDEST = (14, 9)
"""The oldest PostgreSQL that the ledger is kept in: Prefect's own bound."""

PATIENCE_S = 60
"""How long a writer waits for others."""

ASLEEP_S = 45
"""How long a writer may do nothing within a transaction: one whose machine fell asleep lets the others on."""

READING_S = 600
"""The same of a reader, who holds nobody up, and may take rows slowly."""

STARTS_S, NOBODY_S = 30.0, 5.0
"""How long to wait for a database that is starting up, and for one that nothing is heard of."""

WRITERS = 0x7468697264636F70
"""The advisory lock of whoever writes: "thirdcop" in ASCII. Such locks are of one database."""

_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
    f"SET LOCAL idle_in_transaction_session_timeout = '{ASLEEP_S}s'; SELECT pg_advisory_xact_lock({WRITERS})"
).encode()


class PostgresqlDatabase:
    """A ledger in a database of PostgreSQL."""

    several = True

    def __init__(self, place: Database) -> None:
        """Connect, with patience for one that is starting. Raises LedgerUnusable, and the database's own errors."""
        self.place = place
        self.sql = _engine(place)
        try:
            self._version = self._examined()
        except BaseException:
            self.sql.dispose()
            raise

    def _examined(self) -> str:
        """The server's version, once it is one that can keep a ledger."""
        query = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"  # noqa: E501
        tries = Retrying(retry=retry_if_exception(_passes), stop=_waited, wait=wait_random(0.05, 0.3), reraise=True)
        with tries(self.sql.execution_options(writes=False).connect) as connection:
            number, version, encoding = connection.exec_driver_sql(query).one()
        if (number // 10_000, number % 10_000) < OLDEST:
            raise LedgerUnusable(
                f"the database at {self.place} is PostgreSQL {version}: the ledger wants {'.'.join(map(str, OLDEST))} "
                "or newer"
            )
        if encoding != "UTF8":
            raise LedgerUnusable(
                f"the database at {self.place} is in {encoding}, which has not every letter: make one with "
                f"CREATE DATABASE \"{self.place.url.database}\" ENCODING 'UTF8' TEMPLATE template0"
            )
        return str(version).split()[0]

    def now(self, connection: sa.Connection) -> datetime:
        """The server's clock."""
        moment = connection.scalar(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))))
        assert isinstance(moment, datetime)  # noqa: S101
        return moment.astimezone(UTC)

    def settle(self) -> None:
        """Nothing: a server keeps its own log."""

    def gather(self) -> None:
        """Nothing: a database is not moved as a file."""

    def is_in_place(self, ledger: str) -> bool:
        """Whether the database still holds the same ledger; one that is made anew meanwhile has another id."""
        query = sa.select(tables.facts.c.value).where(tables.facts.c.name == "ledger")
        with self.sql.execution_options(writes=False).begin() as connection:
            if not sa.inspect(connection).has_table(tables.facts.name):
                return False
            return connection.scalar(query) == ledger

    def examine(self) -> list[str]:
        """Tables and columns that are not there, and pages that the server found damaged, where it counts them."""
        with self.sql.execution_options(writes=False).begin() as connection:
            there = {
                (row.table_name, row.column_name)
                for row in connection.exec_driver_sql(
                    "SELECT table_name, column_name FROM information_schema.columns "
                    "WHERE table_schema = current_schema()"
                )
            }
            pages = connection.exec_driver_sql(
                "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
            ).scalar()
        wanted = [(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.columns]
        missing = [f"{table}.{column} is not there" for table, column in wanted if (table, column) not in there]
        return [*missing, *([f"{pages:,} pages failed their checksum"] if pages else [])]

    @property
    def kept_in(self) -> str:
        """The server's version, and where it is."""
        return f"PostgreSQL {self._version} at {self.place}"

    @property
    def at_risk(self) -> bool:
        """Never."""
        return False


def _engine(place: Database) -> sa.Engine:
    url, options = place.url, dict(place.url.options)
    engine = sa.create_engine(
        "postgresql+psycopg://",
        connect_args={
            "host": url.host,
            "port": url.port,
            "user": url.user,
            "dbname": url.database,
            **({"password": place.password.get_secret_value()} if place.password else {}),
            "application_name": "thirdcopy",
            "client_encoding": "utf8",
            "connect_timeout": 10,
            # A peer that vanished is noticed after a minute, whatever the kernel's own patience.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 60_000,
            "options": (
                f"-c timezone=UTC -c synchronous_commit=on -c jit=off -c lock_timeout={PATIENCE_S}s "
                f"-c idle_in_transaction_session_timeout={READING_S}s"
            ),
            **options,
        },
        isolation_level="AUTOCOMMIT",  # we begin transactions ourselves: one message for what a writer needs
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=20,
        hide_parameters=True,  # they are words that only some may read: no error and no log line quotes them
        use_native_hstore=False,
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101
        write = _WRITE.replace(b"%d" % WRITERS, b"%d" % options.get("lock", WRITERS))
        raw.execute(write if options.get("writes", True) else _READ, prepare=False)

    return engine


def _passes(error: BaseException) -> bool:
    original = getattr(error, "orig", error)
    return is_starting(original) or is_nobody(original)


def _waited(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    patience = STARTS_S if is_starting(getattr(error, "orig", error)) else NOBODY_S
    return (state.seconds_since_start or 0) >= patience
