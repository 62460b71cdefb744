"""Ctrl-C and SIGTERM end a process at once, whatever it is at.

A thread amid a fetch cannot be asked to end, and would take hours; a model's library notes no signal before it returns;
Prefect's engine answers SIGTERM by waiting for every task. So a thread of its own waits for the signals and ends the
process. That is as good as any end: what kill -9 must not spoil, this does not.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2.0
"""Seconds for last words: a terminal may be stopped, a pipe full."""


@contextmanager
def ended_at_once(last_words: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the process within the block, with 130 and 143, as shells have it. Main thread only.

    The kernel's signal is seen through `set_wakeup_fd`, which works also where the main thread is busy outside Python
    and where somebody else, as Prefect does, has put a handler of their own in place of ours.
    """
    seen, noted = os.pipe()
    os.set_blocking(noted, False)
    watcher = Thread(target=_watch, args=(seen, last_words), name="interrupts", daemon=True)
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


def _leave_to_watcher(_signal: int, _frame: FrameType | None) -> None:
    """A handler of Python's must be there, or nothing is noted."""


def _watch(seen: int, last_words: Callable[[], None]) -> None:
    while number := os.read(seen, 1):
        if number[0] in ENDING:
            talker = Thread(target=last_words, daemon=True)
            talker.start()
            talker.join(PATIENCE)
            os._exit(128 + number[0])
