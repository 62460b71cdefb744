"""Fetching over a source of the test's own: what becomes of a clip when the disk, the source or the media fail."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.errors import FailureKind, FetchFailed, SpaceShort
from archive.opening.archive import Archive
from archive.progress import Silent, Task
from archive.records.clip import Listing
from archive.sources.contract import Fetched, Progress
from archive.sources.ytdlp.media_checks import Faulty, Received, check_media
from archive.steps import counted_steps, fetching
from archive.steps.fetching import SourceRefuses, fetch_clip
from archive.steps.listing import list_source
from archive.steps.storing import sweep
from storage.targets.memory import MemoryTarget
from tests.support.archives import an_archive
from tests.world.media import clip

LISTING = Listing(source="voices", extractor="made", platform_id="one", url="https://example.org/one")


@dataclass
class Failing:
    """A source of one clip whose fetch fails in a given way, after telling of `told` bytes."""

    error: Exception
    told: int = 0
    name: str = "voices"
    tool: str = "scripted 1"
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
    archive.ledger.markers.set("rest:voices", (archive.clock() + timedelta(hours=1)).isoformat())
    source = Failing(FetchFailed("429", kind="refused"))
    tally = counted_steps.list_step(archive, source)
    assert (tally.listed, archive.ledger.clips.ids()) == (0, [])
    assert "left alone until 2026-03-02 09:00" in tally.problems[0]


@dataclass
class Copying:
    """A source of one clip that gives a file, after the same checks as any other."""

    film: Path
    name: str = "voices"
    tool: str = "scripted 1"

    def list(self) -> Iterator[Listing]:
        yield LISTING

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        media, info = into / f"media{self.film.suffix}", into / "info.json"
        media.write_bytes(self.film.read_bytes())
        info.write_text("{}")
        size = media.stat().st_size
        try:
            checked = check_media(media, [Received(media.name, size, {"server": size})], 3, refused)
        except Faulty as error:
            raise FetchFailed(str(error), kind="damaged", clip=listing.clip, cut=error.cut) from None
        return Fetched(
            media=media,
            info=info,
            description=None,
            thumbnail=None,
            captions={},
            title=None,
            text=None,
            tags=(),
            uploader=None,
            uploaded=None,
            url=listing.url,
            format_id=None,
            tool="made",
            tool_version="1",
            cut=(),
            examined=checked.examined,
            disagreements=checked.disagreements,
        )


def test_a_cut_film_that_comes_again_with_the_same_bytes_is_kept_with_that_on_record(
    archive: Archive, tmp_path: Path
) -> None:
    whole = clip(tmp_path).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    source = Copying(cut)
    list_source(archive, source)
    assert fetch_clip(archive, source, LISTING.clip, {}).kind == "damaged"
    assert archive.ledger.clips.refused(LISTING.clip) == sha256(cut.read_bytes()).hexdigest()
    archive.ledger.clips.failed(LISTING.clip, "fetch", kind="passing", message="a storm", now=archive.clock())
    assert fetch_clip(archive, source, LISTING.clip, {}).sealed
    (capture,) = archive.ledger.clips.captures(LISTING.clip)
    assert "cut short" in capture.disagreements[0]
    assert "the same bytes twice" in capture.disagreements[0]


def test_a_whole_film_has_the_length_that_its_packets_span(archive: Archive, tmp_path: Path) -> None:
    source = Copying(clip(tmp_path))
    list_source(archive, source)
    assert fetch_clip(archive, source, LISTING.clip, {}).sealed
    (capture,) = archive.ledger.clips.captures(LISTING.clip)
    assert capture.duration == pytest.approx(3, abs=0.1)
    assert (capture.disagreements, capture.unread) == ((), ())


def test_a_failure_of_an_earlier_run_is_told_by_each_run(archive: Archive) -> None:
    source = Failing(FetchFailed("torn", kind="damaged"))
    list_source(archive, source)
    fetch_clip(archive, source, LISTING.clip, {})
    for _ in range(2):
        (problem,) = counted_steps.still_failed(archive, counted_steps.Tally()).problems
        assert problem.startswith(f"{LISTING.clip}: fetch failed on 2026-03-02 (damaged)")
    told = counted_steps.Tally(problems=(f"{LISTING.clip}: damaged",))
    assert counted_steps.still_failed(archive, told) == told, "no failure is told twice"
    archive.ledger.clips.failed(LISTING.clip, "fetch", kind="gone", message="removed", now=archive.clock())
    assert counted_steps.still_failed(archive, counted_steps.Tally()).problems == ()


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


def test_a_listing_that_is_tried_again_is_told_as_one_and_no_clip_twice(archive: Archive) -> None:
    class BreakingTwice(Failing):
        passes = 0

        def list(self) -> Iterator[Listing]:
            self.passes += 1
            for number in range(90):
                if number == 30 * self.passes:
                    raise FetchFailed(f"{self.name}: the list could not be fetched", kind="passing")
                yield LISTING.model_copy(update={"platform_id": str(number)})

    told = list[tuple[str, float]]()

    class Told(Silent):
        @contextmanager
        def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[Task]:
            told.append((what, 0))
            yield self

        def advance(self, amount: float) -> None:
            told.append((told[-1][0], told[-1][1] + amount))

        def total(self, amount: float) -> None:
            raise AssertionError

    watched = replace(archive, progress=Told())
    assert list_source(watched, BreakingTwice(FetchFailed("never asked", kind="gone"))).seen == 90
    assert told == [("list voices", 0), ("list voices", 30), ("list voices", 60), ("list voices", 90)]


def test_a_listing_that_broke_off_names_its_source_once(archive: Archive) -> None:
    class Unreached(Failing):
        def list(self) -> Iterator[Listing]:
            raise FetchFailed("voices: the list could not be fetched: nobody answers", kind="not_yet")

    listed = list_source(archive, Unreached(FetchFailed("never asked", kind="gone")))
    assert listed.problem == "not_yet: the list could not be fetched: nobody answers"
