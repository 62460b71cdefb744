"""A small archive to run commands in: a channel of short clips, three folders, settings; commands in processes."""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from tests.world.channel import Channel, Video
from tests.world.media import clip

PATIENCE = 120
SETTINGS = """\
name = "little"
state = "state"
minimum_copies = 3
free_gib = 0

[sources.voices]
url = "{url}"
ca_file = "{ca_file}"
sleep_seconds = 0
request_seconds = 0

[targets.one]
kind = "folder"
path = "one"

[targets.two]
kind = "folder"
path = "two"

[targets.three]
kind = "folder"
path = "three"

[transcription]
model = "{model}"
"""
NO_MODEL = "one"
"""A folder, and no model: a run says so, and does the rest."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Place:
    """One archive's folder, and the environment that its commands are run in."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "archive.toml"

    @property
    def prefect(self) -> Path:
        return self.folder / "state" / "prefect"

    @property
    def command(self) -> list[str]:
        """What starts `thirdcopy`."""
        return [sys.executable, "-m", "flows.cli.app"]

    def variables(self) -> dict[str, str]:
        """Our own variables, in a home of their own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("THIRDCOPY_", "PREFECT_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return kept | {"HOME": str(self.folder), "PATH": path, "COLUMNS": "80"} | self.environment

    def start(self, *arguments: str, given: str | None = None) -> subprocess.Popen[str]:
        """Start a command; its output is in pipes, and its input where something is to be `given`."""
        return subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def thirdcopy(self, *arguments: str, given: str | None = None) -> Done:
        """Run a command to its end, with what is `given` on standard input."""
        with self.start(*arguments, given=given) as process:
            try:
                out, err = process.communicate(given, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return Done(process.returncode, out, err)

    def asked(self, path: str, body: object = None) -> Any:
        """What the local Prefect server's API answers: to a GET, or to a POST of `body`."""
        port = json.loads((self.prefect / "server.json").read_text())["port"]
        return ask(f"http://127.0.0.1:{port}/api", path, body, (self.prefect / "password").read_text())

    def told_prefect(self) -> str:
        """Every word in Prefect's database."""
        with sqlite3.connect(self.prefect / "prefect.db", timeout=30) as database:
            text = "\n".join(database.iterdump())
        database.close()
        return text


def ask(api: str, path: str, body: object = None, password: str = "") -> Any:
    """What an API answers, as JSON; asked again while it says that its database is busy, as Prefect's clients do."""
    data = None if body is None else json.dumps(body).encode()
    token = base64.b64encode(password.encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {token}"}
    request = urllib.request.Request(f"{api}{path}", data, headers)

    def answer() -> tuple[Any] | None:
        try:
            with urllib.request.urlopen(request, timeout=30) as answered:
                return (json.load(answered),)
        except HTTPError as error:
            with error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            return None

    return until("the API answers", answer)[0]


def until(what: str, happens: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait for something to be true, and give it."""
    deadline = time.monotonic() + patience
    while not (found := happens()):
        assert time.monotonic() < deadline, f"this did not happen: {what}"
        time.sleep(0.05)
    return found


def lives(pid: int) -> bool:
    """Whether a process is there, and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def group(pid: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and lives(int(folder.name)):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == pid:
                found.append(int(folder.name))
    return found


def videos(films: Path, count: int, *, title: str = "Clip") -> list[Video]:
    """Short videos of a tone each."""
    return [
        Video(title=f"{title} {number}", film=clip(films, seconds=1, tone=300 + 40 * number), key=f"{title} {number}")
        for number in range(count)
    ]


@contextmanager
def little_archive(
    folder: Path,
    shown: Sequence[Video],
    *,
    model: Path | str = NO_MODEL,
    extra: str = "",
    prefect: Path | None = None,
    **channel: Any,
) -> Iterator[tuple[Place, Channel]]:
    """An archive's settings in `folder`, and its channel, while entered; `prefect` is a home of Prefect to copy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("one", "two", "three"):
        (folder / name).mkdir(exist_ok=True)
    with Channel(shown, **channel) as served:
        settings = SETTINGS.format(url=served.url, ca_file=served.ca_file, model=model)
        place = Place(folder, {"THIRDCOPY_SOURCES__VOICES__PROXY": served.proxy})
        place.file.write_text(settings + extra, encoding="utf-8")
        if prefect:
            shutil.copytree(prefect, place.prefect)
        yield place, served
