"""Fetching over a source of the test's own: what becomes of a clip when the disk, the source or the media fail."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from archive import pipeline
from archive.errors import FailureKind, FetchFailed, SpaceShort
from archive.opened import Archive
from archive.records import Listing
from archive.sources.contract import Fetched, Progress
from archive.steps import fetching
from archive.steps.fetching import SourceRefuses, fetch_clip
from archive.steps.listing import list_source
from archive.steps.storing import sweep
from storage.targets.memory import MemoryTarget
from tests.support.archives import an_archive

LISTING = Listing(source="voices", extractor="made", platform_id="one", url="https://example.org/one")


@dataclass
class Failing:
    """A source of one clip whose fetch fails in a given way, after telling of `told` bytes."""

    error: Exception
    told: int = 0
    name: str = "voices"
    asked: int = 0

    def list(self) -> Iterator[Listing]:
        yield LISTING

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        self.asked += 1
        (into / "media.part").write_bytes(b"half")
        progress(self.told, None)
        raise self.error


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}) as opened:
        yield opened


def test_a_disk_that_fills_up_on_the_way_blames_no_clip(archive: Archive) -> None:
    source = Failing(OSError(errno.ENOSPC, "No space left on device"))
    list_source(archive, source)
    with pytest.raises(SpaceShort, match="the disk is full"):
        fetch_clip(archive, source, LISTING.clip, {})
    assert archive.ledger.clips.failures() == []
    assert not (archive.attempts / LISTING.clip).exists(), "what was fetched of it takes the room that is missing"


def test_the_disk_is_looked_at_while_bytes_come(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Failing(FetchFailed("never reached", kind="damaged"), told=fetching.LOOK_EVERY)
    list_source(archive, source)
    looks = list[None]()

    def full_at_the_second_look(_: Archive) -> None:
        looks.append(None)
        if len(looks) == 2:
            raise SpaceShort("full")

    monkeypatch.setattr(fetching, "need_space", full_at_the_second_look)
    with pytest.raises(SpaceShort):
        fetch_clip(archive, source, LISTING.clip, {})
    assert archive.ledger.clips.failures() == []


@pytest.mark.parametrize("kind", ["gone", "damaged", "not_yet", "outdated"])
def test_a_clip_that_fails_is_kept_with_its_class(archive: Archive, kind: FailureKind) -> None:
    source = Failing(FetchFailed("no", kind=kind))
    list_source(archive, source)
    assert fetch_clip(archive, source, LISTING.clip, {}).kind == kind
    assert [(failure.clip, failure.kind) for failure in archive.ledger.clips.failures()] == [(LISTING.clip, kind)]


def test_a_source_that_refuses_is_named_with_its_rest(archive: Archive) -> None:
    source = Failing(FetchFailed("429", kind="refused", after=7200))
    list_source(archive, source)
    with pytest.raises(SourceRefuses) as refused:
        fetch_clip(archive, source, LISTING.clip, {})
    assert refused.value.after == 7200
    assert source.asked == 1, "a source that refuses is not asked again at once"
    assert archive.ledger.clips.failures() == []


def test_a_source_at_rest_is_not_asked(archive: Archive) -> None:
    archive.ledger.facts.set("rest:voices", (archive.clock() + timedelta(hours=1)).isoformat())
    tally = pipeline.list_step(archive, "voices")
    assert tally.listed == 0
    assert "left alone until 2026-03-02 09:00" in tally.problems[0]


def test_what_an_interrupted_run_left_half_done_is_swept(archive: Archive) -> None:
    attempt, sealing = archive.attempts / "made-one", archive.spool / ".sealing-evidence-made-one-v1"
    sealed = archive.spool / "evidence-made-two" / "v1"
    for folder in (attempt, sealing, sealed):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x")
    sweep(archive)
    assert not attempt.exists()
    assert not sealing.exists()
    assert (sealed / "file").exists(), "what is sealed is sent, not swept"


def test_a_fast_listing_goes_to_the_end_after_one_that_broke_off(archive: Archive) -> None:
    class Breaking(Failing):
        whole = False

        def list(self) -> Iterator[Listing]:
            for number in range(200):
                if number == 90 and not self.whole:
                    raise FetchFailed("page 4 answers 500", kind="not_yet")
                yield LISTING.model_copy(update={"platform_id": str(number)})

    source = Breaking(FetchFailed("never asked", kind="gone"))
    assert list_source(archive, source, fast=True).problem
    source.whole = True
    assert list_source(archive, source, fast=True).seen == 200
    assert list_source(archive, source, fast=True).seen == 60, "two pages of thirty: fifty known in a row"
    assert archive.ledger.clips.listed() == 200
