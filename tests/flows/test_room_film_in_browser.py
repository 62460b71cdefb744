"""A film in a real Chromium while the targets that have it go away and come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archive.acts.access import give_access
from archive.preservation.space import discard
from archive.records.clip import Stream
from archive.records.object_ids import ObjectId
from tests.support.archives import keep, store_all
from tests.support.browsing import chromium, until
from tests.support.rooms import Place, a_room
from tests.support.talks import ffmpeg

CLIP, SECONDS = "peertube-large", 40
LARGE = 60_000_000
"""Bytes of the film: much more than a browser has at hand before it is played."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_room(tmp_path / "room", tmp_path) as found:
        archive, film = found.archive, tmp_path / "large.mp4"
        noise = "testsrc2=s=480x270:r=5,noise=alls=100:allf=t"
        picture = ("-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", "sine=r=44100", "-t", str(SECONDS))
        codecs = (
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-qp",
            "1",
            "-g",
            "5",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        )
        ffmpeg(*picture, *codecs, "-c:a", "aac", "-movflags", "+faststart", str(film))
        streams = (
            Stream(index=0, kind="video", codec="h264", sha256="0" * 64, height=180),
            Stream(index=1, kind="audio", codec="aac", sha256="1" * 64),
        )
        said = {"title": "A large film", "container": "mov,mp4,m4a,3gp,3g2,mj2"}
        keep(archive, CLIP, media=film.read_bytes(), duration=float(SECONDS), streams=streams, said=said)
        store_all(archive)
        discard(archive, ObjectId.evidence_of(CLIP))
        give_access(archive, CLIP, "public", by="keeper")
        yield found


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def kept_at(folder: Path, name: str) -> Path:
    """Where a target has the film."""
    (found,) = (folder / "room" / name).rglob(f"{CLIP}.mp4")
    return found


def test_a_film_goes_on_from_another_target_and_says_so_when_there_is_none(
    page: Page, place: Place, tmp_path: Path
) -> None:
    page.goto(f"{place.address}/clips/{CLIP}")
    until(page, "document.querySelector('[data-film]').readyState > 2")
    page.evaluate("document.querySelector('[data-film]').play()")
    until(page, "document.querySelector('[data-film]').currentTime > 1")
    first, second = (kept_at(tmp_path, name) for name in "ab")
    assert first.stat().st_size > LARGE
    first.rename(first.with_suffix(".away"))
    page.evaluate("document.querySelector('[data-film]').currentTime = 20")
    until(page, "document.querySelector('[data-film]').currentTime > 21")
    assert page.evaluate("document.querySelector('[data-film]').error") is None

    second.rename(second.with_suffix(".away"))
    page.evaluate("document.querySelector('[data-film]').currentTime = 38")
    expect(page.get_by_text("The film broke off, and there is no light copy of it.")).to_be_visible(timeout=30_000)
    second.with_suffix(".away").rename(second)
    page.get_by_text("Try the film again").click()
    until(page, "document.querySelector('[data-film]')?.readyState > 2")
    page.evaluate("document.querySelector('[data-film]').currentTime = 38")
    until(page, "document.querySelector('[data-film]').currentTime >= 38")
