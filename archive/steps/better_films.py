"""Which of two films of one clip is the better one: first the longer, then the taller, then that of more bits. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from archive.records.clip import Capture, Stream
from archive.sources.contract import Fetched
from transcription.media.probing_media import MediaStream

ROUNDING_S, ROUNDING_SHARE = 1.0, 1 / 1000
"""Lengths that differ by less are one: containers round, and tracks end apart."""

MORE_BITS = 1.1
"""So many times the bit rate is more; encoders vary by less from one run to the next."""


@dataclass(frozen=True)
class Film:
    """A film as it was measured: seconds, bytes, and of its largest picture the pixels of height and the codec."""

    duration: float
    size: int
    height: int | None = None
    codec: str | None = None

    @classmethod
    def held(cls, capture: Capture) -> Self:
        """The film of a capture."""
        return cls(capture.duration, capture.media.size, *_tallest(capture.streams))

    @classmethod
    def come(cls, fetched: Fetched) -> Self:
        """A film that was fetched."""
        examined = fetched.examined
        return cls(examined.survey.duration, fetched.media.stat().st_size, *_tallest(examined.media.streams))


def _tallest(streams: Iterable[Stream | MediaStream]) -> tuple[int | None, str | None]:
    """The height and the codec of the largest picture."""
    videos = [stream for stream in streams if stream.kind == "video"]
    tallest = max(videos, key=lambda stream: stream.height or 0, default=None)
    return (tallest.height, tallest.codec) if tallest else (None, None)


@dataclass(frozen=True)
class Verdict:
    """Whether a film is better than the one held, and why."""

    better: bool
    why: str


def compare(new: Film, held: Film) -> Verdict:
    """Whether a new film takes the first place. One that is no better does not: what was there first stays first."""
    apart = new.duration - held.duration
    if abs(apart) > max(ROUNDING_S, held.duration * ROUNDING_SHARE):
        return Verdict(apart > 0, f"it lasts {new.duration:.1f} s, and the one held {held.duration:.1f} s")
    if new.height and held.height and new.height != held.height:
        return Verdict(
            new.height > held.height, f"its picture has {new.height} lines, and that of the one held {held.height}"
        )
    if new.codec == held.codec and new.duration and held.duration:
        rate, before = new.size / new.duration, held.size / held.duration
        if max(rate, before) > MORE_BITS * min(rate, before):
            kilobits = f"{rate / 125:,.0f} kbit/s, and the one held {before / 125:,.0f}"
            return Verdict(rate > before, f"it has {kilobits}")
    return Verdict(better=False, why="neither length nor picture nor bit rate tells them apart")
