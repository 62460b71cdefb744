"""Every way in which a source fights back, one clip each, in one archive: the real yt-dlp, the real fetch step.

Of each: the class that is kept, that no damaged film is taken in, that nothing is called gone which is not, and that
what can be mended is mended by a later run.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from archive.opening.archive import Archive
from archive.preservation.usable_targets import ready
from archive.records.clip import Listing
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps.counted_steps import Tally, fetch_step, list_step, look_step, to_fetch
from archive.steps.looking import to_look
from archive.steps.resting import forget_rest, rest
from archive.views.availability import place_of
from storage.file_digests import digest
from tests.archive.sources.conftest import films, source_of
from tests.support.archives import Clock, an_archive, folder_targets
from tests.world.channel import Channel, Fault, Video
from tests.world.media import clip
from tests.world.watch import FILMS, WatchPages, plays, says

__all__ = ["films"]

HTML = b"<!doctype html><p>Sign in"
SEGMENTS = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{segment}\n#EXT-X-ENDLIST\n"
MENDED: dict[str, Any] = {"fault": None, "answer": None, "password": None, "live": False, "privacy": "Public"}


@dataclass(frozen=True)
class Case:
    """A fault of one video: the class that is kept of it, None where it is fetched all the same, and what is seen."""

    name: str
    kind: str | None
    seen: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    fault: Fault | None = None


CASES = (
    Case("bytes changed under a partial file", None, "up"),
    Case("cut without a length", "damaged", "up", fault=Fault(cut=0.5, announced=False)),
    Case("cut short of its length", "passing", "passing", fault=Fault(cut=0.5)),
    Case("HTML as video", "damaged", "up", fault=Fault(lie=HTML)),
    Case("a missing segment", "passing", "passing", {"playlist": SEGMENTS}, Fault(status=404, where="segment")),
    Case("a page that answers 500", "passing", "passing", fault=Fault(status=500)),
    Case("private", "no_access", "no_access", {"privacy": "Private", "answer": (401, "not allowed")}),
    Case("behind a password", "no_access", "no_access", {"password": "made-up"}),
    Case("forbidden", "no_access", "no_access", {"answer": (403, "not here")}),
    Case("blocked by law", "no_access", "no_access", {"answer": (451, "not here")}),
    Case("live", "not_yet", "not_yet", {"live": True, "playlist": SEGMENTS.replace("#EXT-X-ENDLIST\n", "")}),
    Case("waiting for its premiere", "not_yet", "not_yet", fault=Fault(premiere=True)),
    Case("gone", "gone", "gone", fault=Fault(status=404)),
    Case("a form that yt-dlp does not know", "outdated", "unknown", fault=Fault(body=b'{"files": 1, "name": {}}')),
)
_NOTHING, _MADE = "Video unavailable", "made this video available"
_NO_LONGER = "This video is no longer available because the YouTube"
WORDS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "private": ("no_access", says("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access to it")),
    "members": ("no_access", says("UNPLAYABLE", "Join this channel to get access to members-only content.")),
    "country": ("no_access", says("UNPLAYABLE", _NOTHING, f"The uploader has not {_MADE} in your country")),
    "unavailable": ("no_access", says("ERROR", "Video unavailable")),
    "upcoming": ("not_yet", says("LIVE_STREAM_OFFLINE", "This live event will begin in 3 days.")),
    "premiere": ("not_yet", says("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")),
    "no formats": ("outdated", {}),
    "no answer": ("outdated", None),
    "a KeyError in yt-dlp": ("outdated", says("LOGIN_REQUIRED", "Sign in to confirm your age")),
    "new words": ("unknown", says("ERROR", "This testimony rests for now")),
    "terminated": ("gone", says("ERROR", _NOTHING, f"{_NO_LONGER} account associated with it has been terminated.")),
    "removed": ("gone", says("ERROR", _NOTHING, "This video has been removed by the uploader")),
}
REFUSALS = {
    "bot": says("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot"),
    "captcha": says("ERROR", "This video is not available", errorScreen={"playerCaptchaViewModel": {"x": 1}}),
    "try later": says("ERROR", "Video unavailable", "This content isn't available, try again later."),
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is tried again be tried at once."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@dataclass
class Place:
    """An archive with one source, `demo`."""

    archive: Archive
    channel: Channel
    source: YtdlpSource

    @property
    def clock(self) -> Clock:
        assert isinstance(self.archive.clock, Clock)
        return self.archive.clock

    def fetch(self, *, retry: bool = True) -> Tally:
        return fetch_step(self.archive, ready(self.archive), self.source, to_fetch(self.archive, "demo", retry=retry))

    def kinds(self) -> dict[str, str]:
        return {one.clip: one.kind for one in self.archive.ledger.clips.failures()}

    def held(self, name: str, film: Path) -> bool:
        """Whether a clip is held, and then with the bytes of a film and no others."""
        captures = self.archive.ledger.clips.captures(name)
        assert all(one.media.sha512 == digest(film).sha512 for one in captures)
        return bool(captures)

    def held_as(self, name: str, film: Path) -> bool:
        """Whether the newest capture of a clip is of a film."""
        return self.archive.ledger.clips.captures(name)[-1].media.sha512 == digest(film).sha512

    def newest(self, name: str) -> str:
        return self.archive.ledger.sightings.of(name)[-1].availability


@contextmanager
def a_place(folder: Path, channel: Channel, **settings: Any) -> Iterator[Place]:
    with channel, an_archive(folder / "state", folder_targets(folder, "ab"), clock=Clock()) as archive:
        source = source_of(channel, **settings)
        stanzas = {"sources": {"demo": source.settings}}
        yield Place(replace(archive, settings=archive.settings.model_copy(update=stanzas)), channel, source)


def _of_one_length(folder: Path, *films: Path) -> list[Path]:
    """Films that no length tells apart: a `free` box makes each as long as the longest."""
    longest = max(film.stat().st_size for film in films) + 8
    padded = [folder / film.name for film in films]
    for film, into in zip(films, padded, strict=True):
        data = film.read_bytes()
        into.write_bytes(data + (longest - len(data)).to_bytes(4, "big") + b"free" + bytes(longest - len(data) - 8))
    return padded


def test_every_fault_of_a_video_has_its_class_and_is_mended_when_the_source_is(tmp_path: Path, films: Path) -> None:
    film, other = _of_one_length(tmp_path, clip(films), clip(films, tone=500))
    videos = {case.name: Video(case.name, film, 3, fault=case.fault, **case.fields) for case in CASES}
    spliced = CASES[0].name
    videos[spliced] = replace(videos[spliced], fault=Fault(swap=other.read_bytes(), forgets_if_range=True))
    with a_place(tmp_path, Channel(list(videos.values())), format="b[protocol*=m3u8]/b") as place:
        assert list_step(place.archive, place.source).new == len(CASES)
        done = place.fetch()
        assert (done.fetched, done.failed) == (1, len(CASES) - 1)
        kinds = place.kinds()
        for case in CASES:
            name = f"peertube-{videos[case.name].id}"
            assert (case.name, kinds.get(name), place.newest(name)) == (case.name, case.kind, case.seen)
            assert place_of(place.archive, name).standing != "gone", "one day is not enough"
            assert place.held(name, other if case.name == spliced else film) is (case.kind is None)
        assert not list(place.archive.attempts.iterdir()), "nothing is left of what failed"
        assert rest(place.archive, "demo") is None
        place.clock.advance(days=2)
        assert place.fetch().fetched == 0
        standing = {name: place_of(place.archive, f"peertube-{one.id}").standing for name, one in videos.items()}
        assert [name for name, one in standing.items() if one == "gone"] == ["gone"]
        for video in videos.values():
            place.channel.edit(video.id, **MENDED | ({"playlist": None} if video.live else {}))
        place.clock.advance(days=2)
        assert place.fetch().fetched == len(CASES) - 1
        assert place.kinds() == {}
        for name, video in videos.items():
            assert place.held(f"peertube-{video.id}", other if name == spliced else film)
            assert place_of(place.archive, f"peertube-{video.id}").standing == "up"


def test_what_a_platform_says_to_people_has_its_class_and_refusals_blame_no_clip(tmp_path: Path, films: Path) -> None:
    film, pages = clip(films), WatchPages()
    names = {case: f"{'abcdefghij'[:8]}{n:02}A" for n, case in enumerate((*WORDS, *REFUSALS))}
    pages.answers = {names[case]: answer for case, (_, answer) in WORDS.items()}
    pages.answers |= {names[case]: answer for case, answer in REFUSALS.items()}
    elsewhere: dict[str, bytes | WatchPages] = {
        "i.ytimg.com/": b"",
        "www.youtube.com/watch": pages,
        f"{FILMS}/{film.name}": film.read_bytes(),
    }
    with a_place(tmp_path, Channel([], elsewhere=elsewhere), clients=("web",)) as place:
        refused = {case: f"youtube-{names[case]}" for case in REFUSALS}
        for name in names.values():
            url = f"https://www.youtube.com/watch?v={name}"
            listing = Listing(source="demo", extractor="Youtube", platform_id=name, url=url)
            place.archive.ledger.clips.seen([listing], place.archive.clock())
        for name in refused.values():
            usable = ready(place.archive)
            assert "refuses us" in fetch_step(place.archive, usable, place.source, [name]).problems[0]
            assert rest(place.archive, "demo"), "the whole source is left alone"
            assert fetch_step(place.archive, usable, place.source, [f"youtube-{names['private']}"]).failed == 0
            assert place.newest(name) == "refused"
            forget_rest(place.archive, "demo")
        assert place.kinds() == {}, "no clip is blamed"
        others = {case: f"youtube-{names[case]}" for case in WORDS}
        for day in range(2):
            place.clock.advance(days=2 * day)
            assert fetch_step(place.archive, ready(place.archive), place.source, [*others.values()]).fetched == 0
            assert place.kinds() == {others[case]: kind for case, (kind, _) in WORDS.items()}
        standing = {case: place_of(place.archive, f"youtube-{name}").standing for case, name in names.items()}
        assert {case for case, one in standing.items() if one == "gone"} == {"terminated", "removed"}
        mended = {case: names[case] for case in (*REFUSALS, "private", "upcoming", "no answer", "new words", "removed")}
        for name in mended.values():
            pages.answers[name] = plays(film)
        place.clock.advance(days=1)
        assert place.fetch().fetched == len(mended)
        assert all(place.held(f"youtube-{name}", film) for name in mended.values())
        assert set(place.kinds()) == {f"youtube-{names[case]}" for case in set(names) - set(mended)}


@pytest.mark.parametrize("where", ["page", "media", "listing"])
def test_a_source_that_has_had_enough_of_us_is_left_alone_for_as_long_as_it_asks(
    tmp_path: Path, films: Path, where: str
) -> None:
    film, hours = clip(films), 5
    asks = Fault(status=429, retry_after=str(hours * 3600), where="2" if where == "listing" else where)
    videos = [Video(f"film {n}", film, 3) for n in range(101 if where == "listing" else 2)]
    if where != "listing":
        videos[0] = replace(videos[0], fault=asks)
    channel = Channel(videos, page_fault=asks if where == "listing" else None)
    with a_place(tmp_path, channel) as place:
        listed = list_step(place.archive, place.source)
        assert listed.listed == min(len(videos), 100), "what came before is kept"
        name = f"peertube-{videos[0].id}"
        done = listed if where == "listing" else fetch_step(place.archive, ready(place.archive), place.source, [name])
        assert "refuse" in done.problems[0]
        until = place.archive.ledger.markers.moment("rest:demo")
        assert until is not None
        assert hours <= (until - place.clock.now).total_seconds() / 3600 <= 1.25 * hours
        assert place.kinds() == {}
        assert all(place_of(place.archive, one).standing != "gone" for one in place.archive.ledger.clips.ids())
        asked = len(channel.requests)
        assert place.fetch().fetched == 0
        assert len(channel.requests) == asked, "nothing more is asked"
        channel.page_fault = None
        channel.edit(videos[0].id, fault=None)
        place.clock.advance(hours=1.25 * hours + 1)
        assert list_step(place.archive, place.source).problems == ()
        assert place.archive.ledger.clips.listed() == len(videos)
        assert fetch_step(place.archive, ready(place.archive), place.source, [name]).fetched == 1


def test_a_page_of_a_list_that_fails_makes_nothing_gone_and_the_next_listing_has_all(
    tmp_path: Path, films: Path
) -> None:
    videos = [Video(f"film {n}", clip(films), 3) for n in range(150)]
    with a_place(tmp_path, Channel(videos)) as place:
        assert list_step(place.archive, place.source).new == 150
        for status in (404, 410, 500):
            place.channel.page_status[2] = status
            place.clock.advance(days=1)
            assert "broke off" in list_step(place.archive, place.source).problems[0]
            assert {place_of(place.archive, one).standing for one in place.archive.ledger.clips.ids()} == {"up"}
            assert to_look(place.archive, "demo") == [], "no clip is due for having been missed"
        place.channel.page_status.clear()
        assert list_step(place.archive, place.source).problems == ()


def test_edits_losses_and_returns_and_fewer_formats_are_noticed_in_one_channel(tmp_path: Path, films: Path) -> None:
    low, high = clip(films), clip(films, size="320x180")
    edited, lost = Video("edited", low, 3), Video("lost and found", low, 3)
    fewer = Video("fewer formats", low, 3, height=90, hidden=180)
    with a_place(tmp_path, Channel([edited, lost, fewer])) as place:
        list_step(place.archive, place.source)
        assert place.fetch().fetched == 3
        captures = place.archive.ledger.clips.captures
        (first,) = captures(f"peertube-{fewer.id}")
        assert first.degraded == ("a better format was on offer without an address (180p, 180p), and 90p was fetched",)
        place.channel.edit(edited.id, title="Edited", tags=("2018",))
        place.channel.edit(fewer.id, film=high, height=180, hidden=None)
        place.channel.edit(lost.id, answer=(404, "not found"))
        for _ in range(2):
            place.clock.advance(days=31)
            list_step(place.archive, place.source)
            look_step(place.archive, ready(place.archive), place.source, to_look(place.archive, "demo"))
        assert captures(f"peertube-{edited.id}")[-1].title == "Edited"
        assert captures(f"peertube-{fewer.id}")[-1].degraded == ()
        assert place.held_as(f"peertube-{fewer.id}", high)
        assert place.newest(f"peertube-{lost.id}") == "gone"
        assert len(captures(f"peertube-{lost.id}")) == 1, "what is held stays"
        place.channel.edit(lost.id, answer=None)
        place.clock.advance(days=31)
        look_step(place.archive, ready(place.archive), place.source, to_look(place.archive, "demo"))
        assert place_of(place.archive, f"peertube-{lost.id}").standing == "up"
