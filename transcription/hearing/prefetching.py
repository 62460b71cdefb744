"""An iterator that runs ahead of whoever takes from it, in a thread: decoding goes on while the model reads."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
_LOOK_EVERY = 0.2


class Prefetched(Generic[Item]):
    """The same items, made in a thread from now on, up to `most` before they are asked for.

    What making them raises is raised in its turn. Closing it ends the thread, and closes `items` if that is a
    generator; so does reaching the end.
    """

    def __init__(self, items: Iterable[Item], *, most: int = 1) -> None:
        self._items = items
        self._made: Queue[tuple[Item] | BaseException | None] = Queue(most)
        self._left = Event()
        self._thread = Thread(target=self._work, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while not self._left.is_set():
            made = self._made.get()
            if isinstance(made, tuple):
                yield made[0]
                continue
            self.close()
            if made is not None:
                raise made

    def close(self) -> None:
        """Make nothing more. Again is fine."""
        self._left.set()
        while self._thread.is_alive():
            with suppress(Empty):
                self._made.get_nowait()
            self._thread.join(_LOOK_EVERY)

    def _hand_over(self, made: "tuple[Item] | BaseException | None") -> bool:
        while not self._left.is_set():
            with suppress(Full):
                self._made.put(made, timeout=_LOOK_EVERY)
                return True
        return False

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._hand_over((item,)):
                    break
        except BaseException as raised:  # whoever takes from it must hear of it
            error = raised
        finally:
            if isinstance(self._items, Generator):
                self._items.close()
        self._hand_over(error)
