"""Connections and what a session spends on them, with a clock of the test's own."""

import socket
from collections.abc import Iterator
from itertools import count

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from archive.sources.ytdlp.connecting import ADDRESSES, Meter, connected, watched
from archive.sources.ytdlp.limits import Limits, OutOfBounds

HOURS = Limits(longest=7200)
CLOSED = [f"127.0.1.{n}" for n in range(1, 4000)]
"""Addresses of this machine at which nobody listens."""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A server at 127.0.0.1 alone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def to(server: socket.socket) -> HTTPConnection:
    return HTTPConnection("many.example", server.getsockname()[1], timeout=5)


def test_the_first_addresses_of_a_name_are_tried_and_no_more(listening: socket.socket) -> None:
    meter = Meter(HOURS)
    connected(to(listening), [*CLOSED[: ADDRESSES - 1], "127.0.0.1"], meter).close()
    with pytest.raises(NewConnectionError):
        connected(to(listening), [*CLOSED[:ADDRESSES], "127.0.0.1"], meter)


def test_addresses_are_tried_while_the_session_lasts(listening: socket.socket) -> None:
    hours = count(step=3600)
    with pytest.raises(OutOfBounds, match="2 hours"):
        connected(to(listening), CLOSED, Meter(HOURS, clock=lambda: next(hours)))


def test_answers_that_do_not_come_are_waited_for_a_few_times() -> None:
    meter = Meter(Limits(strikes=3))
    near, far = socket.socketpair()
    near.settimeout(0.01)
    with far, watched(near, meter) as waiting:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                waiting.recv(1)
        with pytest.raises(OutOfBounds, match="3 answers"):
            waiting.recv(1)


def test_no_answer_is_waited_for_after_the_session_s_end() -> None:
    hours = count(step=7200)
    near, far = socket.socketpair()
    near.settimeout(0.01)
    with (
        far,
        watched(near, Meter(HOURS, clock=lambda: next(hours))) as waiting,
        pytest.raises(OutOfBounds, match="2 hours"),
    ):
        waiting.recv(1)
