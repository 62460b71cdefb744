"""A webhook of this machine, for messages and for pings: it keeps what it is told, and answers, refuses or hangs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """A running webhook.

    `status` is what it answers with; where `hold` is set it begins no answer until that is. `token` is a part of its
    path that nobody but its owner knows.
    """

    token: str
    port: int = 0
    status: int = 200
    hold: threading.Event | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def address(self) -> str:
        """Where messages go, as apprise has it."""
        return f"json://127.0.0.1:{self.port}/hook/{self.token}"

    @property
    def ping(self) -> str:
        """Where pings go."""
        return f"http://127.0.0.1:{self.port}/ping/{self.token}"

    @property
    def titles(self) -> list[str]:
        """The titles of what it was told."""
        return [one["title"] for one in self.told]


class _Hook(BaseHTTPRequestHandler):
    timeout = 60

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook = self._begin()
        if hook.status < 300:
            hook.told.append(json.loads(body))
        self._end(hook)

    def do_GET(self) -> None:
        hook = self._begin()
        if hook.status < 300:
            hook.pings.append(self.path)
        self._end(hook)

    def _begin(self) -> Webhook:
        hook: Webhook = self.server.hook  # type: ignore[attr-defined]
        assert hook.token in self.path
        hook.asked += 1
        if hook.hold:
            hook.hold.wait(600)
        return hook

    def _end(self, hook: Webhook) -> None:
        self.send_response(hook.status)
        self.send_header("Content-Length", "0")
        if 300 <= hook.status < 400:
            self.send_header("Location", f"/elsewhere/{hook.token}")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook on loopback while entered."""
    hook = Webhook(token="a-secret-of-the-hook")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hook) as server:
        server.daemon_threads = True
        server.hook = hook  # type: ignore[attr-defined]
        hook.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            if hook.hold:
                hook.hold.set()
            server.shutdown()
            thread.join()
