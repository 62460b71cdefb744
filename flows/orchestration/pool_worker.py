"""A worker of a pool: Prefect's own process worker, with a session in the ledger that says that it is there.

Each flow run is a process of its own, with a session of its own. Import this only within `server.configured`.
"""

import asyncio
import functools
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
from prefect.workers.process import ProcessWorker

from archive.errors import ArchiveError
from archive.opening.archive import Archive, opened
from archive.opening.working import at_work, worker_name
from archive.preservation.lost_workers import store_left
from archive.settings.settings import Settings
from archive.steps.stages import Pool
from archive.steps.storing import sweep
from flows import interrupts
from flows.orchestration import pool_names
from flows.orchestration.prefect_hands import told
from storage.errors import TargetError

log = logging.getLogger(__name__)
PAUSE, LONGEST_PAUSE = 2.0, 60.0
LOOK_EVERY, LEFT_FOR = 30.0, timedelta(minutes=1)
"""Seconds between two looks at what the spool alone holds, and for how long it lies there before it is stored here."""
ENDING = 10.0
"""Seconds that flow runs' processes have to end."""


def work(settings: Settings, pool: Pool, say: Callable[[str], None], *, limit: int | None, name: str | None) -> None:
    """Take flow runs of a pool until told to stop, by Ctrl-C or SIGTERM; their processes end with it.

    While Prefect's server does not answer, what was taken goes on, and the worker waits. Raises RefusedError where
    another worker has this name.
    """
    os.environ["THIRDCOPY_CONFIG"] = str(settings.file)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    with opened(settings) as archive, at_work(archive, pool.doing):
        sweep(archive)
        called = f"{worker_name(archive)} {name}" if name else worker_name(archive)
        say(f"{called}: working for pool {pool}")
        with _storing_what_is_left(archive):
            try:
                _until_told(lambda: _worker(settings, pool, called, limit, say), say)
            finally:
                _end_children()
    say("stopped")


@contextmanager
def _storing_what_is_left(archive: Archive) -> Iterator[None]:
    """Have a thread store what flow runs of this machine sealed and did not come to store, since they were killed."""
    ended = threading.Event()

    def store() -> None:
        while not ended.is_set():
            try:
                store_left(archive, LEFT_FOR)
            except (ArchiveError, TargetError) as error:
                log.warning("what the spool alone holds could not be stored now: %s", error)
            ended.wait(LOOK_EVERY)

    thread = threading.Thread(target=store, name="store what is left", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(ENDING)


def _until_told(make: Callable[[], ProcessWorker], say: Callable[[str], None]) -> None:
    """Run workers, one after another where one breaks, until a signal comes."""
    pause = PAUSE
    while True:
        begun = time.monotonic()
        try:
            if anyio.run(_run, make):
                return
        except Exception as error:  # whatever Prefect's worker breaks at, the machine goes on working
            pause = PAUSE if time.monotonic() - begun > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            say(f"the worker broke off ({_words(error)}): beginning anew in {pause:.0f} s")
        with interrupts.raised():
            try:
                time.sleep(pause)
            except interrupts.Ended:
                return


async def _run(make: Callable[[], ProcessWorker]) -> bool:
    """Run a worker to its end: whether a signal ended it."""
    loop, told_to_stop = asyncio.get_running_loop(), False
    with anyio.CancelScope() as scope:

        def stop() -> None:
            nonlocal told_to_stop
            told_to_stop = True
            _signal_children(signal.SIGTERM)
            scope.cancel()

        for number in interrupts.ENDING:
            loop.add_signal_handler(number, stop)
        await make().start(printer=lambda *_words: None)
    return told_to_stop


def _worker(settings: Settings, pool: Pool, name: str, limit: int | None, say: Callable[[str], None]) -> ProcessWorker:
    worker = ProcessWorker(
        work_pool_name=pool_names.pool_name(settings, pool), name=name, limit=limit, create_pool_if_not_found=False
    )
    patient = _Patience(say)
    patched: Any = worker
    patched.get_and_submit_flow_runs = patient.with_(worker.get_and_submit_flow_runs)
    patched._sync_and_initialize = patient.with_(worker._sync_and_initialize)
    return worker


class _Patience:
    """Waits for a server that does not answer: Prefect's own loops give up after a minute and a half."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._away = say, False

    def with_(self, deed: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        """The same deed, which does nothing while the server is away."""

        @functools.wraps(deed)
        async def patient() -> Any:
            try:
                done = await deed()
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                if isinstance(error, httpx.HTTPStatusError) and not error.response.is_server_error:
                    raise
                if not self._away:
                    self._say(f"waiting: {told(error)}")
                self._away = True
                return None
            if self._away:
                self._say("the Prefect server answers again")
            self._away = False
            return done

        return patient


def _words(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return told(error) if isinstance(error, httpx.HTTPError) else f"{type(error).__name__}: {error}"


def _children() -> list[int]:
    found = list[int]()
    with suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def _signal_children(number: signal.Signals) -> None:
    for pid in _children():
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _end_children() -> None:
    """End the processes of flow runs: kindly, then for good."""
    _signal_children(signal.SIGTERM)
    deadline = time.monotonic() + ENDING
    while _children() and time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(0.05)
    _signal_children(signal.SIGKILL)
