"""What takes a second to count, counted once in a while for all who ask."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """The answer of a question, asked again only when it is `seconds` old; whoever comes meanwhile waits for it."""

    def __init__(self, ask: Callable[[], Value], *, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._ask, self._seconds, self._clock = ask, seconds, clock
        self._lock = Lock()
        self._kept: tuple[float, Value] | None = None

    def __call__(self) -> Value:
        """The answer."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > self._seconds:
                self._kept = self._clock(), self._ask()
            return self._kept[1]
