"""`thirdcopy schedule`: serves by cron lines, outlives its parts, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.flows.place import Place, group, little_archive, lives, until, videos
from tests.world.channel import Fault
from tests.world.servers.webhook import webhook

YEARLY = "30 2 1 1 *"
SCHEDULE = f'[schedule]\nrun = "{YEARLY}"\naudit = "0 12 1 1 *"\n'


@contextmanager
def scheduled(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`thirdcopy schedule` running, killed at the end if it still does."""
    with (place.folder / "schedule.log").open("a") as log:
        process = subprocess.Popen(
            [*place.command, "schedule"],
            cwd=place.folder,
            env=place.variables(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def noted_server(place: Place) -> int:
    """The process of the local server, 0 while there is no note of it."""
    try:
        return int(json.loads((place.prefect / "server.json").read_text())["pid"])
    except (OSError, ValueError):
        return 0


def descendants(pid: int) -> set[int]:
    """The living processes under one, by way of groups of their own too."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and lives(int(folder.name)):
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, more = set[int](), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - found
        found |= more
    return found


def deployments(place: Place) -> dict[str, Any]:
    """What is served, by name; nothing while the server is starting."""
    try:
        return {found["name"]: found for found in place.asked("/deployments/filter", {})}
    except OSError:
        return {}


def begin_run_of(place: Place, name: str) -> Any:
    """Trigger a run of a deployment."""
    deployment = deployments(place)[name]["id"]
    return place.asked(f"/deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})


def run_of(place: Place, name: str) -> str:
    """Trigger a run of a deployment, and wait for how it ends."""
    started = begin_run_of(place, name)

    def ended() -> str | None:
        state = str(place.asked(f"/flow_runs/{started['id']}")["state_type"])
        return state if state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    return str(until(f"the run of {name} ends", ended))


def log_of(place: Place) -> str:
    return (place.folder / "schedule.log").read_text()


def test_a_schedule_outlives_its_server_and_ends_whole(tmp_path: Path, films: Path, prefect_home: Path) -> None:
    go_on = threading.Event()
    shown, slow = videos(films, 2)
    slow = replace(slow, fault=Fault(hold=go_on))
    with little_archive(tmp_path, [shown], prefect=prefect_home, extra=SCHEDULE) as (place, channel):
        with scheduled(place) as supervisor:
            until("both are served", lambda: set(deployments(place)) == {"little-run", "little-audit"})
            (line,) = deployments(place)["little-run"]["schedules"]
            assert (line["schedule"]["cron"], line["active"]) == (YEARLY, True)

            refused = place.thirdcopy("schedule")
            assert (refused.code, "another `thirdcopy schedule`" in refused.err) == (4, True)

            assert run_of(place, "little-run") == "COMPLETED"
            assert set(channel.downloads.values()) == {1}

            first = noted_server(place)
            os.kill(first, signal.SIGKILL)
            until("there is a new server", lambda: noted_server(place) not in (0, first))
            assert run_of(place, "little-audit") == "COMPLETED"

            channel.add(slow)
            begin_run_of(place, "little-run")
            until("a run is amid a fetch", lambda: channel.downloads.get(slow.id))
            everyone = descendants(supervisor.pid)
            assert noted_server(place) in everyone
            supervisor.terminate()
            assert supervisor.wait(30) == 0
            assert not [pid for pid in everyone if lives(pid)]
            go_on.set()
            assert "Traceback" not in log_of(place)

        place.file.write_text(place.file.read_text().replace("audit =", "fast ="))
        with scheduled(place) as supervisor:
            until("the audit is withdrawn", lambda: set(deployments(place)) == {"little-run", "little-fast"})
            everyone = descendants(supervisor.pid)
            supervisor.kill()
            until("all of them end without their head", lambda: not [pid for pid in everyone if lives(pid)])
            assert not group(noted_server(place))


def test_a_schedule_without_lines_says_how_to_write_one(tmp_path: Path) -> None:
    with little_archive(tmp_path, []) as (place, _):
        done = place.thirdcopy("schedule")
    assert done.code == 2
    assert f'{place.file}: schedule is empty: set [schedule] run = "30 2 * * *"' in done.err


def test_scheduled_runs_and_audits_tell_at_their_end(tmp_path: Path, prefect_home: Path) -> None:
    extra = SCHEDULE + "[alerts]\ndisk_gib = 100000000\nytdlp_days = 0\n"
    with webhook() as hook, little_archive(tmp_path, [], prefect=prefect_home, extra=extra) as (place, _):
        place.environment |= {"THIRDCOPY_ALERTS__ADDRESSES": hook.address, "THIRDCOPY_ALERTS__PING": hook.ping}
        with scheduled(place):
            until("both are served", lambda: set(deployments(place)) == {"little-run", "little-audit"})
            assert run_of(place, "little-audit") == "COMPLETED"
            assert (hook.titles, hook.pings) == (["little: a disk is nearly full"], [])
            assert run_of(place, "little-run") == "COMPLETED"
            until("the run that ended well is told of", lambda: len(hook.pings) == 1)
            assert len(hook.told) == 1, "it is not told again"
            assert hook.token not in place.told_prefect()


def test_a_run_through_prefect_tells_at_its_end(tmp_path: Path, prefect_home: Path) -> None:
    extra = "[alerts]\ndisk_gib = 100000000\nytdlp_days = 0\n"
    with webhook() as hook, little_archive(tmp_path, [], prefect=prefect_home, extra=extra) as (place, _):
        place.environment |= {"THIRDCOPY_ALERTS__ADDRESSES": hook.address, "THIRDCOPY_ALERTS__PING": hook.ping}
        done = place.thirdcopy("run")
        assert (done.code, hook.titles, len(hook.pings)) == (0, ["little: a disk is nearly full"], 1), done.err
