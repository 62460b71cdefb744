"""One film, one clip: forms of an id, as PeerTube and Telegram have them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records.clip import Listing
from archive.records.one_film import (
    as_called_here,
    at_one_address,
    earlier_names,
    long_uuid,
    may_share_its_name,
    other_clips,
    short_uuid,
)

SHORT, LONG = "kkGMgK9ZtnKfYAgnEtQxbv", "9c9de5e8-0a1e-484a-b099-e80766180a6d"
"""Of a video on framatube.org, as PeerTube itself writes both."""


def test_the_forms_are_those_that_peertube_writes() -> None:
    assert short_uuid(LONG) == short_uuid(LONG.upper()) == SHORT
    assert long_uuid(SHORT) == LONG


@given(st.uuids())
def test_each_form_is_the_other_one_again(uuid: UUID) -> None:
    short = short_uuid(str(uuid))
    assert short
    assert len(short) == 22
    assert long_uuid(short) == str(uuid)


@pytest.mark.parametrize("wrong", ["", "x", SHORT[1:], "0" * 22, "l" * 22, "Z" * 22, LONG.replace("-", "")])
def test_what_is_no_form_has_no_other(wrong: str) -> None:
    assert (short_uuid(wrong), long_uuid(wrong)) == (None, None)


def test_clips_of_one_film_know_each_other() -> None:
    assert other_clips(f"peertube-{LONG}") == (f"peertube-{SHORT}",)
    assert other_clips(f"peertube-{SHORT}") == (f"peertube-{LONG}",)
    assert other_clips(f"peertube-{LONG.upper()}") == (f"peertube-{SHORT}", f"peertube-{LONG}")
    assert other_clips(f"youtube-{SHORT}") == ()


def _listing(extractor: str, name: str, url: str) -> Listing:
    return Listing(source="s", extractor=extractor, platform_id=name, url=url)


def test_a_new_clip_takes_the_short_id_and_remembers_the_long_one() -> None:
    called = as_called_here(_listing("PeerTube", LONG, f"https://framatube.org/videos/watch/{LONG}"))
    assert called.clip == f"peertube-{SHORT}"
    assert earlier_names(called) == (LONG,)


def test_a_shared_name_is_proven_by_the_address() -> None:
    one = _listing("Generic", "film", "https://a.example/1/film.mp4#note")
    assert at_one_address(one, _listing("Generic", "film", "https://a.example/1/film.mp4"))
    assert not at_one_address(one, _listing("Generic", "film", "https://a.example/1/film.mp4?id=2"))
    message = _listing("TelegramEmbed", "613", "https://t.me/Voices_x/613?single=True")
    assert at_one_address(message, _listing("TelegramEmbed", "613", "https://t.me/voices_x/613"))
    assert may_share_its_name(one)
    assert not may_share_its_name(_listing("PeerTube", SHORT, "https://a.example/w/x"))


@pytest.mark.parametrize("url", ["https://t.me/Voices_x/613", "https://t.me/voices_x/613?single=True"])
def test_a_number_within_a_channel_carries_the_channel(url: str) -> None:
    called = as_called_here(_listing("TelegramEmbed", "613", url))
    assert called.clip == "telegramembed-voices_x-613"
    assert earlier_names(called) == ("613",)
    assert as_called_here(called) == called
