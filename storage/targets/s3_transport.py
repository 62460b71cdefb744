"""How every request travels to a store: one kind of connection, one rule for trying again, one bound for what comes.

The short way and boto3 both send by it. Connections are botocore's, which ask before they send a large body; behind a
proxy that the environment names they go through it, as curl's do.
"""

from math import inf
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
    AWSResponse,
)
from botocore.exceptions import SSLError
from botocore.httpsession import ProxyConfiguration, create_urllib3_context, get_cert_path
from botocore.utils import get_environ_proxies
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import SSLError as NotTrusted

from storage.targets.s3_settings import S3Settings
from storage.targets.s3_sockets import Meter, OutOfBounds, WatchedTLS, watched

CONNECT_SECONDS = 10
READ_SECONDS = 60
"""That a store may be silent."""

CONNECTIONS = 64
TRIES = 4
"""How often a request is sent that met a closed connection: a store closes what was kept open, several at a time."""

EXPECT_ABOVE = 1 << 20
"""Bytes of a body above which the store is asked before they are sent, so that a refusal is heard first."""

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


class _Asking:
    """What the two connections below have in common, and botocore's have not."""

    sock: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meter = Meter()

    def connect(self) -> None:
        self.meter.begin(HEAD_BYTES, HEAD_SECONDS)  # a proxy answers before the store does
        super().connect()  # type: ignore[misc]  # of the connection beside it, as are those below
        getattr(self.sock, "socket", self.sock).meter = self.meter  # TLS makes a socket of its own

    def request(self, *args: Any, **kwargs: Any) -> None:
        self.meter.begin(HEAD_BYTES, HEAD_SECONDS)
        super().request(*args, **kwargs)  # type: ignore[misc]

    def _new_conn(self) -> Any:
        return watched(super()._new_conn(), self.meter)  # type: ignore[misc]

    def _consume_headers(self, file: Any) -> None:
        """Read away what follows on "100 Continue": botocore reads for ever where the line has ended."""
        while (line := file.readline()).strip():
            pass
        if not line:
            raise ConnectionResetError("the store said that it would hear more, and went")


class _HTTP(_Asking, AWSHTTPConnection):  # type: ignore[misc]  # botocore has no types
    pass


class _HTTPS(_Asking, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HTTPPool(AWSHTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _HTTP


class _HTTPSPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _HTTPS


class Transport:
    """Connections to one store, which stay open. Raises OSError or ssl.SSLError where `ca_file` cannot be read."""

    def __init__(self, settings: S3Settings) -> None:
        self._endpoint = settings.endpoint
        options: dict[str, Any] = {
            "timeout": Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            "maxsize": CONNECTIONS,
        }
        if urlsplit(settings.endpoint).scheme == "https":
            context = _context()
            context.load_verify_locations(settings.ca_file or get_cert_path(verify=True))
            options |= {"cert_reqs": "CERT_REQUIRED", "ssl_context": context}
        proxies = ProxyConfiguration({} if settings.loopback else get_environ_proxies(settings.endpoint))
        self._manager: PoolManager
        if proxy := proxies.proxy_url_for(settings.endpoint):
            context = _context()
            context.check_hostname = True
            context.load_verify_locations(get_cert_path(verify=True))
            self._manager = ProxyManager(
                proxy, proxy_headers=proxies.proxy_headers_for(proxy), proxy_ssl_context=context, **options
            )
        else:
            self._manager = PoolManager(**options)
        self._manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def pool(self, url: str) -> Any:
        """The connections to the host of an address, for `send`."""
        parts = urlsplit(url)
        return self._manager.connection_from_host(parts.hostname, parts.port, parts.scheme)

    def send(self, pool: Any, method: str, path: str, headers: dict[str, Any], body: Any, size: int) -> Any:
        """urllib3's answer to a request, its body not read yet; for `whole`, `begun` or `streamed`.

        `size` are the bytes of `body`. Raises what urllib3 does.
        """
        if size > EXPECT_ABOVE:
            headers = {**headers, "Expect": b"100-continue"}  # as bytes, or botocore's connection does not wait
        for left in reversed(range(TRIES)):
            try:
                return pool.urlopen(
                    method,
                    path,
                    body=body or None,
                    headers=headers,
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                    enforce_content_length=False,
                )
            except ProtocolError as error:
                if not left or not isinstance(error.args[-1], ConnectionError):
                    raise
                if hasattr(body, "seek"):
                    body.seek(0)
            except NotTrusted as error:
                raise SSLError(endpoint_url=self._endpoint, error=error) from error
        raise AssertionError  # the last try returned or raised

    def answered(self, request: Any, **_: Any) -> AWSResponse:
        """The answer to what boto3 has written down and signed: a handler of botocore's event `before-send`."""
        parts = urlsplit(request.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers, body = dict(request.headers), request.body
        size = int(request.headers.get("Content-Length", 0))
        answer = self.send(self.pool(request.url), request.method, path, headers, body, size)
        if request.stream_output and answer.status < 300:
            return AWSResponse(request.url, answer.status, answer.headers, streamed(answer))
        found = AWSResponse(request.url, answer.status, answer.headers, answer)
        found._content = whole(answer) if answer.status < 300 else begun(answer)
        return found


def streamed(answer: Any) -> Any:
    """The same answer, whose body somebody will read bit by bit."""
    answer.connection.meter.begin(inf, STREAM_SECONDS)
    return answer


def begun(answer: Any, most: int = REFUSAL_BYTES) -> bytes:
    """The body of an answer, no more than `most` bytes of it; its connection is kept if that was all."""
    answer.connection.meter.begin(most + HEAD_BYTES, WHOLE_SECONDS)
    found = answer.read(most)
    if answer.closed:
        answer.release_conn()
    else:
        answer.close()
    return bytes(found)


def whole(answer: Any) -> bytes:
    """All of an answer's body. Raises OutOfBounds."""
    found = begun(answer, ANSWER_BYTES + 1)
    if len(found) > ANSWER_BYTES:
        raise OutOfBounds(f"it has more than {ANSWER_BYTES >> 20} MiB, which no answer of its kind has")
    return found


def _context() -> Any:
    context = create_urllib3_context()
    context.sslsocket_class = WatchedTLS
    return context
