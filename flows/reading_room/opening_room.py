"""Opening the room: a server on loopback over an opened archive, whose index follows the ledger while it is open."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from archive.errors import ArchiveError, RefusedError
from archive.opening.archive import Archive, opened, refuse_replaced
from archive.people.people import People
from archive.playing.derivatives import Derivatives
from archive.searching.search_index import Index, open_index
from archive.settings.settings import Settings
from flows.interrupts import before_end
from flows.reading_room.room import Room
from flows.reading_room.room_app import create_app

FOLLOW_EVERY = 0.5
"""Seconds between two looks at what the ledger has that the index has not."""

CONNECTIONS_AT_ONCE = 600
"""More are told to come back. A browser keeps six for a while, and a process has about a thousand open files."""

PROMPT_S = 10
"""Seconds in which a connection has to ask something, whole, before it is closed: at first, and each time after."""

WAITING = 128
"""Connections that wait for their turn."""

logger = logging.getLogger(__name__)


@contextmanager
def open_room(settings: Settings, replaced: Event) -> Iterator[Room]:
    """The room over an archive, which no run is kept from. Raises what opening an archive raises.

    `replaced` is set when its ledger was moved or made anew: what is closed from then on, the one here does not know.
    """
    own = settings.reading_room
    with (
        opened(settings) as archive,
        open_index(archive) as index,
        _followed(archive, index, replaced),
        closing(Derivatives(archive, gib=own.derivatives_gib, at_once=own.derivatives_at_once)) as derivatives,
    ):
        yield Room(archive, index, People.of(settings), derivatives)


@contextmanager
def _followed(archive: Archive, index: Index, replaced: Event) -> Iterator[None]:
    """Have the index take in what is new in the ledger, in a thread of its own, until that is in force no more."""
    ended = Event()

    def follow() -> None:
        while not ended.wait(FOLLOW_EVERY):
            try:
                refuse_replaced(archive)
            except RefusedError:
                replaced.set()
                return
            except ArchiveError as error:
                logger.warning("the ledger cannot be read: %s", error)
                continue
            try:
                index.catch_up(archive)
            except ArchiveError as error:
                logger.warning("the index cannot follow the ledger: %s", error)
            except Exception:  # or what is closed from now on would be found for ever
                logger.exception("the index cannot follow the ledger")

    thread = Thread(target=follow, name="index", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=30)


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Answer until told to stop. Raises RefusedError where the port is taken, and once the ledger was replaced."""
    own, replaced = settings.reading_room, Event()
    with _bound(own.host, own.port) as door, open_room(settings, replaced) as room:
        say(f"the reading room is open at http://{_named(door)}")
        with before_end(lambda: None, "the reading room is closed"):
            _Server(configured(room), replaced).run(sockets=[door])
        refuse_replaced(room.archive)


def configured(room: Room) -> uvicorn.Config:
    """The server over a room: of headers that say where a request is from it believes none."""
    return uvicorn.Config(
        create_app(room),
        http=_InTime,
        access_log=False,
        limit_concurrency=CONNECTIONS_AT_ONCE,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=PROMPT_S,
    )


class _InTime(H11Protocol):
    """Closes a connection that asks nothing, or whose request has no end of its head, in time.

    uvicorn waits so only for a request that follows another, and only for the first byte of that.
    """

    _until: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first byte."""
        super().connection_made(transport)
        self._close_at(self.loop.time() + self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        """Wait for the end of the head from its first byte on, however many more come one by one."""
        until = self._until or self.loop.time() + self.timeout_keep_alive
        super().data_received(data)
        is_asking = self.cycle is None or self.cycle.response_complete
        self._until = until if is_asking else None
        if is_asking and not self.transport.is_closing():
            self._close_at(until)

    def _close_at(self, moment: float) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_at(moment, self.timeout_keep_alive_handler)


class _Server(uvicorn.Server):
    """A server that also stops when an event is set."""

    def __init__(self, config: uvicorn.Config, over: Event) -> None:
        super().__init__(config)
        self._over = over

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop; asked ten times a second."""
        return await super().on_tick(counter) or self._over.is_set()


def _named(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(WAITING)  # whoever asks while the room is opened waits, and nobody else opens one here
        except OSError as error:
            may = "another room may be open there; name another with port in [reading_room]"
            if error.errno == errno.EADDRNOTAVAIL:
                may = "host in [reading_room] is no address of this machine"
            raise RefusedError(f"port {port} of {host} cannot be had ({error.strerror}): {may}") from error
        yield door
