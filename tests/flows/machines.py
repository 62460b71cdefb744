"""Several workers over one archive on this machine: PostgreSQL, Prefect's server, a state folder for each worker."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.flows.place import Place, ask, group, little_archive, until
from tests.world.channel import Channel, Video
from tests.world.servers.postgresql import PASSWORD, Postgresql
from tests.world.servers.running import free_ports

SECRET = "canary-secret-of-prefect"
SETTINGS = """\
[ledger]
url = "{ledger}"

[pools]
keep = 2

[prefect]
api_url = "http://127.0.0.1:{port}/api"
database = "{database}"
batch = {batch}
"""


@dataclass
class Machines:
    """The place of the run, the places of workers, and what runs."""

    place: Place
    channel: Channel
    postgresql: Postgresql
    ledger: str
    api: str
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, place: Place, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own; what it says is in a file beside its settings."""
        with (place.folder / f"{arguments[0]}.log").open("a") as log:
            process = subprocess.Popen(
                [*place.command, *arguments],
                cwd=place.folder,
                env=place.variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def serve(self) -> subprocess.Popen[str]:
        """Start Prefect's server, and wait until it answers."""
        process = self.start(self.place, "server")
        until("Prefect's server answers", lambda: self._answers(process), patience=180)
        return process

    def _answers(self, process: subprocess.Popen[str]) -> bool:
        assert process.poll() is None, (self.place.folder / "server.log").read_text()
        try:
            return bool(self.asked("/admin/version"))
        except (URLError, ConnectionError):
            return False

    def worker(self, name: str) -> Place:
        """The place of a worker: the same settings, but for the folder of its state and its name."""
        folder = self.place.folder / name
        folder.mkdir(exist_ok=True)
        text = self.place.file.read_text().replace('state = "state"', f'state = "{folder / "state"}"')
        for target in ("one", "two", "three"):
            text = text.replace(f'path = "{target}"', f'path = "{self.place.folder / target}"')
        (folder / "archive.toml").write_text(f'{text}\n[worker]\nname = "{name}"\n')
        return Place(folder, self.place.environment)

    def asked(self, path: str, body: object = None) -> Any:
        """What Prefect's server answers."""
        return ask(self.api, path, body, f"thirdcopy:{SECRET}")

    def flow_runs(self, *states: str) -> list[dict[str, Any]]:
        """The flow runs in some states, or in any."""
        chosen = {"flow_runs": {"state": {"type": {"any_": list(states)}}}} if states else {}
        found: list[dict[str, Any]] = self.asked("/flow_runs/filter", chosen)
        return found

    def kept(self, query: str) -> list[tuple[Any, ...]]:
        """What the ledger's database holds."""
        return self.postgresql.ask(query, self.ledger)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9 of a process, and of it alone."""
    process.kill()
    process.wait()


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a worker has started for flow runs."""
    return [pid for pid in group(process.pid) if pid != process.pid]


@contextmanager
def machines(
    folder: Path, shown: Sequence[Video], postgresql: Postgresql, template: str, *, batch: int = 1, **channel: Any
) -> Iterator[Machines]:
    """An archive whose ledger, and Prefect's, are in databases of their own; what was started is ended at the end."""
    ledger, database = postgresql.database(), postgresql.database(f'TEMPLATE "{template}"')
    port = free_ports(1)[0]
    extra = SETTINGS.format(
        ledger=postgresql.loopback(ledger), database=postgresql.loopback(database), port=port, batch=batch
    )
    with little_archive(folder, shown, extra=extra, **channel) as (place, served):
        place.file.write_text(place.file.read_text().replace("sleep_seconds = 0", "sleep_seconds = 0\nat_once = 4"))
        place.environment |= {
            "THIRDCOPY_LEDGER__PASSWORD": PASSWORD,
            "THIRDCOPY_PREFECT__PASSWORD": SECRET,
            "THIRDCOPY_PREFECT__DATABASE_PASSWORD": PASSWORD,
        }
        found = Machines(place, served, postgresql, ledger, f"http://127.0.0.1:{port}/api")
        try:
            yield found
        finally:
            for process in found.running:
                for pid in group(process.pid):
                    os.kill(pid, signal.SIGKILL)
                process.wait()
            postgresql.drop(ledger)
            postgresql.drop(database)


@contextmanager
def migrated(folder: Path, postgresql: Postgresql) -> Iterator[str]:
    """The name of a database with Prefect's tables, to be copied: to make one takes longer than a test."""
    blank = f"blank_{secrets.token_hex(4)}"
    postgresql.ask(f'CREATE DATABASE "{blank}"')
    try:
        with machines(folder, [], postgresql, blank) as made:
            server = made.serve()
            server.terminate()
            server.wait()
            names = [str(row[0]) for row in postgresql.ask("SELECT datname FROM pg_database")]
            (name,) = (one for one in names if _is_prefects(postgresql, one))
            postgresql.ask(f'ALTER DATABASE "{name}" RENAME TO "{blank}_made"')
        yield f"{blank}_made"
    finally:
        postgresql.drop(blank)
        postgresql.drop(f"{blank}_made")


def _is_prefects(postgresql: Postgresql, database: str) -> bool:
    if not database.startswith("ledger_"):
        return False
    return bool(postgresql.ask("SELECT 1 FROM information_schema.tables WHERE table_name = 'flow_run'", database))
