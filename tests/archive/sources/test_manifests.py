"""A manifest is looked at before it is spread out: reckoned beside the real yt-dlp, and under a small bound."""

import tracemalloc
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from archive.errors import FetchFailed
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.ytdlp.limits import Limits, OutOfBounds
from archive.sources.ytdlp.manifests import FORMAT, PIECE, check_dash, check_hls, check_smooth
from archive.sources.ytdlp.source import YtdlpSource
from archive.sources.ytdlp.ytdlp_session import YtdlpSession
from tests.world.house import House

URL = "https://films.example/a/manifest"
NAMED = 'media="$RepresentationID$/$Number$.m4s"'
TEN_SECONDS = 'mediaPresentationDuration="PT10S"'
X = '<Representation id="x"/>'


def dash(inner: str, *, whole: str = "", period: str = "", outer: str = "") -> str:
    space = 'xmlns="urn:mpeg:dash:schema:mpd:2011"'
    inner = f'<AdaptationSet mimeType="video/mp4">{inner}</AdaptationSet>'
    return f"<MPD {space} {whole}><Period {period}>{outer}{inner}</Period></MPD>"


def line(steps: str, media: str = NAMED) -> str:
    return f'<SegmentTemplate {media} timescale="10"><SegmentTimeline>{steps}</SegmentTimeline></SegmentTemplate>'


def smooth(pieces: str, url: str = "rate({bitrate})/time({start time})") -> str:
    level = '<QualityLevel FourCC="H264" Bitrate="500000"/>'
    stream = f'<StreamIndex Type="video" Url="{url}">{pieces}{level}{level}</StreamIndex>'
    return f'<SmoothStreamingMedia Duration="30000000">{stream}</SmoothStreamingMedia>'


DASH = {
    "repeats": dash(line('<S d="1" r="999"/>') + X),
    "to the end": dash(line('<S d="1" r="-1"/><S d="1" r="999"/>') + X),
    "a line for two": dash(f'{X}<Representation id="y"/>', outer=line('<S d="1" r="499"/>')),
    "an inner line": dash('<Representation id="x">' + line('<S d="1" r="999"/>') + "</Representation>"),
    "by time": dash(line('<S t="5" d="1" r="999"/>', 'media="$Time$-$Number%08d$.m4s"') + X),
    "tiny": dash(f'<SegmentTemplate {NAMED} timescale="1000" duration="10"/>{X}', whole=TEN_SECONDS),
    "tiny in a period": dash(f'<SegmentTemplate {NAMED} duration="0.01"/>{X}', period='duration="PT10S"'),
    "an outer timescale": dash(
        f'<SegmentTemplate {NAMED} duration="10"/>{X}',
        whole=TEN_SECONDS,
        outer='<SegmentTemplate timescale="1000" duration="5000"/>',
    ),
    "another's length": dash(
        '<Representation id="x">'
        + line('<S d="100"/>')
        + f'</Representation><Representation id="y"><SegmentTemplate {NAMED} timescale="1000" duration="10"/>'
        + "</Representation>"
    ),
    "listed": dash('<SegmentList duration="2">' + '<SegmentURL media="1.m4s"/>' * 500 + f"</SegmentList>{X}"),
    "a file": dash(f"<BaseURL>film.mp4</BaseURL>{X}"),
}
SMOOTH = {"repeats": smooth('<c d="1" r="999"/>'), "one by one": smooth('<c d="1"/>' * 500)}
FORMS = "#EXTM3U\n" + "#EXT-X-STREAM-INF:BANDWIDTH=500000\n{}.m3u8\n" * 50


@pytest.fixture(scope="module")
def reader() -> Iterator[Any]:
    """A real reader of yt-dlp's in a session without bounds."""
    with YtdlpSession({"quiet": True}, None, Limits(manifest=1 << 50)) as session:
        yield session.get_info_extractor("Generic")


def reckoned(check: Callable[[int], None]) -> int:
    """The least bound under which a check passes, in bytes."""

    def passes(most: int) -> bool:
        try:
            check(most)
        except OutOfBounds:
            return False
        return True

    return bisect_left(range(1 << 40), True, key=passes)


def came_to(formats: list[dict[str, Any]]) -> int:
    """What was made of a manifest, in the same terms."""
    return sum(
        FORMAT + sum(PIECE + len(one.get("path") or one["url"]) for one in made.get("fragments", ()))
        for made in formats
    )


@pytest.mark.parametrize("manifest", DASH.values(), ids=DASH)
def test_what_dash_comes_to_is_reckoned_as_yt_dlp_spreads_it_out(reader: Any, manifest: str) -> None:
    made = reader._parse_mpd_formats(fromstring(manifest), mpd_base_url="https://films.example/a/", mpd_url=URL)
    assert came_to(made) <= reckoned(lambda most: check_dash(fromstring(manifest), most)) < 1.6 * came_to(made)


@pytest.mark.parametrize("manifest", SMOOTH.values(), ids=SMOOTH)
def test_what_smooth_streaming_comes_to_is_reckoned_as_yt_dlp_spreads_it_out(reader: Any, manifest: str) -> None:
    made, _ = reader._parse_ism_formats_and_subtitles(fromstring(manifest), URL)
    assert came_to(made) <= reckoned(lambda most: check_smooth(fromstring(manifest), URL, most)) < 1.6 * came_to(made)


def test_what_a_playlist_comes_to_is_reckoned_as_yt_dlp_spreads_it_out(reader: Any) -> None:
    made, _ = reader._parse_m3u8_formats_and_subtitles(FORMS, URL)
    assert len(made) == 50
    assert came_to(made) <= reckoned(lambda most: check_hls(FORMS, URL, most)) < 1.6 * came_to(made)


def test_what_is_reckoned_is_no_less_than_the_memory_that_is_taken(reader: Any) -> None:
    document = fromstring(DASH["repeats"])
    reader._parse_mpd_formats(document)
    tracemalloc.start()
    try:
        made = reader._parse_mpd_formats(document)
        assert tracemalloc.get_traced_memory()[1] < came_to(made)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "manifest",
    [
        dash(line('<S d="1"/>', 'media="$Number%0100d$"') + X),
        dash(line('<S d="1"/>', 'media="$x%(Number)0100d$"') + X),
        dash(line('<S d="1"/>', 'media="$Number$" initialization="$Bandwidth%0100d$"') + X),
        dash(line('<S d="1"/>', f'media="{"$RepresentationID$" * 100}"') + f'<Representation id="{"x" * 100}"/>'),
        dash(line(f'<S d="{"1" * 50}"/>') + X),
        dash(line('<S d="1"/>') + f'<Representation id="x" bandwidth="{"1" * 50}"/>'),
        dash(f'<SegmentTemplate {NAMED} startNumber="{"1" * 50}" duration="5"/>{X}', whole=TEN_SECONDS),
    ],
    ids=["a width", "a hidden width", "a width at the start", "names", "a time", "a rate", "a number"],
)
def test_an_address_of_any_length_is_refused_before_it_is_made(manifest: str) -> None:
    with pytest.raises(OutOfBounds, match="its manifest has"):
        check_dash(fromstring(manifest), 1 << 40)


def test_an_address_of_smooth_streaming_has_an_end_too() -> None:
    for manifest in (smooth('<c d="1"/>', "{start time}" * 1000), smooth(f'<c t="{"1" * 50}"/>')):
        with pytest.raises(OutOfBounds, match="its manifest has"):
            check_smooth(fromstring(manifest), URL, 1 << 40)


PIECES = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n" + "#EXTINF:3,\n1.mp4\n" * 500 + "#EXT-X-ENDLIST\n"
SERVED = {
    "/film.mpd": '<?xml version="1.0"?>' + DASH["repeats"],
    "/film.ism/Manifest": '<?xml version="1.0"?>' + SMOOTH["repeats"],
    "/pieces.m3u8": PIECES,
    "/form.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=500000\npieces.m3u8\n",
}


@pytest.mark.parametrize("page", SERVED)
def test_a_manifest_that_tells_of_too_much_is_not_spread_out(tmp_path: Path, page: str) -> None:
    with House({name: text.encode() for name, text in SERVED.items()}) as house:
        url = f"http://127.0.0.1:{house.port}{page}"
        settings = YtdlpSettings(
            url=url, allowed_extractors=("generic",), sleep_seconds=0, private_addresses=("127.0.0.1",)
        )
        source = YtdlpSource("demo", settings, limits=Limits(manifest=100_000))
        listing = Listing(source="demo", extractor="Generic", platform_id="x", url=url)
        with pytest.raises(FetchFailed, match="more pieces than fit") as failed:
            source.fetch(listing, tmp_path, lambda done, whole: None)
    assert failed.value.kind == "barred"
