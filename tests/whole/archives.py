"""An archive of its own for a test: settings on disk, secrets in the environment, and the command line in processes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.opening.archive import opened
from archive.settings.settings import Settings, load
from archive.views.status import status
from storage.contract import Target
from storage.targets import open_target
from tests.support.packages import HOME
from tests.world.channel import Channel
from tests.world.ocfl import Verdict, validate_folder, validate_s3
from tests.world.servers import S3Server

LIMIT = 120
"""Seconds that one command may take."""

SETTINGS = """\
name = "whole"
state = "state"
minimum_copies = 3
free_gib = 0

[sources.voices]
url = "{channel.url}"
ca_file = "{channel.ca_file}"
sleep_seconds = 0
request_seconds = 0
languages = ["en", "ru"]
{source}

[targets.seaweedfs]
kind = "s3"
endpoint = "{seaweedfs}"
bucket = "{bucket}"
prefix = "{prefix}"

[targets.rclone]
kind = "s3"
endpoint = "{rclone}"
bucket = "{bucket}"
prefix = "{prefix}"

[targets.disk]
kind = "folder"
path = "disk"

[transcription]
model = "{model}"
languages = ["en", "ru"]
{rest}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote on stdout, as JSON."""
        return json.loads(self.out)


class Running:
    """A command under way. `seen` waits for a line of its stderr."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def seen(self, words: str, *, times: int = 1) -> bool:
        """Wait until stderr holds so many lines with these words; False if the command ends without."""

        def enough() -> bool:
            return sum(words in line for line in self.lines) >= times

        with self._news:
            self._news.wait_for(lambda: self._ended or enough(), LIMIT)
            return enough()

    def kill(self) -> Done:
        """End it as a loss of power would. It must be alive still."""
        assert self.process.poll() is None, "".join(self.lines)
        self.process.kill()
        done = self.wait()
        assert done.code == -9
        return done

    def wait(self) -> Done:
        """Wait for its end."""
        try:
            self.process.wait(LIMIT)
        finally:
            self.process.kill()
            self._reader.join(10)
            assert self.process.stdout is not None
            assert self.process.stderr is not None
            out = self.process.stdout.read()
            self.process.stdout.close()
            self.process.stderr.close()
        return Done(self.process.returncode, out, "".join(self.lines))


@dataclass
class Thirdcopy:
    """One archive. `environment` holds its secrets, and nothing of the test's own THIRDCOPY_ variables gets through."""

    folder: Path
    environment: dict[str, str]
    prefix: str
    servers: dict[str, S3Server] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return Path(self.environment.get("THIRDCOPY_STATE", self.folder / "state"))

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def start(self, *arguments: str, **environment: str) -> Running:
        """Begin a command, with some variables more."""
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        plain = {name: value for name, value in os.environ.items() if not name.startswith("THIRDCOPY_")}
        return Running(
            subprocess.Popen(
                [sys.executable, "-m", "flows.cli.app", *arguments],
                cwd=HOME,
                env={**plain, "PATH": programs, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        )

    def __call__(self, *arguments: str, code: int | None = 0, **environment: str) -> Done:
        """Run a command to its end, which must be with `code`."""
        done = self.start(*arguments, **environment).wait()
        assert code is None or done.code == code, f"{arguments} ended with {done.code}\n{done.out}\n{done.err}"
        return done

    def with_state(self, state: Path) -> "Thirdcopy":
        """The same archive as another machine sees it: with a state folder of its own."""
        return Thirdcopy(self.folder, {**self.environment, "THIRDCOPY_STATE": str(state)}, self.prefix, self.servers)

    def status(self) -> Any:
        """What `status --json` says, asked here and not in a process, which takes two seconds."""
        with opened(self.settings()) as archive:
            return status(archive).model_dump(mode="json")

    def sidecar(self, clip: str) -> dict[str, Any]:
        found: dict[str, Any] = self("show", clip, "--json").json["sidecar"]
        return found

    def settings(self) -> Settings:
        """The settings as the command line would read them."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            return load(self.folder / "archive.toml")
        finally:
            os.environ.clear()
            os.environ.update(before)

    def targets(self) -> dict[str, Target]:
        """The targets, to look at past any gate."""
        found = dict(self.settings().targets)
        for name, server in self.servers.items():
            found[name] = server.settings(prefix=self.prefix)
        return {name: open_target(name, stanza) for name, stanza in found.items()}

    def verdicts(self) -> dict[str, Verdict]:
        """What ocfl-py says of each root."""
        found = {
            name: validate_s3(
                server.endpoint, server.bucket, f"{self.prefix}/ocfl", server.access_key, server.secret_key
            )
            for name, server in self.servers.items()
        }
        return {**found, "disk": validate_folder(self.disk / "ocfl")}

    def keys(self) -> dict[str, list[str]]:
        """Every key at every target."""
        return {name: [stat.key for stat in target.list("")] for name, target in self.targets().items()}


def made(
    folder: Path,
    channel: Channel,
    servers: Mapping[str, S3Server],
    model: Path,
    *,
    source: str = "",
    rest: str = "",
    endpoints: Mapping[str, str] | None = None,
) -> Thirdcopy:
    """An archive of one channel with three targets, in a folder; `endpoints` stand for those of the servers."""
    (folder / "disk").mkdir(parents=True)
    at = {name: server.endpoint for name, server in servers.items()} | dict(endpoints or {})
    prefix = folder.name
    text = SETTINGS.format(
        channel=channel,
        source=source,
        bucket=next(iter(servers.values())).bucket,
        prefix=prefix,
        model=model,
        rest=rest,
        **at,
    )
    (folder / "archive.toml").write_text(text, encoding="utf-8")
    environment = {
        "THIRDCOPY_CONFIG": str(folder / "archive.toml"),
        "THIRDCOPY_SOURCES__VOICES__PROXY": channel.proxy,
    }
    for name, server in servers.items():
        environment[f"THIRDCOPY_TARGETS__{name.upper()}__ACCESS_KEY"] = server.access_key
        environment[f"THIRDCOPY_TARGETS__{name.upper()}__SECRET_KEY"] = server.secret_key
    return Thirdcopy(folder, environment, prefix, dict(servers))


def clip_of(key: str) -> str:
    """The clip's id of a video's short id."""
    return f"peertube-{key}"


def object_count(verdicts: Mapping[str, Verdict]) -> int:
    """How many objects every root holds: all are valid, without any warning but W005, and hold as many."""
    for name, verdict in verdicts.items():
        assert verdict.clean, f"{name}: {verdict.text[-2000:]}"
    assert len({verdict.objects for verdict in verdicts.values()}) == 1, verdicts
    return next(iter(verdicts.values())).objects
