"""How one source is read: its stanza of the settings, by its kind. Free of yt-dlp, which takes long to import."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Discriminator, Field, IPvAnyNetwork, SecretStr, Tag, field_validator

from archive.records.clip import Access
from transcription.records import LanguageCode


class CommonSettings(BaseModel):
    """Settings that every kind of source has: who may read its clips, what is spoken in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    access: Access | None = Field(default=None, description="of its clips; the archive's own where absent")
    languages: tuple[LanguageCode, ...] = Field(
        default=(), description="spoken in it, so far as known; all allowed ones if empty"
    )
    at_once: int = Field(default=1, ge=1, le=8, description="batches of this source that may be fetched side by side")
    listing_hours: float = Field(default=0, ge=0, description="the least time between two listings")


class YtdlpSettings(CommonSettings):
    """How one channel is read.

    `format` is yt-dlp's format selection. `allowed_extractors` are regular expressions over yt-dlp's names of sites;
    the generic one follows any address and is not among them.

    The pace: `request_seconds` is the least time between the beginnings of two requests to one host, whatever they are
    for; `sleep_seconds` that of two fetches of this source; `videos_an_hour` the most fetches of one host that begin
    within an hour.

    A held clip is looked at again after `look_again_days`, never with 0, and at most `looks_at_most` in a run; with
    `comments` they are fetched then. `clients` are those of YouTube that yt-dlp poses as, its own choice if empty;
    `po_token_provider` is the address of the program that gives them tokens. `password` is what a protected video
    wants.

    `ca_file` holds authorities (PEM) trusted beside the usual ones. `private_addresses` are addresses or networks in
    one's own house that this source may lead to; all others that are not public are never asked, unless
    there is a `proxy`, which then decides.
    """

    kind: Literal["ytdlp"] = "ytdlp"
    url: str
    full_pass_days: float = Field(
        default=7, ge=0, description="age of the last whole listing at which a fast one is a whole one too"
    )
    format: str = "bv*+ba/b"
    allowed_extractors: tuple[str, ...] = ("youtube.*", "peertube.*")
    request_seconds: float = Field(default=0.25, ge=0, le=3600)
    sleep_seconds: float = Field(default=10, ge=0)
    videos_an_hour: int = Field(default=300, ge=1)
    captions: bool = True
    comments: bool = False
    look_again_days: int = Field(default=30, ge=0, le=3650)
    looks_at_most: int = Field(default=200, ge=0)
    clients: tuple[Annotated[str, Field(pattern=r"^-?[a-z0-9_]{1,40}$")], ...] = ()
    po_token_provider: str | None = None
    password: SecretStr | None = None
    proxy: SecretStr | None = None
    cookies_file: Path | None = None
    ca_file: Path | None = None
    private_addresses: tuple[IPvAnyNetwork, ...] = ()

    @field_validator("url")
    @classmethod
    def _public(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a channel's address begins with https://")
        if parts.username or parts.password:
            raise ValueError("a login does not belong in an address: use cookies_file")
        return url

    @field_validator("po_token_provider")
    @classmethod
    def _plain_address(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "http://127.0.0.1")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("a provider's address is written http://HOST:PORT, such as http://127.0.0.1:4416")
        return address.rstrip("/") if address else None

    @field_validator("proxy")
    @classmethod
    def _whole_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        """Refuse an address that falls apart: what stands in the wrong part of it would be quoted in messages."""
        if proxy is None:
            return None
        try:
            parts = urlsplit(proxy.get_secret_value())
            sound = bool(parts.hostname and parts.port) and "@" not in parts.path + parts.query + parts.fragment
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(
                "a proxy is written http://NAME:PASSWORD@HOST:PORT, with what is no letter or digit in the password "
                "percent-encoded"
            )
        return proxy


class FolderSettings(CommonSettings):
    """How a disk, or a folder of one, is visited. Nothing is ever written there.

    `disk` is a label that people know the disk by. A file that changed within `quiet_minutes` is being written, and
    left for a later visit. `read_again` reads every file at each visit, also what did not change since the last one.
    """

    kind: Literal["folder"] = "folder"
    path: Path
    disk: str | None = Field(default=None, min_length=1, max_length=60)
    quiet_minutes: int = Field(default=10, ge=0, le=1440)
    read_again: bool = False


def _kind_of(stanza: object) -> str:
    """The kind that a stanza names; one that names none is a channel."""
    named = stanza.get("kind") if isinstance(stanza, Mapping) else getattr(stanza, "kind", None)
    return "ytdlp" if named is None else str(named)


KINDS: dict[str, type[CommonSettings]] = {"ytdlp": YtdlpSettings, "folder": FolderSettings}
SourceSettings = Annotated[
    Annotated[YtdlpSettings, Tag("ytdlp")] | Annotated[FolderSettings, Tag("folder")], Discriminator(_kind_of)
]
"""One stanza `[sources.NAME]`, of one of the `KINDS`."""
