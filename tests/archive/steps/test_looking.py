"""Looking again at a channel that edits, hides, re-encodes and replaces: the real yt-dlp, real targets."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.restoring import restore
from archive.preservation.usable_targets import ready
from archive.records.clip import Capture
from archive.records.edits import changes
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps import counted_steps
from archive.steps.captioning import caption_clip, to_caption
from archive.steps.counted_steps import Tally, fetch_step, list_step, look_step
from archive.steps.looking import to_look
from archive.steps.transcribing import to_transcribe
from archive.views.availability import place_of
from archive.views.status import status
from tests.archive.sources.conftest import source_of
from tests.support.archives import Clock, an_archive, finished, folder_targets, store_all, transcript
from tests.world.channel import Channel, Fault, Video
from tests.world.media import clip
from tests.world.ocfl import validate_folder

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"
OTHER = "WEBVTT\n\n00:00.000 --> 00:01.000\nother words\n"
SRT = "1\n00:00:00,000 --> 00:00:01,000\nwords\n"
TTML = '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>'
NAME = "whisper-base-t1"


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that keeps the films made in this run."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
def film(films: Path) -> Path:
    return clip(films)


@dataclass
class Place:
    """An archive that holds the one clip of a channel; `clip` is its id, `key` the platform's."""

    archive: Archive
    channel: Channel
    source: YtdlpSource
    key: str
    folder: Path

    @property
    def clip(self) -> str:
        return f"peertube-{self.key}"

    def look(self, *, days: float = 31) -> Tally:
        """What a look some days later comes to; nothing where none is due."""
        clock = self.archive.clock
        assert isinstance(clock, Clock)
        clock.advance(days=days)
        due = to_look(self.archive, "demo")
        return look_step(self.archive, ready(self.archive), self.source, due)

    def captures(self) -> list[Capture]:
        return self.archive.ledger.clips.captures(self.clip)

    def changed(self) -> list[str]:
        """What changed between the two newest captures."""
        return [one.what for one in changes(*self.captures()[-2:])]

    def evidence(self, target: str = "a") -> Path:
        return self.folder / target / "ocfl" / ocfl.object_path(f"evidence-{self.clip}")


@contextmanager
def a_place(folder: Path, video: Video, **settings: Any) -> Iterator[Place]:
    with Channel([video]) as channel:
        source = source_of(channel, **settings)
        with an_archive(folder / "state", folder_targets(folder, "ab"), clock=Clock()) as archive:
            archive = replace(
                archive, settings=archive.settings.model_copy(update={"sources": {"demo": source.settings}})
            )
            assert list_step(archive, source).new == 1
            place = Place(archive, channel, source, video.id, folder)
            fetch_step(archive, ready(archive), source, [place.clip])
            yield place


def jpeg(folder: Path, source: str, quality: int) -> bytes:
    path = folder / f"{quality}.jpg"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-frames:v", "1"]
    subprocess.run([*command, "-q:v", str(quality), str(path)], check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def test_nothing_new_makes_no_version_and_no_film_is_asked_for(tmp_path: Path, film: Path) -> None:
    picture, again = (jpeg(tmp_path, "testsrc2=s=320x180", quality) for quality in (2, 20))
    video = Video("A film", film, 3, "Words.", ("one",), captions={"en": VTT}, thumbnail=picture)
    with a_place(tmp_path, video) as place:
        assert picture != again
        place.channel.edit(place.key, thumbnail=again, views=1_000_000)
        assert place.look(days=29) == Tally(), "it is not due"
        assert place.look(days=2) == Tally(looked=1)
        assert len(place.captures()) == 1
        assert place.channel.downloads == {place.key: 1}
        assert place.look(days=1) == Tally(), "it was looked at a day ago"
        (span,) = place.archive.ledger.sightings.of(place.clip)
        assert (span.availability, span.times, span.source) == ("up", 3, "demo"), "listed, fetched, looked at"


EDITS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"title": "Another title"}, ["title"]),
    ({"description": "Other words."}, ["description"]),
    ({"description": ""}, ["description"]),
    ({"tags": ("one", "two")}, ["tags"]),
    ({"privacy": "Unlisted"}, ["visibility"]),
    ({"chapters": ((0, "Start"), (2, "End"))}, ["chapters"]),
    ({"captions": {"en": OTHER}}, ["captions en"]),
    ({"captions": {"en": OTHER, "kk": SRT, "zh": TTML}}, ["captions kk", "captions zh"]),
    ({"captions": {"kk": SRT, "zh": TTML}}, ["captions en"]),
    ({"first_published": "2018-05-01T00:00:00.000Z"}, []),
    ({"title": "A third title", "description": "Words again."}, ["title", "description"]),
)


def test_an_edit_is_a_version_whose_film_is_the_old_one_by_digest(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3, "Words.", ("one",), captions={"en": VTT})) as place:
        (first,) = place.captures()
        for fields, expected in EDITS:
            before = place.captures()
            place.channel.edit(place.key, **fields)
            tally = place.look()
            assert (tally.looked, tally.edited, tally.stored) == (1, bool(expected), 2 * bool(expected)), fields
            captures = place.captures()
            assert captures[: len(before)] == before, "the old ones stay"
            if not expected:
                assert captures == before
                continue
            assert place.changed() == expected
            assert captures[-1].media == first.media
            inventory = ocfl.parse((place.evidence() / "inventory.json").read_bytes())
            assert inventory.number == len(captures)
            brought = inventory.content_of(inventory.number)
            assert not [path for path in brought if "media/" in path or "blocks" in path]
            assert inventory.where(first.media.path) == f"v1/content/{first.media.path}"
        assert place.look() == Tally(looked=1), "once is enough"
        assert place.channel.downloads == {place.key: 1}


def test_another_thumbnail_is_an_edit(tmp_path: Path, film: Path) -> None:
    first, second = jpeg(tmp_path, "testsrc2=s=320x180", 2), jpeg(tmp_path, "mandelbrot=s=320x180", 3)
    with a_place(tmp_path, Video("A film", film, 3, thumbnail=first)) as place:
        place.channel.edit(place.key, thumbnail=second)
        assert place.look().edited == 1
        assert place.changed() == ["thumbnail"]


def test_an_edit_is_linked_again_and_never_transcribed_again(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3, "Words.")) as place:
        archive = place.archive
        ref, body = transcript(place.clip)
        media = place.captures()[0].media.sha256
        archive.ledger.readings.add_transcript(place.clip, replace_media(ref, media), body, event=None)
        archive.ledger.clips.failed(place.clip, "transcribe", kind="damaged", message="unread", now=archive.clock())
        for step in ("link", "work"):
            archive.ledger.clips.mark_done(place.clip, step, "[]")
        assert to_transcribe(archive, "whisper-base") == []
        place.channel.edit(place.key, title="Another title")
        assert place.look().edited == 1
        assert to_transcribe(archive, "whisper-base") == [], "of the same media"
        assert (archive.ledger.clips.done(place.clip, "link"), archive.ledger.clips.done(place.clip, "work")) == (
            None,
            None,
        )


def replace_media(ref: Any, media: str) -> Any:
    return ref.model_copy(update={"media_sha256": media})


FAILING: tuple[tuple[dict[str, Any], str], ...] = (
    ({"fault": Fault(status=404)}, "gone"),
    ({"answer": (401, "Private video")}, "no_access"),
    ({"answer": None, "password": "made-up-secret"}, "no_access"),
    ({"answer": (403, "Cannot get this video in your country"), "password": None}, "no_access"),
    ({"answer": None, "fault": Fault(status=418)}, "unknown"),
    ({"fault": Fault(premiere=True)}, "not_yet"),
)


def test_a_look_that_fails_is_a_sighting_and_harms_nothing(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3)) as place:
        for fields, availability in FAILING:
            place.channel.edit(place.key, **{"fault": None, **fields})
            tally = place.look()
            assert (tally.looked, tally.edited) == (1, 0)
            assert place.archive.ledger.sightings.of(place.clip)[-1].availability == availability
            assert place.archive.ledger.clips.failures() == []
        counted = status(place.archive)
        assert (counted.clips.failed, counted.clips.safe, len(place.captures())) == ({}, 1, 1)


def test_a_source_that_refuses_is_left_alone_and_no_clip_is_blamed(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3)) as place:
        place.channel.edit(place.key, fault=Fault(status=429, retry_after="7200"))
        problem = place.look().problems[0]
        assert problem.startswith("demo refuses us: HTTP Error 429: Too Many Requests. "), "no clip is named"
        assert "is left alone until" in place.look(days=0).problems[0]
        assert [one.availability for one in place.archive.ledger.sightings.of(place.clip)] == ["up", "refused"]


def test_a_clip_that_a_whole_listing_lacks_is_looked_at_at_once_and_is_gone_on_the_second_day(
    tmp_path: Path, film: Path
) -> None:
    other = Video("Another film", film, 3, key="other")
    with a_place(tmp_path, Video("A film", film, 3)) as place:
        place.channel.add(other)
        place.channel.remove(place.channel.videos[-1])
        assert place.look(days=0.1) == Tally(), "nobody knows yet"
        list_step(place.archive, place.source)
        assert place.look(days=0.1).looked == 1
        assert place_of(place.archive, place.clip).standing == "missing"
        list_step(place.archive, place.source)
        assert place.look(days=0.1) == Tally(), "it is not asked for at each listing"
        assert place.look(days=1).looked == 1
        assert place_of(place.archive, place.clip).standing == "gone"
        assert place.archive.ledger.clips.failures() == []
        assert len(place.captures()) == 1


def test_a_listing_that_broke_off_makes_no_clip_due(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3)) as place:
        place.channel.page_status[1] = 404
        assert "broke off" in list_step(place.archive, place.source).problems[0]
        assert place.look(days=0.1) == Tally()


def test_a_clip_whose_listing_says_something_else_is_looked_at_at_once(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3)) as place:
        place.channel.edit(place.key, title="Another title")
        assert place.look(days=0.1) == Tally(), "nobody knows yet"
        list_step(place.archive, place.source)
        assert place.look(days=0.1).edited == 1
        assert place.look(days=0.1) == Tally()


def test_captions_that_could_not_be_had_are_asked_for_again(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, captions={"en": VTT}, fault=Fault(status=500, where="caption"))
    with a_place(tmp_path, video) as place:
        assert place.captures()[0].owes
        assert place.look(days=0.1) == Tally(), "just now it could not be had"
        assert place.look(days=0.5) == Tally(looked=1)
        place.channel.edit(place.key, fault=None)
        assert place.look(days=0.6) == Tally(), "ever more seldom"
        assert place.look(days=1).edited == 1
        assert place.changed() == ["captions en"]
        assert not place.captures()[1].owes


def test_what_cannot_be_had_at_a_look_is_no_edit(tmp_path: Path, film: Path) -> None:
    words = "Long words. " * 40
    video = Video("A film", film, 3, words, captions={"en": VTT}, chapters=((0, "Start"),))
    with a_place(tmp_path, video) as place:
        first = place.captures()[0]
        for where in ("caption", "captions", "thumbnail", "chapters", "description"):
            before = place.captures()
            place.channel.edit(place.key, fault=Fault(status=500, where=where))
            assert place.look().looked == 1
            assert place.captures() == before
            place.channel.edit(place.key, title=f"Without its {where}")
            assert place.look().edited == 1
            assert place.changed() == ["title"]
            newest = place.captures()[-1]
            assert {file.path for file in newest.files} == {file.path for file in first.files}
            assert (newest.description, newest.chapters) == (first.description, first.chapters)


def test_a_better_film_takes_the_first_place_and_the_former_stays_in_its_version(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, Video("A film", clip(films), 3)) as place:
        longer = clip(films, seconds=5)
        place.channel.edit(place.key, film=longer, duration=5)
        assert place.look().edited == 1
        first, second = place.captures()
        assert second.media.size == longer.stat().st_size
        assert second.duration > first.duration
        assert to_transcribe(place.archive, "whisper-base") == [place.clip]
        assert (place.evidence() / f"v1/content/{first.media.path}").read_bytes() == clip(films).read_bytes()
        assert place.look() == Tally(looked=1)
        assert place.channel.downloads == {place.key: 2}


@pytest.mark.parametrize("announced", [2, 3])
def test_a_shorter_film_never_takes_the_first_place_and_is_kept(tmp_path: Path, films: Path, announced: int) -> None:
    with a_place(tmp_path, Video("A film", clip(films), 3)) as place:
        shorter = clip(films, seconds=2)
        place.channel.edit(place.key, film=shorter, duration=announced)
        assert place.look().edited == 1
        first, second = place.captures()
        assert (second.media, second.duration, second.streams) == (first.media, first.duration, first.streams)
        (lesser,) = [file for file in second.files if file.role == "lesser"]
        assert lesser.path == f"lesser/{place.clip}-v2.mp4"
        assert (place.evidence() / f"v2/content/{lesser.path}").read_bytes() == shorter.read_bytes()
        assert place.look() == Tally(looked=1), "it was had"
        assert to_transcribe(place.archive, "whisper-base") == [place.clip], "as before, for no model has read it"


def test_a_film_of_less_height_is_lesser_too(tmp_path: Path, films: Path) -> None:
    tall, low = clip(films, size="320x180"), clip(films)
    with a_place(tmp_path, Video("A film", tall, 3, height=180)) as place:
        place.channel.edit(place.key, film=low, height=90)
        assert place.look().edited == 1
        assert place.captures()[1].media == place.captures()[0].media
        assert "lesser film" in place.changed()


def test_a_film_that_cannot_be_had_again_is_asked_for_again(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, Video("A film", clip(films), 3)) as place:
        longer = clip(films, seconds=5)
        place.channel.edit(place.key, film=longer, duration=5, title="New", fault=Fault(status=404, where="media"))
        assert place.look().edited == 1
        assert place.changed() == ["title"], "the page is kept meanwhile"
        place.channel.edit(place.key, fault=None)
        assert place.look(days=2).edited == 1
        assert place.captures()[2].duration > 4


def test_a_better_format_without_an_address_is_named_and_fetched_when_it_has_one(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, Video("A film", clip(films), 3, height=90, hidden=180)) as place:
        (reason,) = place.captures()[0].degraded
        assert reason == "a better format was on offer without an address (180p, 180p), and 90p was fetched"
        assert status(place.archive).clips.degraded == 1
        place.channel.edit(place.key, film=clip(films, size="320x180"), height=180, hidden=None)
        assert place.look(days=0.6).edited == 1
        assert place.captures()[1].degraded == ()
        assert status(place.archive).clips.degraded == 0


def test_the_best_format_on_offer_is_taken_and_nothing_is_said(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, Video("A film", clip(films, size="320x180"), 3, lower=clip(films))) as place:
        assert (place.captures()[0].degraded, place.captures()[0].format_id) == ((), "180p")


def test_a_format_that_the_settings_do_not_want_is_no_reason(tmp_path: Path, films: Path) -> None:
    video = Video("A film", clip(films), 3, height=90, hidden=180)
    with a_place(tmp_path, video, format="b[height<=90]") as place:
        assert place.captures()[0].degraded == ()


def test_comments_are_fetched_by_looks_in_versions_of_their_own(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, comments={"I knew her.": ("So did I.", "When?"), "Where is she?": ()})
    with a_place(tmp_path, video, comments=True) as place:
        assert "comments" not in {file.role for file in place.captures()[0].files}
        assert place.look().edited == 1
        assert place.changed() == ["comments"]
        said = json.loads((place.evidence() / "v2/content/comments.json").read_bytes())["comments"]
        assert [one["text"] for one in said] == ["I knew her.", "Where is she?", "So did I.", "When?"]
        assert [one.get("parent") for one in said] == [None, None, 0, 0]
        place.channel.edit(place.key, views=7)
        assert place.look().edited == 0, "likes are counted, and make no version"
        place.channel.edit(place.key, fault=Fault(status=500, where="comments"))
        assert place.look() == Tally(looked=1), "those that could not be had are not taken for gone"
        place.channel.edit(place.key, comments={"I knew her.": ()}, fault=None)
        assert place.look().edited == 1
        assert "comments" not in json.loads((place.evidence() / "v3/content/info.json").read_bytes())


def test_comments_have_a_bound(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, comments={f"Comment {n}": () for n in range(250)})
    with a_place(tmp_path, video, comments=True) as place:
        place.source._limits = replace(place.source._limits, comments=120)
        assert place.look().edited == 1
        assert [cut.why for cut in place.captures()[1].cut if cut.path == "comments.json"] == [
            "only the first 120 were asked for"
        ]
        said = json.loads((place.evidence() / "v2/content/comments.json").read_bytes())["comments"]
        assert len(said) == 120


def test_captions_in_a_form_that_nobody_reads_here_fail_nothing(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, captions={"en": VTT, "kk": SRT, "zh": TTML})
    with a_place(tmp_path, video) as place:
        paths = {file.path for file in place.captures()[0].files if file.role == "caption"}
        assert paths == {"captions/en.vtt", "captions/kk.srt", "captions/zh.ttml"}
        assert to_caption(place.archive) == [place.clip]
        done = caption_clip(place.archive, place.clip, place.archive.targets)
        assert (done.transcripts, done.problems) == (2, ())


def test_captions_that_a_machine_made_are_marked_so(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, captions={"en": VTT, "kk": OTHER}, automatic=frozenset({"kk"}))
    with a_place(tmp_path, video) as place:
        files = {file.language: file.automatic for file in place.captures()[0].files if file.role == "caption"}
        assert files == {"en": False, "kk": True}
        caption_clip(place.archive, place.clip, place.archive.targets)
        bodies = [json.loads(body) for _, body in place.archive.ledger.readings.transcripts(place.clip)]
        assert {body["language"]: body["automatic"] for body in bodies} == {"en": False, "kk": True}


def test_versions_that_share_a_film_are_restored_audited_rebuilt_and_valid(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, Video("A film", clip(films), 3, captions={"en": VTT})) as place:
        place.channel.edit(place.key, title="Another title")
        place.look()
        place.channel.edit(place.key, film=clip(films, seconds=2), duration=2)
        place.look()
        finished(place.archive)
        for target in "ab":
            assert validate_folder(place.folder / target / "ocfl").clean
        audited = audit(place.archive, ready(place.archive).readable)
        assert all(one.sound >= 4 and not (one.findings or one.problem or one.strange) for one in audited.values())
        captures, targets = place.captures(), place.archive.targets
        assert len(captures) == 3
        restored = restore(place.archive, place.clip, place.folder / "out", targets)
        assert restored.problems == ()
        assert {path.name for path in restored.files} >= {f"{place.clip}.mp4", f"{place.clip}-v3.mp4"}
    with an_archive(tmp_path / "anew", folder_targets(tmp_path, "ab"), clock=Clock()) as archive:
        rebuild(archive, archive.targets)
        assert archive.ledger.clips.captures(place.clip) == captures


def test_a_password_opens_a_video_and_stands_nowhere(
    tmp_path: Path, film: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "made-up pass/word"
    caplog.set_level("DEBUG")
    video = Video("A film", film, 3, captions={"en": VTT}, password=secret)
    with a_place(tmp_path, video, password=SecretStr(secret)) as place:
        assert len(place.captures()) == 1
        store_all(place.archive)
        place.channel.edit(place.key, password="another")
        place.look()
        spellings = [secret, "made-up%20pass/word", "made-up+pass%2Fword", "made-up%20pass%2Fword"]
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        assert kept
        for spelled in spellings:
            assert not [data for data in kept if spelled.encode() in data]
            assert spelled not in caplog.text
        assert repr(place.source.settings).count(secret) == 0


def test_the_context_of_a_capture_and_the_answer_of_its_platform(tmp_path: Path, film: Path) -> None:
    video = Video("A film", film, 3, first_published="2018-05-01T00:00:00.000Z", chapters=((0, "Start"), (2, "End")))
    with a_place(tmp_path, video) as place:
        (capture,) = place.captures()
        context = capture.context
        assert context is not None
        assert (context.of, context.network) == ("film", "unnamed")
        assert set(context.headers) == {"Server", "Date", "Last-Modified", "ETag", "Content-Type"}
        assert context.headers["Content-Type"] == "video/mp4"
        assert context.certificate == place.channel.certificate
        assert (capture.first_published, capture.visibility) == ("2018-05-01T00:00:00.000Z", "public")
        assert [(one.start, one.title) for one in capture.chapters or ()] == [(0, "Start"), (2, "End")]
        answer = json.loads((place.evidence() / "v1/content/platform.json").read_bytes())
        assert answer["video"]["originallyPublishedAt"] == "2018-05-01T00:00:00.000Z"
        assert answer["chapters"]["chapters"][1]["title"] == "End"
        assert "signed-" not in json.dumps(answer)
        assert "203.0.113" not in json.dumps(answer)
        assert "platform.json: video.files[].fileUrl" in {cut.path for cut in capture.cut}


def test_looks_are_bounded_and_can_be_turned_off(tmp_path: Path, film: Path) -> None:
    with a_place(tmp_path, Video("A film", film, 3), looks_at_most=0) as place:
        assert place.look() == Tally()
    with a_place(tmp_path / "never", Video("A film", film, 3), look_again_days=0) as place:
        assert place.look(days=4000) == Tally()
        assert counted_steps.to_fetch(place.archive, "demo") == []
