"""Connections that keep the bounds: to public addresses alone, and not slower than a source may be.

An address is looked at after its name was resolved, and it is that address which is connected to, so that a name that
resolves differently the second time gains nothing. Time is taken where bytes arrive, so that lines of a header, sizes
of chunks and what is compressed are all under it. A connection to a proxy may lead anywhere: a person chose it, and
what lies behind it is the proxy's to decide.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import allowed_gai_family, create_connection

from archive.sources.ytdlp.limits import Limits, OutOfBounds

ADDRESSES: Final = 8
"""Addresses of a name that are tried; each may take as long as a connection may."""


class Meter:
    """What one session has spent of its limits; and whom it met: host → sha256 of the certificate (DER) it showed."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.clock = clock
        self.slow = 0
        self.certificates: dict[str, str] = {}
        self._end = clock() + limits.longest

    @property
    def spent(self) -> bool:
        """Whether nothing more is to be asked for in this session."""
        return self.slow >= self.limits.strikes or self.clock() > self._end

    def go_on(self) -> None:
        """Raise OutOfBounds where the session has taken as long as it may."""
        if self.clock() > self._end:
            raise OutOfBounds(f"it takes more than {self.limits.longest / 3600:,.0f} hours")

    def silence(self) -> None:
        """Count an answer that did not come. Raises OutOfBounds for one too many."""
        self.go_on()
        self.slow += 1
        if self.slow >= self.limits.strikes:
            raise OutOfBounds(f"{self.slow} answers did not come, or came too slowly")

    def look(self, waited: float, got: int) -> bool:
        """Whether an answer was waited for so long that a new count begins. Raises OutOfBounds for one too slow."""
        self.go_on()
        if waited < self.limits.patience:
            return False
        if got < waited * self.limits.least_rate:
            self.slow += 1
            raise OutOfBounds(
                f"only {got:,} bytes came in {waited:,.0f} s, and fewer than {self.limits.least_rate:,.0f} a second "
                "are not waited for",
                may_pass=True,
            )
        return True


class _Watched:
    """A socket that tells a meter what it waits for. An answer begins with what is sent."""

    meter: Meter
    _waited = 0.0
    _got = 0

    def recv_into(self, *args: Any) -> int:
        return self._watch(super().recv_into, *args)  # type: ignore[misc,no-any-return]  # of the socket beside it

    def recv(self, *args: Any) -> bytes:
        return self._watch(super().recv, *args)  # type: ignore[misc,no-any-return]

    def sendall(self, *args: Any) -> None:
        self._waited, self._got = 0.0, 0
        super().sendall(*args)  # type: ignore[misc]

    def _watch(self, receive: Callable[..., Any], *args: Any) -> Any:
        began = self.meter.clock()
        try:
            received = receive(*args)
        except TimeoutError:
            self.meter.silence()
            raise
        count = received if isinstance(received, int) else len(received)
        self._waited += self.meter.clock() - began
        self._got += count
        if count and self.meter.look(self._waited, self._got):
            self._waited, self._got = 0.0, 0
        return received


class _WatchedSocket(_Watched, socket.socket):
    pass


class _WatchedTLS(_Watched, ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        if (shown := self.getpeercert(binary_form=True)) and isinstance(self.server_hostname, str):
            self.meter.certificates[self.server_hostname.lower()] = sha256(shown).hexdigest()


def watch_tls(context: ssl.SSLContext, meter: Meter) -> None:
    """Let all that comes through a context's connections be measured."""
    context.sslsocket_class = type("WatchedTLS", (_WatchedTLS,), {"meter": meter})


def guard(adapter: HTTPAdapter, meter: Meter) -> None:
    """Give an adapter of requests connections that keep the bounds. See the module for proxies."""
    of_proxy = adapter.proxy_manager_for

    def proxy_manager_for(*args: Any, **kwargs: Any) -> PoolManager:
        return _change(of_proxy(*args, **kwargs), lambda connection, opened: watched(opened(connection), meter))

    _change(adapter.poolmanager, lambda connection, _: watched(_public_socket(connection, meter), meter))
    adapter.proxy_manager_for = proxy_manager_for  # type: ignore[method-assign]


_Opened = Callable[[Any], socket.socket]


def _change(manager: PoolManager, opening: Callable[[Any, _Opened], socket.socket]) -> PoolManager:
    """Let a pool manager's connections be opened by a function of the connection and of its own way to be opened."""

    def changed(pool: Any) -> Any:
        stock = pool.ConnectionCls
        opened = {"_new_conn": lambda connection: opening(connection, stock._new_conn)}
        return type(pool.__name__, (pool,), {"ConnectionCls": type(stock.__name__, (stock,), opened)})

    if not hasattr(manager, "guarded"):
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: changed(pool) for scheme, pool in pools.items()}
        manager.guarded = True  # type: ignore[attr-defined]
    return manager


def watched(opened: socket.socket, meter: Meter) -> socket.socket:
    """The same connection, measured."""
    timeout = opened.gettimeout()
    measured = _WatchedSocket(opened.family, opened.type, opened.proto, fileno=opened.detach())
    measured.settimeout(timeout)
    measured.meter = meter
    return measured


def _public_socket(connection: Any, meter: Meter) -> socket.socket:
    """Open a connection of urllib3's as its own `_new_conn` does, to addresses that the meter's limits admit."""
    host = connection._dns_host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, allowed_gai_family(), socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(host, connection, reason) from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    named = (host, connection.port) == meter.limits.provider
    admitted = [address for address in addresses if named or meter.limits.admits(ip_address(address))]
    if not admitted:
        raise OutOfBounds(
            f"{host} is at {addresses[0]}, which is no public address and therefore not asked; if that server is "
            f'yours, add "{addresses[0]}" to private_addresses of the source'
        )
    return connected(connection, admitted, meter)


def connected(connection: Any, addresses: Sequence[str], meter: Meter) -> socket.socket:
    """Open a connection of urllib3's to the first of a name's addresses that answers, while the session lasts."""
    failed: OSError = TimeoutError()
    for address in addresses[:ADDRESSES]:
        meter.go_on()
        try:
            return create_connection(
                (address, connection.port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            failed = error
    if isinstance(failed, TimeoutError):
        raise ConnectTimeoutError(connection, f"Connection to {connection._dns_host} timed out") from failed
    raise NewConnectionError(connection, f"Failed to establish a new connection: {failed}") from failed
