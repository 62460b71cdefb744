"""Serve the flows by the cron lines of the settings, and go on when a part of it dies.

`supervise` keeps a local Prefect server and a child that serves; either is started anew when it ends, and ends with
the supervisor. The child is this module, run by itself: it starts runs one at a time, each in a process of its own.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from archive.errors import RefusedError, SettingsError
from archive.settings.cron import next_after
from archive.settings.settings import Settings, find, load
from flows import interrupts
from flows.orchestration import child_process, server
from flows.orchestration.server import Server, ServerFailed

LOOK_EVERY, LONGEST_PAUSE = 1.0, 60.0
SILENT_LOOKS = 6
DEPLOYED = ("run", "fast", "audit")
ALERTS = "alerts"
"""The one line that is no flow: it must be kept though Prefect is not to be had, or is busy with a run of days."""


def supervise(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until told to stop. Raises SettingsError if no cron line is set, RefusedError if another serves already.

    What it started ends with it, also by kill -9.
    """
    lines(settings)
    with _alone(settings), interrupts.raised():
        supervisor = _Supervisor(settings, say)
        try:
            while True:
                supervisor.look()
                time.sleep(LOOK_EVERY)
        except interrupts.Ended:
            say("stopping")
        finally:
            for number in interrupts.ENDING:
                signal.signal(number, signal.SIG_IGN)
            supervisor.end()


class _Supervisor:
    """The server and the child, as they are now."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings, self._say = settings, say
        self._server: Server | None = None
        self._silent = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._api: str | None = None
        self._pause, self._not_before = 1.0, 0.0
        self._deploys = any(name in DEPLOYED for name in lines(settings))
        self._teller: subprocess.Popen[bytes] | None = None
        self._tell_at = self._next_telling()

    def look(self) -> None:
        """Start anew what has ended, with growing pauses where it ends again and again."""
        self._look_for_alerts()
        if not self._deploys or time.monotonic() < self._not_before:
            return
        try:
            api = self._settings.prefect.api_url or self._served()
        except ServerFailed as error:
            self._wait(str(error))
            return
        if self._child and self._child.poll() is not None:
            child_process.end(self._child)
            self._wait(f"serving ended ({self._child.returncode})")
            self._child = self._api = None
        elif api != self._api:
            self._serve(api)

    def end(self) -> None:
        """End them all."""
        if self._teller:
            child_process.end(self._teller)
        if self._child:
            child_process.end(self._child)
        if self._server:
            server.stop(self._settings, self._server)

    def _look_for_alerts(self) -> None:
        """Look whether somebody is to be told, at its times, in a process that is waited for by nobody."""
        if self._teller and self._teller.poll() is not None:
            child_process.end(self._teller)
            self._teller = None
        if self._tell_at is None or datetime.now(UTC) < self._tell_at:
            return
        self._tell_at = self._next_telling()
        if self._teller is None:
            environment = dict(os.environ) | {"THIRDCOPY_CONFIG": str(self._settings.file)}
            log = server.home(self._settings) / "alerts.log"
            self._teller = child_process.start("flows.orchestration.after_runs", environment=environment, log=log)

    def _next_telling(self) -> datetime | None:
        line = self._settings.schedule.alerts
        return next_after(line, datetime.now(UTC)) if line else None

    def _served(self) -> str:
        """The address of the local server; a new one where it died, or gives no answer for long."""
        if self._server:
            answers = self._server.lives() and server.answers(self._settings, self._server)
            self._silent = 0 if answers else self._silent + 1
            if self._server.lives() and self._silent < SILENT_LOOKS:
                return self._server.api
            self._say("the local Prefect server is gone: starting it anew")
            server.stop(self._settings, self._server)
        port = self._server.port if self._server else None
        self._server, self._silent = None, 0
        self._server = server.find_or_start(self._settings, port)
        return self._server.api

    def _serve(self, api: str) -> None:
        if self._child:
            child_process.end(self._child)
        environment = server.variables(self._settings, api) | {"THIRDCOPY_CONFIG": str(self._settings.file)}
        log = server.home(self._settings) / "serving.log"
        self._child = child_process.start("flows.orchestration.serving", environment=environment, log=log)
        self._api = api
        self._say(f"serving; the runs are at {api.removesuffix('/api')}, what they say in {log}")
        if self._server:
            self._say(f"the page wants the words in {server.password_file(self._settings)}")

    def _wait(self, why: str) -> None:
        self._say(f"{why}: beginning anew in {self._pause:.0f} s")
        self._not_before = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the schedule's lock while the block runs; the kernel lets it go with the process."""
    server.home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    with (server.home(settings) / "schedule.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError("another `thirdcopy schedule` serves this archive: stop it first") from None
        yield


def lines(settings: Settings) -> dict[str, str]:
    """The cron lines that are served here, by what they start; runs of pools are deployed instead.

    Raises SettingsError if there is none.
    """
    names = (ALERTS,) if settings.pools else (*DEPLOYED, ALERTS)
    found = {name: getattr(settings.schedule, name) for name in names}
    if not any(found.values()) and settings.pools:
        raise SettingsError([f"{settings.file}: with [pools], runs and audits are scheduled by: thirdcopy deploy"])
    if not any(found.values()):
        raise SettingsError([f'{settings.file}: schedule is empty: set [schedule] run = "30 2 * * *", for one'])
    return {name: cron for name, cron in found.items() if cron}


def main() -> None:
    """Serve the deployments of the settings: the child's whole life."""
    settings = load(find())
    with server.configured(settings, os.environ["PREFECT_API_URL"]):
        from prefect import serve

        set_lines = {name: cron for name, cron in lines(settings).items() if name in DEPLOYED}
        deployments = [_deployment(settings, name, cron) for name, cron in set_lines.items()]
        _withdraw(settings, [name for name in DEPLOYED if name not in set_lines])
        # One at a time: they would refuse each other the lease. A line whose run was missed is run late, once or so.
        serve(*deployments, limit=1, pause_on_shutdown=False, print_starting_message=False)


def _deployment(settings: Settings, name: str, cron: str) -> Any:
    from flows.orchestration.archive_flows import audit_archive, run_archive

    if name == "audit":
        return audit_archive.to_deployment(f"{settings.name}-{name}", cron=cron)
    return run_archive.to_deployment(f"{settings.name}-{name}", cron=cron, parameters={"fast": name == "fast"})


def _withdraw(settings: Settings, names: list[str]) -> None:
    """Delete the deployments whose cron line was taken out of the settings, and the runs planned for them."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        for name in names:
            flow = "audit" if name == "audit" else "run"
            try:
                found = client.read_deployment_by_name(f"{flow}/{settings.name}-{name}")
            except ObjectNotFound:
                continue
            client.delete_deployment(found.id)


if __name__ == "__main__":
    main()
