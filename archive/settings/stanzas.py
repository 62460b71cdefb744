"""The stanzas of `archive.toml`, but for those of sources, targets and the model, which are in their rooms."""

import ipaddress
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from archive.records.entry_fields import SECRET, field_of
from archive.settings import cron
from archive.settings.postgresql_urls import PostgresqlUrl, is_here, parse_url
from archive.settings.several import several


def _fraction(value: object) -> float:
    """A share that is written as a number or as a text such as "1/30"."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        share = float(Fraction(value.replace(" ", "")) if isinstance(value, str) else value)
        if not 0 < share <= 1:
            raise ValueError
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError('a share is above 0 and at most 1, as a number or a text such as "1/30"') from None
    return share


HERE = "http://127.0.0.1:4200/api"
"""Where a Prefect server of our own is usually asked."""

Cron = Annotated[str, AfterValidator(cron.validate)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=63)]


class _Stanza(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegisterSettings(_Stanza):
    """A `[registers.NAME]` stanza: a victims register that clips are linked against."""

    file: Path
    columns: dict[str, Annotated[tuple[str, ...], BeforeValidator(several)]] = Field(
        default_factory=dict, description="field of an entry → the file's columns that it is made of, in their order"
    )
    secret: Annotated[tuple[str, ...], BeforeValidator(several)] = Field(
        default=SECRET, description="fields or columns of the file that are kept nowhere, beside ID no."
    )

    sheet: str | None = Field(
        default=None,
        description="the sheet of a workbook that is the register; the only one with its columns otherwise",
    )

    @field_validator("columns")
    @classmethod
    def _fields(cls, columns: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, parts in columns.items():
            if not parts:
                raise ValueError(f"{name!r} names no column; take it out, or name one")
        named = [field_of(name) for name in columns]
        if twice := next((name for name in named if named.count(name) > 1), None):
            raise ValueError(f"{twice!r} is named twice; put its columns in one list")
        return dict(zip(named, columns.values(), strict=True))


class LinkingSettings(_Stanza):
    """The `[linking]` stanza: whom the rules of linking must know."""

    known: tuple[str, ...] = Field(
        default=(), description="officials, activists, volunteers: never proposed as a subject without a number"
    )
    known_file: Path | None = Field(default=None, description="more of them, one a line")


class ScheduleSettings(_Stanza):
    """The `[schedule]` stanza: cron lines, in UTC, that `thirdcopy schedule` serves."""

    run: Cron | None = Field(default=None, description="a run that lists everything")
    fast: Cron | None = Field(default=None, description="a run that stops listing at fifty known clips in a row")
    audit: Cron | None = Field(default=None, description="an audit, of so much as [audit] says")
    sweep: Cron = Field(default="*/5 * * * *", description="a sweep; only where runs are handed to pools")
    alerts: Cron | None = Field(default=None, description="a look at what [alerts] tells of, though nothing runs")


QueueClass = Literal["returned", "endangered", "new", "failed"]
CLASSES: tuple[QueueClass, ...] = get_args(QueueClass)
"""What a clip that waits to be fetched may be: back after it was away; of a source that lost clips in the last seven
days, or seen away before; never tried; or tried in vain."""


def _class(word: object) -> object:
    if word in CLASSES:
        return word
    near = get_close_matches(str(word), CLASSES, n=1, cutoff=0.5)
    there = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(CLASSES)}"
    raise ValueError(f"{str(word)[:40]!r} is no kind of clip that waits; {there}")


class QueueSettings(_Stanza):
    """The `[queue]` stanza: which clips are fetched first.

    What `first` leaves out follows in the order of the default.
    """

    first: tuple[Annotated[QueueClass, BeforeValidator(_class)], ...] = CLASSES
    newest_first: bool = Field(default=True, description="else in the order in which they were first listed")
    ask_again_at_most: int = Field(
        default=20, ge=0, description="clips of a source, a run, that failed for a reason that lasts"
    )


class DistinctSettings(_Stanza):
    """The `[distinct]` stanza: a clip is safe only if its copies lie with so many different ones, by their labels.

    Targets without a label of some kind share one unknown value of it.
    """

    provider: int = Field(default=1, ge=1)
    country: int = Field(default=1, ge=1)
    key_holder: int = Field(default=1, ge=1)


class AuditSettings(_Stanza):
    """The `[audit]` stanza: how much one scheduled audit reads, oldest proof first, and asks beside that."""

    fraction: Annotated[float, BeforeValidator(_fraction)] = Field(
        default=1.0, description='share of all bytes that one audit reads in full, such as "1/30"; 1 is everything'
    )
    challenges: int = Field(
        default=0, ge=0, description="random MiB blocks asked of each copy that was not read in full"
    )


class LedgerSettings(_Stanza):
    """The `[ledger]` stanza: the database that the ledger is in, where that is no file in the state folder."""

    url: str | None = Field(default=None, description="a PostgreSQL database; a SQLite file in the state folder else")
    password: SecretStr | None = Field(default=None, description="of the role that the url names")

    @field_validator("url")
    @classmethod
    def _whole(cls, url: str | None) -> str | None:
        if url is not None:
            parse_url(url)
        return url


class WorkerSettings(_Stanza):
    """The `[worker]` stanza: this machine among several."""

    name: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", description="the host's name where absent"
    )
    near: tuple[str, ...] = Field(
        default=(), description="targets that bytes are brought from first, the nearest first"
    )


class PoolSettings(_Stanza):
    """The `[pools]` stanza: how many flow runs each pool may have at once, over all its workers; 0 is no limit."""

    fetch: int = Field(default=0, ge=0)
    transcribe: int = Field(default=0, ge=0)
    keep: int = Field(default=0, ge=0)


class PrefectSettings(_Stanza):
    """The `[prefect]` stanza."""

    api_url: str | None = Field(default=None, description="a Prefect server's API; a local one is started where absent")
    password: SecretStr | None = Field(default=None, min_length=8, description="of the server that api_url names")
    database: str | None = Field(default=None, description="a PostgreSQL database, for `thirdcopy server`")
    database_password: SecretStr | None = Field(default=None, description="of the role that database names")
    batch: int = Field(default=50, ge=1, le=200, description="clips in one task")

    @field_validator("api_url")
    @classmethod
    def _over_tls(cls, url: str | None) -> str | None:
        return None if url is None else _api_url(url)

    @field_validator("database")
    @classmethod
    def _a_database(cls, url: str | None) -> str | None:
        if url is not None:
            parse_url(url)
        return url

    @property
    def own_port(self) -> int | None:
        """The port of this machine at which `api_url` says that a server is; None where it is elsewhere."""
        parts = urlsplit(self.api_url or "")
        return parts.port or 80 if parts.scheme == "http" and is_here(parts.hostname or "") else None

    @property
    def own_database(self) -> PostgresqlUrl | None:
        """The database of a server of this machine."""
        return parse_url(self.database) if self.database else None


def _api_url(url: str) -> str:
    """The address without a slash at its end. Raises ValueError for one that would tell a password on the way."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"is no address: write one such as {HERE}") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ValueError(f"is no address of an API: write one such as {HERE}")
    if parts.username or parts.password:
        raise ValueError("holds a name or a password: take it out, and set THIRDCOPY_PREFECT__PASSWORD")
    if parts.scheme == "http" and not is_here(host):
        raise ValueError(
            f"is plain http to another machine, {host}, which would read the password on the way: put a reverse proxy "
            f'with TLS before that server, and write "https://{_shown(host)}/api"'
        )
    return url.rstrip("/")


def _shown(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host
