"""A gate before a store: it passes bytes on, and can stop at a request, go dark, or let all through again."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_BLOCK = 1 << 16


class Gate:
    """Stands before one server on loopback, at `endpoint`.

    `stop_at` holds the first request whose first line matches, and all that is sent after it: none of it is passed, and
    `reached` is set, so that no other request of the same program gets further meanwhile.
    With `dies` the gate goes `dark` at it instead, as a server that loses its power: connections end, none is taken.
    """

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (parts.hostname or "", parts.port or 80)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._visits: list[threading.Thread] = []
        self._pattern: re.Pattern[bytes] | None = None
        self._dies = False
        self._answers = False
        self._free = threading.Event()
        self._stopped = threading.Event()
        self.reached = threading.Event()
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._port = 0
        self.light()

    @property
    def endpoint(self) -> str:
        """The address that stands for the server's own."""
        return f"http://127.0.0.1:{self._port}"

    def stop_at(self, request: str, *, answered: bool = False, dies: bool = False) -> None:
        """Stop at a request such as `PUT .*/v1/inventory[.]json`; if `answered`, it arrives and the answer is held."""
        self.reached.clear()
        self._free.clear()
        self._stopped.clear()
        self._answers, self._dies = answered, dies
        self._pattern = re.compile(request.encode() + rb"(\?[^ ]*)? HTTP/")

    def open(self) -> None:
        """Hold nothing any more. What was held is dropped: it must not arrive behind the back of whoever gave up."""
        self._pattern = None
        self._stopped.clear()
        self._free.set()

    def dark(self) -> None:
        """End every connection and take no new one."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def light(self) -> None:
        """Take connections, at the same port as before."""
        self.open()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(64)
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._accepting = threading.Thread(target=self._accept, args=(listener,), name="gate")
        self._accepting.start()

    def close(self) -> None:
        """End everything."""
        self.open()
        self.dark()
        if self._accepting:
            self._accepting.join(10)
        for visit in self._visits:
            visit.join(10)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._behind, timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            held = threading.Event()
            pumps = [
                threading.Thread(target=self._pump, args=(client, server, held, True)),
                threading.Thread(target=self._pump, args=(server, client, held, False)),
            ]
            for pump in pumps:
                pump.start()
            closing = threading.Thread(target=self._end, args=(client, server, pumps))
            closing.start()
            self._visits.append(closing)

    def _pump(self, source: socket.socket, sink: socket.socket, held: threading.Event, asking: bool) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK):
                if asking and self._stopped.is_set() and not held.is_set():
                    self._free.wait(120)
                    break
                if asking and self._pattern and self._pattern.match(block.partition(b"\r\n")[0]):
                    self._stopped.set()
                    self._stop(held)
                    if not self._answers:
                        self._free.wait(120)
                        break
                elif not asking and held.is_set():
                    self.reached.set()
                    self._free.wait(120)
                    break
                sink.sendall(block)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _stop(self, held: threading.Event) -> None:
        if self._dies:
            self.dark()
        elif self._answers:
            held.set()
            return
        self.reached.set()

    def _end(self, client: socket.socket, server: socket.socket, pumps: list[threading.Thread]) -> None:
        for pump in pumps:
            pump.join()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()


@contextmanager
def gate(behind: str) -> Iterator[Gate]:
    """A gate before the server at an address."""
    made = Gate(behind)
    try:
        yield made
    finally:
        made.close()
