"""A track opened and read in one go."""

from collections.abc import Sequence
from pathlib import Path

from transcription.hearing.track_reading import Progress, TrackReader
from transcription.records import Transcript

DIGEST = "0" * 64
"""Stands for the digest of whatever media are read."""


def read(
    whisper: TrackReader,
    path: Path,
    track: int = 0,
    *,
    track_language: str | None = None,
    declared: Sequence[str] = (),
    progress: Progress | None = None,
    checkpoint: Path | None = None,
) -> Transcript:
    opened = whisper.open(path, media_sha256=DIGEST, track=track, checkpoint=checkpoint)
    return whisper.read(opened, track_language=track_language, declared=declared, progress=progress).transcript
