"""Pools of workers over a real PostgreSQL and a real Prefect server, killed in the midst of batches.

Every wait is for an event: a byte that the channel gave, a row of the ledger.
"""

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.flows.machines import SECRET, Machines, children, kill, machines
from tests.flows.place import Place, until, videos
from tests.world.channel import Fault, Video
from tests.world.ocfl import validate_folder
from tests.world.servers.postgresql import PASSWORD, Postgresql

pytestmark = pytest.mark.timeout(600)
PATIENCE = 240.0
UNDER_WAY = ("PENDING", "RUNNING", "CANCELLING")


def held(films: Path, count: int) -> tuple[list[Video], list[threading.Event]]:
    """Videos whose bodies stop at their middles until their events are set."""
    events = [threading.Event() for _ in range(count)]
    shown = videos(films, count)
    return [replace(video, fault=Fault(hold=event)) for video, event in zip(shown, events, strict=True)], events


def at(made: Machines, clip: str) -> int | None:
    """The process that is at a clip, by its claim."""
    claims = made.kept("SELECT c.thing, s.holder FROM claims c JOIN sessions s ON s.token = c.session")
    holders = [json.loads(holder) for thing, holder in claims if thing == clip]
    return int(holders[0]["pid"]) if holders else None


def clip_of(video: Video) -> str:
    return f"peertube-{video.id}"


def captures(made: Machines) -> Counter[str]:
    return Counter(row[0] for row in made.kept("SELECT clip FROM captures"))


def ends(process: subprocess.Popen[str], patience: float = PATIENCE) -> int:
    until("the run ends", lambda: process.poll() is not None, patience)
    return process.returncode


def test_whatever_is_killed_in_mid_batch_the_backlog_is_finished_and_nothing_is_left(
    tmp_path: Path, films: Path, postgresql_server: Postgresql
) -> None:
    waiting, go_on = held(films, 4)
    shown = [*waiting, *videos(films, 2, title="Free")]
    with machines(tmp_path / "m", shown, postgresql_server) as made:
        server = made.serve()
        deployed = made.place.thirdcopy("deploy", "--json")
        assert {one["done"].partition(":")[0] for one in deployed.json["changed"]} == {"made"}
        assert made.place.thirdcopy("deploy", "--json").json == {"changed": []}
        reader, keeper = made.worker("reader"), made.worker("keeper")
        first = made.start(reader, "worker", "fetch")
        made.start(keeper, "worker", "keep")
        run = made.start(made.place, "run")
        try:
            check_kills(made, run, first, server, [reader, made.worker("second")], waiting, go_on)
        finally:
            for event in go_on:
                event.set()
        assert ends(run) == 3, "there is no model here, and all else is well"
        check_what_is_left(made, shown)
        check_secrets(made)


def check_kills(
    made: Machines,
    run: subprocess.Popen[str],
    first: subprocess.Popen[str],
    server: subprocess.Popen[str],
    others: list[Place],
    waiting: list[Video],
    go_on: list[threading.Event],
) -> None:
    downloads = made.channel.downloads
    ids = [clip_of(video) for video in waiting]
    until("all four are fetched at once", lambda: all(at(made, clip) for clip in ids), PATIENCE)

    # A flow's process: its worker goes on, and another process begins the clip anew.
    one = at(made, ids[0])
    assert one
    os.kill(one, signal.SIGKILL)
    until("the clip is begun anew", lambda: at(made, ids[0]) not in (None, one), PATIENCE)
    until("its bytes come again", lambda: downloads[waiting[0].id] >= 2, PATIENCE)

    # A worker: what its processes are at goes on to its end.
    kill(first)
    go_on[0].set()
    until("what was under way is stored", lambda: captures(made)[ids[0]] == 1, PATIENCE)
    second = made.start(others[1], "worker", "fetch")

    # The server: what is under way needs it no more, and it comes back.
    kill(server)
    go_on[1].set()
    until("what was under way is stored", lambda: captures(made)[ids[1]] == 1, PATIENCE)
    made.serve()

    # PostgreSQL: whoever is at something waits for it, or is told to do it again.
    made.postgresql.kill()
    made.postgresql.start()
    go_on[2].set()
    until("the third is stored", lambda: captures(made)[ids[2]] == 1, PATIENCE)
    assert run.poll() is None

    # A worker and all its processes.
    for pid in [*children(first), *children(second), second.pid]:
        os.kill(pid, signal.SIGKILL)
    second.wait()
    for place in others:  # back again: what they sealed and did not come to store lies in their spools alone
        made.start(place, "worker", "fetch")
    go_on[3].set()


def check_what_is_left(made: Machines, shown: list[Video]) -> None:
    stored, before = captures(made), dict(made.channel.downloads)
    assert stored == {clip_of(video): 1 for video in shown}, "each clip was stored once"
    again = made.place.thirdcopy("run", "--plain", "--json")
    assert (again.json["fetched"], made.channel.downloads) == (0, before)
    until("all is safe", lambda: told(made)["safe"] == len(shown), PATIENCE)
    clips = told(made)
    assert (clips["held"], clips["safe"], clips["failed"]) == (len(shown), len(shown), {})
    for name in ("one", "two", "three"):
        verdict = validate_folder(made.place.folder / name / "ocfl")
        assert verdict.clean, verdict.text[-2000:]
    until("no flow run is left", lambda: swept(made), PATIENCE)
    assert made.kept("SELECT * FROM claims WHERE session NOT IN (SELECT token FROM sessions)") == []
    assert made.kept("SELECT thing FROM claims") == []


def told(made: Machines) -> Any:
    """What status says of clips."""
    return made.place.thirdcopy("status", "--json").json["clips"]


def swept(made: Machines) -> bool:
    """Sweep, and say whether nothing is under way any more."""
    assert made.place.thirdcopy("sweep").code == 0
    return not made.flow_runs(*UNDER_WAY)


def check_secrets(made: Machines) -> None:
    """No secret is in a log or in what Prefect was told, and a flow run's parameters are its batch's id alone."""
    for log in made.place.folder.rglob("*.log"):
        assert not [secret for secret in (SECRET, PASSWORD) if secret in log.read_text(errors="replace")], log
    handed: list[dict[str, Any]] = [run for run in made.flow_runs() if "batch" in run["parameters"]]
    assert handed
    assert all(list(run["parameters"]) == ["batch"] for run in handed)
