"""Serve the flows by the cron lines of the settings, and go on when the server was restarted.

`supervise` keeps a local Prefect server and a child that serves; either is started anew when it ends. The child is
`python -m flows.serving`.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from archive.errors import SettingsError
from archive.settings import Settings, find, load
from flows import server

log = logging.getLogger(__name__)
LOOK_EVERY, LONGEST_PAUSE = 2.0, 60.0


def supervise(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until interrupted. Raises SettingsError if no cron line is set."""
    if not any((settings.schedule.run, settings.schedule.fast, settings.schedule.audit)):
        raise SettingsError([f'{settings.file}: schedule is empty: set [schedule] run = "30 2 * * *", for one'])
    own = None if settings.prefect.api_url else server.find(settings) or server.start(settings)
    api = settings.prefect.api_url or (own.api if own else "")
    say(f"serving; the runs are at {own.page if own else api}. Stop with Ctrl-C")
    signal.signal(signal.SIGTERM, _interrupt)
    child, pause = _serve(settings, api), 1.0
    try:
        while True:
            time.sleep(LOOK_EVERY)
            if own and not server.healthy(own):
                say("the local Prefect server does not answer: starting it anew")
                server.stop(settings, own)
                own = server.start(settings, own.port)
            if child.poll() is not None:
                say(f"serving ended ({child.returncode}): beginning anew in {pause:.0f} s")
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                child = _serve(settings, api)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
        if own:
            server.stop(settings, own)


def _serve(settings: Settings, api: str) -> subprocess.Popen[bytes]:
    variables = {**os.environ, **server.environment(settings, api), "THIRDCOPY_CONFIG": str(settings.file)}
    return subprocess.Popen([sys.executable, "-m", "flows.serving"], env=variables, stdin=subprocess.DEVNULL)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Serve the deployments of the settings: the child's whole life."""
    settings = load(find())
    server.configure(settings, os.environ["PREFECT_API_URL"])
    from prefect import serve

    from flows.prefect_flows import audit_archive, run_archive

    schedule = settings.schedule
    deployments: list[Any] = []
    if schedule.run:
        deployments.append(run_archive.to_deployment(f"{settings.name}-run", cron=schedule.run))
    if schedule.fast:
        fast = {"fast": True}
        deployments.append(run_archive.to_deployment(f"{settings.name}-fast", cron=schedule.fast, parameters=fast))
    if schedule.audit:
        deployments.append(audit_archive.to_deployment(f"{settings.name}-audit", cron=schedule.audit))
    serve(*deployments, print_starting_message=False)


if __name__ == "__main__":
    main()
