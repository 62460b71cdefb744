"""Ctrl-C and SIGTERM end a process at once, whatever it is at.

A thread amid a fetch cannot be asked to end, and would take hours; a model's library notes no signal before it returns;
Prefect's engine answers SIGTERM by waiting for every task. So a thread of its own waits for the signals and ends the
process. That is as good as any end: what kill -9 must not spoil, this does not. What must be put back all the same, a
terminal or a half ledger, is said by `before_end`; who ends by itself on a signal says so by `raised`.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2.0
"""Seconds for last deeds and words: a terminal may be stopped, a pipe full."""

WORDS = "interrupted; what was done is kept, the next run goes on from there"


class Ended(BaseException):
    """Ctrl-C or SIGTERM came where `raised` has it raised; `code` is what shells make of it: 130, 143."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = 128 + number


_last: list[tuple[Callable[[], object], str | None]] = []
"""What is to be done, and said, if the process ends now; the newest comes first."""


@contextmanager
def before_end(deed: Callable[[], object], words: str | None = None) -> Iterator[None]:
    """Have something done if a signal ends the process within the block, and perhaps other last words than `WORDS`."""
    last = (deed, words)
    _last.append(last)
    try:
        yield
    finally:
        _last.remove(last)


@contextmanager
def ended_at_once(say: Callable[[str], None] = lambda _words: None) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the process within the block, with 130 and 143, as shells have it. Main thread only.

    `say` says the last words. The kernel's signal is seen through `set_wakeup_fd`, which works also where the main
    thread is busy outside Python and where somebody else, as Prefect does, has put a handler of their own in place of
    ours.
    """
    seen, noted = os.pipe()
    os.set_blocking(noted, False)
    watcher = Thread(target=_watch, args=(seen, say), name="interrupts", daemon=True)
    watcher.start()
    handlers = {number: signal.signal(number, _leave_to_watcher) for number in ENDING}
    before = signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(noted)
        watcher.join()
        os.close(seen)


@contextmanager
def raised() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise Ended in the main thread within the block, for who then ends by itself."""
    before = signal.set_wakeup_fd(-1)
    handlers = {number: signal.signal(number, _raise) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before, warn_on_full_buffer=False)


def _leave_to_watcher(_signal: int, _frame: FrameType | None) -> None:
    """A handler of Python's must be there, or nothing is noted."""


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Ended(number)


def _watch(seen: int, say: Callable[[str], None]) -> None:
    while number := os.read(seen, 1):
        if number[0] in ENDING:
            last = Thread(target=_end, args=(say,), daemon=True)
            last.start()
            last.join(PATIENCE)
            os._exit(128 + number[0])


def _end(say: Callable[[str], None]) -> None:
    deeds = _last[::-1]
    for deed, _ in deeds:
        with suppress(OSError):
            deed()
    say(next((words for _, words in deeds if words), WORDS))
