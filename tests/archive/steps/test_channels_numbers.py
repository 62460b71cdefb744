"""Posts whose number counts within a channel: yt-dlp's own reader of Telegram, and its pages served here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps.fetching import fetch_clip
from archive.steps.listing import list_source
from storage.targets.memory import MemoryTarget
from tests.archive.sources.conftest import film, films, source_of
from tests.support.archives import an_archive
from tests.world.channel import Channel

__all__ = ["film", "films"]

POST = """<div class="tgme_widget_message_author"><span>Made-up {channel}</span></div>{videos}
<div class="tgme_widget_message_text">Words of {channel}.</div>"""
VIDEO = """<a class="tgme_widget_message_video_player" href="https://t.me/{channel}/{number}">
<i class="tgme_widget_message_video_thumb"></i><video src="https://t.me/file/{channel}-{number}.mp4"></video>
<time class="message_video_duration">0:03</time></a> <time datetime="2024-05-17T09:30:00+00:00"></time>"""


def _post(channel: str, *numbers: int) -> bytes:
    videos = "".join(VIDEO.format(channel=channel, number=number) for number in numbers)
    return POST.format(channel=channel, videos=videos).encode()


@pytest.fixture
def telegram(film: Path) -> Iterator[Channel]:
    pages = {"t.me/voices/12": _post("voices", 12), "t.me/others/12": _post("others", 12)}
    pages["t.me/voices/20"] = pages["t.me/voices/21"] = _post("voices", 20, 21)
    films = {
        f"t.me/file/{name}.mp4": film.read_bytes() for name in ("voices-12", "others-12", "voices-20", "voices-21")
    }
    with Channel((), elsewhere=pages | films) as channel:
        yield channel


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}) as one:
        yield one


def _source(telegram: Channel, path: str) -> YtdlpSource:
    return source_of(telegram, url=f"https://t.me/{path}", allowed_extractors=("telegram.*",))


def test_posts_of_two_channels_with_one_number_are_two_clips(archive: Archive, telegram: Channel) -> None:
    for channel in ("voices", "others"):
        source = _source(telegram, f"{channel}/12")
        assert list_source(archive, source).new == 1
        done = fetch_clip(archive, source, f"telegramembed-{channel}-12", {})
        assert (done.sealed, done.message) == (True, None)
    assert archive.ledger.clips.ids() == ["telegramembed-others-12", "telegramembed-voices-12"]
    (capture,) = archive.ledger.clips.captures("telegramembed-others-12")
    assert (capture.platform_id, capture.description) == ("others-12", "Words of others.")


def test_each_film_of_a_post_is_a_clip(archive: Archive, telegram: Channel) -> None:
    source = _source(telegram, "voices/20")
    assert list_source(archive, source).seen == 2
    assert archive.ledger.clips.ids() == ["telegramembed-voices-20", "telegramembed-voices-21"]
    assert fetch_clip(archive, source, "telegramembed-voices-21", {}).sealed


def test_a_clip_that_an_earlier_build_called_by_its_number_keeps_that_name(archive: Archive, telegram: Channel) -> None:
    earlier = Listing(source="demo", extractor="TelegramEmbed", platform_id="12", url="https://t.me/voices/12")
    archive.ledger.clips.seen([earlier], archive.clock())
    assert list_source(archive, _source(telegram, "voices/12")).new == 0
    assert list_source(archive, _source(telegram, "others/12")).new == 1
    assert archive.ledger.clips.ids() == ["telegramembed-12", "telegramembed-others-12"]
