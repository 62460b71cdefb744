"""Which channels of a track are read: mixed, or some each by itself, so that no voice is lost in the mix.

Two channels of opposite phase cancel, of three microphones one may be taken for a subwoofer, a tone or hum on one
side covers a voice on the other, a soft second voice drowns in a loud one. So the mix is compared with each channel,
piece by piece, before it is trusted: where somebody speaks in a channel, and too little of what that channel holds is
in the mix, the mix is not read, but the fewest channels that together hold all speech.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy
from numpy.typing import NDArray

from transcription.engines.engine import Samples
from transcription.hearing.mixing import Mixing
from transcription.hearing.speech_spans import Span
from transcription.media.decoding import SAMPLE_RATE, decode_apart
from transcription.media.packets import Survey
from transcription.media.probing_media import Media
from transcription.records import Record

HEARD_DB: Final = -45.0
"""RMS of a twentieth of a second, below full scale, above which somebody may be speaking."""

APART_DB: Final = 6.0
"""How much louder one side must be for a voice to belong to it: two microphones on a table differ by that."""

PIECE_S: Final = 2
"""Seconds that are compared at once: 62 frames, so that chance alone makes a coherence of .02."""

LOST_S: Final = 1.0
"""Seconds of speech that must be lost before a mix is given up; less becomes gaps."""

RUN_S: Final = 2.5
"""Seconds of speech lost in pieces next to one another, as a sentence is, for which a mix is given up."""

LOST_SHARE: Final = 0.02
"""Share of a track whose speech is lost here and there, for which it is given up too: a piece alone may err."""

MOST_PAIRED: Final = 8
"""Channels up to which what one lacks of another is listened to; of more, only what the mix lacks of each."""

_LEVELS_A_SECOND: Final = 10


class Unread(Record):
    """Speech in a channel that no reading covers, in ms."""

    channel: int
    start: int
    end: int


class Plan(Record):
    """How a track is read: the channels that are read each by itself, none for all of them mixed.

    `unread` is speech that is in none of what is read. `levels` is the loudest of the channels that are not read by
    themselves, in each tenth of a second, in tenths of a decibel below full scale (RMS), None for digital silence.
    """

    channels: tuple[int, ...] = ()
    unread: tuple[Unread, ...] = ()
    levels: tuple[int | None, ...] = ()

    def loudest(self, span: Span) -> float | None:
        """The level of the loudest tenth of a second of a span, of the channels that are not read by themselves."""
        some = self.levels[span.start * _LEVELS_A_SECOND // 1000 : -(-span.end * _LEVELS_A_SECOND // 1000)]
        loud = [level for level in some if level is not None]
        return max(loud) / 10 if loud else None


Detect = Callable[[Samples], Sequence[Span]]
"""Where speech is in some sound, in ms from its start."""


def plan(
    path: Path, track: int, channels: int, media: Media, survey: Survey, *, detect: Detect, timeout: float
) -> Plan:
    """Compare the mix of a track's channels with each of them. Raises MediaError."""
    if channels < 2:
        return Plan()
    pieces = decode_apart(path, track, seconds=PIECE_S, timeout=timeout, media=media, survey=survey)
    with closing(pieces):
        found = [_compared(piece, detect, number) for number, piece in enumerate(pieces)]
    if not found:
        return Plan()
    levels = numpy.concatenate([piece.levels for piece in found])
    if channels == 2 and _two_voices(found):
        return Plan(channels=(0, 1))
    chosen, unread = _cover(found, channels)
    others = [n for n in range(channels) if n not in chosen]
    loudest = levels[:, others].max(axis=1) if others else numpy.full(len(levels), -numpy.inf)
    return Plan(
        channels=chosen,
        unread=unread,
        levels=tuple(round(float(level) * 10) if numpy.isfinite(level) else None for level in loudest),
    )


@dataclass(frozen=True)
class _Piece:
    """What was found in one piece: where each channel has speech, and in which others, or the mix, that is heard too.

    `held[c][k]` says so of channel c in channel k, the last k being the mix. `sides` counts twentieths of a second that
    were heard, and those louder on the left and on the right.
    """

    start: int
    speech: tuple[tuple[Span, ...], ...]
    held: NDArray[numpy.bool_]
    levels: NDArray[numpy.float64]
    sides: tuple[int, int, int]


def _compared(piece: NDArray[numpy.float32], detect: Detect, number: int) -> _Piece:
    channels, start = piece.shape[1], number * PIECE_S * 1000
    found = Mixing(piece)
    held = found.held.copy()
    speech: tuple[tuple[Span, ...], ...] = ((),) * channels
    if not held[:, channels].all():
        heard = [detect(piece[:, c]) for c in range(channels)]
        speech = tuple(tuple(Span(start + s.start, start + s.end) for s in some) for some in heard)
        for c, other in numpy.argwhere(found.in_question):
            if speech[c] and (other == channels or channels <= MOST_PAIRED):
                held[c, other] = not detect(found.rest(c, other))
    return _Piece(start, speech, held, _levels(piece), _sides(piece) if channels == 2 else (0, 0, 0))


def _levels(piece: NDArray[numpy.float32]) -> NDArray[numpy.float64]:
    """The level of each channel in each tenth of a second, in dB below full scale; minus infinity for silence."""
    step = SAMPLE_RATE // _LEVELS_A_SECOND
    padded = numpy.pad(piece, ((0, -len(piece) % step), (0, 0)))
    means = numpy.square(padded.astype(numpy.float64)).reshape(-1, step, piece.shape[1]).mean(axis=1)
    with numpy.errstate(divide="ignore"):
        found: NDArray[numpy.float64] = 10 * numpy.log10(means)
    return found


def _sides(piece: NDArray[numpy.float32]) -> tuple[int, int, int]:
    """Of the twentieths of a second that are louder than `HEARD_DB`: how many, and how many on the left and the right.

    They are shorter than syllables, so that two voices at once, as a speaker's and an interpreter's, are told apart
    too: over half a second both are as loud.
    """
    step = SAMPLE_RATE // 20
    whole = len(piece) // step * step
    power = numpy.mean(numpy.square(piece[:whole].astype(numpy.float64)).reshape(-1, step, 2), axis=1)
    loudness = 10 * numpy.log10(power + 1e-12)
    loud = loudness.max(axis=1) > HEARD_DB
    apart = loudness[:, 0] - loudness[:, 1]
    return int(loud.sum()), int((loud & (apart > APART_DB)).sum()), int((loud & (apart < -APART_DB)).sum())


def _two_voices(pieces: Sequence[_Piece]) -> bool:
    """Whether a stereo track has one speaker a side, as two microphones give.

    At least a third of what is heard is on one side, and each side has some of it.
    """
    heard, left, right = (sum(piece.sides[n] for piece in pieces) for n in range(3))
    return min(left, right) > 0 and min(left, right) >= heard / 20 and left + right >= heard / 3


def _cover(pieces: Sequence[_Piece], channels: int) -> tuple[tuple[int, ...], tuple[Unread, ...]]:
    """The fewest channels that hold the speech of all, greedily; none where the mix does; and what is left unread."""
    lost = _lost(pieces, channels, (channels,))
    chosen, rest = tuple[int, ...](), list(range(channels))
    while rest and _too_much(lost, len(pieces)):
        wider = {tuple(sorted((*chosen, c))): _lost(pieces, channels, (*chosen, c)) for c in rest}
        chosen = min(wider, key=lambda some: (_length(wider[some]), some))
        rest, lost = [c for c in rest if c not in chosen], wider[chosen]
    return chosen, tuple(_joined([(channel, span) for channel, _, spans in lost for span in spans]))


_Lost = tuple[int, int, tuple[Span, ...]]
"""A channel, the number of a piece, and the speech of that channel there that is in nothing of what is read."""


def _lost(pieces: Sequence[_Piece], channels: int, read: Sequence[int]) -> list[_Lost]:
    """Speech of any channel that is in nothing of what is read, by channel and time."""
    return [
        (channel, number, piece.speech[channel])
        for channel in range(channels)
        for number, piece in enumerate(pieces)
        if piece.speech[channel] and not piece.held[channel, list(read)].any()
    ]


def _length(lost: Sequence[_Lost]) -> float:
    """Seconds of speech."""
    return sum(span.end - span.start for _, _, spans in lost for span in spans) / 1000


def _too_much(lost: Sequence[_Lost], pieces: int) -> bool:
    """Whether so much of a channel's speech is lost that another channel must be read."""
    most = max((_length(list(some)) for _, some in groupby(lost, key=lambda one: one[0])), default=0.0)
    if most < LOST_S:
        return False
    runs = groupby(enumerate(lost), key=lambda one: (one[1][0], one[1][1] - one[0]))  # pieces next to one another
    longest = max(_length([each for _, each in run]) for _, run in runs)
    return longest >= RUN_S or most >= LOST_SHARE * pieces * PIECE_S


def _joined(found: Sequence[tuple[int, Span]]) -> Iterator[Unread]:
    for channel, some in groupby(found, key=lambda one: one[0]):
        begin: int | None = None
        end = 0
        for _, span in some:
            if begin is not None and span.start - end <= 200:
                end = span.end
                continue
            if begin is not None:
                yield Unread(channel=channel, start=begin, end=end)
            begin, end = span.start, span.end
        if begin is not None:
            yield Unread(channel=channel, start=begin, end=end)
