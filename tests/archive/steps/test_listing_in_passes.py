"""Listings that go on where they broke off, list by list: the real yt-dlp, a real server, a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.opening.archive import Archive
from archive.progress import Silent
from archive.records.clip import Listing, clip_id
from archive.records.one_film import long_uuid
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import ListPage, Tab
from archive.steps import counted_steps
from archive.steps.listing import list_source
from storage.targets.memory import MemoryTarget
from tests.archive.sources.conftest import Open, Time, film, films, opened, source_of
from tests.support.archives import Clock, an_archive
from tests.world.channel import Channel, Fault, RateLimit, Video

__all__ = ["film", "films", "opened"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}, clock=clock) as one:
        sources = {name: YtdlpSettings(url="https://peertube2.cpy.re/c/x") for name in ("demo", "voices")}
        yield replace(one, settings=one.settings.model_copy(update={"sources": sources}))


class Saying(Silent):
    """Progress that keeps what is said."""

    def __init__(self) -> None:
        self.said = list[str]()

    def say(self, text: str) -> None:
        self.said.append(text)


def _videos(count: int, film: Path) -> list[Video]:
    return [Video(f"film {n}", film, key=str(n)) for n in range(count)]


def _pages(channel: Channel, *, since: int = 0) -> list[int]:
    """The places that pages were asked for from, of those that were answered."""
    asked = [one for one in channel.requests[since:] if "/videos?" in one.path and one.status == 200]
    return [int(one.path.partition("start=")[2].partition("&")[0]) for one in asked]


@pytest.mark.parametrize("request_seconds", [0, 0.25], ids=["as fast as it can", "at our pace"])
def test_a_channel_of_5_700_on_a_limited_server_is_listed_whole_in_one_run(
    archive: Archive, film: Path, request_seconds: float
) -> None:
    time = Time()
    with Channel(_videos(5700, film), limit=RateLimit(), clock=time.clock) as channel:
        channel.add(Video("elsewhere", film), name="second")
        hosts = time.hosts()
        source = source_of(channel, hosts=hosts, request_seconds=request_seconds)
        listed = counted_steps.list_step(archive, source)
        other = source_of(channel, hosts=hosts, request_seconds=request_seconds, url=channel.url_of("second"))
        assert counted_steps.list_step(archive, other).listed == 1
    assert (listed.listed, listed.new, listed.problems) == (5700, 5700, ())
    assert archive.ledger.clips.listed() == 5701
    refused = sum(one.status == 429 for one in channel.requests)
    assert refused == (0 if request_seconds else 1), "at our pace the limit is never met; without it, once"
    assert archive.ledger.markers.beginning("rest:") == {}


def test_what_a_broken_off_listing_gave_is_kept_and_the_next_one_goes_on_there(
    archive: Archive, opened: Open, film: Path, clock: Clock
) -> None:
    channel, source = opened(*_videos(700, film), page_status={5: 429})
    first = list_source(archive, source)
    assert first.problem
    assert first.problem.startswith("refused:")
    assert (first.seen, first.new, first.whole) == (400, 400, False)
    assert len(counted_steps.to_fetch(archive, "demo")) == 400, "what was listed is fetched all the same"
    channel.page_status.clear()
    channel.add(Video("published meanwhile", film))
    asked = len(channel.requests)
    clock.advance(days=1)
    said = Saying()
    second = list_source(replace(archive, progress=said), source)
    assert _pages(channel, since=asked) == [0, 100, 300, 400, 500, 600, 700], "the newest first, then on from there"
    assert (second.problem, second.whole, second.new) == (None, True, 301)
    assert second.began == clock.now.replace(day=2)
    assert archive.ledger.clips.listed() == 701
    assert said.said == ["demo: all that it lists was gone through, from 2026-03-02 08:00 UTC on, in several runs"]
    asked = len(channel.requests)
    assert list_source(archive, source).seen == 701
    assert len(_pages(channel, since=asked)) == 8, "a pass that was finished is begun anew"


def test_a_listing_that_is_tried_again_asks_for_no_page_that_it_has(
    archive: Archive, opened: Open, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    fault = Fault(status=500, where="4", times=1)
    channel, source = opened(*_videos(600, film), page_fault=fault)
    listed = list_source(archive, source)
    assert (listed.seen, listed.new, listed.problem) == (600, 600, None)
    assert _pages(channel) == [0, 100, 200, 0, 200, 300, 400, 500, 600]


def test_a_fast_pass_ends_at_fifty_known_in_a_row_and_a_whole_one_comes_when_it_is_due(
    archive: Archive, opened: Open, film: Path, clock: Clock
) -> None:
    _, source = opened(*_videos(200, film))
    assert list_source(archive, source, fast=True).seen == 200, "a source that was never listed is listed whole"
    assert list_source(archive, source, fast=True).seen == 100, "a page"
    clock.advance(days=6)
    assert list_source(archive, source, fast=True).seen == 100, "a page"
    clock.advance(days=1)
    listed = list_source(archive, source, fast=True)
    assert (listed.seen, listed.whole) == (200, True), "full_pass_days is 7"


def test_each_list_is_gone_through_by_itself(archive: Archive) -> None:
    """Fifty known films in one tab say nothing of another one."""

    class TwoTabs:
        name = "voices"
        tool = "made 1"
        shorts = 10

        def list(self) -> Iterator[Listing]:
            raise AssertionError

        def fetch(self, *_: Any, **__: Any) -> Any:
            raise AssertionError

        def tabs(self) -> Iterator[Tab]:
            for key, count in (("videos", 90), ("shorts", self.shorts)):

                def pages(start: int, key: str = key, count: int = count) -> Iterator[ListPage]:
                    for first in range(start // 30 * 30, count, 30):
                        names = [f"{key}-{count - n}" for n in range(first, min(first + 30, count))]
                        yield ListPage(first, len(names), tuple(map(_listing, names)))

                yield Tab(key, numbered=True, pages=pages)

    source = TwoTabs()
    assert list_source(archive, source).new == 100
    source.shorts = 11
    listed = list_source(archive, source, fast=True)
    assert (listed.new, listed.seen) == (1, 60 + 11)


def _listing(name: str) -> Listing:
    return Listing(source="voices", extractor="Made", platform_id=name, url=f"https://example.org/{name}")


def test_a_hidden_element_of_a_playlist_is_named_and_passed_over(archive: Archive, opened: Open, film: Path) -> None:
    videos = _videos(40, film)
    channel, _ = opened(*videos)
    url = channel.add_playlist("all", [*videos[:2], None, *videos[2:]])
    tally = counted_steps.list_step(archive, source_of(channel, url=url))
    assert tally.listed == 40
    told = f"demo: place 3 of {url}: https://peertube2.cpy.re/w/None cannot be resolved and is passed over"
    assert tally.problems == (told,)


@pytest.mark.parametrize(("status", "kind"), [(404, "gone"), (401, "no_access")])
def test_a_single_video_that_cannot_be_had_is_a_failed_clip(
    archive: Archive, opened: Open, film: Path, status: int, kind: str
) -> None:
    video = Video("A film", film, fault=Fault(status=status))
    channel, _ = opened(video)
    source = source_of(channel, url=video.url)
    tally = counted_steps.list_step(archive, source)
    assert tally.problems == (f"peertube-{video.id}: {kind}",)
    (failure,) = archive.ledger.clips.failures()
    assert (failure.clip, failure.step, failure.kind) == (f"peertube-{video.id}", "fetch", kind)
    assert counted_steps.to_fetch(archive, "demo") == [], "it was asked for just now"


def test_a_single_video_whose_source_refuses_us_is_blamed_for_nothing(
    archive: Archive, opened: Open, film: Path
) -> None:
    video = Video("A film", film, fault=Fault(status=429))
    channel, _ = opened(video)
    tally = counted_steps.list_step(archive, source_of(channel, url=video.url))
    assert "the listing broke off: refused" in tally.problems[0]
    assert archive.ledger.clips.ids() == []


@pytest.fixture
def film_of_uuid(film: Path) -> Video:
    """A video whose short id writes a UUID, as those of a real PeerTube do."""
    return next(v for n in range(100) if long_uuid((v := Video("A film", film, key=str(n))).id))


def test_a_film_has_one_clip_by_whichever_of_its_addresses_it_comes(
    archive: Archive, opened: Open, film_of_uuid: Video
) -> None:
    channel, source = opened(film_of_uuid)
    uuid = long_uuid(film_of_uuid.id)
    assert list_source(archive, source).new == 1
    for form in ("videos/watch", "videos/embed", "api/v1/videos", "w"):
        for name in (uuid, film_of_uuid.id):
            lone = source_of(channel, url=f"https://peertube2.cpy.re/{form}/{name}")
            assert list_source(archive, lone).new == 0
    assert archive.ledger.clips.ids() == [f"peertube-{film_of_uuid.id}"]


def test_a_film_that_is_known_by_its_uuid_keeps_that_id(archive: Archive, opened: Open, film_of_uuid: Video) -> None:
    _, source = opened(film_of_uuid)
    uuid = long_uuid(film_of_uuid.id)
    assert uuid
    kept = Listing(source="demo", extractor="PeerTube", platform_id=uuid, url="https://peertube2.cpy.re/x")
    archive.ledger.clips.seen([kept], archive.clock())
    assert list_source(archive, source).new == 0
    assert archive.ledger.clips.ids() == [clip_id("PeerTube", uuid)]


def test_a_refusal_grows_with_each_in_a_row_and_is_forgotten_when_the_source_answers(
    archive: Archive, opened: Open, film: Path, clock: Clock
) -> None:
    channel, source = opened(*_videos(1, film), page_status={1: 429})
    hours = list[float]()
    for _ in range(7):
        counted_steps.list_step(archive, source)
        until = archive.ledger.markers.moment("rest:demo")
        assert until
        hours.append((until - clock.now).total_seconds() / 3600)
        clock.now = until
    for least, found in zip((1, 2, 4, 8, 16, 24, 24), hours, strict=True):
        assert least <= found <= min(least * 1.25, 24)
    channel.page_status.clear()
    assert counted_steps.list_step(archive, source).listed == 1
    channel.page_status[1] = 429
    counted_steps.list_step(archive, source)
    until = archive.ledger.markers.moment("rest:demo")
    assert until
    assert 1 <= (until - clock.now).total_seconds() / 3600 <= 1.25


def test_a_source_is_not_listed_sooner_than_its_settings_say(
    archive: Archive, opened: Open, film: Path, clock: Clock
) -> None:
    channel, source = opened(*_videos(1, film))
    sources = {"demo": YtdlpSettings(url=channel.url, listing_hours=20)}
    said = Saying()
    patient = replace(archive, settings=archive.settings.model_copy(update={"sources": sources}), progress=said)
    assert counted_steps.list_step(patient, source).listed == 1
    clock.advance(hours=19)
    assert counted_steps.list_step(patient, source) == counted_steps.Tally()
    assert said.said == ["demo was listed at 2026-03-02 08:00 UTC and is listed again from 2026-03-03 04:00 UTC on"]
    clock.advance(hours=1)
    assert counted_steps.list_step(patient, source).listed == 1
