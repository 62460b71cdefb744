"""A proxy before a real S3 server that breaks what it is told to break, and counts what went through.

It passes the Host header on as the client signed it, so signatures verify behind it. Without a rule it changes nothing.
A fault is a function of one `Exchange`: tests.world.proxy_faults has those that tests need.
"""

import re
import select
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from storage.bandwidth import Pace

_BLOCK = 1 << 16
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})


class Cut(Exception):
    """The connection to the client ends here."""


@dataclass(frozen=True)
class Answer:
    """What a server says; `announced` is the Content-Length where it is not the body's."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None


@dataclass
class Seen:
    """A request that came: its path and query, the bytes of body that were taken from the client, the status given."""

    operation: str
    asked: str
    query: dict[str, str]
    sent: int = 0
    status: int = 0
    credentials: str = ""


@dataclass
class Exchange:
    """One request and its answer, in the hands of a fault."""

    proxy: "Proxy"
    handler: BaseHTTPRequestHandler
    seen: Seen
    size: int
    _asked: bool = False

    def body(self, limit: int | None = None) -> Iterator[bytes]:
        """The request's body as it comes, `limit` bytes of it at most; a client that waits to be asked is asked."""
        left = self.size if limit is None else min(limit, self.size)
        if left and self.handler.headers.get("Expect") and not self._asked:
            self.handler.send_response_only(100)
            self.handler.end_headers()
            self.handler.wfile.flush()
        self._asked = True
        while left:
            block = self.handler.rfile.read(min(left, _BLOCK))
            if not block:
                raise Cut
            left -= len(block)
            self.seen.sent += len(block)
            self.proxy.pace.take(len(block))
            yield block

    def ask(self, limit: int | None = None, flip: int | None = None) -> Answer:
        """What the server answers; `flip` inverts a bit of that byte of the body, `limit` cuts the line after it."""
        server = HTTPConnection(*self.proxy.behind, timeout=60)
        try:
            server.putrequest(self.handler.command, self.handler.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.handler.headers.items():
                if name.lower() not in _HOP - {"content-length"}:
                    server.putheader(name, value)
            server.endheaders()
            at = 0
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered already
                for block in self.body(limit):
                    if flip is not None and at <= flip < at + len(block):
                        block = block[: flip - at] + bytes([block[flip - at] ^ 1]) + block[flip - at + 1 :]
                    server.send(block)
                    at += len(block)
            if limit is not None:
                raise Cut
            response = server.getresponse()
            headers = {name: value for name, value in response.getheaders() if name.lower() not in _HOP}
            size = int(response.getheader("Content-Length") or 0) if self.handler.command == "HEAD" else None
            return Answer(response.status, response.read(), headers, size)
        finally:
            server.close()

    def give(self, answer: Answer, limit: int | None = None) -> None:
        """Pass an answer to the client; after `limit` bytes of the body the line is cut, with 0 before the answer."""
        self.seen.status = answer.status
        if limit == 0:
            raise Cut
        announced = len(answer.body) if answer.announced is None else answer.announced
        self.handler.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.handler.send_header(name, value)
        if answer.status != 204:
            self.handler.send_header("Content-Length", str(announced))
        if not self._asked and self.size:  # its body was not taken, so that nothing can follow on this connection
            self.handler.close_connection = True
            self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        if self.handler.command == "HEAD":
            return
        body = answer.body if limit is None else answer.body[:limit]
        for start in range(0, len(body), _BLOCK):
            block = body[start : start + _BLOCK]
            self.proxy.pace.take(len(block))
            self.handler.wfile.write(block)
        if limit is not None or announced > len(answer.body):
            raise Cut

    def gone(self) -> bool:
        """Whether the client has gone, or waits no longer than a moment for something else to happen."""
        client = self.handler.connection
        with suppress(OSError):
            readable, _, _ = select.select([client], [], [], 0.02)
            return bool(readable) and not client.recv(1, socket.MSG_PEEK)
        return True


Fault = Callable[[Exchange], None]


@dataclass
class Rule:
    """Which requests meet a fault: an operation, a pattern found in the path and query, and which of those found."""

    operation: str
    fault: Fault
    where: re.Pattern[str]
    nth: Collection[int] | None
    met: int = 0

    def meets(self, seen: Seen) -> bool:
        """Count a request that matches; whether the fault is for it."""
        if seen.operation != self.operation or not self.where.search(seen.asked):
            return False
        self.met += 1
        return self.nth is None or self.met in self.nth


class Proxy:
    """Stands before one server on loopback, at `endpoint`. `mib_a_second` limits what passes, both ways together."""

    def __init__(self, behind: str, mib_a_second: float | None = None) -> None:
        parts = urlsplit(behind)
        self.behind = (parts.hostname or "", parts.port or 80)
        self.pace = Pace(mib_a_second)
        self.seen: list[Seen] = []
        self.stalled = threading.Event()
        self.freed = threading.Event()
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _exchange(self) -> None:
                proxy._take(self)

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _exchange  # noqa: N815

            def handle_expect_100(self) -> bool:
                return True  # said when the body is asked for

            def setup(self) -> None:
                super().setup()
                with proxy._lock:
                    proxy._connections.add(self.connection)

            def handle(self) -> None:
                with suppress(OSError, Cut):
                    super().handle()

            def finish(self) -> None:
                with proxy._lock:
                    proxy._connections.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """The address that stands for the server's own."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def at(self, operation: str, fault: Fault, *, where: str = "", nth: Collection[int] | None = None) -> None:
        """Let requests of an operation (PutObject, UploadPart, …) meet a fault: all of them, or the `nth` from now.

        Of several rules that meet a request the first one holds.
        """
        with self._lock:
            self._rules.append(Rule(operation, fault, re.compile(where), nth))

    def clear(self) -> None:
        """Forget all rules and all that was seen, and let go of what was stalled."""
        with self._lock:
            self._rules.clear()
            self.seen.clear()
            freed, self.freed = self.freed, threading.Event()
            self.stalled.clear()
        freed.set()

    def count(self, operation: str, *, status: int | None = None) -> int:
        """How many requests of an operation came, of those that were given a status."""
        return len(self._of(operation, status))

    def sent(self, operation: str, *, status: int | None = None) -> int:
        """The bytes of body that were taken from clients for an operation."""
        return sum(one.sent for one in self._of(operation, status))

    def close(self) -> None:
        """End everything."""
        self.freed.set()
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def _of(self, operation: str, status: int | None) -> list[Seen]:
        with self._lock:
            return [one for one in self.seen if one.operation == operation and status in (None, one.status)]

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        operation = _operation(handler.command, unquote(parts.path), query)
        seen = Seen(operation, unquote(handler.path), query)
        seen.credentials = handler.headers.get("Authorization", "")
        exchange = Exchange(self, handler, seen, int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self.seen.append(seen)
            fault = next((rule.fault for rule in self._rules if rule.meets(seen)), passed)
        try:
            fault(exchange)
        except (Cut, OSError, HTTPException):
            handler.close_connection = True
            with suppress(OSError):
                handler.wfile.flush()
                handler.connection.shutdown(socket.SHUT_RDWR)


def _operation(method: str, path: str, query: dict[str, str]) -> str:
    """The name that Amazon gives to what is asked, of the operations that we use."""
    if "uploadId" in query:
        named = {"GET": "ListParts", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        return named.get(method, "UploadPart")
    if "uploads" in query:
        return "CreateMultipartUpload" if method == "POST" else "ListMultipartUploads"
    if method == "GET" and "/" not in path.strip("/"):
        return "ListBuckets" if path == "/" else "ListObjectsV2" if "list-type" in query else "GetBucket"
    return f"{method.capitalize()}Object"


def passed(exchange: Exchange) -> None:
    """No fault."""
    exchange.give(exchange.ask())


@contextmanager
def proxy(behind: str, *, mib_a_second: float | None = None) -> Iterator[Proxy]:
    """A proxy before the server at an address."""
    made = Proxy(behind, mib_a_second)
    try:
        yield made
    finally:
        made.close()
