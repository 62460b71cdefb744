"""The `[reading_room]` stanza: where the room is opened, which proxy stands before it, what it keeps of its readers."""

import ipaddress
import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    field_validator,
    model_validator,
)

from archive.settings.postgresql_urls import is_here
from archive.settings.several import several

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_VISIT_HOURS = 30 * 24
WIDEST = {4: 16, 6: 48}
"""The shortest prefix of a network that a proxy asks from, by the version of the protocol: that of a network of one's
own, and never half of the internet, whose every machine could then say who it is."""
_PORTS = {"http": 80, "https": 443}
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_OF_BROWSERS = ("host", "cookie", "authorization", "origin", "referer", "user-agent", "accept", "x-forwarded-for")


class ReadingRoomSettings(BaseModel):
    """The `[reading_room]` stanza.

    The room speaks plain http, and on loopback alone. To open it to others, a reverse proxy with TLS stands before it:
    `public_url` is the address that readers write, `proxy_address` that from which the proxy asks, one or several.
    Where `host` is beyond loopback, the room answers nobody else. `proxy_header` is the header in which the proxy names
    whoever it has signed in itself; such a person has the role of the account of that very name.

    `record_openings` keeps who opened which clip that is not public. `visit_hours` is how long somebody stays signed
    in. Light derivatives for browsers take at most `derivatives_gib` of the state folder's disk, and so many are made
    at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535, description="0: any that is free")
    public_url: str | None = None
    proxy_address: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(several)] = ()
    proxy_header: str | None = None
    record_openings: bool = False
    visit_hours: float = Field(default=12, gt=0, le=LONGEST_VISIT_HOURS)
    derivatives_gib: float = Field(default=5, ge=0)
    derivatives_at_once: int = Field(default=1, ge=1, le=16)

    @field_validator("host")
    @classmethod
    def _an_address(cls, host: str) -> str:
        if host != "localhost":
            try:
                ipaddress.ip_address(host)
            except ValueError:
                raise ValueError("is no address of this machine: write 127.0.0.1") from None
        return host

    @field_validator("public_url")
    @classmethod
    def _over_tls(cls, url: str | None) -> str | None:
        return None if url is None else _public_url(url)

    @field_validator("proxy_address")
    @classmethod
    def _narrow(cls, addresses: tuple[IPvAnyNetwork, ...]) -> tuple[IPvAnyNetwork, ...]:
        if wide := [one for one in addresses if one.prefixlen < WIDEST[one.version]]:
            raise ValueError(
                f"{wide[0]} is too wide: every machine in it could say that it is the proxy; name the proxy's address"
            )
        return addresses

    @field_validator("proxy_header")
    @classmethod
    def _a_header(cls, name: str | None) -> str | None:
        if name is not None and not _HEADER.fullmatch(name):
            raise ValueError("is no header's name: these are letters, digits and hyphens, such as Remote-User")
        if name is not None and name.lower() in _OF_BROWSERS:
            raise ValueError(
                f"{name} is a header that browsers send: choose one that the proxy alone sets, Remote-User"
            )
        return name

    @model_validator(mode="after")
    def _behind_a_proxy(self) -> Self:
        opened = not is_here(self.host)
        public = self.public_url is not None and not is_here(urlsplit(self.public_url).hostname or "")
        if opened and not (public and self.proxy_address):
            raise ValueError(
                f"host = {self.host!r} opens the room to other machines in plain http, and everybody on the way would "
                "read passwords and testimony: put a reverse proxy with TLS before it, and name the address that "
                'readers write, public_url = "https://…", and the address that the proxy asks from, proxy_address = '
                '"…"; the room then answers that one alone. A proxy on this machine needs no other host than 127.0.0.1'
            )
        if public and not self.proxy_address:
            raise ValueError(
                f"{self.public_url} is the address of a reverse proxy: name the address that it asks from, "
                'proxy_address = "127.0.0.1" where it is on this machine; else all readers seem to come from one place'
            )
        if self.proxy_header and not self.proxy_address:
            raise ValueError(
                f"anybody could send {self.proxy_header}: name the address that the proxy asks from, proxy_address"
            )
        return self

    @property
    def at(self) -> str:
        """The address that readers write, without a slash at its end."""
        if self.public_url:
            return self.public_url
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    @property
    def over_tls(self) -> bool:
        """Whether readers come over TLS, so that cookies may be `Secure`."""
        return self.at.startswith("https://")

    def is_allowed_host(self, given: str) -> bool:
        """Whether a request's Host is one of ours: of `public_url`, or on loopback a name of this machine.

        A page that somebody lures a reader to, under a name of theirs that leads to 127.0.0.1, comes with that name.
        """
        try:
            parts = urlsplit(f"//{given}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if given.lower() != parts.netloc.lower() or "@" in given or not host or not given.isprintable():
            return False
        if host in LOOPBACK and is_here(self.host):
            return True
        public = urlsplit(self.public_url or "")
        usual = _PORTS.get(public.scheme)
        return host == public.hostname and (port or usual) == (public.port or usual)


def _public_url(url: str) -> str:
    """The address without a slash at its end. Raises ValueError, which says what to write."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is no address: write one such as https://room.example.org") from None
    if parts.scheme not in _PORTS or not host or not url.isascii() or not url.isprintable():
        raise ValueError("is no address: write one such as https://room.example.org")
    if parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError("is more than scheme, host and port: the room has a host to itself, https://room.example.org")
    if parts.scheme == "http" and not is_here(host):
        raise ValueError(f"is plain http, which others read on the way: write https://{host}, of a proxy with TLS")
    return f"{parts.scheme}://{parts.netloc.lower()}"
