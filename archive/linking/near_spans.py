"""Spans of a text that lie near a place, found without looking at all of them. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class _Span(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Found = TypeVar("Found")


class Spans(Generic[Found]):
    """Things with their spans, in order of their start."""

    def __init__(self, pairs: Iterable[tuple[_Span, Found]]) -> None:
        self._pairs = sorted(pairs, key=lambda pair: pair[0].start)
        self._starts = [span.start for span, _ in self._pairs]
        self._longest = max((span.end - span.start for span, _ in self._pairs), default=0)

    def touching(self, start: int, end: int) -> Iterator[Found]:
        """Those that share a code point with `start` to `end`, in order."""
        for place in range(bisect_left(self._starts, start - self._longest), len(self._pairs)):
            span, found = self._pairs[place]
            if span.start >= end:
                return
            if span.end > start:
                yield found
