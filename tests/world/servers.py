"""Real S3 servers on this machine's loopback: SeaweedFS, rclone, and a TLS front for either.

A plain library, for tests and for the demonstration. Each server listens on 127.0.0.1 alone, can be stopped, killed
and started again at the same port, and dies with the thread that started it, also in a crash (on Linux).
"""

import asyncio
import ctypes
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import trustme
from pydantic import SecretStr

from storage.targets.s3_settings import S3Settings

ACCESS_KEY = "thirdcopy-tests"
SECRET_KEY = "canary-secret-of-the-tests"
BUCKET = "testimony"
READY_SECONDS = 60


@dataclass
class Process:
    """A server's process. Its secrets are in its environment or in a file, never in `command`."""

    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
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
            )

    def end(self, how: signal.Signals) -> None:
        if self.running is None:
            return
        self.running.send_signal(how)
        try:
            self.running.wait(10)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        self.running = None


@dataclass(frozen=True)
class S3Server:
    """A running server with one bucket. `ca_file` is the authority to trust, where it speaks TLS."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    process: Process
    ready: Callable[["S3Server"], None]
    ca_file: Path | None = None

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

    def start(self) -> None:
        """Start again, at the same port, with what it kept; waits until it takes and gives an object."""
        self.process.start()
        self.ready(self)

    def stop(self) -> None:
        """Ask it to end, and wait; SeaweedFS takes its ten seconds."""
        self.process.end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.process.end(signal.SIGKILL)


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Server]:
    """SeaweedFS in one process, as light as it goes: small volumes, two of them at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("master", "volume", "filer", "s3")
    ports = free_ports(2 * len(names))
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    keys = folder / "s3.json"
    keys.touch(mode=0o600)
    keys.write_text(json.dumps({"identities": [identity]}), "utf-8")
    command = [
        _program("weed"),
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-master.electionTimeout=1s",
        "-volume.max=50",
        "-volume.preStopSeconds=0",
        "-filer",
        "-s3",
        f"-s3.config={keys}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    for index, name in enumerate(names):
        command += [f"-{name}.port={ports[2 * index]}", f"-{name}.port.grpc={ports[2 * index + 1]}"]
    try:
        yield from _served(Process(command, folder), ports[6], _make_bucket)
    finally:  # it names these itself, and leaves them behind when killed
        for index, name in enumerate(names):
            Path(f"/tmp/seaweedfs-{name}-grpc-{ports[2 * index + 1]}.sock").unlink(missing_ok=True)
            Path(f"/tmp/seaweedfs-{name}-{ports[2 * index]}.sock").unlink(missing_ok=True)


@contextmanager
def rclone(folder: Path, *, anyone: bool = False) -> Iterator[S3Server]:
    """`rclone serve s3` over a folder. `anyone`: without keys, so that every stranger may read and write."""
    (folder / "kept" / BUCKET).mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    command = [_program("rclone"), "serve", "s3", str(folder / "kept"), "--addr", f"127.0.0.1:{port}"]
    environment = {"RCLONE_CONFIG": os.devnull, "RCLONE_CACHE_DIR": str(folder / "cache")}
    if not anyone:
        environment["RCLONE_AUTH_KEY"] = f'"{ACCESS_KEY},{SECRET_KEY}"'
    yield from _served(Process(command, folder, environment), port, _wait)


@contextmanager
def tls(server: S3Server, folder: Path) -> Iterator[S3Server]:
    """The same server through TLS, with an authority of its own in `ca_file`; stopping it stops what is behind."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    ca_file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    behind = urlsplit(server.endpoint)
    (port,) = free_ports(1)
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ended = asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await reader.read(1 << 18):
                writer.write(block)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(behind.hostname, behind.port)
        except OSError:
            writer.transport.abort()
            return
        try:
            await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
            with suppress(OSError):
                await asyncio.gather(writer.wait_closed(), there_writer.wait_closed())
        except asyncio.CancelledError:
            pass  # the front is being taken down, and its connections with it
        finally:
            writer.transport.abort()
            there_writer.transport.abort()

    async def serve() -> None:
        front = await asyncio.start_server(pass_on, "127.0.0.1", port, ssl=context)
        started.set()
        await ended.wait()
        front.close()
        going = asyncio.all_tasks() - {asyncio.current_task()}
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for _ in range(5):  # a transport closes in the rounds of the loop that follow
            await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="tls front")
    thread.start()
    started.wait()
    try:
        yield S3Server(
            f"https://127.0.0.1:{port}",
            server.access_key,
            server.secret_key,
            server.bucket,
            server.process,
            server.ready,
            ca_file,
        )
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def free_ports(count: int) -> list[int]:
    """Ports free now, below those that the system gives to outgoing connections, so that they can be taken again."""
    found: list[int] = []
    for port in random.sample(range(18_000, 32_000), 2000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError("no free ports on 127.0.0.1")


def _served(process: Process, port: int, ready: Callable[[S3Server], None]) -> Iterator[S3Server]:
    server = S3Server(f"http://127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY, BUCKET, process, ready)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _make_bucket(server: S3Server) -> None:
    _wait(server, make=True)


def _wait(server: S3Server, *, make: bool = False) -> None:
    """Wait until the server takes and gives an object: it answers long before."""
    from storage.errors import TargetError
    from storage.targets import open_target
    from storage.targets.s3_client import Client

    until = time.monotonic() + READY_SECONDS
    target = open_target("starting", server.settings())
    while True:
        try:
            if make:
                Client("starting", server.settings()).ask("create_bucket", None)
            target.check()
        except TargetError as error:
            process = server.process.running
            if process is None or process.poll() is not None or time.monotonic() > until:
                log = (server.process.folder / "server.log").read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"{server.process.command[0]} did not start: {error}\n{log}") from error
            if "BucketAlready" in str(error):
                make = False
            time.sleep(0.1)
        else:
            return


def _program(name: str) -> str:
    path = Path(sys.executable).with_name(name)
    if not path.is_file():
        raise RuntimeError(f"there is no {path}; install the dependency group `demo`")
    return str(path)


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
