"""Where speech is, in whole milliseconds, and the windows in which a long track is read. Pure but for the sound."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from typing import NamedTuple

import numpy

from transcription.engines.engine import SAMPLES_A_MS, STEP_MS, Piece, Samples

MARGIN_MS = 1000
"""Speech that comes this near to the end of a window may go on: it is read with the next window."""


class Span(NamedTuple):
    """From `start` to before `end`, in milliseconds."""

    start: int
    end: int


@dataclass(frozen=True)
class Heard:
    """Speech in some sound: the chunks to be read, and where of that the first look was sure."""

    chunks: tuple[Span, ...]
    sure: tuple[Span, ...]

    def later(self, offset: int) -> "Heard":
        """The same, so many ms later."""
        return Heard(
            tuple(Span(a + offset, b + offset) for a, b in self.chunks),
            tuple(Span(a + offset, b + offset) for a, b in self.sure),
        )


@dataclass(frozen=True)
class Window:
    """A part of a track that is read at once: its span in the track, its sound, and the speech in it by track time.

    `speech` are the chunks to be read, `sure` where the detector's first look heard speech.
    """

    span: Span
    samples: Samples
    speech: tuple[Span, ...]
    sure: tuple[Span, ...]

    def sound(self, span: Span) -> Samples:
        """The samples of a span of the track that lies in this window."""
        offset = self.span.start
        return self.samples[(span.start - offset) * SAMPLES_A_MS : (span.end - offset) * SAMPLES_A_MS]


def windows(pieces: Iterable[Samples], detect: Callable[[Samples], Heard]) -> Iterator[Window]:
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
        heard = detect(sound)
        speech = list(heard.chunks)
        cut = length
        if following is not None:
            cut = max(0, length - MARGIN_MS)
            while speech and speech[-1].end > cut:
                cut = min(cut, speech.pop().start)
        if cut > 0:
            kept = Heard(tuple(speech), tuple(within(heard.sure, Span(0, cut)))).later(at)
            yield Window(Span(at, at + cut), sound[: cut * SAMPLES_A_MS], kept.chunks, kept.sure)
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


def within(spans: Iterable[Span], whole: Span) -> list[Span]:
    """What of the spans lies in another."""
    cut = (Span(max(s.start, whole.start), min(s.end, whole.end)) for s in spans)
    return [span for span in cut if span.start < span.end]


def share_in(spans: Iterable[Span], whole: Span) -> float:
    """The share of a span that others, which do not overlap, cover: 0 to 1."""
    covered = sum(span.end - span.start for span in within(spans, whole))
    return covered / (whole.end - whole.start) if whole.end > whole.start else 0.0


def over(
    odds: Sequence[float], threshold: float, hysteresis: float, frame_ms: int, *, within: Span | None
) -> list[Span]:
    """Where the probabilities, one each `frame_ms`, reach a threshold and stay above it less the hysteresis."""
    found: list[Span] = []
    start: int | None = None
    for frame, odd in enumerate([*odds, -1.0]):
        if start is None and odd >= threshold:
            start = frame
        elif start is not None and odd < threshold - hysteresis:
            found.append(Span(start * frame_ms, frame * frame_ms))
            start = None
    end = within.end if within else len(odds) * frame_ms
    return [Span(span.start, min(span.end, end)) for span in found if span.start < end]


def joined(spans: Iterable[Span], silence_ms: int, *, pad: int = 0, within: Span | None = None) -> list[Span]:
    """Make one of spans, in order, that less than a silence parts; then widen each by `pad`, without overlap."""
    found: list[Span] = []
    for span in spans:
        if found and span.start - found[-1].end < silence_ms:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    if not pad or not found:
        return found
    least, most = (within.start, within.end) if within else (0, found[-1].end + pad if found else 0)
    middles = [least, *((a.end + b.start) // 2 for a, b in pairwise(found)), most]
    return [
        Span(max(span.start - pad, before), min(span.end + pad, after))
        for span, (before, after) in zip(found, pairwise(middles), strict=True)
    ]


def cut_long(span: Span, longest: int, loudness: Callable[[int], float]) -> list[Span]:
    """Cut a span into pieces of at most `longest` ms, each where its last third is quietest."""
    pieces = []
    while span.end - span.start > longest:
        latest = span.start + longest
        cut = min(range(latest - longest // 3, latest + 1, STEP_MS), key=loudness)
        pieces.append(Span(span.start, cut))
        span = Span(cut, span.end)
    return [*pieces, span]


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
    step = 100 * SAMPLES_A_MS
    means = (float(numpy.mean(numpy.square(samples[n : n + step]))) for n in range(0, samples.size, step))
    loudest = max(means, default=0.0)
    return round(10 * log10(loudest), 1) + 0.0 if loudest > 0 else None


def near(spans: Sequence[Span], span: Span) -> list[Span]:
    """Those of the spans that overlap with one."""
    return [one for one in spans if one.end > span.start and one.start < span.end]
