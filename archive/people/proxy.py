"""What a reverse proxy says of whoever asks: it counts from the address that the settings name, and never else. Pure.

Headers are pairs of name and value, each as it came, also of one name. `peer` is whence the connection comes: the
server must not put what a header says in its place, as uvicorn does unless its `proxy_headers` are off.
"""

import ipaddress
from collections.abc import Iterable

from archive.people.accounts import cleaned
from archive.settings.postgresql_urls import is_here
from archive.settings.reading_room_stanza import ReadingRoomSettings

Headers = Iterable[tuple[str, str]]


def is_proxy(room: ReadingRoomSettings, peer: str | None) -> bool:
    """Whether a request comes from the address of the proxy that the settings name."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == network.version and address in network for network in room.proxy_address)


def may_ask(room: ReadingRoomSettings, peer: str | None) -> bool:
    """Whether the room answers at all: beyond loopback the proxy alone, since what it says is in plain http."""
    return is_here(room.host) or is_proxy(room, peer)


def address_of(room: ReadingRoomSettings, peer: str | None, headers: Headers) -> str:
    """The address of a reader: the one that our nearest proxy says in X-Forwarded-For, else whence it comes."""
    nearest = peer or ""
    if is_proxy(room, peer):
        values = ",".join(value for name, value in headers if name.lower() == "x-forwarded-for")
        for said in reversed([value.strip() for value in values.split(",")]):
            try:
                ipaddress.ip_address(said)
            except ValueError:
                break
            nearest = said
            if not is_proxy(room, said):
                break
    return nearest


def name_in_header(room: ReadingRoomSettings, peer: str | None, headers: Headers) -> str | None:
    """Whom the proxy has signed in; None where it is not the proxy, or names nobody or several."""
    if room.proxy_header is None or not is_proxy(room, peer):
        return None
    wanted = room.proxy_header.lower()
    values = [value for name, value in headers if name.lower() == wanted]
    if len(values) != 1:
        return None
    try:
        return cleaned(values[0].encode("latin-1").decode("utf-8")) or None
    except UnicodeError:
        return None
