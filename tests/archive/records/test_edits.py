"""What is an edit, what only differs, and which signs say that another film is on offer."""

from typing import Any

import pytest

from archive.records.clip import Capture, Chapter, File, Offer
from archive.records.edits import changes, is_shortened, signs
from tests.support.archives import MONDAY

WORDS = "Her words, as long as a description may be that PeerTube shortens. " * 8


def file(path: str, role: str, letter: str = "a", **more: Any) -> File:
    digests = {"sha512": letter * 128, "sha256": letter * 64}
    return File.model_validate({"path": path, "role": role, "size": 1, **digests, **more})


MEDIA = file("media/peertube-one.mp4", "media")


def capture(*files: File, **fields: Any) -> Capture:
    known = {
        "clip": "peertube-one",
        "source": "voices",
        "url": "https://tube.example.org/w/one",
        "extractor": "PeerTube",
        "platform_id": "one",
        "title": "A film",
        "fetched": MONDAY,
        "tool": "yt-dlp",
        "tool_version": "2026.10.26",
        "format_id": "720p",
        "container": "mp4",
        "duration": 20.5,
        "streams": (),
        "files": (MEDIA, *files),
    }
    return Capture.model_validate({**known, **fields})


def what(before: Capture, after: Capture) -> list[str]:
    return [one.what for one in changes(before, after)]


def test_what_changes_by_itself_or_was_not_known_is_no_edit() -> None:
    thumbnail = file("thumbnail.jpg", "thumbnail", "b", picture="f0f0f0f0f0f0f0f0102030")
    again = file("thumbnail.jpg", "thumbnail", "c", picture="f0f0f0f0f0f0f0f1112131")
    before = capture(thumbnail)
    after = capture(
        again,
        uploader="A channel renamed",
        visibility="public",
        chapters=(Chapter(start=0),),
        offer=Offer(duration=20.7, size=7, format_id="360p"),
        tool_version="2026.11.1",
    )
    assert what(before, after) == []
    assert what(capture(visibility="public", chapters=()), capture()) == []


def test_each_edit_is_named_with_what_it_was() -> None:
    before = capture(file("captions/en.vtt", "caption", "b", language="en"), description="Old", visibility="public")
    after = capture(
        file("captions/en.vtt", "caption", "c", language="en"),
        file("captions/kk.srt", "caption", "d", language="kk"),
        title="Another",
        description="New",
        visibility="unlisted",
        tags=("one",),
    )
    found = {one.what: (one.before, one.after) for one in changes(before, after)}
    assert found == {
        "title": ("A film", "Another"),
        "description": ("Old", "New"),
        "tags": (None, "one"),
        "visibility": ("public", "unlisted"),
        "captions en": (f"captions/en.vtt {'b' * 16}", f"captions/en.vtt {'c' * 16}"),
        "captions kk": (None, f"captions/kk.srt {'d' * 16}"),
    }


def test_a_lesser_film_is_told_where_it_came_and_not_where_it_is_no_more() -> None:
    lesser = capture(file("lesser/peertube-one-v2.mp4", "lesser", "b"))
    assert what(capture(), lesser) == ["lesser film"]
    assert what(lesser, capture()) == []


@pytest.mark.parametrize(
    ("then", "now", "extractor", "found"),
    [
        ({}, {"duration": 20.9}, "PeerTube", []),
        ({}, {"duration": 24}, "PeerTube", ["duration"]),
        ({"duration": 20}, {"duration": 21}, "PeerTube", []),
        ({"duration": 20}, {"duration": 21.5}, "PeerTube", ["duration"]),
        ({"size": 7}, {"size": 8}, "PeerTube", ["size on offer"]),
        ({"size": 7, "format_id": "22"}, {"size": 8, "format_id": "18"}, "Youtube", []),
        ({"height": 360}, {"height": 720}, "Youtube", ["height on offer"]),
        ({"height": 720}, {"height": 360}, "Youtube", []),
        ({"height": 720}, {"height": 360}, "PeerTube", ["height on offer"]),
        ({"height": 720, "size": 7, "duration": 20}, {}, "PeerTube", []),
    ],
)
def test_signs_of_another_film(then: dict[str, Any], now: dict[str, Any], extractor: str, found: list[str]) -> None:
    before = capture(offer=Offer(**then) if then else None, extractor=extractor)
    assert [one.what for one in signs(before, Offer(**now))] == found
    assert signs(before, None) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [(WORDS[:247] + "...", True), (WORDS[:250], True), (WORDS[:100], False), (WORDS, False), (None, False)],
)
def test_a_description_that_peertube_shortened_is_no_edit(text: str | None, expected: bool) -> None:
    assert is_shortened(text, WORDS) is expected
