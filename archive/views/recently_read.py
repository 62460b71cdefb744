"""What was made of texts lately and takes time to make, kept until it is too much: the longest unasked goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class RecentlyRead(Generic[Value]):
    """Values by what they were made of, of at most so much weight in all. For several threads at once."""

    def __init__(self, most: int) -> None:
        self._most, self._weight, self._lock = most, 0, Lock()
        self._kept = OrderedDict[Hashable, tuple[Value, int]]()

    def get(self, key: Hashable, weight: int, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept; one that weighs more than all may is not kept at all."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value = make()  # two at once make it twice, and nobody waits for another's text
        with self._lock:
            if key not in self._kept and weight <= self._most:
                self._kept[key] = value, weight
                self._weight += weight
            while self._weight > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._weight -= gone
        return value
