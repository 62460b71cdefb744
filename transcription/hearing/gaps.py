"""What a window leaves unwritten, and why. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

from transcription.cutting import beginning
from transcription.hearing.speech_spans import Span, Window, holes, level, near, within
from transcription.records import Gap, Reason, Record, Segment

LONGEST_GUESS = 200
"""Characters of what a model made of a stretch that are kept where it is no text: as far as whole words go."""


class Left(Record):
    """A stretch that nothing is written for, in ms, why, and what the model made of it."""

    start: int
    end: int
    reason: Reason
    guess: str | None = None

    @classmethod
    def of(cls, span: Span, reason: Reason, guess: str = "") -> Self:
        """That a span is left unwritten."""
        guess = beginning(guess.strip(), LONGEST_GUESS).rstrip()
        return cls(start=span.start, end=span.end, reason=reason, guess=guess or None)


def gaps(
    window: Window,
    segments: Sequence[Segment],
    left: Mapping[Span, Left],
    channel: int | None,
    loudest: Callable[[Span], float | None],
) -> Iterator[Gap]:
    """What of a window its segments leave open: in speech for that speech's reason, elsewhere silence.

    `loudest` is the level of what is not read by itself, in a span of the track.
    """
    written = [Span(round(s.start * 1000), round(s.end * 1000)) for s in segments]
    silence: Reason = "no_speech"
    for hole in holes(written, window.span):
        open_ = [(part, left[span]) for span in near(sorted(left), hole) for part in within([span], hole)]
        silent = [(span, Left.of(span, silence)) for span in holes((s for s, _ in open_), hole)]
        for span, why in sorted([*open_, *silent], key=lambda one: one[0]):
            yield Gap(
                start=span.start / 1000,
                end=span.end / 1000,
                reason=why.reason,
                level=max((one for one in (level(window.sound(span)), loudest(span)) if one is not None), default=None),
                guess=why.guess,
                channel=channel,
            )


def joined(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Make one gap of those of a channel that follow one another for the same reason, as at the seam of two windows."""
    whole: list[Gap] = []
    last: dict[int | None, int] = {}
    for gap in gaps:
        number = last.get(gap.channel)
        before = whole[number] if number is not None else None
        if number is not None and before and before.end == gap.start and _alike(before, gap):
            levels = [g.level for g in (before, gap) if g.level is not None]
            whole[number] = before.model_copy(update={"end": gap.end, "level": max(levels, default=None)})
        else:
            last[gap.channel] = len(whole)
            whole.append(gap)
    return tuple(whole)


def _alike(a: Gap, b: Gap) -> bool:
    return (a.reason, a.guess) == (b.reason, b.guess)
