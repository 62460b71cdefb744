"""What lists and fetches show of clips is kept; a return and a loss are said, and stand in the next run record."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from archive.errors import FailureKind, FetchFailed
from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.progress import Silent
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Fetched, Progress
from archive.sources.ytdlp.failures import NEXT
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps.counted_steps import to_fetch
from archive.steps.fetching import SourceRefuses, fetch_clip
from archive.steps.listing import list_source
from archive.steps.seeing import MEANS, SAID, see
from archive.views.availability import place_of
from storage.targets.memory import MemoryTarget
from tests.support.archives import Clock, an_archive
from tests.world.channel import Channel, Fault, Video
from tests.world.media import clip as made_film


@dataclass
class Said(Silent):
    """Keeps what is said."""

    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)


@dataclass
class Scripted:
    """A source whose list names some clips, and may break off; a fetch fails as it is told."""

    names: tuple[str, ...] = ("one",)
    breaks: bool = False
    fails: FetchFailed | None = None
    shown: bool = True
    name: str = "voices"
    tool: str = "scripted 1"

    def list(self) -> Iterator[Listing]:
        for name in self.names:
            url = f"https://example.org/{name}"
            yield Listing(source="voices", extractor="made", platform_id=name, url=url, shown=self.shown)
        if self.breaks:
            raise FetchFailed("the list broke off", kind="gone")

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        if self.fails is None:
            raise NotImplementedError
        raise self.fails


CLIP = "made-one"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def archive(tmp_path: Path, clock: Clock, said: Said) -> Iterator[Archive]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}, clock=clock) as opened:
        yield Archive(opened.settings, opened.ledger, opened.targets, said, clock)


def spans(archive: Archive, clip: str = CLIP) -> list[tuple[str, str, int]]:
    return [(one.availability, one.words, one.times) for one in archive.ledger.sightings.of(clip)]


def failing(kind: FailureKind, words: str = "It said so") -> Scripted:
    return Scripted(fails=FetchFailed(f"voices: it failed: {words}. Next.", kind=kind, clip=CLIP, words=words))


def try_to_fetch(archive: Archive, source: Scripted) -> None:
    try:
        fetch_clip(archive, source, CLIP, {})
    except SourceRefuses:
        assert source.fails is not None
        assert source.fails.kind == "refused"


def test_every_failure_means_something() -> None:
    assert set(MEANS) == set(get_args(FailureKind)) == set(NEXT)


@pytest.mark.parametrize("kind", [kind for kind in get_args(FailureKind) if kind != "passing"])
def test_a_failed_fetch_is_a_sighting_of_its_class_in_the_sources_words(archive: Archive, kind: FailureKind) -> None:
    list_source(archive, Scripted())
    try_to_fetch(archive, failing(kind))
    seen = spans(archive)
    expected = {
        "damaged": [("up", "", 2)],
        "outdated": [("up", "", 1), ("unknown", "It said so", 1)],
        "barred": [("up", "", 1), ("unknown", "It said so", 1)],
    }
    assert seen == expected.get(kind, [("up", "", 1), (kind, "It said so", 1)])


def test_a_refusal_lowers_nothing_and_blames_no_clip(archive: Archive) -> None:
    list_source(archive, Scripted())
    try_to_fetch(archive, failing("refused"))
    assert place_of(archive, CLIP).standing == "up"
    assert archive.ledger.clips.failures() == []


def test_a_list_that_breaks_off_shows_what_it_named_and_nothing_else(archive: Archive, clock: Clock) -> None:
    list_source(archive, Scripted(("one", "two")))
    clock.advance(days=1)
    assert list_source(archive, Scripted(("one",), breaks=True)).problem
    assert (spans(archive), spans(archive, "made-two")) == ([("up", "", 2)], [("up", "", 1)])


def test_a_clip_that_no_list_names_any_more_is_not_gone_for_that(archive: Archive, clock: Clock) -> None:
    list_source(archive, Scripted(("one", "two")))
    for _ in range(40):
        clock.advance(days=1)
        list_source(archive, Scripted(("one",)))
    assert place_of(archive, "made-two").standing == "up"


def test_the_place_of_a_deleted_video_in_a_list_is_no_sight_of_it(archive: Archive, clock: Clock) -> None:
    list_source(archive, Scripted())
    for _ in range(2):
        clock.advance(days=1)
        try_to_fetch(archive, failing("gone"))
        list_source(archive, Scripted(shown=False))
    assert place_of(archive, CLIP).standing == "gone"


def test_a_list_that_lags_behind_gives_nothing_back_and_the_clip_is_asked_for_ever_more_seldom(
    archive: Archive, clock: Clock, said: Said
) -> None:
    asked = list[int]()
    for night in range(9):
        list_source(archive, Scripted())
        if to_fetch(archive, "voices"):
            asked.append(night)
            try_to_fetch(archive, failing("gone"))
        clock.advance(days=1)
    assert asked == [0, 1, 3, 7]
    assert spans(archive) == [("up", "", 1), ("gone", "It said so", 4)]
    assert [line.split(": ")[1] for line in said.lines if line.startswith(CLIP)] == ["lost"]


def test_a_loss_and_a_return_are_said_once_and_are_events(archive: Archive, clock: Clock, said: Said) -> None:
    list_source(archive, Scripted())
    for _ in range(3):
        clock.advance(days=1)
        try_to_fetch(archive, failing("gone"))
    for names in ((), ("one",), ("one",)):
        clock.advance(days=1)
        list_source(archive, Scripted(names))
    lost = "lost: its source said on two days that it is gone, first on 2026-03-03"
    back = "returned: it is up again, and was gone since 2026-03-03"
    assert [line for line in said.lines if CLIP in line] == [f"{CLIP}: {lost}", f"{CLIP}: {back}"]
    events = [event for _, event in archive.ledger.events.waiting(100)]
    assert [(event.object, event.detail) for event in events] == [
        (f"evidence-{CLIP}", f"voices: {line}") for line in (lost, back)
    ]


def test_of_many_returns_a_few_are_said_and_the_others_counted(archive: Archive, clock: Clock, said: Said) -> None:
    clips, source = [f"made-{number}" for number in range(SAID + 7)], Scripted()
    for _ in range(2):
        see(archive, source, [Seen(clip, "gone", "404") for clip in clips])
        clock.advance(days=1)
    said.lines.clear()
    assert len(see(archive, source, [Seen(clip) for clip in clips])) == SAID + 7
    assert len(said.lines) == SAID + 1
    assert said.lines[-1].startswith("voices: 7 more clips")
    assert len(archive.ledger.events.waiting(1000)) == 2 * (SAID + 7)


def test_a_week_of_a_real_channel_that_closes_refuses_deletes_and_gives_back(
    archive: Archive, clock: Clock, said: Said, tmp_path: Path
) -> None:
    problem = b'{"status":401,"code":"video_requires_password"}'
    video = Video("A film", made_film(tmp_path), 3)
    with Channel([video]) as channel:
        proxy = SecretStr(channel.proxy)
        settings = YtdlpSettings(url=channel.url, proxy=proxy, ca_file=channel.ca_file, sleep_seconds=0)
        source = YtdlpSource("voices", settings)
        clip = next(source.list()).clip

        def night(fault: Fault | None, *, fetch: bool = True) -> str:
            video.fault = fault
            list_source(archive, source)
            if fetch:
                with suppress(SourceRefuses):
                    fetch_clip(archive, source, clip, archive.targets)
            clock.advance(days=1)
            return place_of(archive, clip).standing

        assert night(None, fetch=False) == "up"
        assert night(Fault(status=401, body=problem)) == "no_access"
        assert "It wants a password" in archive.ledger.clips.failures(clip)[0].message
        assert night(None, fetch=False) == "no_access"  # it is listed, as it was all the time
        assert night(Fault(status=429, retry_after="5")) == "no_access"
        channel.remove(video)
        assert [night(None), night(None)] == ["missing", "gone"]
        channel.add(video)
        assert night(None, fetch=False) == "up"
        assert to_fetch(archive, "voices") == [clip]
        assert night(None) == "up"
        assert archive.ledger.clips.held() == [clip]
        assert [line.split(": ")[1] for line in said.lines if line.startswith(clip)] == ["lost", "returned"]
        kinds = [(one.availability, one.times) for one in archive.ledger.sightings.of(clip)]
        assert kinds == [("up", 2), ("no_access", 1), ("refused", 1), ("gone", 2), ("up", 3)]
        assert {one.tool for one in archive.ledger.sightings.of(clip)} == {source.tool}
