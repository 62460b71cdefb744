"""Listing a channel of 1,000, 10,000 and 100,000 films: a first pass, one that finds nothing new, and a fast one.

Beside ours, `yt-dlp --flat-playlist --download-archive` of the same version reads the same server on this machine,
which is a process of its own and has its pages ready. Each pass is a process of its own too, measured from its start to
its end, imports and all, with the most memory that it had. Ours is the step that lists, with what it needs: settings,
ledger, source. Pacing is off, and both go to the end; a fast pass ends at 50 known in a row.
The peer's archive says of every film that it was fetched, since there are none to fetch. Passes go in turn, medians of
the rounds.

    python -m benchmarks.listing [ROUNDS] [SIZE ...]
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import _mirroring as shared
from benchmarks._listed_channel import URL, Served, served, short_id
from benchmarks._mirroring import Run

ROUNDS, SIZES = 3, (1_000, 10_000, 100_000)
SETTINGS = """\
name = "benchmark"
state = "state"
minimum_copies = 1
free_gib = 0

[sources.voices]
url = "{url}"
ca_file = "{ca_file}"
request_seconds = 0

[targets.one]
kind = "folder"
path = "one"
"""


def main() -> None:
    """Measure, print both side by side, and the figures as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    sizes = tuple(map(int, sys.argv[2:])) or SIZES
    figures = {}
    for size in sizes:
        with TemporaryDirectory(prefix="thirdcopy-listing-") as folder, served(size, Path(folder)) as channel:
            found = [measure(size, channel, Path(folder) / str(number)) for number in range(rounds)]
        figures[str(size)] = figure(size, found)
    shared.dump(figures)


def measure(size: int, channel: Served, folder: Path) -> dict[str, Run]:
    """One round: every pass of ours and of the peer, each in turn with the other's."""
    (folder / "one").mkdir(parents=True)
    settings, seen = folder / "archive.toml", folder / "seen.txt"
    settings.write_text(SETTINGS.format(url=URL, ca_file=channel.ca_file))
    environment = {
        "THIRDCOPY_CONFIG": str(settings),
        "THIRDCOPY_SOURCES__VOICES__PROXY": channel.proxy,
        "PYTHONPATH": str(shared.ROOT),
    }
    ours = [sys.executable, "-m", "benchmarks._listing_step"]
    peer = [str(Path(sys.executable).with_name("yt-dlp")), "--ignore-config", "--no-cache-dir", "--flat-playlist"]
    peer += ["--download-archive", str(seen), "--proxy", channel.proxy, "--compat-options", "no-certifi", URL]
    seen.write_text("".join(f"peertube {short_id(number)}\n" for number in range(size)))
    trusting = {"SSL_CERT_FILE": str(channel.ca_file)}
    return {
        "first": shared.timed([[*ours, "whole"]], environment),
        "nothing_new": shared.timed([[*ours, "whole"]], environment),
        "peer_nothing_new": shared.timed([peer], trusting),
        "fast": shared.timed([[*ours, "fast"]], environment),
    }


def _paired(rounds: list[dict[str, Run]], field: str) -> float:
    """The median over the rounds of ours to the peer's, which came right after it: a machine may be busy meanwhile."""
    pairs = [getattr(one["nothing_new"], field) / getattr(one["peer_nothing_new"], field) for one in rounds]
    return round(float(statistics.median(pairs)), 3)


def figure(size: int, rounds: list[dict[str, Run]]) -> dict[str, float]:
    """The figures of one size, printed."""
    walls = {name: statistics.median(one[name].wall for one in rounds) for name in rounds[0]}
    peaks = {name: max(one[name].peak_mb for one in rounds) for name in rounds[0]}
    for name, wall in walls.items():
        print(f"{size:>8,}  {name:<17} {wall:7.2f} s   {peaks[name]:6.1f} MB")
    return {
        "first_s": round(walls["first"], 2),
        "nothing_new_s": round(walls["nothing_new"], 2),
        "fast_s": round(walls["fast"], 2),
        "peak_mb": round(max(peaks[name] for name in ("first", "nothing_new", "fast")), 1),
        "ratio": _paired(rounds, "wall"),
        "cpu_ratio": _paired(rounds, "cpu"),
        "peer_nothing_new_s": round(walls["peer_nothing_new"], 2),
        "peer_peak_mb": round(peaks["peer_nothing_new"], 1),
    }


if __name__ == "__main__":
    main()
