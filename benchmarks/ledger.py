"""What a ledger of 100,000 clips, 500,000 copies and 1,000,000 events costs, in a SQLite file and in PostgreSQL.

Asked in process, without listing and without targets: what a run asks that finds nothing new, by the stages themselves;
`status`; `report`; and claims that 8 processes take and give back, each of a session of its own. PostgreSQL is a real
one on this machine, as it comes, reached by its socket; SQLite is kept as it is here, and each has full sync. Each
measure is a process of its own: seconds after its start, imports and opening apart, medians of the rounds, and the most
memory it had. Engines go in turn. What the server's processes take of memory is its own, and is not in `peak_mb`.

    python -m benchmarks.ledger [ROUNDS]
"""

import json
import multiprocessing
import statistics
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.ledger import Ledger
from archive.opening.archive import place_of
from archive.settings.settings import load
from benchmarks import _large_ledger as large
from benchmarks._mirroring import dump
from tests.world.servers.postgresql import postgresql

ROUNDS, TAKERS, SECONDS = 3, 8, 5.0
MEASURES = ("nothing_new", "status", "report")
AS_IT_COMES = ()

Figures = dict[str, float]


def main() -> None:
    """Fill both ledgers, measure them, print both side by side, and the figures as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with TemporaryDirectory(prefix="thirdcopy-ledger-") as folder, postgresql(AS_IT_COMES) as server:
        urls = {"sqlite": None, "postgresql": server.url(server.database())}
        files = {name: large.written_settings(Path(folder) / name, url) for name, url in urls.items()}
        for name, file in files.items():
            began = time.perf_counter()
            large.fill(file)
            print(f"{name}: {large.counted(file)} in {time.perf_counter() - began:,.0f} s", flush=True)
        found = {name: [dict[str, Figures]() for _ in range(rounds)] for name in files}
        for number in range(rounds):
            for measure in MEASURES:
                for name, file in files.items():
                    found[name][number][measure] = measured(file, measure)
        claims = {name: claims_a_second(file) for name, file in files.items()}
    dump({name: figures(name, one, claims[name]) for name, one in found.items()})


def measured(file: Path, measure: str) -> Figures:
    """One measure, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._ledger_measures", str(file), measure]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    one: Figures = json.loads(done.stdout.splitlines()[-1])
    print(f"{file.parent.name:>10}  {measure:<12}" + "".join(f"  {key} {value:7.2f}" for key, value in one.items()))
    return one


def figures(name: str, rounds: list[dict[str, Figures]], claims: float) -> Figures:
    """The figures of one engine: medians, and the most memory of a run that finds nothing new."""
    walls = {f"{measure}_s": statistics.median(one[measure]["wall"] for one in rounds) for measure in MEASURES}
    cpus = {f"{measure}_cpu_s": statistics.median(one[measure]["cpu"] for one in rounds) for measure in MEASURES}
    peaks = {measure: max(one[measure]["peak_mb"] for one in rounds) for measure in MEASURES}
    print(f"{name:>10}  most memory: " + ", ".join(f"{measure} {peak:.0f} MB" for measure, peak in peaks.items()))
    found = {**walls, **cpus, "claims_per_s": claims, "peak_mb": peaks["nothing_new"]}
    return {key: round(value, 2) for key, value in found.items()}


def claims_a_second(file: Path) -> float:
    """Claims that all takers together took and gave back in a second, each a synced transaction of its own."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(TAKERS), context.Queue()
    takers = [context.Process(target=take, args=(file, number, barrier, results)) for number in range(TAKERS)]
    for taker in takers:
        taker.start()
    found = [results.get() for _ in takers]
    for taker in takers:
        taker.join()
    return float(sum(found))


def take(file: Path, number: int, barrier: Barrier, results: "multiprocessing.Queue[float]") -> None:
    """Take and give back claims for some seconds, of a session of this process: how many a second."""
    with (
        closing(Ledger(place_of(load(file)))) as ledger,
        ledger.sessions.begun(f"taker-{number}", f"{number}", "taking"),
    ):
        barrier.wait()
        began, taken = time.perf_counter(), 0
        while (spent := time.perf_counter() - began) < SECONDS:
            with ledger.claims.held(f"peertube-{number}-{taken}", "fetch") as ours:
                taken += ours
    results.put(taken / spent)


if __name__ == "__main__":
    main()
