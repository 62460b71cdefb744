"""How the net is asked: the real handler of yt-dlp's requests, and a server that moves about."""

import gzip
import tracemalloc

import pytest

from archive.sources.ytdlp.ytdlp_session import YtdlpSession
from tests.archive.sources.conftest import HOME
from tests.world.house import House, Moved

WORDS = b"what was asked for"


@pytest.mark.parametrize(
    ("body", "length", "connections"),
    [(b"", None, 1), (bytes(60_000), None, 1), (bytes(100_000), None, 2), (bytes(100_000), 10**12, 2)],
    ids=["none", "small", "large", "without an end"],
)
def test_a_redirect_is_followed_without_its_body(body: bytes, length: int | None, connections: int) -> None:
    with House({"/": Moved("/there", body, length), "/there": WORDS}) as house, YtdlpSession({}, None, HOME) as session:
        assert session.urlopen(f"http://127.0.0.1:{house.port}/").read() == WORDS
    assert house.connections == connections


def test_the_body_of_a_redirect_is_not_unpacked() -> None:
    packed = gzip.compress(bytes(20_000_000))
    moved = Moved("/there", packed, encoding="gzip")
    with House({"/": moved, "/there": WORDS}) as house, YtdlpSession({}, None, HOME) as session:
        session.urlopen(f"http://127.0.0.1:{house.port}/there").read()
        tracemalloc.start()
        try:
            assert session.urlopen(f"http://127.0.0.1:{house.port}/").read() == WORDS
            assert tracemalloc.get_traced_memory()[1] < 5_000_000
        finally:
            tracemalloc.stop()
