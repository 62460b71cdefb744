"""`make demo`: the main job on this machine alone, on made-up people, with every part the real one.

A sample channel behind the stock PeerTube extractor, SeaweedFS and rclone as two makers of S3 stores, and a folder;
the whole way of a clip; then what an archivist and a researcher would look at. Everything lies in demo/.
"""

import argparse
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.world.channel import Channel
from tests.world.model import model_folder
from tests.world.ocfl import Verdict, validate_folder, validate_s3
from tests.world.samples import sample_register, sample_videos
from tests.world.servers import S3Server, rclone, seaweedfs

DEMO = Path("demo").resolve()
SETTINGS = """\
name = "demo"
state = "state"
minimum_copies = 3

# All of it stands on this machine; the labels are made up, as if these were three places.

[sources.testimonies]
url = "{url}"
ca_file = "{ca_file}"
sleep_seconds = 0
request_seconds = 0
access = "public"
languages = ["en", "ru", "kk", "tr"]

[targets.seaweedfs]
kind = "s3"
endpoint = "{seaweedfs.endpoint}"
bucket = "{seaweedfs.bucket}"
labels = {{ provider = "First Cloud", country = "DE", key_holder = "A. Keeper" }}

[targets.rclone]
kind = "s3"
endpoint = "{rclone.endpoint}"
bucket = "{rclone.bucket}"
labels = {{ provider = "Second Cloud", country = "FI", key_holder = "A. Keeper" }}

[targets.disk]
kind = "folder"
path = "targets/disk"
labels = {{ provider = "ourselves", country = "FI", key_holder = "B. Archivist" }}

[transcription]
model = "{model}"
languages = ["en", "ru", "kk", "tr"]

[registers.victims]
file = "register.csv"
"""
out = Console(highlight=False)


def main() -> None:
    """Run the demonstration; exit 1 if anything of it is not as it should be."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--up", action="store_true", help="leave the servers running until Ctrl-C")
    chosen = parser.parse_args()
    began = time.monotonic()
    again = (DEMO / "state" / "ledger.sqlite").exists()
    with _world() as (channel, servers, environment):
        _say("The main job: list, fetch, store at three targets and read back, transcribe, link")
        code = _thirdcopy("run", environment=environment)
        status = json.loads(_told("status", "--json", environment=environment))
        _say("What an archivist sees: thirdcopy status")
        _thirdcopy("status", environment=environment)
        clip = _clip_with_link()
        _say("What a researcher reads: thirdcopy export CLIP")
        out.print(_head(_told("export", clip, environment=environment), 12), markup=False)
        _say("A link with its evidence: thirdcopy show CLIP")
        _thirdcopy("show", clip, environment=environment)
        _say("Another's verdict: ocfl-py validates every object of every target")
        verdicts = _verdicts(servers)
        for name, verdict in verdicts.items():
            word = "VALID" if verdict.valid else "INVALID"
            out.print(f"  {name:<10} {word}, {verdict.objects} objects")
        _where(environment, again=again, seconds=time.monotonic() - began)
        problems = _problems(code, status, verdicts)
        for problem in problems:
            out.print(f"[red]not as it should be:[/] {problem}")
        if chosen.up:
            _stay(channel, environment)
    sys.exit(1 if problems else 0)


@contextmanager
def _world() -> Iterator[tuple[Channel, dict[str, S3Server], dict[str, str]]]:
    """The channel, the stores and the settings, with the environment in which `thirdcopy` finds them."""
    folders = {name: DEMO / name for name in ("films", "seaweedfs", "rclone", "targets/disk")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    out.print("Making films of made-up people, starting SeaweedFS and rclone …")
    videos = sample_videos(folders["films"])
    sample_register(DEMO / "register.csv", videos)
    model = model_folder(DEMO / "model")
    with (
        Channel(videos, password="demo") as channel,
        seaweedfs(folders["seaweedfs"]) as first,
        rclone(folders["rclone"]) as second,
    ):
        servers = {"seaweedfs": first, "rclone": second}
        settings = SETTINGS.format(url=channel.url, ca_file=channel.ca_file, model=model, **servers)
        (DEMO / "archive.toml").write_text(settings, encoding="utf-8")
        environment = {
            "THIRDCOPY_CONFIG": str(DEMO / "archive.toml"),
            "THIRDCOPY_SOURCES__TESTIMONIES__PROXY": channel.proxy,
        }
        for name, server in servers.items():
            environment[f"THIRDCOPY_TARGETS__{name.upper()}__ACCESS_KEY"] = server.access_key
            environment[f"THIRDCOPY_TARGETS__{name.upper()}__SECRET_KEY"] = server.secret_key
        yield channel, servers, environment


def _clip_with_link() -> str:
    """A clip with a spoken link of the surest tier, read from the sidecars that lie in the folder target."""
    found = list[tuple[str, float, str]]()
    for file in (DEMO / "targets/disk/ocfl").glob("*/*/*/work-*/v*/content/sidecar.json"):
        sidecar = json.loads(file.read_text(encoding="utf-8"))
        links = [link for link in sidecar["links"] if link["start"] is not None]
        found += [(link["tier"], -link["score"], sidecar["clip"]) for link in links]
    return min(found)[2]


def _verdicts(servers: dict[str, S3Server]) -> dict[str, Verdict]:
    found = {
        name: validate_s3(server.endpoint, server.bucket, "ocfl", server.access_key, server.secret_key)
        for name, server in servers.items()
    }
    return {**found, "disk": validate_folder(DEMO / "targets/disk/ocfl")}


def _problems(code: int, status: dict[str, Any], verdicts: dict[str, Verdict]) -> list[str]:
    problems = [f"{name} is not valid" for name, verdict in verdicts.items() if not verdict.clean]
    if code not in (0, 3):
        problems.append(f"the run ended with {code}")
    if len({verdict.objects for verdict in verdicts.values()}) != 1:
        problems.append("the targets hold different numbers of objects")
    if status["clips"]["safe"] != status["clips"]["held"] or not status["clips"]["held"]:
        problems.append("not every clip that is held is safe")
    return problems


def _where(environment: dict[str, str], *, again: bool, seconds: float) -> None:
    _say("Where everything lies")
    out.print("  demo/archive.toml      the settings, without secrets")
    out.print("  demo/targets/disk      one of the three targets, a folder: look into it")
    out.print("  demo/seaweedfs, rclone the stores of the other two")
    out.print("  demo/state             ledger, spool, Prefect's home")
    out.print("  demo/register.csv      the made-up register")
    out.print(f"\nDone in {seconds:.0f} s." + ("" if again else " Run it again: nothing is done twice."))


def _stay(channel: Channel, environment: dict[str, str]) -> None:
    lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())
    file = DEMO / "environment.sh"
    file.touch(mode=0o600)
    file.write_text(lines, encoding="utf-8")
    out.print("\nThe servers run until Ctrl-C. In another terminal:")
    out.print("  . demo/environment.sh; .venv/bin/thirdcopy status", markup=False)
    out.print("  .venv/bin/thirdcopy targets check rclone", markup=False)
    with _room(environment):
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            out.print("stopping")


@contextmanager
def _room(environment: dict[str, str]) -> Iterator[None]:
    """The reading room over the archive, with an account of a reader and one of a keeper, whose passwords are told."""
    _say("The reading room: thirdcopy serve")
    there = {one["name"] for one in json.loads(_told("people", "list", "--json", environment=environment))["accounts"]}
    for role in ("reader", "keeper"):
        password = secrets.token_urlsafe(12)
        words = ("change", role, "--password") if role in there else ("add", role, "--role", role)
        _thirdcopy("people", *words, environment=environment, said=password + "\n")
        out.print(f"  {role:<8} password {password}", markup=False)
    out.file.flush()
    command = [sys.executable, "-m", "flows.cli.app", "serve"]
    room = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        yield
    finally:
        room.terminate()
        room.wait(timeout=30)


def _say(title: str) -> None:
    out.print(f"\n[bold]── {title}[/]")


def _head(text: str, lines: int) -> str:
    return "\n".join(text.splitlines()[:lines])


def _thirdcopy(*arguments: str, environment: dict[str, str], said: str | None = None) -> int:
    out.file.flush()
    return subprocess.run(
        [sys.executable, "-m", "flows.cli.app", *arguments], env={**os.environ, **environment}, input=said, text=True
    ).returncode


def _told(*arguments: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "flows.cli.app", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
