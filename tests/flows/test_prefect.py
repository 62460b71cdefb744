"""`thirdcopy run` through a real Prefect server: ours alone, told nothing, gone afterwards."""

import json
import re
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from archive.settings.settings import load
from flows.orchestration import server
from tests.flows.place import Place, ask, group, little_archive, lives, until, videos
from tests.world.channel import Channel, Fault, Video

TITLE = "Kanarienvogel testimony"
PASSWORD = "canary-proxy-password"
LOOPBACK = "0100007F"


def others_prefect(folder: Path) -> dict[str, str]:
    """What another's Prefect would set, all of it wrong for us; a file in the working folder says the same."""
    elsewhere = folder / "elsewhere"
    database = f"sqlite+aiosqlite:///{elsewhere}.db"
    (folder / "prefect.toml").write_text(
        f'home = "{elsewhere}"\n[api]\nurl = "http://127.0.0.1:9/api"\n[results]\npersist_by_default = true\n'
        f'[server.database]\nconnection_url = "{database}"\n[server]\nanalytics_enabled = true\n'
    )
    return {
        "PREFECT_HOME": str(elsewhere),
        "PREFECT_PROFILE": "cloud",
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_API_KEY": "canary-cloud-key",
        "PREFECT_API_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
        "PREFECT_SERVER_API_HOST": "0.0.0.0",
        "PREFECT_LOGGING_LEVEL": "DEBUG",
    }


def listening(pid: int) -> set[str]:
    """The addresses, in hexadecimal, at which a process listens."""
    inodes = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def held(video: Video) -> tuple[Video, threading.Event]:
    """The video, whose body stops at its middle until the event is set."""
    go_on = threading.Event()
    return replace(video, fault=Fault(hold=go_on)), go_on


def test_a_run_has_a_server_of_its_own_that_ends_with_it_however_it_ends(
    tmp_path: Path, films: Path, prefect_home: Path, whisper_folder: Path
) -> None:
    video, go_on = held(videos(films, 1)[0])
    with little_archive(tmp_path, [video], model=whisper_folder, prefect=prefect_home) as (place, channel):
        place.environment |= others_prefect(tmp_path)
        with place.start("run") as process:
            try:
                until("the fetch begins", lambda: channel.downloads.get(video.id))
                noted = json.loads((place.prefect / "server.json").read_text())
                assert listening(noted["pid"]) == {LOOPBACK}
                with pytest.raises(HTTPError, match="401"):
                    ask(f"http://127.0.0.1:{noted['port']}/api", "/admin/settings", password="thirdcopy:guess")
                assert (place.prefect / "password").stat().st_mode & 0o077 == 0
                answered = place.asked("/admin/settings")
                assert answered["home"] == str(place.prefect)
                assert answered["server"]["analytics_enabled"] is False

                second = place.thirdcopy("run")
                assert (second.code, second.out) == (4, "")
                assert "another run is at work on this archive" in second.err

                process.send_signal(signal.SIGINT)
                _out, err = process.communicate(timeout=30)
                assert process.returncode == 130, "Ctrl-C does not wait for the end of a fetch"
                assert err.endswith("interrupted; what was done is kept, the next run goes on from there\n")
                assert "Traceback" not in err
            finally:
                process.kill()
                go_on.set()
        until("its server ends with it", lambda: not group(noted["pid"]))

        again = place.thirdcopy("run", "--json")
        assert (again.code, again.json["fetched"], again.json["transcribed"], again.json["problems"]) == (0, 1, 1, [])
        assert again.err.startswith("starting Prefect …\n")
        assert not re.search("error|traceback|warning|exception", again.err, re.IGNORECASE)
        assert not (place.prefect / "server.json").exists()
        assert not server.find(load(place.file))
        assert not list(tmp_path.glob("elsewhere*")), "Prefect followed somebody else's settings"
        check_nothing_is_reported(place)


def check_nothing_is_reported(place: Place) -> None:
    assert "telemetry" not in (place.prefect / "server.log").read_text()
    assert not (place.prefect / ".sdk_telemetry").exists()
    with closing(sqlite3.connect(place.prefect / "prefect.db")) as database:
        keys = {row[0] for row in database.execute("SELECT key FROM configuration")}
        (runs,) = database.execute("SELECT count(*) FROM flow_run").fetchone()
    assert "TELEMETRY_SESSION" not in keys
    assert runs == 2, "both runs are in our own home's database"


@contextmanager
def served(folder: Path, films: Path, prefect_home: Path) -> Iterator[tuple[Place, Channel, threading.Event]]:
    """An archive beside a Prefect server that goes on running, as under `thirdcopy schedule`."""
    slow, go_on = held(videos(films, 1, title=f"{TITLE} held")[0])
    gone = replace(videos(films, 1, title=f"{TITLE} gone")[0], fault=Fault(status=404))
    shown = [slow, gone, *videos(films, 2, title=TITLE)]
    with (
        little_archive(folder, shown, prefect=prefect_home, extra="[prefect]\nbatch = 1\n", password=PASSWORD) as (
            place,
            channel,
        ),
        server.served(load(place.file)),
    ):
        yield place, channel, go_on


def test_a_run_that_was_killed_leaves_its_source_free_and_prefect_is_told_ids_and_counts(
    tmp_path: Path, films: Path, prefect_home: Path
) -> None:
    with served(tmp_path, films, prefect_home) as (place, channel, go_on):
        check_what_a_killed_run_leaves(place, channel, go_on)
        check_what_prefect_is_told(place)


def check_what_a_killed_run_leaves(place: Place, channel: Channel, go_on: threading.Event) -> None:
    noted = json.loads((place.prefect / "server.json").read_text())
    slow = channel.videos[0]
    with place.start("run") as process:
        try:
            until("the fetch begins", lambda: channel.downloads.get(slow.id))
            process.terminate()
            _out, err = process.communicate(timeout=30)
            assert process.returncode == 143, "Prefect's own answer to SIGTERM waits for the end of every task"
            assert err.endswith("interrupted; what was done is kept, the next run goes on from there\n")
            assert "Traceback" not in err
        finally:
            process.kill()
    before = channel.downloads[slow.id]
    with place.start("run") as process:
        try:
            until("the fetch begins again", lambda: channel.downloads[slow.id] > before)
        finally:
            process.kill()
            go_on.set()
    done = place.thirdcopy("run", "--json")
    assert done.code == 3, "there is no model here"
    clips = place.thirdcopy("status", "--json").json["clips"]
    assert (clips["listed"], clips["held"], clips["safe"], clips["failed"]) == (4, 3, 3, {"gone": 1})
    assert place.asked("/v2/concurrency_limits/filter", {}) == [], "the ledger says who is at a source"
    assert lives(noted["pid"]), "a server that somebody else started is left alone"
    assert "Traceback" not in done.err


def check_what_prefect_is_told(place: Place) -> None:
    flow_runs: list[Any] = place.asked("/flow_runs/filter", {"sort": "START_TIME_DESC"})
    done = next(run for run in flow_runs if run["state_type"] == "COMPLETED")
    assert done["parameters"] == {"fast": False, "sources": None}

    (artifact,) = place.asked("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [done["id"]]}}})
    table = {row["what"]: row["count"] for row in json.loads(artifact["data"])}
    assert artifact["type"] == "table"
    assert table["listed"] == 4
    assert table["problems"] > 0
    assert all(isinstance(count, int) for count in table.values())

    tasks = place.asked("/task_runs/filter", {"flow_runs": {"id": {"any_": [done["id"]]}}})
    names = {re.sub(r"-[0-9a-f]{3}$", "", task["name"]) for task in tasks}
    assert names == {
        "store what is owed",
        "list voices",
        "fetch and store voices",
        "read captions",
        "look for joins",
        "read registers",
        "transcribe",
        "seal, store and record",
    }

    words = place.told_prefect()
    assert done["id"] in words
    for secret in (TITLE, PASSWORD, "signed-", "http://archive:"):
        assert secret not in words
