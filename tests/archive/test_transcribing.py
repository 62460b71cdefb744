"""How far the reading of many clips is, over all of them and in each track."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import run

import pytest

from archive.steps.transcribing import to_transcribe, transcribe_clips
from tests.support.archives import an_archive, folder_targets, keep, store_all
from transcription.whisper import Whisper

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


@pytest.mark.parametrize("broken", [False, True])
def test_progress_is_over_all_clips_and_ends_at_its_total_also_where_one_fails(
    tmp_path: Path, whisper_model: Whisper, broken: bool
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
