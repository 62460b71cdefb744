"""What Prefect costs: the same job as `run` and as `run --plain`, in turn, on fresh archives.

    python -m benchmarks.overhead [CLIPS [ROUNDS]]

The clips are tiny, of a second, go to three folders, and are not transcribed: that takes its own long time in either
way and would only make the share look small. What Prefect costs is nearly all fixed: its server's start, its import,
and about 20 ms a task; so it is also given in seconds.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.settings.settings import load
from flows.orchestration import server
from tests.flows.place import Place, little_archive, videos

CLIPS, ROUNDS = 120, 3
PLAIN, SERVED, COLD = "plain", "served", "cold"
SHOWN = {
    PLAIN: "run --plain, without Prefect",
    SERVED: "run beside a Prefect server that runs already",
    COLD: "run, which starts a Prefect server",
}


def main() -> None:
    """Measure, print all side by side, and the figures as JSON."""
    given = [int(word) for word in sys.argv[1:]]
    clips, rounds = (*given, *(CLIPS, ROUNDS)[len(given) :])
    print(f"Prefect's share of a run: {clips} clips of a second to three folders, {rounds} rounds, medians", flush=True)
    with TemporaryDirectory(prefix="thirdcopy-overhead-") as scratch:
        found = _measure(Path(scratch), clips, rounds)
    median = {name: statistics.median(seconds) for name, seconds in found.items()}
    for name, what in SHOWN.items():
        seconds = found[name]
        print(f"  {what:<46} {median[name]:6.1f} s   ({min(seconds):.1f} to {max(seconds):.1f} s)")
    start, first = median["start"], found["first"][0]
    print(f"  of the last, the server's start: {start:.1f} s; the very first, which makes its database: {first:.1f} s")
    figures: dict[str, Any] = {
        "share": round((median[SERVED] - median[PLAIN]) / median[SERVED], 3),
        "share_cold": round((median[COLD] - median[PLAIN]) / median[COLD], 3),
        **{f"{name}_seconds": round(median[name], 2) for name in SHOWN},
        "start_seconds": round(start, 2),
        "first_start_seconds": round(first, 2),
        "rounds_seconds": {name: [round(one, 2) for one in found[name]] for name in SHOWN},
        "clips": clips,
        "rounds": rounds,
    }
    print(json.dumps(figures))


def _measure(scratch: Path, clips: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each way, which take turns at being first; a server is started beforehand where one is to be there."""
    shown = videos(scratch / "films", clips)
    found: dict[str, list[float]] = {name: [] for name in (*SHOWN, "start", "first")}
    home = scratch / "first" / "state" / "prefect"
    with little_archive(scratch / "first", []) as (place, _), _server(place) as seconds:
        found["first"].append(seconds)
    names = list(SHOWN)
    for number in range(rounds):
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            with (
                TemporaryDirectory(dir=scratch) as folder,
                little_archive(Path(folder), shown, prefect=None if name == PLAIN else home) as (place, _),
            ):
                if name == SERVED:
                    with _server(place) as seconds:
                        found["start"].append(seconds)
                        found[name].append(_run(place, clips))
                else:
                    found[name].append(_run(place, clips, *(["--plain"] if name == PLAIN else [])))
            print(f"  {number + 1} {name:<8}{found[name][-1]:7.1f} s", flush=True)
    return found


@contextmanager
def _server(place: Place) -> Iterator[float]:
    """A Prefect server that runs, with the seconds until it answered."""
    began = time.monotonic()
    with server.served(load(place.file)):
        yield time.monotonic() - began


def _run(place: Place, clips: int, *how: str) -> float:
    """Seconds that a run takes on a fresh archive, every clip of which it must have kept."""
    began = time.monotonic()
    with place.start("run", *how, "--json") as process:
        out, err = process.communicate()
        seconds = time.monotonic() - began
    assert json.loads(out)["fetched"] == clips, err
    return seconds


if __name__ == "__main__":
    main()
