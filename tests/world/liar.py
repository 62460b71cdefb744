"""A small HTTP server on loopback that answers as it is told: for what no honest S3 server does on demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from pydantic import SecretStr

from storage.targets import S3Settings


@dataclass(frozen=True)
class Reply:
    """An answer; `announced` is the Content-Length where it is not the body's."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None


@contextmanager
def liar(answer: Callable[[str, str], Reply]) -> Iterator[S3Settings]:
    """Settings of a server that answers each request by `answer(method, path)`."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(self.command, self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.announced is None else reply.announced))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _reply  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield S3Settings(
            endpoint=f"http://127.0.0.1:{server.server_address[1]}",
            bucket="testimony",
            access_key=SecretStr("liar-key"),
            secret_key=SecretStr("canary-secret-of-the-liar"),
            checksum="content-md5",
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refusal(status: int, code: str, **headers: str) -> Reply:
    """An S3 error answer."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def listing(*keys: str, token: str | None = None, folders: tuple[str, ...] = ()) -> Reply:
    """A page of a listing; `token` says that there is more."""
    entries = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in keys)
    entries += "".join(f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in folders)
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return Reply(200, f"<ListBucketResult>{entries}{more}</ListBucketResult>".encode())
