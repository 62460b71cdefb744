"""No link leads into the house: the real yt-dlp, and a server on this machine that sends it everywhere.

The server's own address is allowed where something else is shown; 127.0.0.2 then stands for the rest of the house.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from archive.errors import FetchFailed
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Fetched
from archive.sources.ytdlp.source import YtdlpSource
from tests.world.house import House

ELSEWHERE = "http://127.0.0.2:PORT"
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"
PAGE = b"""<html><title>A film</title><video poster="/poster.jpg">
<source src="/film.mp4" type="video/mp4"><track kind="subtitles" srclang="en" src="/en.vtt"></video></html>"""
LIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n%s\n#EXT-X-ENDLIST\n"

Fetch = Callable[..., tuple[House, Callable[[], Fetched]]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Fetch]:
    """Opens a house of files, and gives it with a way to fetch one of its pages."""
    with ExitStack() as stack:

        def opened(files: dict[str, Any], page: str, host: str = "127.0.0.1", **settings: Any) -> Any:
            house = stack.enter_context(House(files))
            url = f"http://{host}:{house.port}{page}"
            source = YtdlpSource(
                "demo", YtdlpSettings(url=url, allowed_extractors=("generic", "html5"), sleep_seconds=0, **settings)
            )
            listing = Listing(source="demo", extractor="Generic", platform_id="x", url=url)
            return house, lambda: source.fetch(listing, tmp_path / "into", lambda done, whole: None)

        yield opened


def barred(fetch: Callable[[], Fetched]) -> str:
    """The message of a fetch that met a bound."""
    with pytest.raises(FetchFailed) as failed:
        fetch()
    assert failed.value.kind == "barred"
    return str(failed.value)


def elsewhere(house: House) -> list[str]:
    return [one for one in house.asked if not one.startswith("127.0.0.1/")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0.0.0.0"])
def test_an_address_in_the_house_is_not_asked_however_it_is_written(house: Fetch, film: Path, host: str) -> None:
    home, fetch = house({"/film.mp4": film.read_bytes()}, "/film.mp4", host)
    message = barred(fetch)
    assert "private_addresses of the source" in message
    assert "127.0.0.1" in message or "0.0.0.0" in message or "::1" in message
    assert home.asked == []


def test_a_server_of_ones_own_is_asked_if_the_settings_name_it(house: Fetch, film: Path) -> None:
    files = {"/page": PAGE, "/film.mp4": film.read_bytes(), "/poster.jpg": b"\xff\xd8\xff\xe0", "/en.vtt": VTT}
    _, fetch = house(files, "/page", private_addresses=("127.0.0.0/8", "::1"))
    got = fetch()
    assert got.media.read_bytes() == film.read_bytes()
    assert got.thumbnail is not None
    assert list(got.captions) == ["en"]
    assert not {"captions/en.vtt", "thumbnail.*"} & {cut.path for cut in got.cut}


def test_a_redirect_into_the_house_is_not_followed(house: Fetch) -> None:
    home, fetch = house({"/film.mp4": f"{ELSEWHERE}/film.mp4"}, "/film.mp4", private_addresses=("127.0.0.1",))
    assert 'add "127.0.0.2" to private_addresses' in barred(fetch)
    assert elsewhere(home) == []


def test_a_film_in_the_house_is_not_fetched_for_a_page_outside_it(house: Fetch) -> None:
    page = PAGE.replace(b"/film.mp4", ELSEWHERE.encode() + b"/film.mp4")
    home, fetch = house({"/page": page}, "/page", private_addresses=("127.0.0.1",))
    assert "127.0.0.2" in barred(fetch)
    assert elsewhere(home) == []


def test_a_segment_or_key_in_the_house_is_not_fetched(house: Fetch) -> None:
    segment = LIST % f"{ELSEWHERE}/1.mp4".encode()
    key = (LIST % b"/1.mp4").replace(b"#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{ELSEWHERE}/key"\n#EXTINF'.encode())
    for playlist in (segment, key):
        files = {"/list.m3u8": playlist, "/1.mp4": bytes(32)}
        home, fetch = house(files, "/list.m3u8", private_addresses=("127.0.0.1",))
        assert "127.0.0.2" in barred(fetch)
        assert elsewhere(home) == []


@pytest.mark.parametrize("how", ["its address", "a redirect"])
def test_captions_and_thumbnails_in_the_house_are_left_there_and_the_film_is_kept(
    house: Fetch, film: Path, how: str
) -> None:
    page, files = PAGE, dict[str, bytes | str]()
    for name in ("/poster.jpg", "/en.vtt"):
        if how == "a redirect":
            files[name] = ELSEWHERE + name
        else:
            page = page.replace(name.encode(), (ELSEWHERE + name).encode())
    files |= {"/page": page, "/film.mp4": film.read_bytes()}
    home, fetch = house(files, "/page", private_addresses=("127.0.0.1",))
    got = fetch()
    assert (got.thumbnail, got.captions) == (None, {})
    why = {cut.path: cut.why for cut in got.cut}
    assert "127.0.0.2" in why["thumbnail.*"]
    assert "127.0.0.2" in why["captions/en.vtt"]
    assert elsewhere(home) == []


@pytest.mark.parametrize(
    "where", ["file:///etc/hostname", "ftp://127.0.0.1/film.mp4", "data:video/mp4,film", "ws://x/"]
)
def test_nothing_but_http_and_https_is_asked(house: Fetch, where: str) -> None:
    _, fetch = house({"/film.mp4": where}, "/film.mp4", private_addresses=("127.0.0.1",))
    assert "http" in barred(fetch)
    _, fetch = house({"/list.m3u8": LIST % where.encode()}, "/list.m3u8", private_addresses=("127.0.0.1",))
    assert "http" in barred(fetch)


def test_a_network_that_is_none_is_refused_with_the_settings() -> None:
    with pytest.raises(ValueError, match="private_addresses"):
        YtdlpSettings(url="https://archive.example/", private_addresses=("home",))
