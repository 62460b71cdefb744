"""A server in somebody's house: plain HTTP on every address of this machine, with what it is given to serve."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Moved:
    """A redirect with a body: `body` comes, and where `length` says that there is more, the server waits to be left."""

    to: str
    body: bytes
    length: int | None = None
    encoding: str | None = None


class House:
    """Serves `files` by path while entered; a text is an address that is redirected to.

    `:PORT` in a text or file stands for the port. `asked` has each request's path, after the address it came to;
    `connections` how many there were.
    """

    def __init__(self, files: Mapping[str, bytes | str | Moved]) -> None:
        self.files = dict(files)
        self.asked: list[str] = []
        self.connections = 0

    def __enter__(self) -> Self:
        house = self

        class Visit(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                house.connections += 1

            def handle(self) -> None:
                with suppress(ConnectionError):  # a client may leave at any moment
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Keep quiet: requests are in `asked`."""

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                house.asked.append(f"{self.connection.getsockname()[0]}{self.path}")
                found = house.files.get(self.path)
                if isinstance(found, Moved):
                    self._moved(found)
                    return
                self.send_response(404 if found is None else 302 if isinstance(found, str) else 200)
                if isinstance(found, str):
                    self.send_header("Location", found.replace(":PORT", f":{house.port}"))
                body = found.replace(b":PORT", f":{house.port}".encode()) if isinstance(found, bytes) else b""
                kinds = {"mp4": "video/mp4", "m3u8": "application/vnd.apple.mpegurl", "vtt": "text/vtt"}
                self.send_header("Content-Type", kinds.get(self.path.rpartition(".")[2], "text/html"))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def _moved(self, moved: Moved) -> None:
                self.send_response(302)
                self.send_header("Location", moved.to)
                self.send_header("Content-Length", str(moved.length or len(moved.body)))
                if moved.encoding:
                    self.send_header("Content-Encoding", moved.encoding)
                self.end_headers()
                self.wfile.write(moved.body)
                if moved.length:
                    self.close_connection = True
                    self.rfile.read(1)

        self._server = ThreadingHTTPServer(("0.0.0.0", 0), Visit)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port, on every address."""
        return self._server.server_port
