"""Chunks of speech as the model takes them: one stretch, or several of one language packed together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from transcription.engines.engine import Piece, Samples, TimedWord
from transcription.hearing.speech_spans import Span, Window


@dataclass(frozen=True)
class Chunk:
    """Stretches of speech, in order, that are read at once; the silence between them is left out."""

    pieces: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From the first stretch to the last."""
        return Span(self.pieces[0].start, self.pieces[-1].end)

    @property
    def length(self) -> int:
        """Ms of sound, without what is left out."""
        return sum(piece.end - piece.start for piece in self.pieces)

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.length / 1000

    def sound(self, window: Window) -> Samples:
        """Its samples, one stretch after the other."""
        sounds = [window.sound(piece) for piece in self.pieces]
        return sounds[0] if len(sounds) == 1 else numpy.concatenate(sounds)

    def begin(self, at: int) -> int:
        """The time in the track of what begins `at` ms after the chunk's beginning."""
        for piece in self.pieces:
            length = piece.end - piece.start
            if at < length:
                return piece.start + at
            at -= length
        return self.pieces[-1].end

    def end(self, at: int) -> int:
        """The same for what ends there: at the end of a stretch, not at the beginning of the next."""
        for piece in self.pieces:
            length = piece.end - piece.start
            if at <= length:
                return piece.start + at
            at -= length
        return self.pieces[-1].end

    def placed(self, pieces: Sequence[Piece]) -> list[Piece]:
        """What was written, by the time of the track."""
        return [Piece(self.begin(p.start), max(self.begin(p.start), self.end(p.end)), p.text) for p in pieces]

    def placed_words(self, words: Sequence[TimedWord]) -> list[TimedWord]:
        """The words by the time of the track."""
        return [w._replace(start=self.begin(w.start), end=max(self.begin(w.start), self.end(w.end))) for w in words]


def next_chunks(spans: Sequence[Span], count: int, *, apart: int, longest: int | None) -> list[Chunk]:
    """The next `count` chunks, or fewer, of spans of speech in order.

    The first `apart` spans are chunks of their own; so are all if `longest` is None. Else spans are packed as long as
    their speech adds up to `longest` ms at most.
    """
    runs: list[list[Span]] = []
    for number, span in enumerate(spans):
        fits = (
            longest is not None
            and number > apart
            and bool(runs)
            and sum(s.end - s.start for s in (*runs[-1], span)) <= longest
        )
        if fits:
            runs[-1].append(span)
        elif len(runs) == count:
            break
        else:
            runs.append([span])
    return [Chunk(tuple(run)) for run in runs]


def words_of(pieces: Sequence[Piece], words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    """The words of each piece: both are the same text in order, cut at different places."""
    found: list[list[TimedWord]] = [[] for _ in pieces]
    if not pieces:
        return found
    ends, length = [], 0
    for piece in pieces:
        length += len("".join(piece.text.split()))
        ends.append(length)
    at = number = 0
    for word in words:
        letters = len("".join(word.text.split()))
        while number < len(pieces) - 1 and at + letters / 2 > ends[number]:
            number += 1
        at += letters
        found[number].append(word)
    return found
