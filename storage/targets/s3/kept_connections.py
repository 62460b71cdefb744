"""Connections to a store that stay open: urllib3 opens them, and http.client reads the answers.

A request goes out in one piece, which is written here: what either would do to send one takes longer than signing it.
"""

import re
from collections.abc import Iterator, Mapping
from http.client import CONTINUE, NO_CONTENT, NOT_MODIFIED, HTTPException, HTTPResponse, UnknownProtocol
from math import inf
from ssl import SSLEOFError
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ProxyError
from urllib3.util.ssl_match_hostname import CertificateError

from storage.digests import BLOCK
from storage.targets.byte_streams import SLICE
from storage.targets.s3.sockets import Meter, OutOfBounds, watched

CONNECT_SECONDS = 10
READ_SECONDS = 60
"""That a store may be silent."""

EXPECT_ABOVE = 1 << 20
"""Bytes of a body above which the store is asked before they are sent, so that a refusal is heard first."""

EXPECT_SECONDS = 1
"""How long is waited for its word: some never give one (RFC 9110, 10.1.1)."""

TRIES = 4
"""How often a request is sent that met a closed connection: a store closes what was kept open, several at a time."""

HEAD_BYTES, HEAD_SECONDS = 64 << 10, 120.0
"""What may come before an answer's body, and how long it is waited for."""

WHOLE_SECONDS = 600.0
"""How long is waited for an answer that is read whole: Amazon sends spaces for minutes while it completes an upload."""

ANSWER_BYTES = 8 << 20
"""The most that such an answer may have: a page of 1,000 of the longest keys, all escaped, has half of it."""

REFUSAL_BYTES = 64 << 10
"""What is read of a refusal."""

STREAM_SECONDS = 60.0
"""After so much waiting for an object's bytes it is looked at how many came."""

DIGITS = 20
"""Fewer have all sizes."""

_ILLEGAL = re.compile(r"[\0-\x1f\x7f]")
_TARGET = re.compile(r"/[!-~]*")


class _Watched:
    """What the two connections below have in common, and urllib3's have not."""

    sock: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meter = Meter()

    def connect(self) -> None:
        self.meter.begin(HEAD_BYTES, HEAD_SECONDS)  # a proxy answers before the store does
        super().connect()  # type: ignore[misc]  # of the connection beside it, as is the one below
        getattr(self.sock, "socket", self.sock).meter = self.meter  # TLS makes a socket of its own
        self.sock.settimeout(READ_SECONDS)

    def _new_conn(self) -> Any:
        return watched(super()._new_conn(), self.meter)  # type: ignore[misc]


class _HTTP(_Watched, HTTPConnection):
    pass


class _HTTPS(_Watched, HTTPSConnection):
    pass


class Response(HTTPResponse):
    """An answer whose body is not read yet. `whole` and `begun` read it and close; who reads it bit by bit closes."""

    def __init__(self, pool: Any, connection: Any, method: str) -> None:
        """It is heard on an open connection, which goes back to its pool once all was read."""
        super().__init__(connection.sock, method=method)
        self._pool, self._connection, self._meter = pool, connection, connection.meter
        self._asked, self._unsent = method, False
        self._first: tuple[str, int, str] | None = None
        self.fields: dict[str, str] = {}

    def ask(self, head: bytes, body: Any, size: int) -> None:
        """Send a request, and read its answer as far as the body. Raises HTTPException or OSError."""
        send, pieces = self._connection.sock.sendall, _pieces(body)
        self._meter.begin(HEAD_BYTES, HEAD_SECONDS)
        try:
            if size <= SLICE:
                send(head + b"".join(pieces))
            else:
                send(head)
            if size > EXPECT_ABOVE and not self._is_asked_for():
                self._unsent = True
            else:
                for piece in pieces:
                    send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have answered before it went
        self.begin()

    def begin(self) -> None:
        """Read the head, as http.client does, but for its fields: the reader of those is made for letters, and slow.

        `fields` has their names in lower case; what is there twice counts as it came first.
        """
        version, status, reason = self._read_status()
        while status == CONTINUE:
            _fields(self.fp)
            version, status, reason = self._read_status()
        if not version.startswith("HTTP/1."):
            raise UnknownProtocol(version)
        self.version = 10 if version == "HTTP/1.0" else 11
        self.code, self.status, self.reason = status, status, reason.strip()
        self.fields = _fields(self.fp)
        self._find_end()

    def _find_end(self) -> None:
        """How long the body is, and whether the connection stays open behind it: RFC 9112, 6.3 and 9.3."""
        self.chunked = self.fields.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        said = self.fields.get("content-length", "")
        self.length = int(said) if said.isdecimal() and len(said) < DIGITS and not self.chunked else None
        if self.status in (NO_CONTENT, NOT_MODIFIED) or self._asked == "HEAD":
            self.length = 0
        kept = self.fields.get("connection", "").lower()
        self.will_close = (
            "close" in kept
            or (self.version == 10 and "keep-alive" not in kept)
            or (self.length is None and not self.chunked)
            or self._unsent  # the store may wait for it still, and take the next request for it
        )

    def _is_asked_for(self) -> bool:
        """Whether the body may follow: the store says so, or nothing. Else what it says is the answer."""
        sock = self._connection.sock
        sock.settimeout(EXPECT_SECONDS)
        try:
            self.fp.peek(1)
        except TimeoutError:
            self.fp.close()
            self.fp = sock.makefile("rb")  # one that was waited for in vain is not read again
            return True
        finally:
            sock.settimeout(READ_SECONDS)
        first = super()._read_status()  # type: ignore[misc]  # typeshed has public names alone
        if first[1] != CONTINUE:
            self._first = first
            return False
        _fields(self.fp)
        return True

    def _read_status(self) -> tuple[str, int, str]:
        first, self._first = self._first, None
        return first or super()._read_status()  # type: ignore[misc]

    def close(self) -> None:
        """Give the connection back if all was read; else it ends."""
        kept = self.isclosed() and not self.will_close
        super().close()
        connection, self._connection = self._connection, None
        if connection and kept:
            self._pool.give(connection)
        elif connection:
            connection.close()

    def __del__(self) -> None:
        self.will_close = True  # a collector may come at any moment, also while the pool is locked
        super().__del__()

    def streamed(self) -> "Response":
        """The same, whose body somebody will read bit by bit."""
        self._meter.begin(inf, STREAM_SECONDS)
        return self

    def begun(self, most: int = REFUSAL_BYTES) -> bytes:
        """The body, no more than `most` bytes of it; the connection is kept if that was all."""
        self._meter.begin(most + HEAD_BYTES, WHOLE_SECONDS)
        try:
            return self.read(most)
        finally:
            self.close()

    def whole(self) -> bytes:
        """All of the body. Raises OutOfBounds."""
        found = self.begun(ANSWER_BYTES + 1)
        if len(found) > ANSWER_BYTES:
            raise OutOfBounds(f"it has more than {ANSWER_BYTES >> 20} MiB, which no answer of its kind has")
        return found


class _Pool:
    """What the two pools below can do beyond urllib3's."""

    def send(self, method: str, target: str, headers: Mapping[str, str], body: Any, size: int) -> Response:
        """The answer to a request. `body` are bytes or what is read like a file, of `size` bytes.

        Raises OSError, HTTPException, or what urllib3 raises where no connection comes about; CertificateError too.
        """
        head = _head(method, target, headers, expect=size > EXPECT_ABOVE)
        for left in reversed(range(TRIES)):
            answer = Response(self, self._connected(), method)
            try:
                answer.ask(head, body, size)
            except (ConnectionError, SSLEOFError):
                answer.close()
                if not left:
                    raise
                if hasattr(body, "seek"):
                    body.seek(0)
            except BaseException:
                answer.close()
                raise
            else:
                return answer
        raise AssertionError  # the last try returned or raised

    def give(self, connection: Any) -> None:
        """Take a connection back, for the next request."""
        self._put_conn(connection)  # type: ignore[attr-defined]  # of the pool beside it, as are those below

    def _connected(self) -> Any:
        connection = self._get_conn()  # type: ignore[attr-defined]
        if not connection.is_closed:
            return connection
        try:
            if connection.proxy:
                self._prepare_proxy(connection)  # type: ignore[attr-defined]
            else:
                connection.connect()
        except (OSError, HTTPException, HTTPError, CertificateError) as error:
            by_proxy = connection.proxy and not connection.has_connected_to_proxy
            connection.close()
            if by_proxy:
                raise ProxyError("the proxy gives no way to the store", error) from error
            raise
        return connection


class HTTPPool(_Pool, HTTPConnectionPool):
    """Connections to one host, without TLS."""

    ConnectionCls = _HTTP


class HTTPSPool(_Pool, HTTPSConnectionPool):
    """With it."""

    ConnectionCls = _HTTPS


def _head(method: str, target: str, headers: Mapping[str, str], *, expect: bool) -> bytes:
    """A request without its body (RFC 9112, 3). Raises ValueError for what would be more than one line."""
    if not _TARGET.fullmatch(target):
        raise ValueError("a request's target is a path in ASCII without spaces")
    lines = [f"{method} {target} HTTP/1.1", "accept-encoding: identity"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if expect:
        lines.append("expect: 100-continue")
    if any(map(_ILLEGAL.search, lines)):
        raise ValueError("a header of a request is one line without control characters")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def _fields(stream: Any) -> dict[str, str]:
    """The fields of a head, their names in lower case. Raises ConnectionResetError where it ends in the middle."""
    found = dict[str, str]()
    while (line := stream.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        found.setdefault(name.rstrip().lower(), value.strip())
    if not line:
        raise ConnectionResetError("the store went in the middle of its answer's head")
    return found


def _pieces(body: Any) -> Iterator[Any]:
    if not hasattr(body, "read"):
        yield body
        return
    while piece := body.read(BLOCK):
        yield piece
