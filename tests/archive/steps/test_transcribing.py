"""How far the reading of many clips is, over all of them and in each track."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import run

import pytest

from archive.steps.again import count_again, to_read_again
from archive.steps.transcribing import read_readings, to_transcribe, transcribe_clips
from archive.steps.work_objects import build
from tests.support.archives import an_archive, folder_targets, keep, store_all
from transcription.hearing.track_reading import TrackReader
from transcription.media import decoding

CLIPS = ("peertube-one", "peertube-two")


@dataclass
class Told:
    """What was told of one thing under way."""

    what: str
    total_: float | None
    unit: str
    amounts: list[float] = field(default_factory=list)

    def advance(self, amount: float) -> None:
        self.amounts.append(amount)

    def total(self, amount: float) -> None:
        self.total_ = amount


class Listener:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.tasks: list[Told] = []

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[Told]:
        self.tasks.append(Told(what, total, unit))
        yield self.tasks[-1]

    def say(self, line: str) -> None:
        raise AssertionError(line)


@dataclass
class Hearing(Listener):
    """Keeps the lines that are told, too."""

    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tasks = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def voice(path: Path, *, channels: int = 1, form: str = "mka", second: bytes = b"") -> bytes:
    """A file of two tracks of some seconds; of the second nothing can be read where that has `second` as its codec."""
    tones = ("-f", "lavfi", "-i", "sine=440:d=3", "-f", "lavfi", "-i", "sine=550:d=3", "-map", "0", "-map", "1")
    file = path / f"{channels}.{form}"
    run(["ffmpeg", "-v", "error", "-y", *tones, "-ac", str(channels), str(file)], check=True, timeout=60)
    data = bytearray(file.read_bytes())
    if second:
        at = data.rfind(b"mp4a\0\0\0")
        data[at : at + 4] = second
        at = data.index(b"esds", at)
        data[at : at + 4] = b"free"
    return bytes(data)


def test_a_track_that_nobody_can_read_is_told_and_hinders_neither_the_others_nor_the_clip(
    tmp_path: Path, whisper_model: TrackReader
) -> None:
    heard = Hearing()
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        archive = replace(opened, progress=heard)
        keep(archive, CLIPS[0], media=voice(tmp_path, form="mp4", second=b"zzzz"))
        store_all(archive)
        (done,) = transcribe_clips(archive, whisper_model, to_transcribe(archive, "m"), archive.targets)
        assert (done.transcripts, done.problem) == (1, None)
        assert archive.ledger.clips.failures() == []
        assert to_transcribe(archive, whisper_model.model) == []
        (reading,) = build(archive, CLIPS[0]).readings
    assert [one.index for one in reading.unread] == [1]
    assert [line for line in heard.lines if "track 1 is not read" in line]


@pytest.mark.parametrize("channels", [1, 2])
def test_clips_read_by_an_earlier_build_are_counted_and_looked_at_when_somebody_asks(
    tmp_path: Path, whisper_model: TrackReader, channels: int
) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        settings = opened.settings.model_copy(
            update={"transcription": opened.settings.transcription.model_copy(update={"model": whisper_model.model})}
        )
        archive = replace(opened, progress=Hearing(), settings=settings)
        keep(archive, CLIPS[0], media=voice(tmp_path, channels=channels))
        store_all(archive)
        list(transcribe_clips(archive, whisper_model, CLIPS[:1], archive.targets))
        assert to_read_again(archive) == []
        (reading,) = read_readings(archive, archive.ledger.clips.done(CLIPS[0], "transcribe"))
        before = json.dumps([reading.model_dump(mode="json", exclude={"form", "unread"})])
        archive.ledger.clips.mark_done(CLIPS[0], "transcribe", before)
        assert count_again(archive, archive.ledger.clips.failures()).mixed == 1
        assert to_transcribe(archive, whisper_model.model) == [], "no upgrade reads a clip again by itself"
        (done,) = transcribe_clips(archive, whisper_model, to_read_again(archive), archive.targets, again=True)
        assert done.transcripts == (0 if channels == 1 else 2)
        assert to_read_again(archive) == []


def test_what_is_looked_at_is_noted_of_the_reading_that_was_meant(tmp_path: Path, whisper_model: TrackReader) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        settings = opened.settings.model_copy(
            update={"transcription": opened.settings.transcription.model_copy(update={"model": whisper_model.model})}
        )
        archive = replace(opened, progress=Hearing(), settings=settings)
        keep(archive, CLIPS[0], media=voice(tmp_path))
        store_all(archive)
        list(transcribe_clips(archive, whisper_model, CLIPS[:1], archive.targets))
        (reading,) = read_readings(archive, archive.ledger.clips.done(CLIPS[0], "transcribe"))
        both = [reading.model_copy(update={"form": 1}), reading.model_copy(update={"form": 1, "model": "another"})]
        archive.ledger.clips.mark_done(
            CLIPS[0], "transcribe", json.dumps([one.model_dump(mode="json") for one in both])
        )
        list(transcribe_clips(archive, whisper_model, to_read_again(archive), archive.targets, again=True))
        noted = read_readings(archive, archive.ledger.clips.done(CLIPS[0], "transcribe"))
        assert [(one.model, one.form) for one in noted] == [(whisper_model.model, 2), ("another", 1)]
        assert to_read_again(archive) == []


def test_a_refusal_by_a_length_that_was_announced_is_counted_until_it_is_tried_again(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        old = (
            "voices: made-a could not be fetched: it lasts 8.0 s where 13.0 s were announced",
            "made-b: media.webm: announces 13.0 seconds and ends after 8.0: it is cut short",
            "made-c: media.mp4: moov atom not found",
        )
        for clip, message in zip("abc", old, strict=True):
            archive.ledger.clips.failed(clip, "fetch", kind="damaged", message=message, now=archive.clock())
        assert count_again(archive, archive.ledger.clips.failures()).refused_length == 2


@pytest.mark.parametrize("broken", [False, True])
def test_progress_is_over_all_clips_and_ends_at_its_total_also_where_one_fails(
    tmp_path: Path, whisper_model: TrackReader, broken: bool
) -> None:
    two = tmp_path / "two.mka"
    voices = ("-f", "lavfi", "-i", "sine=440:d=3", "-f", "lavfi", "-i", "sine=550:d=3")
    run(["ffmpeg", "-v", "error", *voices, "-map", "0", "-map", "1", str(two)], check=True, timeout=60)
    listener = Listener()
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        archive = replace(opened, progress=listener)
        for clip in CLIPS:
            keep(archive, clip, media=b"no media" if broken and clip == CLIPS[1] else two.read_bytes())
        store_all(archive)
        listener.tasks.clear()
        done = list(transcribe_clips(archive, whisper_model, to_transcribe(archive, "m"), archive.targets))
    assert [one.transcripts for one in done] == [2, 0 if broken else 2]
    whole, *tracks = listener.tasks
    assert (whole.what, whole.total_, whole.unit) == ("speech of 2 clips", 41.0, "s")
    assert sum(whole.amounts) == pytest.approx(41.0)
    assert min(whole.amounts) >= 0
    assert len(tracks) == (2 if broken else 4)
    assert all(sum(track.amounts) == pytest.approx(3, abs=0.1) for track in tracks)


def test_a_track_that_breaks_while_it_is_read_hinders_no_others(
    tmp_path: Path, whisper_model: TrackReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaps ahead, for longer than any sound is."""
    monkeypatch.setattr(decoding, "LONGEST", 60.0)
    tones = ("-f", "lavfi", "-i", "sine=440:d=3", "-f", "lavfi", "-i", "sine=550:d=3,asetpts='PTS+gt(T,1)*4000/TB'")
    file = tmp_path / "leaps.mka"
    run(["ffmpeg", "-v", "error", *tones, "-map", "0", "-map", "1", "-c:a", "flac", str(file)], check=True, timeout=60)
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        archive = replace(opened, progress=Hearing())
        keep(archive, CLIPS[0], media=file.read_bytes())
        store_all(archive)
        (done,) = transcribe_clips(archive, whisper_model, CLIPS[:1], archive.targets)
        assert (done.transcripts, done.problem) == (1, None)
        (reading,) = build(archive, CLIPS[0]).readings
    assert [(one.index, "its sound goes on for more than" in one.why) for one in reading.unread] == [(1, True)]
