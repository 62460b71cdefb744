"""A real PostgreSQL in a folder of its own: Debian's, on loopback and a socket, as an ordinary user."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.world.servers.running import READY_SECONDS, NotInstalled, Process, free_ports

ROLE, PASSWORD = "keeper", "canary-secret-of-the-ledger"
"""Who owns the ledgers: no superuser."""

SUPERUSER = "postgres"
_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_SETTINGS = (
    *("fsync=off", "full_page_writes=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0"),
    *("shared_buffers=32MB", "max_connections=200", "jit=off", "max_parallel_workers_per_gather=0"),
)


@dataclass
class Postgresql:
    """A server that runs; databases are made in it by name."""

    folder: Path
    port: int
    process: Process

    def start(self) -> None:
        """Start, or start again with what it kept; waits until it answers."""
        self.process.start()
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError as error:
                if not self.process.alive or time.monotonic() > until:
                    raise RuntimeError(f"postgres did not start: {error}\n{self.process.said()}") from error
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End it without waiting for those who are connected."""
        self.process.send(signal.SIGINT)
        self.process.wait()

    def kill(self) -> None:
        """End it at once, as a loss of power would, and wait until none of its processes is left."""
        self.process.send(signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + READY_SECONDS
        while self._is_left():
            if time.monotonic() > until:
                raise RuntimeError("processes of a killed PostgreSQL go on")
            time.sleep(0.02)

    def _is_left(self) -> bool:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self.folder / "data":
                    return True
        return False

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What the superuser is answered."""
        by = {"host": str(self.folder), "port": str(self.port), "user": SUPERUSER, "dbname": database}
        with psycopg.connect(**by, autocommit=True) as connection:  # type: ignore[arg-type]
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def database(self, options: str = "") -> str:
        """The name of a new database that the role owns."""
        name = f"ledger_{secrets.token_hex(6)}"
        self.ask(f'CREATE DATABASE "{name}" OWNER {ROLE} {options}')
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever is at it."""
        self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, database: str, *, role: str = ROLE) -> str:
        """The address of a database by the socket, where no password is asked for."""
        return f"postgresql://{role}@localhost:{self.port}/{database}?host={self.folder}"

    def loopback(self, database: str, *, role: str = ROLE) -> str:
        """Its address on loopback, where one is."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgresql(settings: Sequence[str] = _SETTINGS) -> Iterator[Postgresql]:
    """A server in a new folder, ended and taken away at the end. Raises NotInstalled.

    Without `settings` it is as it comes, and syncs what it keeps.
    """
    if not _PROGRAMS:
        raise NotInstalled("there is no PostgreSQL in /usr/lib/postgresql; install: postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not in the tests' own folders, which are one user's alone
    try:
        user = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None
        if user is not None:
            os.chown(folder, user, -1)
        port = free_ports(1)[0]
        _make(folder, user)
        place = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}")
        options = [f"--{setting}" for setting in (*settings, *place)]
        command = [str(_PROGRAMS[0] / "postgres"), "-D", str(folder / "data"), *options]
        server = Postgresql(folder, port, Process(command, folder, {"LC_ALL": "C.UTF-8"}, user=user))
        try:
            server.start()
            server.ask(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, user: int | None) -> None:
    """A cluster whose databases sort by a language unless they are told otherwise: the ledger has to tell them."""
    options = [
        *("-U", SUPERUSER, "--no-sync", "--encoding=UTF8", "--auth-local=trust", "--auth-host=scram-sha-256"),
        *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"),
    ]
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    done = subprocess.run(
        [str(_PROGRAMS[0] / "initdb"), "-D", str(folder / "data"), f"--pwfile={password}", *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=READY_SECONDS,
        user=user,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed\n{done.stderr.decode()}")
