"""A source that cannot be reached is told in one sentence: the real yt-dlp, real closed ports, a name that is none."""

import logging
import socket
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from archive.errors import FetchFailed
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.cleaning import for_the_log
from archive.sources.ytdlp.source import YtdlpSource
from archive.sources.ytdlp.ytdlp_log import Heard, YtdlpLog
from tests.archive.sources.conftest import Open
from tests.world.channel import Fault, Video
from tests.world.media import clip

SIGNED = "film.mp4?Signature=canary-of-the-address"
HERE = {"allowed_extractors": ["generic"], "private_addresses": ["127.0.0.0/8"]}
PROXY = "the proxy that the source or the environment names"


@pytest.fixture
def closed() -> Iterator[int]:
    """A port of this machine that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def through(port: int) -> SecretStr:
    return SecretStr(f"http://somebody:canary-of-the-proxy@127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("settings", "told", "look"),
    [
        ({"url": f"http://127.0.0.1:{{port}}/{SIGNED}", **HERE}, "127.0.0.1 refuses connections", "the source's url"),
        ({"url": f"https://nobody.invalid/{SIGNED}", **HERE}, "nobody.invalid is a name that nobody knows here", "url"),
        ({"url": "https://www.youtube.com/@made-up", "proxy": ...}, "its proxy refuses connections", PROXY),
        ({"url": "https://peertube2.cpy.re/c/made-up/videos", "proxy": ...}, "its proxy refuses connections", PROXY),
    ],
    ids=["closed port", "unknown name", "closed proxy, YouTube", "closed proxy, PeerTube"],
)
def test_it_is_one_sentence_that_says_who_why_and_what_to_do(
    settings: dict[str, Any], told: str, look: str, closed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "archive")
    chosen = settings | {"url": settings["url"].format(port=closed), "sleep_seconds": 0}
    if "proxy" in chosen:
        chosen["proxy"] = through(closed)
    with pytest.raises(FetchFailed) as failed:
        list(YtdlpSource("voices", YtdlpSettings(**chosen)).list())
    assert failed.value.kind == "passing"
    assert str(failed.value).startswith(f"voices: the list could not be fetched: {told}. Look at this machine's ")
    assert f"{look}; it will be tried again." in str(failed.value)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert "yt-dlp: " in caplog.text
    assert "Unable to download" in caplog.text, "--verbose has no words of yt-dlp's own"
    assert "canary" not in caplog.text + "".join(traceback.format_exception(failed.value))


def test_long_words_are_cleaned_in_no_time() -> None:
    for one in (
        "?a=" + ":" * 200_000 + "!",
        "?a" * 200_000,
        "?" + "a" * 200_000,
        "//" + "?a=:" * 100_000,
        "Retrying ( " * 50_000,
    ):
        began = time.monotonic()
        for_the_log(one, None)
        Heard(str).warning(one)
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("address", ["film?sig=1&b=2", "[generic] film.mp4?Policy=a.b~c: Unable", "'a?k=1', b"])
def test_what_signs_an_address_is_not_told_wherever_it_stands(address: str) -> None:
    assert "=" not in for_the_log(address, None)
    assert for_the_log("[generic] film?sig=secret: Unable to open it. Why? 1 = 1", None) == (
        "[generic] film: Unable to open it. Why? 1 = 1"
    )


def test_a_connection_that_broke_later_is_told_in_its_own_words(opened: Open, tmp_path: Any) -> None:
    film = clip(tmp_path)
    _, source = opened(Video("A film", film, 3, fault=Fault(status=503)))
    (listing,) = source.list()
    with pytest.raises(FetchFailed, match=r"503.*It will be tried again\.$"):
        source.fetch(listing, tmp_path / "into", lambda *_: None)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


AGAIN = "[site] no answer. Retrying (1/3)..."
GAVE_UP = "[site] made-up: Unable to download webpage: no answer. Giving up after 3 retries"
COOKIES = "[site] The cookies are no longer valid"


def test_warnings_of_a_session_that_went_well_are_shown_once_a_source(caplog: pytest.LogCaptureFixture) -> None:
    words = YtdlpLog(str)
    for _ in range(2):
        with words.heard() as heard:
            for one in (AGAIN, GAVE_UP, COOKIES, COOKIES):
                heard.warning(one)
    assert said(caplog) == [f"yt-dlp: {GAVE_UP}", f"yt-dlp: {COOKIES}"]


def test_of_a_session_that_failed_only_what_the_failure_does_not_say(caplog: pytest.LogCaptureFixture) -> None:
    words = YtdlpLog(str)

    def fails() -> None:
        with words.heard() as heard:
            for one in (AGAIN, GAVE_UP, COOKIES):
                heard.warning(one)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert said(caplog) == [f"yt-dlp: {COOKIES}"]


def test_no_source_fills_the_memory_with_its_warnings(caplog: pytest.LogCaptureFixture) -> None:
    words = YtdlpLog(str)
    with words.heard() as heard:
        for number in range(10_000):
            heard.warning(f"warning {number}")
    assert len(said(caplog)) == 100
