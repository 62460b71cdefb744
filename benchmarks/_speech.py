"""Recorded clips put together to recordings, and the systems that read them, each in a process of its own.

The clips lie in a folder with an `index.tsv` (columns file, language, text, source, licence, seconds), which the
variable DATA names; else `../shared/data/speech` beside the checkout. None of it is part of the project.

    python -m benchmarks._speech SYSTEM MODEL WAV OUT
"""

import csv
import json
import os
import random
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from benchmarks import _earlier_build
from benchmarks._earlier_build import processor_seconds

RATE = 16_000
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "speech"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "benchmarks"
BEAM, BATCH = 5, 8
PATIENCE = 10.0
"""A system that takes this many times the recording's length is stopped."""

OURS, WITHOUT_WORDS = "thirdcopy", "thirdcopy, no word times"
EARLIER = f"thirdcopy at {_earlier_build.COMMIT}"
SEQUENTIAL, FILTERED, BATCHED = "WhisperModel", "WhisperModel, vad", "BatchedInferencePipeline"

Sound = NDArray[numpy.float32]


@dataclass(frozen=True)
class Clip:
    """One recorded utterance and its text."""

    path: Path
    language: str
    text: str

    def sound(self) -> Sound:
        """Its samples, mono at `RATE`."""
        from faster_whisper import decode_audio

        found: Sound = decode_audio(str(self.path), sampling_rate=RATE)
        return found


@dataclass(frozen=True)
class Placed:
    """A clip in a recording, in seconds."""

    clip: Clip
    start: float
    end: float


@dataclass(frozen=True)
class Piece:
    """What a system wrote for some seconds; language and marks are ours alone."""

    start: float
    end: float
    text: str
    language: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a system made of a recording, in how many seconds without loading its model, with which peak in MB.

    `pieces` is None if it was stopped. `processor_seconds` are those of the reading, with the programs that it ran, by
    all processors together: other work on the machine changes them less than the time by the clock.
    """

    pieces: tuple[Piece, ...] | None
    seconds: float
    peak_mb: float
    processor_seconds: float = 0.0


def clips(languages: Collection[str] | None = None) -> list[Clip]:
    """The clips of some languages, or all. Ends the program with status 2 if the data is not there."""
    folder = Path(os.environ.get("DATA") or DEFAULT)
    index = folder / "index.tsv"
    if not index.is_file():
        print(
            f"No recorded speech: {index} is not there. DATA names a folder with an index.tsv (columns file, language, "
            "text, source, licence, seconds) and the recordings that it lists.",
            file=sys.stderr,
        )
        raise SystemExit(2)
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [Clip(folder / row["file"], row["language"], row["text"]) for row in rows]
    return [clip for clip in found if languages is None or clip.language in languages]


def recording(path: Path, order: Sequence[Clip], pauses: tuple[float, float], lots: random.Random) -> list[Placed]:
    """Write clips one after the other, with pauses of some seconds between, and say where each lies."""
    sounds, placed, at = [], [], 0
    for clip in order:
        still = numpy.zeros(round(lots.uniform(*pauses) * RATE), dtype=numpy.float32)
        sound = clip.sound()
        sounds += [still, sound]
        begin = at + still.size
        at = begin + sound.size
        placed.append(Placed(clip, begin / RATE, at / RATE))
    write_wav(path, numpy.concatenate(sounds))
    return placed


def write_wav(path: Path, sound: Sound) -> None:
    """Write sound between -1 and 1 as 16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((numpy.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def length(path: Path) -> float:
    """Seconds of a wav."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def read(system: str, model: Path, wav: Path, earlier: Path | None = None) -> Reading:
    """Have a system read a recording in a process of its own, stopped after `PATIENCE` times its length.

    `earlier` is the folder that holds the earlier build.
    """
    out = wav.with_suffix(".json")
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks._speech", system, str(model), str(wav), str(out)]
    environment = dict(os.environ)
    if system == EARLIER and earlier is not None:
        command, environment = _earlier_build.reading(earlier, str(model), str(wav), str(out))
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment)
    stop = threading.Timer(PATIENCE * length(wav), process.kill)
    stop.start()
    _, status, used = os.wait4(process.pid, 0)
    stop.cancel()
    seconds, process.returncode = time.monotonic() - began, os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss / 1024
    if process.returncode == -9 and seconds >= PATIENCE * length(wav):
        return Reading(None, seconds, peak)
    if process.returncode:
        raise RuntimeError(f"{system} ended with {process.returncode}; see above")
    made: dict[str, Any] = json.loads(out.read_text())
    pieces = tuple(Piece(**{**piece, "marks": tuple(piece["marks"])}) for piece in made["pieces"])
    return Reading(pieces, made["seconds"], peak, made["processor_seconds"])


def _main(system: str, model: str, wav: str, out: str) -> None:
    """What the process of one system does."""
    if system in (OURS, WITHOUT_WORDS):
        made = _ours(model, Path(wav), words=system == OURS)
    else:
        made = _stock(system, model, wav)
    Path(out).write_text(json.dumps(made))


def _ours(model: str, wav: Path, *, words: bool) -> dict[str, Any]:
    from transcription.hearing.track_reading import TrackReader
    from transcription.records import Options

    whisper = TrackReader(Options(model=model, word_times=words))
    began, used = time.monotonic(), processor_seconds()
    transcript = whisper.read(whisper.open(wav, media_sha256="0" * 64, track=0)).transcript
    took = {"seconds": time.monotonic() - began, "processor_seconds": processor_seconds() - used}
    keep = {"start", "end", "text", "language", "marks"}
    return {"pieces": [s.model_dump(mode="json", include=keep) for s in transcript.segments], **took}


def _stock(system: str, model: str, wav: str) -> dict[str, Any]:
    import faster_whisper

    whisper = faster_whisper.WhisperModel(model, device="cpu", compute_type="int8")
    ways: dict[str, Any] = {
        SEQUENTIAL: whisper.transcribe,
        FILTERED: whisper.transcribe,
        BATCHED: faster_whisper.BatchedInferencePipeline(whisper).transcribe,
    }
    options: dict[str, Any] = {
        SEQUENTIAL: {},
        FILTERED: {"vad_filter": True},
        BATCHED: {"batch_size": BATCH},
    }
    began, used = time.monotonic(), processor_seconds()
    segments, _ = ways[system](wav, multilingual=True, beam_size=BEAM, **options[system])
    pieces = list(_plain(segments))
    took = {"seconds": time.monotonic() - began, "processor_seconds": processor_seconds() - used}
    return {"pieces": pieces, **took}


def _plain(segments: Any) -> Iterator[dict[str, Any]]:
    for segment in segments:
        yield {"start": segment.start, "end": segment.end, "text": segment.text, "marks": ()}


if __name__ == "__main__":
    _main(*sys.argv[1:])
