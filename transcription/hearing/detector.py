"""Where speech is: the silero detector, and a second look at what it leaves out. The importer of its model.

The detector carries a state along the recording, and after a change of voice, room or loudness it may stay deaf for
seconds. So each stretch that it leaves out is heard again, by itself, from a fresh state and at full loudness, with a
lower threshold. What the first look found is speech; what the second adds is read too, and has to prove itself.
"""

from collections.abc import Sequence

import numpy
from faster_whisper.vad import get_vad_model
from numpy.typing import NDArray

from transcription.engines.engine import SAMPLES_A_MS, Samples
from transcription.hearing.speech_spans import Heard, Span, cut_long, holes, joined, level, over
from transcription.records import Options

FRAME_MS = 32
"""One probability for each 512 samples."""

SPEECH = 0.5
"""Probability from which a frame is speech: silero's own default. It ends below `SPEECH` - `HYSTERESIS`."""

FAINT = 0.25
"""The same in the second look."""

HYSTERESIS = 0.15
SHORTEST_HOLE_MS = 300
"""Shorter stretches between speech are not looked at again."""

QUIETEST_DB = -72.0
"""A stretch whose loudest tenth of a second is below this is not looked at again: recorded speech is there at -65."""

PEAK = 0.7
"""What a stretch is raised to before the second look, by 30 dB at most."""

_MOST_GAIN = 31.6


def first_look(sound: Samples) -> Sequence[Span]:
    """Where the detector is sure of speech in some sound, in ms from its start."""
    whole = Span(0, sound.size // SAMPLES_A_MS)
    return over(_probabilities(numpy.ascontiguousarray(sound)), SPEECH, HYSTERESIS, FRAME_MS, within=whole)


def detect(sound: Samples, options: Options) -> Heard:
    """Where speech is in some sound, in ms from its start; chunks are cut at pauses, and are as long as asked for."""
    whole = Span(0, sound.size // SAMPLES_A_MS)
    if not whole.end:
        return Heard((), ())
    first = first_look(sound)
    second = [span for hole in holes(joined(first, options.min_silence_ms), whole) for span in _again(sound, hole)]
    pad, longest = options.pad_ms, options.max_speech_seconds * 1000
    chunks = joined(sorted([*first, *second]), options.min_silence_ms, pad=pad, within=whole)
    odds = _Levels(sound)
    speech = tuple(piece for chunk in chunks for piece in cut_long(chunk, longest, odds))
    return Heard(speech, tuple(joined(first, options.min_silence_ms, pad=pad, within=whole)))


def _again(sound: Samples, hole: Span) -> list[Span]:
    """What a second look hears in a stretch that the first left out."""
    if hole.end - hole.start < SHORTEST_HOLE_MS:
        return []
    samples = sound[hole.start * SAMPLES_A_MS : hole.end * SAMPLES_A_MS]
    loudness = level(samples)
    if loudness is None or loudness < QUIETEST_DB:
        return []
    gain = min(_MOST_GAIN, PEAK / float(numpy.max(numpy.abs(samples))))
    found = over(_probabilities(samples * numpy.float32(max(1.0, gain))), FAINT, HYSTERESIS, FRAME_MS, within=None)
    return [
        Span(hole.start + span.start, min(hole.start + span.end, hole.end))
        for span in found
        if span.end - span.start >= SHORTEST_HOLE_MS and hole.start + span.start < hole.end
    ]


def _probabilities(sound: Samples) -> Sequence[float]:
    samples = FRAME_MS * SAMPLES_A_MS
    padded = numpy.pad(sound, (0, -sound.size % samples))
    found: NDArray[numpy.float32] = get_vad_model()(padded)
    return [float(odd) for odd in found.reshape(-1)]


class _Levels:
    """How loud the sound is around a moment, for cutting long speech where it is quietest."""

    def __init__(self, sound: Samples) -> None:
        self._sound = sound

    def __call__(self, at: int) -> float:
        around = self._sound[max(0, at - 100) * SAMPLES_A_MS : (at + 100) * SAMPLES_A_MS]
        return float(numpy.mean(numpy.square(around))) if around.size else 0.0
