"""Prefect's home and server, ours alone: inside the state folder, on loopback, telling nobody.

Nothing here imports Prefect: it reads its settings when it is first imported, so `configure` comes before that.
"""

import base64
import fcntl
import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from archive.settings.settings import Settings
from flows.orchestration import child_process

START_TIMEOUT = 120.0
ANSWER_TIMEOUT = 5.0
KEPT = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")


class ServerFailed(ArchiveError):
    """The local Prefect server did not start."""


@dataclass(frozen=True)
class Server:
    """A local Prefect server: its process number, its port, and its process if this process started it."""

    pid: int
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def page(self) -> str:
        """The address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def lives(self) -> bool:
        """Whether its process is there."""
        if self.process:
            return self.process.poll() is None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


def home(settings: Settings) -> Path:
    """Where Prefect keeps its things."""
    return (settings.state / "prefect").absolute()


@contextmanager
def configured(settings: Settings, api: str) -> Iterator[None]:
    """Point Prefect at our home and an API, whatever the user has set up; import it first within the block.

    It also reads `.env`, `prefect.toml` and `pyproject.toml` of the working folder: within the block that is our home.
    """
    home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = variables(settings, api)
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
    with chdir(home(settings)):
        yield


def variables(settings: Settings, api: str) -> dict[str, str]:
    """The environment for a process with Prefect in it: the user's, but with our settings of Prefect and no others."""
    kept = KEPT if settings.prefect.api_url else ()
    asked = asked_with(settings)
    others = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_") or name in kept}
    return others | {
        "PREFECT_HOME": str(home(settings)),
        "PREFECT_PROFILES_PATH": str(home(settings) / "profiles.toml"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "archive,storage,transcription",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **({"PREFECT_API_AUTH_STRING": asked} if asked else {}),
    }


def asked_with(settings: Settings) -> str | None:
    """The name and password that the server is asked with; None where it is elsewhere, and the settings have none."""
    if not settings.prefect.api_url:
        return password(settings)
    given = settings.prefect.password
    return f"thirdcopy:{given.get_secret_value()}" if given else None


def password_file(settings: Settings) -> Path:
    """Where the local server's password lies."""
    return home(settings) / "password"


def password(settings: Settings) -> str:
    """What the local server's API and pages want, made once: who else is on this machine could else start runs."""
    home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        descriptor = os.open(password_file(settings), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"thirdcopy:{secrets.token_urlsafe(24)}")
    return password_file(settings).read_text()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The API's address while the block runs: the configured one, else a local server's, started where none runs."""
    if settings.prefect.api_url:
        yield settings.prefect.api_url
        return
    server = find_or_start(settings)
    try:
        yield server.api
    finally:
        if server.process:
            stop(settings, server)


def find_or_start(settings: Settings, port: int | None = None) -> Server:
    """The local server that is running, else a new one; two who ask at once get the same. Raises ServerFailed."""
    home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home(settings) / "server.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find(settings) or _start(settings, port)


def find(settings: Settings) -> Server | None:
    """The local server that is running, if one is: a note of it that is out of date deceives nobody."""
    try:
        noted = json.loads(_note(settings).read_text())
        server = Server(int(noted["pid"]), int(noted["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if server.lives() and answers(settings, server) else None


def answers(settings: Settings, server: Server) -> bool:
    """Whether a server answers, and is this archive's: a port may have gone to another's meanwhile."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.addheaders = [("Authorization", f"Basic {base64.b64encode(password(settings).encode()).decode()}")]
    try:
        with opener.open(f"{server.api}/admin/settings", timeout=ANSWER_TIMEOUT) as answer:
            found: Any = json.load(answer)
            return isinstance(found, dict) and found.get("home") == str(home(settings))
    except (urllib.error.URLError, OSError, ValueError):
        return False


def stop(settings: Settings, server: Server) -> None:
    """Stop a local server that this process started."""
    with suppress(OSError, ValueError):
        if json.loads(_note(settings).read_text()).get("pid") == server.pid:
            _note(settings).unlink()
    if server.process:
        child_process.end(server.process)


def _note(settings: Settings) -> Path:
    return home(settings) / "server.json"


def _start(settings: Settings, port: int | None) -> Server:
    """Start a local server and wait until it answers. A port that is taken by now is given up for a free one."""
    log = home(settings) / "server.log"
    for chosen in (port or _free_port(), _free_port()):
        if server := _try_to_start(settings, chosen, log):
            return server
    raise ServerFailed(f"the local Prefect server did not start: see {log}, or run without it: thirdcopy run --plain")


def _try_to_start(settings: Settings, port: int, log: Path) -> Server | None:
    found = variables(settings, f"http://127.0.0.1:{port}/api")
    environment = {name: value for name, value in found.items() if not name.startswith("THIRDCOPY_")}
    environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"http://127.0.0.1:{port}"
    environment["PREFECT_SERVER_API_AUTH_STRING"] = password(settings)
    command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    process = child_process.start(*command, environment=environment, log=log)
    server = Server(process.pid, port, process)
    started = False
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not started and server.lives() and time.monotonic() < deadline:
            time.sleep(0.1)
            started = answers(settings, server)
        if started:
            _note(settings).write_text(json.dumps({"pid": server.pid, "port": port}))
            return server
        return None
    finally:
        if not started:
            stop(settings, server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
