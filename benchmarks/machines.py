"""Several workers at one backlog over PostgreSQL, and one of two workers killed half-way.

    python -m benchmarks.machines [CLIPS]

A channel gives each connection 2 MB/s and answers after 150 ms; pacing is off, nothing is transcribed. Each worker has
a state folder of its own and fetches one clip at a time; three folders are shared. Prefect's server, PostgreSQL, the
channel and the workers are there before the clock starts, which runs from `thirdcopy run` until the ledger says that
each clip is at all three. A worker that is killed, with its flow's process, stays away; it is called back only where
its spool alone holds a clip, and that is part of the time. All of it shares one machine's processors, so `spent` says
where they went.
"""

import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._watched import Watch, watched
from tests.flows.machines import Machines, machines
from tests.flows.place import Place
from tests.world.channel import Fault, Video
from tests.world.media import clip
from tests.world.servers.postgresql import Postgresql, postgresql

CLIPS, WORKERS = 120, (1, 2, 4)
BYTES, PACE, DELAY = 4_000_000, 2_000_000, 0.15
COPIES = 3
TOLD_EVERY = 15.0
PATIENCE = 3600.0
BATCH = 50
"""The default of `[prefect] batch`."""

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_SAFE = f"""
SELECT count(*) FROM (
    SELECT object FROM copies WHERE object LIKE 'evidence-%' AND state IN ('arrived', 'proven')
    GROUP BY object, version HAVING count(*) = {COPIES}
) AS safe
"""  # noqa: S608  # a number of ours


@dataclass(frozen=True)
class Found:
    """What one backlog took: seconds until all was safe, film requests beyond one a clip, where the time went."""

    seconds: float
    twice: int
    peak_mb: float
    spent: dict[str, float]
    after_kill: float | None = None
    called_back: bool = False


def main() -> None:
    """Measure, and print the figures, the last line as JSON."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else CLIPS
    for number in _ENDING:
        signal.signal(number, _stop)
    _say(f"{clips} clips of {BYTES / 1e6:g} MB at {PACE / 1e6:g} MB/s a connection, answers after {DELAY * 1000:g} ms")
    with tempfile.TemporaryDirectory(prefix="thirdcopy-machines-") as name, postgresql() as database:
        scratch = Path(name)
        shown = _films(scratch / "films", clips)

        def measure(workers: int, kill_at: int | None = None) -> Found:
            with _started(scratch, shown, database, workers) as made:
                return _measure(made, clips, workers, kill_at)

        found = {workers: measure(workers) for workers in WORKERS}
        killed = measure(2, kill_at=clips // 2)
    print(json.dumps(_figures(found, killed, clips)))


def _stop(*_: object) -> None:
    """End what runs, undisturbed, and then this."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit("told to stop")


def _figures(found: dict[int, Found], killed: Found, clips: int) -> dict[str, Any]:
    alone = found[1].seconds
    return {
        **{f"speedup_{workers}": round(alone / one.seconds, 2) for workers, one in found.items() if workers > 1},
        "twice": sum(one.twice for one in found.values()),
        "peak_mb": round(max(one.peak_mb for one in (*found.values(), killed))),
        "after_kill_s": round(killed.after_kill or 0, 1),
        "twice_after_kill": killed.twice,
        "called_back": killed.called_back,
        "seconds": {str(workers): round(one.seconds, 1) for workers, one in found.items()},
        "cpu_s_a_clip": {
            str(workers): {what: round(seconds / clips, 3) for what, seconds in one.spent.items()}
            for workers, one in found.items()
        },
        "clips": clips,
        "processors": os.cpu_count(),
    }


def _films(folder: Path, count: int) -> list[Video]:
    """Films of one length, each with a number in a box that players pass over, so that no two are alike."""
    folder.mkdir()
    whole = clip(folder, seconds=10, size="320x180").read_bytes()
    shown = []
    for number in range(count):
        film = folder / f"{number}.mp4"
        film.write_bytes(whole + _box(number, BYTES - len(whole)))
        shown.append(Video(f"Clip {number}", film, key=f"Clip {number}", fault=Fault(where="", pace=PACE)))
    return shown


def _box(number: int, size: int) -> bytes:
    """A box `free` of ISO 14496-12, 8.1.2: of a size, with a number in it."""
    return struct.pack(">I4sQ", size, b"free", number).ljust(size, b"\0")


@contextmanager
def _started(scratch: Path, shown: Sequence[Video], database: Postgresql, workers: int) -> Iterator[Machines]:
    """The channel and Prefect's server with its pools; what runs is ended and what it wrote taken away at the end."""
    with (
        tempfile.TemporaryDirectory(dir=scratch) as folder,
        machines(Path(folder), shown, database, batch=BATCH, delay=DELAY) as made,
    ):
        file = made.place.file
        file.write_text(file.read_text().replace("at_once = 4", f"at_once = {workers}"))
        made.serve()
        deployed = made.place.thirdcopy("deploy")
        assert deployed.code == 0, deployed.err
        yield made


def _measure(made: Machines, clips: int, workers: int, kill_at: int | None) -> Found:
    places = [made.worker(f"worker-{number}") for number in range(workers)]
    fetching = [made.start(place, "worker", "fetch", "--limit", "1") for place in places]
    keeping = made.start(made.worker("keeper"), "worker", "keep")
    _until("the workers are there", lambda: _working(made) == workers + 1)
    _say(f"{workers} {'worker' if workers == 1 else 'workers'}{', one of them killed' if kill_at else ''}")

    def roots() -> dict[int, str]:
        known = {process.pid: "run" for process in made.running} | {made.running[0].pid: "Prefect's server"}
        known |= {process.pid: "workers" for process in (*fetching, keeping)}
        running = made.postgresql.process.running
        return known | ({running.pid: "PostgreSQL"} if running else {})

    channel_before, began = time.process_time(), time.monotonic()
    with watched(roots) as watch:
        run = made.start(made.place, "run")
        after_kill, called_back = None, False
        if kill_at:
            _until_safe(made, kill_at, clips, run)
            killed = time.monotonic()
            os.killpg(fetching[0].pid, signal.SIGKILL)
            fetching[0].wait()
            _say(f"  killed a worker {killed - began:.0f} s after the start")
        while not _until_safe(made, clips, clips, run):
            assert kill_at, f"a run ended and not all is safe: see {made.place.folder}\n{_log(made.place)}"
            called_back = True
            made.start(places[0], "worker", "fetch", "--limit", "1")
            run = made.start(made.place, "run")
        seconds = time.monotonic() - began
        if kill_at:
            after_kill = time.monotonic() - killed
    spent = watch.spent | {"channel, and what watches": time.process_time() - channel_before}
    _tell(watch, spent, seconds, clips)
    run.terminate()  # what is left of it, as to look for joins, is no part of this
    run.wait()
    held = made.place.thirdcopy("status", "--json").json["clips"]
    assert (held["held"], held["safe"], held["failed"]) == (clips, clips, {}), held
    twice = sum(made.channel.downloads.values()) - len(made.channel.downloads)
    return Found(seconds, twice, watch.peak_mb, spent, after_kill, called_back)


def _until_safe(made: Machines, wanted: int, clips: int, run: subprocess.Popen[str]) -> bool:
    """Wait until so many clips are safe; False if the run ended before."""
    deadline, tell_at = time.monotonic() + PATIENCE, time.monotonic() + TOLD_EVERY
    while (safe := _safe(made)) < wanted:
        if run.poll() is not None:
            return _safe(made) >= wanted
        assert time.monotonic() < deadline, f"{safe} of {clips} clips are safe\n{_log(made.place)}"
        if time.monotonic() > tell_at:
            _say(f"  {safe} of {clips} are safe")
            tell_at += TOLD_EVERY
        time.sleep(0.5)
    return True


def _until(what: str, happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def _safe(made: Machines) -> int:
    return int(made.kept(_SAFE)[0][0])


def _working(made: Machines) -> int:
    """Workers that Prefect's server has heard of: they have a session before."""
    pools = [pool["name"] for pool in made.asked("/work_pools/filter", {})]
    return sum(len(made.asked(f"/work_pools/{name}/workers/filter", {})) for name in pools)


def _tell(watch: Watch, spent: dict[str, float], seconds: float, clips: int) -> None:
    _say(f"  all safe after {seconds:.1f} s; a flow's process had {watch.peak_mb:.0f} MB at most; processor a clip:")
    for what, took in spent.items():
        _say(f"    {took / clips:6.2f} s  {what}")


def _log(place: Place) -> str:
    return (place.folder / "run.log").read_text()[-3000:]


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
