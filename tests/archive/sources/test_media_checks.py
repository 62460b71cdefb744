"""Sizes, durations and signatures."""

from pathlib import Path

import pytest

from archive.sources.file_checks import other_length, picture_kind
from archive.sources.ytdlp.media_checks import (
    Faulty,
    Received,
    check_media,
    lacking,
    readable,
    size_faults,
)
from tests.world.media import false_film


@pytest.mark.parametrize(
    ("announced", "found", "told"),
    [(None, 5, False), (10, 12, False), (10, 12.1, True), (10, 7.9, True), (1000, 1020, False), (1000, 1021, True)],
)
def test_a_length_may_depart_by_two_seconds_or_two_percent_before_that_is_told(
    announced: float | None, found: float, told: bool
) -> None:
    assert bool(other_length(announced, found)) == told


def test_every_announcement_of_a_size_counts() -> None:
    assert size_faults(Received("a", 5, {})) == []
    assert size_faults(Received("a", 5, {"platform": 5, "server": 5})) == []
    assert len(size_faults(Received("a", 5, {"platform": 6, "server": 7}))) == 2


def test_all_faults_are_told_at_once(film: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(Faulty) as faulty:
        check_media(cut, [Received("a", 5, {"server": 6})], 20)
    assert len(faulty.value.faults) == 2
    assert faulty.value.cut is None, "what has another size than announced is refused however often it comes"


def test_a_part_that_is_cut_is_told_before_it_is_joined(film: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.mp4"
    part.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    told = lacking(part, readable(part))
    assert told is not None
    assert lacking(film, readable(film)) is None
    with pytest.raises(Faulty, match=r"part\.mp4: it is cut short"):
        check_media(film, [Received("part.mp4", 5, {}, lacks=told)], None)


def test_a_text_is_no_media(films: Path) -> None:
    with pytest.raises(Faulty):
        readable(false_film(films))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF89a", "gif"),
        (b"RIFF\x0a\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x20ftypavif", "avif"),
        (b"RIFF\x0a\0\0\0AVI LIST", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_picture_is_told_by_its_signature(data: bytes, kind: str | None) -> None:
    assert picture_kind(data) == kind
