"""How every request travels to a store: whom its connections trust, and through which proxy they go.

Direct requests and those of boto3 both go by it. Behind a proxy that the environment names it goes through that, as
curl does.
"""

import ssl
from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import SSLError
from botocore.httpsession import ProxyConfiguration, create_urllib3_context, get_cert_path
from botocore.utils import get_environ_proxies
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import SSLError as NotTrusted
from urllib3.util.ssl_match_hostname import CertificateError

from storage.targets.s3.kept_connections import CONNECT_SECONDS, HTTPPool, HTTPSPool, Response
from storage.targets.s3.settings import S3Settings
from storage.targets.s3.sockets import WatchedTLS

CONNECTIONS = 64


class Transport:
    """Connections to one store, which stay open. Raises OSError or ssl.SSLError where `ca_file` cannot be read."""

    def __init__(self, settings: S3Settings) -> None:
        self._endpoint = settings.endpoint
        options: dict[str, Any] = {
            "timeout": Timeout(connect=CONNECT_SECONDS),
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
        self._manager.pool_classes_by_scheme = {"http": HTTPPool, "https": HTTPSPool}

    def pool(self, url: str) -> Any:
        """The connections to the host of an address, for `send`."""
        parts = urlsplit(url)
        return self._manager.connection_from_host(parts.hostname, parts.port, parts.scheme)

    def send(self, pool: Any, method: str, target: str, headers: dict[str, str], body: Any, size: int) -> Response:
        """The answer to a request, its body not read yet. `size` are the bytes of `body`.

        Raises OSError, HTTPException, urllib3's HTTPError, or botocore's SSLError where TLS fails.
        """
        try:
            answer: Response = pool.send(method, target, {**headers, "user-agent": "thirdcopy"}, body, size)
        except (ssl.SSLError, NotTrusted, CertificateError) as error:
            raise SSLError(endpoint_url=self._endpoint, error=error) from error
        return answer

    def answered(self, request: Any, **_: Any) -> AWSResponse:
        """The answer to what boto3 has written down and signed: a handler of botocore's event `before-send`."""
        parts, body = urlsplit(request.url), request.body or b""
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        size = int(headers.get("content-length", 0))
        headers = {"host": host(parts), **headers}
        if body or request.method in ("POST", "PUT"):
            headers["content-length"] = str(size)
        answer = self.send(self.pool(request.url), request.method, target, headers, body, size)
        if request.stream_output and answer.status < 300:
            return AWSResponse(request.url, answer.status, answer.fields, answer.streamed())
        found = AWSResponse(request.url, answer.status, answer.fields, answer)
        found._content = answer.whole() if answer.status < 300 else answer.begun()
        return found


def host(parts: SplitResult) -> str:
    """The host of an address as a request names it: with its port where that is not the usual one."""
    return parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _context() -> Any:
    context = create_urllib3_context()
    context.sslsocket_class = WatchedTLS
    return context
