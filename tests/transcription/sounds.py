"""Sounds that nobody speaks in, made from seeds; and where recorded speech lies, on machines that have it."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy
from numpy.typing import NDArray

from transcription.media.decoding import SAMPLE_RATE, decode

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "speech"
"""Recorded speech with its texts, beside the checkout; absent in most places."""

Sound = NDArray[numpy.float64]


def write(path: Path, sound: Sound) -> Path:
    """Write 16-bit WAV: one row of samples a channel, or samples alone."""
    rows = numpy.atleast_2d(sound)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(rows.shape[0])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((numpy.clip(rows, -1, 1).T * 32767).astype("<i2").tobytes())
    return path


def load(path: Path) -> Sound:
    """Read a file's first track."""
    return numpy.concatenate(list(decode(path, 0, seconds=60, timeout=60))).astype(numpy.float64)


def in_turn(*sounds: Sound, pause: float = 1.2) -> Sound:
    """One after the other, with some seconds of silence after each."""
    still = numpy.zeros(int(pause * SAMPLE_RATE))
    return numpy.concatenate([part for sound in sounds for part in (sound, still)])


def music(seconds: int, *, seed: int) -> Sound:
    """Plucked chords with overtones, one each two seconds."""
    random = numpy.random.default_rng(seed)
    time = numpy.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    bars = []
    for _ in range(seconds // 2):
        tones = [220, 277.2, 329.6, 440 * 2 ** (random.integers(12) / 12)]
        waves = sum(numpy.sin(2 * numpy.pi * tone * n * time) / n for tone in tones for n in (1, 2, 3, 4))
        bars.append(waves * numpy.exp(-1.5 * time))
    sound: Sound = numpy.concatenate(bars)
    return 0.6 * sound / float(abs(sound).max())


def cafe(voices: Sequence[Sound], seconds: int, *, seed: int) -> Sound:
    """Voices backwards over one another, with clinking glasses and noise."""
    random = numpy.random.default_rng(seed)
    sound = 0.02 * random.standard_normal(seconds * SAMPLE_RATE)
    for voice in voices:
        at = 0
        while at < sound.size:
            length = min(voice.size, sound.size - at)
            sound[at : at + length] += 0.1 * random.uniform(0.3, 1) * voice[::-1][:length]
            at += length + int(random.integers(8000))
    clink = 0.3 * numpy.exp(-numpy.arange(800) / 100) * numpy.sin(1.9 * numpy.arange(800))
    for at in random.integers(0, sound.size - 800, size=2 * seconds):
        sound[at : at + 800] += clink
    return sound
