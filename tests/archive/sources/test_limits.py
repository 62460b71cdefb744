"""No server holds a run or fills its memory: the real yt-dlp, and a channel that drips, floods and sends rubbish."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.errors import FetchFailed
from archive.sources.ytdlp.limits import Limits
from archive.sources.ytdlp.source import YtdlpSource
from tests.archive.sources.conftest import Open
from tests.world.channel import Channel, Fault, Video

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"
SMALL = Limits(
    least_rate=2000,
    patience=0.4,
    strikes=2,
    page_seconds=20,
    extras_seconds=20,
    page=50_000,
    segment=60_000,
    extra=30_000,
)
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n%s#EXTINF:3,\n{segment}\n#EXT-X-ENDLIST\n"
HLS = {"format": "b[protocol^=m3u8]"}


def limited(source: YtdlpSource, **changes: Any) -> YtdlpSource:
    """The same source under small limits."""
    return YtdlpSource(source.name, source.settings, limits=replace(SMALL, **changes))


def fetched(source: YtdlpSource, into: Path) -> Any:
    return source.fetch(next(source.list()), into, lambda done, whole: None)


def barred(source: YtdlpSource, into: Path) -> str:
    """The message of a fetch that met a bound."""
    with pytest.raises(FetchFailed) as failed:
        fetched(source, into)
    assert failed.value.kind == "barred"
    return str(failed.value)


RUBBISH = {
    "500": Fault(status=500),
    "429": Fault(status=429),
    "floods": Fault(flood=200_000),
    "drips": Fault(drip=0.02),
    "garbage": Fault(body=b"\x00<html>"),
    "nothing": Fault(body=b""),
    "into the house": Fault(location="http://127.0.0.1:9/"),
    "a file": Fault(location="file:///etc/hostname"),
    "no address": Fault(location="//[::bad"),
}


@pytest.mark.parametrize("how", RUBBISH)
def test_a_thumbnail_or_a_caption_never_fails_a_film(opened: Open, film: Path, tmp_path: Path, how: str) -> None:
    fault = replace(RUBBISH[how], where="thumbnail caption")
    _, source = opened(Video("A film", film, 3, captions={"en": VTT}, fault=fault))
    got = fetched(limited(source), tmp_path)
    assert got.media.read_bytes() == film.read_bytes()
    assert (got.thumbnail, got.captions) == (None, {})
    assert {"thumbnail.*", "captions/en.vtt"} <= {cut.path for cut in got.cut}


@pytest.mark.parametrize(
    "fault",
    [Fault(flood=200_000), Fault(drip=0.02), Fault(body=b'{"data": [5]}'), Fault(body=b"[" * 30_000)],
    ids=["floods", "drips", "wrong JSON", "deep JSON"],
)
def test_a_list_of_captions_that_is_rubbish_fails_no_film(
    opened: Open, film: Path, tmp_path: Path, fault: Fault
) -> None:
    video = Video("A film", film, 3, captions={"en": VTT}, fault=replace(fault, where="captions"))
    _, source = opened(video)
    got = fetched(limited(source), tmp_path)
    assert got.media.read_bytes() == film.read_bytes()
    assert "captions/*" in {cut.path for cut in got.cut}


def test_captions_and_thumbnails_take_no_more_than_their_time_in_all(opened: Open, film: Path, tmp_path: Path) -> None:
    captions = {f"x{n}": VTT for n in range(200)}
    _, source = opened(Video("A film", film, 3, captions=captions, fault=Fault(drip=0.02, where="caption")))
    began = time.monotonic()
    got = fetched(limited(source, strikes=1000, extras_seconds=0.5), tmp_path)
    assert got.captions == {}
    assert len([cut for cut in got.cut if cut.path.startswith("captions/")]) == 200
    assert time.monotonic() - began < 60


def test_a_page_of_a_video_that_is_too_large_is_refused(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film, 3, fault=Fault(flood=200_000)))
    assert "more than 50,000 bytes" in barred(limited(source), tmp_path)


def test_a_page_of_a_video_that_drips_is_broken_off(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film, 3, fault=Fault(drip=0.02)))
    assert "fewer than 2,000 a second" in barred(limited(source), tmp_path)


@pytest.mark.parametrize("fault", [Fault(flood=200_000), Fault(drip=0.02)], ids=["floods", "drips"])
def test_a_page_of_a_list_is_bounded_and_what_came_before_it_is_kept(opened: Open, film: Path, fault: Fault) -> None:
    videos = [Video(f"Film {n}", film, 3) for n in range(140)]
    _, source = opened(*videos, page_fault=replace(fault, where="2"))
    listed = limited(source).list()
    assert [next(listed).title for _ in range(100)] == [video.title for video in videos[:100]]
    with pytest.raises(FetchFailed) as failed:
        next(listed)
    assert failed.value.kind == "barred"


def test_a_list_without_an_end_is_given_up(opened: Open, film: Path) -> None:
    _, source = opened(*(Video(f"Film {n}", film, 3) for n in range(40)))
    listed = limited(source, entries=35).list()
    assert len({next(listed).clip for _ in range(35)}) == 35
    with pytest.raises(FetchFailed, match="35 entries"):
        next(listed)


def test_a_film_that_drips_is_given_up_after_some_tries(opened: Open, film: Path, tmp_path: Path) -> None:
    channel, source = opened(Video("A film", film, 3, fault=Fault(pace=100)))
    assert "fewer than 2,000 a second" in barred(limited(source), tmp_path)
    assert channel.downloads == {channel.videos[0].id: 2}


def test_a_film_that_comes_slowly_but_fast_enough_is_kept(opened: Open, film: Path, tmp_path: Path) -> None:
    pace = film.stat().st_size
    _, source = opened(Video("A film", film, 3, fault=Fault(pace=pace)))
    assert fetched(limited(source, least_rate=pace / 20), tmp_path).media.read_bytes() == film.read_bytes()


def test_a_session_ends_however_fast_it_gets_on(opened: Open, film: Path, tmp_path: Path) -> None:
    pace = film.stat().st_size // 20
    _, source = opened(Video("A film", film, 3, fault=Fault(pace=pace)))
    assert "hours" in barred(limited(source, longest=1, least_rate=1), tmp_path)


@pytest.mark.parametrize("part", ["playlist", "segment"])
@pytest.mark.parametrize("fault", [Fault(flood=200_000), Fault(drip=0.02)], ids=["floods", "drips"])
def test_playlists_and_segments_are_bounded(opened: Open, film: Path, tmp_path: Path, part: str, fault: Fault) -> None:
    fault = replace(fault, where=part, body=b"#EXTM3U\n")
    _, source = opened(Video("A film", film, 3, playlist=PLAYLIST % "", fault=fault), settings=HLS)
    barred(limited(source), tmp_path)


def of_hls(channel: Channel) -> list[str]:
    return [request.path for request in channel.requests if "/segment/" in request.path]


def test_a_film_in_segments_is_fetched_by_yt_dlp_itself(opened: Open, film: Path, tmp_path: Path) -> None:
    channel, source = opened(Video("A film", film, 3, playlist=PLAYLIST % ""), settings=HLS)
    assert fetched(source, tmp_path).media.read_bytes() == film.read_bytes()
    assert len(of_hls(channel)) == 1


def test_what_yt_dlp_would_hand_to_ffmpeg_is_refused_with_what_to_do(opened: Open, film: Path, tmp_path: Path) -> None:
    playlist = PLAYLIST % '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="https://peertube2.cpy.re/key"\n'
    channel, source = opened(Video("A film", film, 3, playlist=playlist), settings=HLS)
    message = barred(source, tmp_path)
    assert "the program ffmpeg" in message
    assert "the source's format" in message
    assert of_hls(channel) == []
