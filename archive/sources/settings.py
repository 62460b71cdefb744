"""How one source is read: its stanza of the settings. Free of yt-dlp, which takes long to import."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, field_validator


class YtdlpSettings(BaseModel):
    """How one channel is read.

    `format` is yt-dlp's format selection. `allowed_extractors` are regular expressions over yt-dlp's names of sites;
    the generic one follows any address and is not among them. `sleep_seconds` is the least time between the beginnings
    of two fetches. `ca_file` holds authorities (PEM) trusted beside the usual ones. `private_addresses` are addresses
    or networks in one's own house that this source may lead to; all others that are not public are never asked, unless
    there is a `proxy`, which then decides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["ytdlp"] = "ytdlp"
    url: str
    format: str = "bv*+ba/b"
    allowed_extractors: tuple[str, ...] = ("youtube.*", "peertube.*")
    sleep_seconds: float = Field(default=10, ge=0)
    captions: bool = True
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
