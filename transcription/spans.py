"""Where speech is, in whole milliseconds, and the windows in which a long track is read. Pure but for the sound."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from transcription.media import SAMPLE_RATE

SAMPLES_A_MS = SAMPLE_RATE // 1000
MARGIN_MS = 1000
"""Speech that comes this near to the end of a window may go on: it is read with the next window."""

STEP_MS = 20
"""The step of Whisper's timestamps: a shorter piece has no extent of its own."""

Samples = NDArray[numpy.float32]


class Span(NamedTuple):
    """From `start` to before `end`, in milliseconds."""

    start: int
    end: int


class Piece(NamedTuple):
    """Text from `start` to `end`, in milliseconds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Window:
    """A part of a track that is read at once: its span in the track, its sound, and the speech in it by track time."""

    span: Span
    samples: Samples
    speech: tuple[Span, ...]

    def sound(self, span: Span) -> Samples:
        """The samples of a span of the track that lies in this window."""
        offset = self.span.start
        return self.samples[(span.start - offset) * SAMPLES_A_MS : (span.end - offset) * SAMPLES_A_MS]


def windows(pieces: Iterable[Samples], detect: Callable[[Samples], Sequence[Span]]) -> Iterator[Window]:
    """Put a track's sound into windows that end in silence, or where speech was cut anyway.

    `pieces` are whole milliseconds long but for the last. `detect` gives the speech in some sound. What of it ends
    within `MARGIN_MS` of a piece's end is held over to the next window, as is the last second of silence.
    """
    coming = iter(pieces)
    held: Samples = numpy.empty(0, dtype=numpy.float32)
    at = 0
    piece = next(coming, None)
    while piece is not None:
        following = next(coming, None)
        sound = numpy.concatenate((held, piece))
        length = sound.size // SAMPLES_A_MS
        speech = list(detect(sound))
        cut = length
        if following is not None:
            cut = max(0, length - MARGIN_MS)
            while speech and speech[-1].end > cut:
                cut = min(cut, speech.pop().start)
        if cut > 0:
            yield Window(
                Span(at, at + cut), sound[: cut * SAMPLES_A_MS], tuple(Span(at + a, at + b) for a, b in speech)
            )
        held, at, piece = sound[cut * SAMPLES_A_MS :], at + cut, following


def holes(spans: Iterable[Span], within: Span) -> list[Span]:
    """What of `within` the spans leave open. They are in order and do not overlap."""
    found = []
    at = within.start
    for span in spans:
        if span.start > at:
            found.append(Span(at, span.start))
        at = max(at, span.end)
    if at < within.end:
        found.append(Span(at, within.end))
    return found


def settled(pieces: Iterable[Piece], within: Span, *, slack: int) -> list[Piece]:
    """Put the pieces that a model gave for a chunk in order within it, without overlap.

    A piece without extent joins the one before it, or after it if it is the first. Holes of at most `slack` are closed,
    for the model's times are rough; a longer one stays open, for the model wrote nothing there. Pieces without text
    are left out. All text survives.
    """
    laid: list[Piece] = []
    waiting = ""
    at = within.start
    for piece in pieces:
        if not piece.text.strip():
            continue
        start = min(max(piece.start, at), within.end)
        end = min(max(piece.end, start), within.end)
        text = waiting + piece.text
        if end - start >= STEP_MS:
            laid.append(Piece(start, end, text))
            waiting, at = "", end
        elif laid:
            laid[-1] = laid[-1]._replace(text=laid[-1].text + piece.text)
        else:
            waiting = text
    if waiting:
        laid = [Piece(within.start, within.end, waiting)]
    if not laid:
        return []
    ends = [*(p.start for p in laid[1:]), within.end]
    laid = [p._replace(end=e) if e - p.end <= slack else p for p, e in zip(laid, ends, strict=True)]
    if laid[0].start - within.start <= slack:
        laid[0] = laid[0]._replace(start=within.start)
    return laid


def level(samples: Samples) -> float | None:
    """The loudest tenth of a second, RMS in dB below full scale, to one digit; None for digital silence."""
    step = SAMPLE_RATE // 10
    means = (float(numpy.mean(numpy.square(samples[n : n + step]))) for n in range(0, samples.size, step))
    loudest = max(means, default=0.0)
    return round(10 * log10(loudest), 1) + 0.0 if loudest > 0 else None
