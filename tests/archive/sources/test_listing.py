"""What a source lists: the real yt-dlp, a real server."""

from itertools import islice
from pathlib import Path

import pytest
from pydantic import ValidationError

from archive.errors import FetchFailed, SettingsError
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.ytdlp.source import YtdlpSource
from tests.archive.sources.conftest import Open, source_of
from tests.world.channel import Channel, Video


def _videos(count: int, film: Path) -> list[Video]:
    return [Video(f"film {n}", film, key=str(n)) for n in range(count)]


def _pages(channel: Channel) -> int:
    return sum("/videos?" in request.path for request in channel.requests)


def test_videos_come_in_order_over_several_pages(opened: Open, film: Path) -> None:
    videos = _videos(350, film)
    channel, source = opened(*videos)
    listed = list(source.list())
    assert [one.platform_id for one in listed] == [v.id for v in videos]
    assert [one.title for one in listed] == [v.title for v in videos]
    assert {one.url for one in listed} == {v.url for v in videos}
    assert listed[0].clip == f"peertube-{videos[0].id}"
    assert {one.source for one in listed} == {"demo"}
    assert _pages(channel) == 4


def test_a_page_is_asked_for_only_when_it_is_due(opened: Open, film: Path) -> None:
    channel, source = opened(*_videos(300, film))
    listing = source.list()
    assert len(list(islice(listing, 3))) == 3
    assert _pages(channel) == 1
    listing.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("status", "kind"), [(500, "passing"), (429, "refused"), (404, "gone")])
def test_a_broken_page_breaks_the_listing_off(opened: Open, film: Path, status: int, kind: str) -> None:
    _, source = opened(*_videos(290, film), page_status={2: status})
    listing = source.list()
    assert len(list(islice(listing, 100))) == 100
    with pytest.raises(FetchFailed) as failed:
        next(listing)
    assert failed.value.kind == kind
    assert failed.value.clip is None
    assert "demo: the list" in str(failed.value)


def test_a_channel_that_is_gone_is_called_gone_and_not_a_fault_of_the_tool(opened: Open, film: Path) -> None:
    channel, _ = opened(*_videos(1, film))
    with pytest.raises(FetchFailed) as failed:
        list(source_of(channel, url=channel.url_of("nobody")).list())
    assert failed.value.kind == "gone"


def test_one_server_has_several_channels_and_videos_are_published_meanwhile(opened: Open, film: Path) -> None:
    channel, source = opened(*_videos(2, film))
    new = Video("new", film)
    channel.add(new)
    channel.add(Video("elsewhere", film), name="second")
    assert [one.title for one in source.list()] == ["new", "film 0", "film 1"]
    assert [one.title for one in source_of(channel, url=channel.url_of("second")).list()] == ["elsewhere"]
    channel.remove(new)
    assert [one.title for one in source.list()] == ["film 0", "film 1"]


def test_an_address_of_one_video_lists_that_video(opened: Open, film: Path) -> None:
    channel, _ = opened(*_videos(2, film))
    video = channel.videos[1]
    (listing,) = source_of(channel, url=video.url).list()
    assert (listing.platform_id, listing.title, listing.extractor) == (video.id, video.title, "PeerTube")


def test_an_empty_channel_lists_nothing(opened: Open) -> None:
    _, source = opened()
    assert list(source.list()) == []


def test_an_address_of_no_allowed_site_is_not_asked(opened: Open, film: Path) -> None:
    channel, _ = opened(*_videos(1, film))
    with pytest.raises(FetchFailed) as failed:
        list(source_of(channel, url="https://loopback.example/film.mp4").list())
    assert failed.value.kind == "outdated"
    assert "allowed_extractors" in str(failed.value)
    assert channel.requests == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://somewhere.example/"},
        {"url": "file:///etc/passwd"},
        {"url": "https://someone:word@somewhere.example/"},
        {"url": "https://somewhere.example/", "sleep_seconds": -1},
        {"url": "https://somewhere.example/", "colour": "red"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        YtdlpSettings.model_validate(wrong)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    settings = YtdlpSettings(url="https://somewhere.example/", cookies_file=tmp_path / "cookies.txt")
    with pytest.raises(SettingsError, match="cookies"):
        YtdlpSource("demo", settings)
