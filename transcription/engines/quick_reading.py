"""Greedy first, and no more silence encoded than a chunk needs: of which models that is known to be no worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Quick:
    """How much is encoded, in ms: a chunk and the silence after it, in steps, at least so much and at most.

    `batch_ms` is what a batch costs beside its chunks, as so much more to encode; `most` bounds what attention takes
    of memory, as chunks times the square of their ms.
    """

    after_ms: int = 2000
    step_ms: int = 1000
    least_ms: int = 10_000
    most_ms: int = 30_000
    batch_ms: int = 5_000
    most: int = 16 * 20_000**2

    def reach(self, length: int) -> int:
        """How many ms are encoded of a chunk of `length` ms."""
        wanted = -(-(length + self.after_ms) // self.step_ms) * self.step_ms
        return min(max(wanted, self.least_ms), self.most_ms)


QUICK: Final = Quick()

MEASURED: Final[Mapping[str, str]] = {
    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9": "Systran/faster-whisper-base, int8",
}
"""The models on which quick reading was measured, by the sha256 of their weights."""


def divided(threads: int, processors: int) -> tuple[int, int]:
    """Threads of each worker, and how many workers: two halves read faster than one whole, whose steps are small.

    `threads` 0 are as many as there are processors, four at most, which is CTranslate2's own choice.
    """
    whole = threads or min(processors, 4)
    return (whole // 2, 2) if whole > 1 else (1, 1)
