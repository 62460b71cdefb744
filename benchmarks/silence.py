"""What is invented where nobody speaks: words a minute, ours beside faster-whisper's own ways.

A minute each, made on the spot from a seed: digital silence; white, pink and brown noise at three levels; mains hum;
chords, a melody with percussion; babble of eight synthetic voices, and the same backwards; and, where recorded clips
are at hand (see `benchmarks._speech`), eight recorded voices backwards at once. Nothing in them can be understood, so
that each word which is written is invented. Babble is voices: to hear speech in it is no fault, to write words is.

`invented_per_minute` counts all that is written, `unmarked_per_minute` what carries no mark of doubt; what is said of
every text by the model's size or the archive's languages (`weak_model`, `may_be:XX`) does not count as such a mark.
Peers do not mark. A Han character is a word. All have the same weights and five beams, each a process of its own.

    python -m benchmarks.silence [SEED]
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
from numpy.typing import NDArray

from benchmarks import _earlier_build
from benchmarks._accuracy import units
from benchmarks._speech import (
    BATCHED,
    CACHE,
    DEFAULT,
    EARLIER,
    FILTERED,
    OURS,
    RATE,
    SEQUENTIAL,
    Piece,
    Reading,
    Sound,
    clips,
    read,
    write_wav,
)
from tests.world import kernel
from tests.world.model import model_folder

SEED, SECONDS, VOICES = 1, 60, 8
PEERS = (SEQUENTIAL, FILTERED, BATCHED)
COLUMNS = ("ours", _earlier_build.COMMIT, "WhisperModel", "with vad", "batched")
OF_EVERY_TEXT = ("weak_model", "may_be:")
LEVELS = (-60, -40, -20)
"""RMS in dB below full scale: a quiet room, a noisy one, a street."""

_SENTENCES = (
    "the road along the river was closed for three days",
    "nobody had told them when the letters would arrive",
    "we counted the windows and there were nineteen of them",
    "in the morning a man came to mend the kitchen door",
)


def main() -> None:
    """Measure, print all side by side, and the figures as JSON."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    model = model_folder(CACHE)
    found: dict[str, dict[str, Reading]] = {system: {} for system in (OURS, EARLIER, *PEERS)}
    with TemporaryDirectory(prefix="thirdcopy-silence-") as scratch:
        earlier = _earlier_build.checkout(Path(scratch) / "earlier")
        sounds = _sounds(Path(scratch), seed)
        print(f"{len(sounds)} sounds of {SECONDS} s: words written (of these without a mark)")
        print(f"{'':<24}" + "".join(f"{name:>14}" for name in COLUMNS))
        for name, sound in sounds.items():
            wav = Path(scratch) / "sound.wav"
            write_wav(wav, sound)
            for system, readings in found.items():
                readings[name] = read(system, model, wav, earlier)
            print(f"{name:<24}" + "".join(f"{_told(readings[name]):>14}" for readings in found.values()), flush=True)
    figures = {system: _figures(readings) for system, readings in found.items()}
    for system, one in figures.items():
        print(
            f"  {system:<26}{one['invented_per_minute']:7.2f} words a minute, {one['unmarked_per_minute']:.2f} unmarked"
        )
    rest = {
        "build": {"commit": _earlier_build.COMMIT, **figures[EARLIER]},
        "peers": {peer: figures[peer] for peer in PEERS},
        "seed": seed,
        "kernel": kernel.figures(),
    }
    print(json.dumps({**figures[OURS], **rest}))


def _told(reading: Reading) -> str:
    if reading.pieces is None:
        return "stopped"
    return f"{_words(reading.pieces)} ({_words(_unmarked(reading.pieces))})"


def _words(pieces: Sequence[Piece]) -> int:
    return sum(len(units(piece.text)) for piece in pieces)


def _unmarked(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if all(mark.startswith(OF_EVERY_TEXT) for mark in piece.marks)]


def _figures(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Of the sounds that a system finished with."""
    done = {name: reading.pieces for name, reading in readings.items() if reading.pieces is not None}
    minutes = max(1, len(done)) * SECONDS / 60
    return {
        "invented_per_minute": round(sum(map(_words, done.values())) / minutes, 3),
        "unmarked_per_minute": round(sum(_words(_unmarked(pieces)) for pieces in done.values()) / minutes, 3),
        "by_sound": {
            name: {"invented": _words(pieces), "unmarked": _words(_unmarked(pieces))} for name, pieces in done.items()
        },
        "stopped": sorted(set(readings) - set(done)),
    }


def _sounds(scratch: Path, seed: int) -> dict[str, Sound]:
    lots = numpy.random.default_rng(seed)
    size = SECONDS * RATE
    sounds = {"digital silence": numpy.zeros(size, dtype=numpy.float32)}
    for colour, slope in (("white", 0.0), ("pink", 0.5), ("brown", 1.0)):
        for level in LEVELS:
            sounds[f"{colour} noise {level} dB"] = _at(_noise(lots, size, slope), level)
    at = numpy.arange(size) / RATE
    hum = sum(numpy.sin(2 * numpy.pi * 50 * n * at) / n for n in (1, 2, 3, 5, 7))
    sounds["hum -30 dB"] = _at(numpy.asarray(hum), -30)
    sounds["chords -20 dB"] = _at(_chords(lots, at), -20)
    sounds["melody and drums -20 dB"] = _at(_melody(lots, at) + _drums(lots, size), -20)
    voices = [_voice(scratch, seed + number) for number in range(VOICES)]
    sounds["babble -25 dB"] = _at(_together(voices, size, lots), -25)
    sounds["babble backwards -25 dB"] = _at(_together([voice[::-1] for voice in voices], size, lots), -25)
    if os.environ.get("DATA") or DEFAULT.is_dir():
        recorded = [clip.sound()[::-1] for clip in clips()]
        sounds["voices backwards -25 dB"] = _at(_together(recorded, size, lots), -25)
    return sounds


def _at(sound: NDArray[Any], level: float) -> Sound:
    """Sound at an RMS level in dB below full scale."""
    even = sound * 10 ** (level / 20) / numpy.sqrt(numpy.mean(numpy.square(sound)))
    return numpy.asarray(even, dtype=numpy.float32)


def _noise(lots: numpy.random.Generator, size: int, slope: float) -> Sound:
    """Noise whose amplitude falls with frequency to the power of `slope`, from 20 Hz up."""
    spectrum = numpy.fft.rfft(lots.standard_normal(size))
    frequencies = numpy.maximum(numpy.fft.rfftfreq(size, 1 / RATE), 20.0)
    return numpy.asarray(numpy.fft.irfft(spectrum / frequencies**slope, size), dtype=numpy.float32)


def _note(frequency: float, at: NDArray[Any], begin: float, seconds: float) -> Sound:
    """A plucked note with five overtones."""
    since = at - begin
    sounding = (since >= 0) & (since < seconds)
    shape = numpy.where(sounding, numpy.exp(-3 * numpy.clip(since, 0, None) / seconds), 0.0)
    tone = sum(numpy.sin(2 * numpy.pi * frequency * n * since) / n**1.5 for n in range(1, 7))
    return numpy.asarray(shape * tone, dtype=numpy.float32)


def _scored(at: NDArray[Any], notes: Sequence[tuple[float, float, float]]) -> Sound:
    """Notes of frequency, beginning and length in seconds."""
    sound = numpy.zeros(at.size, dtype=numpy.float32)
    for frequency, begin, seconds in notes:
        first, last = round(begin * RATE), min(at.size, round((begin + seconds) * RATE))
        sound[first:last] += _note(frequency, at[first:last], begin, seconds)
    return sound


def _chords(lots: numpy.random.Generator, at: NDArray[Any]) -> Sound:
    roots = lots.choice([110.0, 130.81, 146.83, 164.81, 196.0], SECONDS // 2)
    return _scored(at, [(root * step, 2.0 * n, 2.0) for n, root in enumerate(roots) for step in (1, 1.26, 1.498)])


def _melody(lots: numpy.random.Generator, at: NDArray[Any]) -> Sound:
    steps = lots.choice([0, 2, 4, 5, 7, 9, 11, 12], SECONDS * 3)
    return _scored(at, [(261.63 * 2 ** (step / 12), n / 3, 0.4) for n, step in enumerate(steps)])


def _drums(lots: numpy.random.Generator, size: int) -> Sound:
    hit = lots.standard_normal(RATE // 8) * numpy.exp(-numpy.arange(RATE // 8) / (RATE / 50))
    sound = numpy.zeros(size, dtype=numpy.float32)
    for begin in range(0, size - hit.size, RATE // 2):
        sound[begin : begin + hit.size] += hit
    return sound


def _voice(scratch: Path, seed: int) -> Sound:
    """A synthetic voice saying words in no order."""
    lots = random.Random(seed)  # noqa: S311
    words = " ".join(_SENTENCES).split()
    lots.shuffle(words)
    wav = scratch / f"voice-{seed}.wav"
    voice = ("en", "fr", "ru", "tr")[seed % 4] + f"+{'mf'[seed % 2]}{1 + seed % 4}"
    subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(lots.randint(130, 190)), "-w", str(wav), " ".join(words)], check=True
    )
    from faster_whisper import decode_audio

    found: Sound = decode_audio(str(wav), sampling_rate=RATE)
    return found


def _together(voices: Sequence[Sound], size: int, lots: numpy.random.Generator) -> Sound:
    """Voices at once, each beginning anew wherever it ends; more than `VOICES` follow one another."""
    sound = numpy.zeros(size, dtype=numpy.float32)
    for number in range(VOICES):
        lane = numpy.concatenate(list(voices[number::VOICES]))
        lane = numpy.roll(lane, int(lots.integers(lane.size)))
        lane = lane / numpy.sqrt(numpy.mean(numpy.square(lane)))
        sound += numpy.resize(lane, size)
    return sound


if __name__ == "__main__":
    main()
