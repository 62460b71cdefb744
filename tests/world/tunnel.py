"""A proxy on loopback as a workplace has one: it leads by CONNECT to one server, whatever name is asked for."""

import base64
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_BLOCK = 1 << 16
_PASSWORD = "canary-password-of-the-proxy"


@dataclass
class Tunnel:
    """Where it is, with the name and password that it asks for, and which hosts were asked for by whoever knew them."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    refused: int = 0


@contextmanager
def tunnel(port: int) -> Iterator[Tunnel]:
    """A proxy before the server at a port of this machine."""
    made = Tunnel()
    wanted = "Basic " + base64.b64encode(f"archive:{_PASSWORD}".encode()).decode()
    ends = list[socket.socket]()

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            if self.headers.get("Proxy-Authorization") != wanted:
                made.refused += 1
                self.send_error(407)
                return
            made.asked.append(self.path)
            with socket.create_connection(("127.0.0.1", port)) as there, suppress(OSError):
                ends.extend((self.connection, there))
                self.send_response_only(200)
                self.end_headers()
                both = (self.connection, there)
                while True:
                    for one in select.select(both, [], [])[0]:
                        block = one.recv(_BLOCK)
                        if not block:
                            return
                        both[one is both[0]].sendall(block)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://archive:{_PASSWORD}@127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        server.server_close()
