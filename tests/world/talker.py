"""A server on loopback that says what it likes byte by byte: for what no HTTP server does."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from pydantic import SecretStr

from storage.targets import S3Settings


@dataclass
class Visit:
    """One connection: the head of the request that came on it, and what can be said."""

    connection: socket.socket
    head: bytes = b""
    said: int = 0

    def listen(self) -> int:
        """Read what comes until the client has gone: how many bytes."""
        count = 0
        while block := self.connection.recv(1 << 16):
            count += len(block)
        return count

    def say(self, *words: bytes) -> None:
        """Send some bytes."""
        for word in words:
            self.connection.sendall(word)
            self.said += len(word)


@dataclass
class Talker:
    """What came of the visits so far."""

    settings: S3Settings
    visits: list[Visit] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    """What was listened to, of each visit."""


@contextmanager
def talker(talk: Callable[[Visit], None]) -> Iterator[Talker]:
    """Let a function speak on each connection, once a request's head came; then it is closed."""
    server = socket.create_server(("127.0.0.1", 0))
    keys = {"access_key": SecretStr("talker-key"), "secret_key": SecretStr("canary-secret-of-the-talker")}
    endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    made = Talker(S3Settings(endpoint=endpoint, bucket="testimony", checksum="content-md5", **keys))
    visiting = list[Thread]()

    def visit(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client may leave at any moment
            one = Visit(connection)
            made.visits.append(one)
            while b"\r\n\r\n" not in one.head and (block := connection.recv(1)):
                one.head += block
            talk(one)
            connection.shutdown(socket.SHUT_WR)
            made.heard.append(one.listen())

    def serve() -> None:
        with suppress(OSError):
            while True:
                visiting.append(Thread(target=visit, args=(server.accept()[0],)))
                visiting[-1].start()

    thread = Thread(target=serve)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.close()
        for one in made.visits:
            with suppress(OSError):
                one.connection.shutdown(socket.SHUT_RDWR)
        for one_thread in visiting:
            one_thread.join()
