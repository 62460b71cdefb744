"""A reader of a site that breaks on what it met breaks one fetch: the real yt-dlp, with a reader of our own."""
# mypy: disable-error-code="import-untyped"

import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
from yt_dlp.extractor import gen_extractor_classes
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.globals import extractors

from archive.errors import FetchFailed, SpaceShort
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.ytdlp.source import YtdlpSource
from tests.world.house import House


class Unheard(Exception):
    """A class of errors that nobody reckons with."""


ERRORS = [struct.error, ParseError, RuntimeError, re.error, EOFError, MemoryError, RecursionError, Unheard]
URL = "https://plug.example/x"
LISTING = Listing(source="demo", extractor="Plug", platform_id="x", url=URL)

Plugged = Callable[..., YtdlpSource]


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Plugged:
    """Gives a source whose site is read by a function of its address, and its captions by another."""
    gen_extractor_classes()  # reads the table of readers

    def plug(read: Callable[[], dict[str, Any]], captions: Callable[[], Any] = dict, **settings: Any) -> YtdlpSource:
        class PlugIE(InfoExtractor):  # type: ignore[misc]
            _VALID_URL = r"https://plug\.example/(?P<id>x)"
            IE_NAME = "plug"
            _RETURN_TYPE = "video"

            def _real_extract(self, url: str) -> dict[str, Any]:
                return {"subtitles": self.extract_subtitles(), **read()}

            def _get_subtitles(self) -> Any:
                return captions()

        monkeypatch.setitem(extractors.value, "PlugIE", PlugIE)
        return YtdlpSource("demo", YtdlpSettings(url=URL, allowed_extractors=("plug",), sleep_seconds=0, **settings))

    return plug


def breaking(kind: type[Exception]) -> Callable[[], Any]:
    def broken() -> Any:
        raise kind("a made-up fault")

    return broken


def fetch(source: YtdlpSource, into: Path, progress: Callable[[int, int | None], None] = lambda *_: None) -> Any:
    return source.fetch(LISTING, into, progress)


@pytest.mark.parametrize("kind", ERRORS)
def test_any_error_of_a_reader_is_that_video_s_failure_or_that_list_s(
    plugged: Plugged, tmp_path: Path, kind: type[Exception]
) -> None:
    source = plugged(breaking(kind))
    for deed in (lambda: fetch(source, tmp_path), lambda: list(source.list())):
        with pytest.raises(FetchFailed, match=f"{kind.__name__}: .*a made-up fault") as failed:
            deed()
        assert failed.value.kind == "outdated"


def test_any_error_midway_through_a_list_is_that_list_s(plugged: Plugged) -> None:
    def entries() -> Iterator[dict[str, Any]]:
        yield {"_type": "url", "url": URL, "id": "x", "ie_key": "Plug"}
        raise Unheard("a made-up fault")

    listed = plugged(lambda: {"_type": "playlist", "id": "x", "entries": entries()}).list()
    assert next(listed).platform_id == "x"
    with pytest.raises(FetchFailed, match="Unheard"):
        next(listed)


@pytest.fixture
def film_at(film: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """A house with a film, and what a reader says of it."""
    with House({"/film.mp4": film.read_bytes()}) as house:
        address = f"http://127.0.0.1:{house.port}/film.mp4"
        yield lambda: {"id": "x", "title": "A film", "formats": [{"url": address, "ext": "mp4"}]}


def test_captions_that_break_their_reader_in_any_way_fail_no_film(
    plugged: Plugged, film_at: Callable[[], dict[str, Any]], film: Path, tmp_path: Path
) -> None:
    source = plugged(film_at, breaking(struct.error), private_addresses=("127.0.0.1",))
    got = fetch(source, tmp_path)
    assert got.media.read_bytes() == film.read_bytes()
    assert [cut.why for cut in got.cut if cut.path == "captions/*"] == ["their list could not be read"]


def test_captions_are_taken_in_a_form_that_can_be_read_else_in_any_and_what_is_no_file_is_named(
    plugged: Plugged, film_at: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    srt, vtt = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n", "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n"
    offers = {
        "en": [{"ext": "ttml", "data": "<tt/>"}, {"ext": "srt", "data": srt}, {"ext": "vtt", "data": vtt}],
        "fr": [{"ext": "ttml", "data": "<tt/>"}, {"ext": "srt", "data": srt}],
        "kk": [{"ext": "ttml", "data": "<tt/>"}],
        "ru": [{"ext": "vtt", "url": "http://127.0.0.1/x.m3u8", "protocol": "m3u8_native"}],
        "live_chat": [{"ext": "json", "data": "{}"}],
    }
    got = fetch(plugged(film_at, lambda: offers, private_addresses=("127.0.0.1",)), tmp_path)
    kept = {"en.vtt": vtt, "fr.srt": srt, "kk.ttml": "<tt/>"}
    assert {path.name: path.read_text() for path in got.captions.values()} == kept
    assert [(cut.path, cut.why) for cut in got.cut if cut.path.startswith("captions/")] == [
        (f"captions/{tag}.vtt", "neither WebVTT nor SubRip") for tag in ("ru",)
    ]


@pytest.mark.parametrize("kind", [Unheard, OSError, SpaceShort])
def test_an_error_of_who_listens_to_the_progress_passes_through(
    plugged: Plugged, film_at: Callable[[], dict[str, Any]], tmp_path: Path, kind: type[Exception]
) -> None:
    def listen(done: int, whole: int | None) -> None:
        raise kind("a made-up fault")

    with pytest.raises(kind, match="a made-up fault"):
        fetch(plugged(film_at, private_addresses=("127.0.0.1",)), tmp_path, listen)


@pytest.mark.parametrize("duration", [float("inf"), float("nan"), 10**400, -1, "long"])
def test_a_duration_that_none_can_be_is_none(plugged: Plugged, duration: object) -> None:
    (listing,) = plugged(lambda: {"id": "x", "title": "A film", "duration": duration, "url": URL}).list()
    assert listing.duration is None
