"""The pace at which hosts are asked: one clock a host for all sources, threads and sessions."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from archive.errors import FetchFailed
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.host_clocks import ASKED_AGAIN, HostClocks, InProcess
from archive.sources.ytdlp.source import YtdlpSource
from tests.archive.sources.conftest import Open, Time, source_of
from tests.world.channel import Fault, RateLimit, Video

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"


def test_threads_that_ask_one_host_take_turns() -> None:
    hosts, began = HostClocks(InProcess()), list[float]()

    def ask() -> None:
        hosts.take_turn("a.example", 0.1)
        began.append(time.monotonic())

    threads = [threading.Thread(target=ask) for _ in range(5)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(at - start >= 0.1 * turn for turn, at in enumerate(sorted(began)))


def test_another_host_waits_for_nobody() -> None:
    time_ = Time()
    hosts = time_.hosts()
    for _ in range(5):
        hosts.take_turn("a.example", 1)
    assert time_.now == 1004
    hosts.take_turn("b.example", 1)
    assert time_.now == 1004


def test_a_host_that_asks_for_a_wait_is_left_alone_by_all_who_ask_it() -> None:
    time_ = Time()
    hosts = time_.hosts()
    hosts.take_turn("a.example", 1)
    hosts.shut("A.example", 8)
    hosts.take_turn("b.example", 1)
    assert time_.now == 1000
    hosts.take_turn("a.example", 1)
    assert time_.now == pytest.approx(1008.4), "eight seconds, and a twentieth more by this lot"


def test_no_hour_sees_more_videos_of_a_host_begin_than_it_may() -> None:
    time_ = Time()
    hosts, began = time_.hosts(), list[float]()
    for _ in range(10):
        hosts.take_video("a.example", 4)
        began.append(time_.now)
        time_.now += 60
    assert all(after - before >= 3600 for before, after in zip(began, began[4:], strict=False))
    assert began[3] - began[0] == 180


def test_sources_of_one_host_share_its_hour(film: Path, tmp_path: Path) -> None:
    time_ = Time()
    hosts = time_.hosts()
    listing = Listing(source="demo", extractor="PeerTube", platform_id="x", url="https://peertube2.cpy.re/w/x")
    for name in ("one", "two", "one"):
        settings = YtdlpSettings(
            url="https://peertube2.cpy.re/c/x", allowed_extractors=("none",), sleep_seconds=0, videos_an_hour=2
        )
        with pytest.raises(FetchFailed):
            YtdlpSource(name, settings, hosts=hosts).fetch(listing, tmp_path, lambda done, whole: None)
    assert time_.now == 1000 + 3600


def test_hosts_that_are_asked_no_more_are_forgotten() -> None:
    time_ = Time()
    keeper = InProcess(time_.clock)
    hosts = HostClocks(keeper, sleep=time_.sleep)
    for number in range(5000):
        hosts.take_turn(f"{number}.example", 0.25)
        time_.now += 1
    assert len(keeper._hosts) <= 1001


def in_seconds(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("retry_after", ["8", "120", "in 119 s"])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("where", ["1", "page", "media", "caption", "thumbnail"])
def test_a_short_wait_is_waited_wherever_it_is_asked_for(
    opened: Open, film: Path, tmp_path: Path, where: str, status: int, retry_after: str
) -> None:
    asked = retry_after if retry_after.isdecimal() else in_seconds(119)
    fault = Fault(status=status, retry_after=asked, where=where, times=2)
    video = Video("A film", film, 3, captions={"en": VTT}, fault=fault)
    channel, _ = opened(video, page_fault=fault)
    time_ = Time()
    source = source_of(channel, hosts=time_.hosts(), request_seconds=0)
    got = source.fetch(next(source.list()), tmp_path, lambda done, whole: None)
    assert got.media.read_bytes() == film.read_bytes()
    assert got.captions
    assert got.thumbnail
    least, most = (50, 119) if not retry_after.isdecimal() else (int(retry_after),) * 2
    assert 2 * least <= time_.now - 1000 <= 2.2 * most, "a date comes nearer while the test is at work"
    assert sum(one.status == status for one in channel.requests) == 2


@pytest.mark.parametrize("retry_after", [None, "121", "86400", "soon"])
def test_a_long_wait_or_none_is_a_refusal_at_once(
    opened: Open, film: Path, tmp_path: Path, retry_after: str | None
) -> None:
    channel, _ = opened(Video("A film", film, fault=Fault(status=429, retry_after=retry_after)))
    time_ = Time()
    source = source_of(channel, hosts=time_.hosts(), request_seconds=0)
    with pytest.raises(FetchFailed) as failed:
        source.fetch(next(source.list()), tmp_path, lambda done, whole: None)
    assert (failed.value.kind, time_.now) == ("refused", 1000)
    assert sum(one.status == 429 for one in channel.requests) == 1


def test_a_host_that_asks_for_a_short_wait_without_end_refuses_us(opened: Open, film: Path, tmp_path: Path) -> None:
    channel, _ = opened(Video("A film", film, fault=Fault(status=429, retry_after="8")))
    source = source_of(channel)
    with pytest.raises(FetchFailed) as failed:
        source.fetch(next(source.list()), tmp_path, lambda done, whole: None)
    assert (failed.value.kind, failed.value.after) == ("refused", 8)
    assert sum(one.status == 429 for one in channel.requests) == ASKED_AGAIN + 1


def test_a_host_that_is_down_is_waited_for_once_and_not_by_each_clip(opened: Open, film: Path, tmp_path: Path) -> None:
    fault = Fault(status=503, retry_after="100")
    channel, _ = opened(*(Video("A film", film, key=str(n), fault=fault) for n in range(3)))
    time_ = Time()
    source = source_of(channel, hosts=time_.hosts(), request_seconds=0)
    listings = list(source.list())
    for listing in listings:
        with pytest.raises(FetchFailed) as failed:
            source.fetch(listing, tmp_path, lambda done, whole: None)
        assert (failed.value.kind, failed.value.after) == ("passing", 100)
    assert time_.now - 1000 == pytest.approx(ASKED_AGAIN * 105)
    hosts = Time().hosts()
    assert all(hosts.shut("a.example", 8) for _ in range(100)), "those who asked before it was shut do not count"


def test_requests_of_all_kinds_keep_the_pace_together(opened: Open, film: Path, tmp_path: Path) -> None:
    time_ = Time()
    video = Video("A film", film, 3, captions={"en": VTT})
    channel, _ = opened(video, limit=RateLimit(requests=1, seconds=0.25), clock=time_.clock)
    source = source_of(channel, hosts=time_.hosts(), request_seconds=0.25)
    source.fetch(next(source.list()), tmp_path, lambda done, whole: None)
    assert time_.now - 1000 == pytest.approx(0.25 * (len(channel.requests) - 1))
    assert {one.status for one in channel.requests} == {200}


def test_a_redirect_takes_a_turn_of_its_own(opened: Open, film: Path, tmp_path: Path) -> None:
    time_ = Time()
    to = Video("Another", film)
    moved = Video("A film", film, fault=Fault(location=f"/api/v1/videos/{to.id}/"))
    channel, _ = opened(moved, to)
    source = source_of(channel, hosts=time_.hosts(), request_seconds=1)
    source.fetch(next(source.list()), tmp_path, lambda done, whole: None)
    assert time_.now - 1000 == len(channel.requests) - 1
