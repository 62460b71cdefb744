"""A server as tests see it: its processes, its address and keys, and when it is ready."""

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from storage.targets.s3.settings import S3Settings

ACCESS_KEY = "thirdcopy-tests"
SECRET_KEY = "canary-secret-of-the-tests"
BUCKET = "testimony"
READY_SECONDS = 60
_WORKERS = 16
"""Test processes side by side that have ports of their own."""


class NotInstalled(Exception):
    """A server's programs are not on this machine; the text says what to install."""


@dataclass
class Process:
    """A process of a server. Its secrets are in its environment or in a file, never in `command`.

    It works in `folder`, which is its own: what it says is in `server.log` there. `user` is whose process it is, by
    number, where that is not ours.
    """

    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None
    user: int | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment}
        with (self.folder / "server.log").open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                user=self.user,
            )

    @property
    def alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def send(self, what: signal.Signals) -> None:
        if self.running is not None:
            self.running.send_signal(what)

    def wait(self) -> None:
        """Wait until it has ended; after ten seconds without patience."""
        if self.running is None:
            return
        try:
            self.running.wait(10)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        self.running = None

    def said(self) -> str:
        """The end of what it wrote to its log."""
        return (self.folder / "server.log").read_text("utf-8", "replace")[-2000:]


@dataclass(frozen=True)
class S3Server:
    """A running server with one bucket. `ca_file` is the authority to trust, where it speaks TLS.

    `process` is the one that answers, `behind` are those it stands on, in the order in which they start.
    """

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    process: Process
    ready: Callable[["S3Server"], None]
    ca_file: Path | None = None
    behind: tuple[Process, ...] = ()

    def settings(self, **changes: object) -> S3Settings:
        """A stanza for this server; `changes` are fields of S3Settings."""
        stanza: dict[str, object] = {
            "endpoint": self.endpoint,
            "bucket": self.bucket,
            "access_key": SecretStr(self.access_key),
            "secret_key": SecretStr(self.secret_key),
            "ca_file": self.ca_file,
            "part_size_mib": 5,
        }
        return S3Settings.model_validate(stanza | changes)

    @property
    def processes(self) -> tuple[Process, ...]:
        """All of them, in the order in which they start."""
        return (*self.behind, self.process)

    def start(self) -> None:
        """Start again, at the same port, with what it kept; waits until it takes and gives an object."""
        for process in self.processes:
            if not process.alive:
                process.start()
        self.ready(self)

    def stop(self) -> None:
        """Ask it to end, and wait; SeaweedFS takes its ten seconds."""
        for process in reversed(self.processes):
            process.send(signal.SIGTERM)
            process.wait()

    def kill(self) -> None:
        """End all of it at once, as a loss of power would."""
        for process in self.processes:
            process.send(signal.SIGKILL)
        for process in self.processes:
            process.wait()


def served(server: S3Server) -> Iterator[S3Server]:
    """What a context manager of a server yields: the server, started, and killed in the end."""
    try:
        server.start()
        yield server
    finally:
        server.kill()


def wait_with_bucket(server: S3Server) -> None:
    """Wait as `wait` does, and make the bucket."""
    wait(server, make=True)


def wait(server: S3Server, *, make: bool = False) -> None:
    """Wait until the server takes and gives an object: it answers long before."""
    from storage.errors import TargetError
    from storage.targets import open_target
    from storage.targets.s3.client import Client

    until = time.monotonic() + READY_SECONDS
    target = open_target("starting", server.settings())
    while True:
        try:
            if make:
                Client("starting", server.settings()).ask("create_bucket", None)
            target.check()
        except TargetError as error:
            ended = [process for process in server.processes if not process.alive]
            if ended or time.monotonic() > until:
                first = (*ended, server.process)[0]
                raise RuntimeError(f"{first.command[0]} did not start: {error}\n{first.said()}") from error
            if "BucketAlready" in str(error):
                make = False
            time.sleep(0.1)
        else:
            return


def free_ports(count: int) -> list[int]:
    """Ports free now, below those that the system gives to outgoing connections, so that they can be taken again.

    Test processes side by side choose from ports of their own: between this look and a server's start there is time.
    """
    found: list[int] = []
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    for port in random.sample(range(18_000 + worker, 32_000, _WORKERS), 800):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError("no free ports on 127.0.0.1")


def step(command: list[str], of: Process, *, told: str = "", environment: dict[str, str] | None = None) -> None:
    """Run a program to its end, as something that `of` needs before it can start; its words go to the same log."""
    of.folder.mkdir(parents=True, exist_ok=True)
    with (of.folder / "server.log").open("ab") as log:
        done = subprocess.run(
            command,
            cwd=of.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(of.folder), **(environment or {})},
            input=told.encode(),
            stdout=log,
            stderr=log,
            timeout=READY_SECONDS,
            preexec_fn=_die_with_parent,
        )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed\n{of.said()}")


def installed(name: str) -> bool:
    """Whether there is such a program on PATH."""
    return shutil.which(name) is not None


def program(name: str) -> str:
    """A program of the dependency group `demo`."""
    path = Path(sys.executable).with_name(name)
    if not path.is_file():
        raise NotInstalled(f"there is no {path}; install the dependency group `demo`")
    return str(path)


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
