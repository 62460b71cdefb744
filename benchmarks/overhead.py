"""What Prefect costs: the same small job as `run` and as `run --plain`, in turn, on fresh archives.

The job is short on purpose, so that the share is the worst that will be met: tiny clips, three folders, and no
transcription, which takes its own long time in either way and would only make the share look small. What Prefect costs
is nearly all fixed: its server's start, its import, and about 20 ms a task; so it is also given in seconds.
"""

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.settings.settings import load
from flows.orchestration import server
from tests.flows.place import Place, little_archive, videos

CLIPS, ROUNDS = 8, 3


def main() -> None:
    """Measure, print both side by side, and the figures as JSON."""
    print(f"Prefect's share of a run: {CLIPS} clips of a second to three folders, {ROUNDS} rounds, medians")
    with TemporaryDirectory(prefix="thirdcopy-overhead-") as scratch:
        found = _measure(Path(scratch))
    plain, served, prefect = (statistics.median(found[name]) for name in ("plain", "served", "prefect"))
    for name, what in (
        ("plain", "run --plain, without Prefect"),
        ("served", "run beside a Prefect server that runs already"),
        ("prefect", "run, which starts a Prefect server"),
    ):
        seconds = found[name]
        spread = f"{min(seconds):5.1f} to {max(seconds):5.1f} s"
        print(f"  {what:<46} {statistics.median(seconds):5.1f} s   ({spread})")
    start, first = statistics.median(found["start"]), found["first"][0]
    print(f"  of it, the server's start: {start:.1f} s; the very first, which makes its database: {first:.1f} s")
    figures: dict[str, Any] = {
        "share": round((prefect - plain) / prefect, 3),
        "share_beside_a_server": round((served - plain) / served, 3),
        "prefect_seconds": round(prefect, 2),
        "beside_a_server_seconds": round(served, 2),
        "plain_seconds": round(plain, 2),
        "start_seconds": round(start, 2),
        "first_start_seconds": round(first, 2),
        "clips": CLIPS,
        "rounds": ROUNDS,
    }
    print(json.dumps(figures))


def _measure(scratch: Path) -> dict[str, list[float]]:
    shown = videos(scratch / "films", CLIPS)
    found: dict[str, list[float]] = {"first": [], "plain": [], "prefect": [], "start": [], "served": []}
    home = scratch / "first" / "state" / "prefect"
    with little_archive(scratch / "first", []) as (place, _), _server(place) as seconds:
        found["first"].append(seconds)
    for number in range(ROUNDS):
        with little_archive(scratch / f"plain-{number}", shown) as (place, _):
            found["plain"].append(_run(place, "--plain"))
        with little_archive(scratch / f"prefect-{number}", shown, prefect=home) as (place, _):
            found["prefect"].append(_run(place))
        with little_archive(scratch / f"served-{number}", shown, prefect=home) as (place, _), _server(place) as seconds:
            found["start"].append(seconds)
            found["served"].append(_run(place))
    return found


@contextmanager
def _server(place: Place) -> Iterator[float]:
    """A Prefect server that runs, with the seconds until it answered."""
    began = time.monotonic()
    with server.served(load(place.file)):
        yield time.monotonic() - began


def _run(place: Place, *how: str) -> float:
    """Seconds that a run takes on a fresh archive, every clip of which it must have kept."""
    began = time.monotonic()
    done = place.thirdcopy("run", *how, "--json")
    seconds = time.monotonic() - began
    assert done.json["fetched"] == CLIPS, done.err
    return seconds


if __name__ == "__main__":
    main()
