"""The clip that somebody means, by any id or address of its film."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.views.clip_names import clip_meant
from storage.targets.memory import MemoryTarget
from tests.support.archives import MONDAY, an_archive

SHORT, LONG = "kkGMgK9ZtnKfYAgnEtQxbv", "9c9de5e8-0a1e-484a-b099-e80766180a6d"


@pytest.fixture(params=[SHORT, LONG], ids=["known by its short id", "known by its UUID"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Archive, str]]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}) as archive:
        listing = Listing(source="s", extractor="PeerTube", platform_id=request.param, url="https://framatube.org/x")
        archive.ledger.clips.seen([listing], MONDAY)
        yield archive, listing.clip


@pytest.mark.parametrize(
    "words",
    [
        f"peertube-{SHORT}",
        f"peertube-{LONG}",
        f"https://framatube.org/w/{SHORT}",
        f"https://framatube.org/w/{LONG}?start=1m",
        f"https://framatube.org/videos/watch/{LONG}",
        f"https://framatube.org/videos/embed/{LONG}",
        f"https://framatube.org/api/v1/videos/{LONG}",
    ],
)
def test_a_film_is_found_by_any_of_its_names(kept: tuple[Archive, str], words: str) -> None:
    archive, clip = kept
    assert clip_meant(archive, words) == clip


@pytest.mark.parametrize("words", ["peertube-x", "", "https://framatube.org/", "https://framatube.org/w/" + "1" * 22])
def test_what_names_no_clip_gives_none(kept: tuple[Archive, str], words: str) -> None:
    assert clip_meant(kept[0], words) is None
