"""How many clips are at their sources, which were lost or came back of late, and what one's timeline says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.settings.source_stanzas import YtdlpSettings
from archive.steps.resting import leave_alone
from archive.views.availability import availability, timeline
from archive.views.clip_view import clip_view
from archive.views.status import status
from storage.targets.memory import MemoryTarget
from tests.support.archives import MONDAY, Clock, an_archive, keep

DAY = timedelta(days=1)
GONE, CLOSED, AWAY = (Seen("peertube-x", kind, words) for kind, words in (  # type: ignore[arg-type]
    ("gone", "404"), ("no_access", "Private video"), ("passing", "timed out"),
))  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    with an_archive(tmp_path, {"a": MemoryTarget("a")}, clock=clock) as opened:
        yield opened


def see(archive: Archive, **nights: list[Seen]) -> None:
    """What was seen of each clip, a night each before this one."""
    for clip, seen in nights.items():
        for number, one in enumerate(seen):
            mine, night = [replace(one, clip=f"peertube-{clip}")], MONDAY - (len(seen) - number) * DAY
            archive.ledger.sightings.add("voices", mine, network="home", tool="yt-dlp 1", now=night)


UP = Seen("peertube-x")


def test_clips_are_counted_by_how_they_stand(archive: Archive) -> None:
    see(archive, a=[UP, UP], b=[UP, AWAY], c=[UP, CLOSED, UP], d=[UP, GONE], e=[UP, GONE, GONE], f=[AWAY], g=[CLOSED])
    assert dict(availability(archive).counts) == {"up": 3, "missing": 1, "gone": 1, "unknown": 1, "no_access": 1}


def test_losses_and_returns_of_late_are_named_and_older_ones_are_not(archive: Archive, clock: Clock) -> None:
    keep(archive, "peertube-kept")
    see(archive, kept=[UP, GONE, GONE], lost=[GONE, GONE], back=[UP, GONE, GONE, UP], blink=[UP, GONE, UP])
    found = availability(archive)
    assert [(one.clip, one.held, one.words) for one in found.lost] == [
        ("peertube-kept", True, "404"),
        ("peertube-lost", False, "404"),
    ]
    assert [(one.clip, one.since) for one in found.returned] == [("peertube-back", MONDAY - DAY)]
    clock.advance(days=8)
    assert (availability(archive).lost, availability(archive).returned) == ((), ())


def test_status_says_until_when_a_source_is_left_alone(archive: Archive, clock: Clock) -> None:
    voices = YtdlpSettings(url="https://tube.example.org/c/voices")
    sources = {"voices": voices, "others": voices}
    here = replace(archive, settings=archive.settings.model_copy(update={"sources": sources}))
    leave_alone(here, "voices", 7200, lots=lambda: 0.0)
    assert status(here).resting == {"voices": MONDAY + timedelta(hours=2)}
    clock.advance(hours=3)
    assert status(here).resting == {}


def test_a_timeline_has_every_span_and_how_it_stands(archive: Archive) -> None:
    see(archive, x=[UP, GONE, AWAY, GONE, UP, AWAY])
    found = timeline(archive, "peertube-x")
    assert (found.availability, found.returned_from, found.since) == ("up", "gone", MONDAY - 2 * DAY)
    assert [(one.availability, one.times) for one in found.spans] == [("up", 1), ("gone", 2), ("passing", 2), ("up", 1)]
    assert (
        clip_view(archive, "peertube-x").whereabouts.line
        == "up since 2026-02-28, after it was gone, seen last on 2026-02-28"
    )
    assert timeline(archive, "peertube-never").availability == "unknown"
