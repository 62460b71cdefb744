"""Which reader of yt-dlp takes an address: its own list of sites, and no network."""

import pytest

from archive.sources.ytdlp.recognizing import not_allowed, not_taken, reader_of

DEFAULT = ("youtube.*", "peertube.*")


@pytest.mark.parametrize(
    ("url", "name", "platform"),
    [
        ("https://www.youtube.com/@made-up", "youtube:tab", "youtube.*"),
        ("https://peertube2.cpy.re/c/voices/videos", "peertube:playlist", "peertube.*"),
        ("https://peertube2.cpy.re/w/9c9de5e80a1e484ab099ee", "peertube", "peertube.*"),
        ("https://odysee.com/@voices:a", "lbry:channel", "lbry.*"),
        ("https://rumble.com/c/voices", "rumblechannel", "rumble.*"),
        ("https://vimeo.com/channels/voices", "vimeo:channel", "vimeo.*"),
        ("https://www.dailymotion.com/voices", "dailymotion:user", "dailymotion.*"),
        ("https://vk.com/video/@voices", "vk:uservideos", "vk.*"),
        ("https://t.me/voices/12", "telegram:embed", "telegram.*"),
    ],
)
def test_the_reader_of_an_address_is_known_with_its_platform(url: str, name: str, platform: str) -> None:
    reader = reader_of(url)
    assert reader
    assert (reader.name, reader.platform) == (name, platform)
    assert reader.is_allowed([platform])
    assert reader.is_allowed(DEFAULT) == (platform in DEFAULT)


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("https://peertube2.cpy.re/@voices", "https://peertube2.cpy.re/c/voices/videos for a channel"),
        ("https://peertube2.cpy.re/@voices@tube.example/videos", "/a/voices@tube.example/videos for an account"),
        ("https://peertube2.cpy.re/", "https://peertube2.cpy.re/c/NAME/videos"),
        ("https://tube.example.org/c/voices/videos", "https://KNOWN/c/NAME@tube.example.org/videos"),
        ("https://t.me/voices", "https://t.me/CHANNEL/NUMBER"),
        ("https://example.org/", "the address of a channel"),
        ("https://me:canary@example.org/?token=canary", "the address of a channel"),
    ],
)
def test_an_address_that_only_the_generic_reader_takes_is_answered_with_another_form(url: str, instead: str) -> None:
    assert reader_of(url) is None
    assert instead in not_taken(url)
    assert "canary" not in not_taken(url)


def test_why_a_source_does_not_read_its_own_address() -> None:
    assert not_allowed("https://vimeo.com/channels/voices", DEFAULT) == (
        'yt-dlp\'s reader of its address is vimeo:channel, which allowed_extractors does not have: add "vimeo.*" to it'
    )
    assert not_allowed("https://vimeo.com/channels/voices", ["vimeo.*"]) is None
    assert not_allowed("https://feeds.example/rss", ["generic"]) is None
    assert "the generic one" in (not_allowed("https://feeds.example/rss", DEFAULT) or "")
