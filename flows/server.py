"""Prefect's home and server, ours alone: inside the state folder, on loopback, telling nobody.

Nothing here imports Prefect: it reads its settings when it is first imported, so `configure` comes before that.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError
from archive.settings import Settings

START_TIMEOUT = 180.0
KEPT = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")


class ServerFailed(ArchiveError):
    """The local Prefect server did not start."""


@dataclass(frozen=True)
class Server:
    """A local Prefect server: its process and its address."""

    pid: int
    port: int

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def page(self) -> str:
        """The address of its pages."""
        return f"http://127.0.0.1:{self.port}"


def home(settings: Settings) -> Path:
    """Where Prefect keeps its things."""
    return settings.state / "prefect"


def configure(settings: Settings, api: str) -> None:
    """Point Prefect at our home and an API, whatever profile or variables the user has. Call it before importing it."""
    os.environ.update(environment(settings, api))
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        if name not in environment(settings, api) and not (name in KEPT and settings.prefect.api_url):
            del os.environ[name]


def environment(settings: Settings, api: str) -> dict[str, str]:
    """Prefect's settings as variables."""
    return {
        "PREFECT_HOME": str(home(settings)),
        "PREFECT_PROFILES_PATH": str(home(settings) / "profiles.toml"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "archive,storage,transcription",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The API's address while the block runs: the configured one, else a local server's, started where none runs."""
    if settings.prefect.api_url:
        yield settings.prefect.api_url
        return
    running = find(settings)
    server = running or start(settings)
    try:
        yield server.api
    finally:
        if running is None:
            stop(settings, server)


def find(settings: Settings) -> Server | None:
    """The local server that is running, if one is."""
    try:
        noted = json.loads((home(settings) / "server.json").read_text())
        server = Server(int(noted["pid"]), int(noted["port"]))
        os.kill(server.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if healthy(server) else None


def start(settings: Settings, port: int | None = None) -> Server:
    """Start a local server and wait until it answers. Raises ServerFailed with the place of its log."""
    home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    port = port or _free_port()
    server_log = home(settings) / "server.log"
    variables = {**os.environ, **environment(settings, f"http://127.0.0.1:{port}/api")}
    variables["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with server_log.open("ab") as log:
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    server = Server(process.pid, port)
    (home(settings) / "server.json").write_text(json.dumps({"pid": server.pid, "port": port}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        if healthy(server):
            return server
        time.sleep(0.2)
    stop(settings, server)
    raise ServerFailed(f"the local Prefect server did not start: see {server_log}")


def stop(settings: Settings, server: Server) -> None:
    """Stop a local server: kindly, then for good."""
    (home(settings) / "server.json").unlink(missing_ok=True)
    for sign, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(server.pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _ended(server.pid):
                return
            time.sleep(0.05)


def healthy(server: Server) -> bool:
    """Whether a server answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{server.api}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _ended(pid: int) -> bool:
    try:
        found, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False
    return found == pid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
