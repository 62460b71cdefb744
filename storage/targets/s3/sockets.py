"""Sockets whose answers have bounds: no store is waited for that sends next to nothing, none may talk without an end.

Time and bytes are taken where they arrive, so that lines of a header, sizes of chunks and what comes before an answer
are all under them. It costs nothing that can be measured: what is read through TLS comes in records of 16 KiB, and what
is counted of each takes the place of a function of Python's own between.
"""

import socket
import ssl
from math import inf
from time import monotonic
from typing import Any

LEAST_RATE = 4096
"""Bytes a second that come, or are taken, at least; looked at after each `patience` seconds of waiting."""


class OutOfBounds(OSError):
    """An answer that is broken off; its text is a clause that names the bound."""


class Meter:
    """What an answer may take still. `patience` are seconds of waiting after which the rate is looked at."""

    __slots__ = ("got", "left", "patience", "waited")

    def __init__(self) -> None:
        self.begin(inf, inf)

    def begin(self, most: float, patience: float) -> None:
        """Allow `most` bytes from now on."""
        self.left, self.patience = most, patience
        self.waited, self.got = 0.0, 0

    def look(self) -> None:
        """Raise OutOfBounds for what is too much or too slow, else begin a new count."""
        if self.got > self.left:
            raise OutOfBounds("it says more than any answer of its kind has")
        if self.got < LEAST_RATE * self.waited:
            raise OutOfBounds(
                f"only {self.got:,} bytes came in {self.waited:,.0f} s, and fewer than {LEAST_RATE:,} a second are not"
                " waited for"
            )
        self.begin(self.left - self.got, self.patience)

    def sent(self, seconds: float, size: int) -> None:
        """Raise OutOfBounds if some bytes took too long to be taken."""
        if seconds > self.patience and size < LEAST_RATE * seconds:
            raise OutOfBounds(f"it took {seconds:,.0f} s over {size:,} bytes that it was sent")


class Watched:
    """What the two sockets below have in common."""

    meter = Meter()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all of it, not slower than may be."""
        began = monotonic()
        super().sendall(data, flags)  # type: ignore[misc]  # of the socket beside it
        self.meter.sent(monotonic() - began, len(data))

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """At most `buflen` bytes."""
        buffer = bytearray(buflen)
        return bytes(buffer[: self.recv_into(buffer)])

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive into a buffer: how many bytes; 0 at the end."""
        meter, began = self.meter, monotonic()
        count: int = self._receive(nbytes or len(buffer), buffer)
        meter.waited += monotonic() - began
        meter.got += count
        if meter.waited > meter.patience or meter.got > meter.left:
            meter.look()
        return count

    def _receive(self, size: int, buffer: Any) -> int:
        raise NotImplementedError


class WatchedSocket(Watched, socket.socket):
    """Without TLS."""

    def _receive(self, size: int, buffer: Any) -> int:
        return socket.socket.recv_into(self, buffer, size)


class WatchedTLS(Watched, ssl.SSLSocket):
    """With it. A context makes them of its `sslsocket_class`."""

    _receive = ssl.SSLSocket.read  # type: ignore[assignment]  # a number, as there is a buffer


def watched(opened: socket.socket, meter: Meter) -> WatchedSocket:
    """The same connection, watched; `opened` is no longer one."""
    timeout = opened.gettimeout()
    made = WatchedSocket(opened.family, opened.type, opened.proto, fileno=opened.detach())
    made.settimeout(timeout)
    made.meter = meter
    return made
