"""What the ledger's journals cost: a writer alone, and beside fifty readers; WAL, and the rollback journals.

A run marks a copy and keeps its event, each a synced transaction. A reader looks a clip up (captures, transcripts,
links, judgements, copies), and again a second later, as somebody in a reading room does; readers are threads of five
processes. WAL is measured with whatever SQLite is here, on a ledger that is thrown away. Rounds go in turn, medians.
"""

import json
import multiprocessing
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.synchronize import Event as Flag
from pathlib import Path
from statistics import median, quantiles

from archive.ledger import Ledger, journal
from archive.ledger.copies import Copy
from archive.records.event import REPLICATION, Event

CLIPS, WRITES, ROUNDS = 5_000, 200, 3
PROCESSES, THREADS, PAUSE_S = 5, 10, 1.0
TRIED = (("wal", 0), ("truncate", 0), ("persist", 0), ("delete", 0), ("wal", 50), ("truncate", 50))
"""Which journal, beside how many readers."""

WAL_VERSION, ROLLBACK_VERSION = (3, 51, 3), (3, 40, 1)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def main() -> None:
    """Measure each journal alone and beside readers, in turn; print a line each and one JSON object."""
    found = dict[tuple[str, int], list[dict[str, float]]]()
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        for number in range(ROUNDS):
            for name, readers in TRIED:
                path = Path(folder) / f"{name}-{readers}-{number}" / "ledger.sqlite"
                found.setdefault((name, readers), []).append(measure(path, name, readers))
    figures = {
        f"{name}_{readers}": {key: round(median(one[key] for one in rounds), 2) for key in rounds[0]}
        for (name, readers), rounds in found.items()
    }
    for name, figure in figures.items():
        print(f"{name:>12}  " + "  ".join(f"{key} {value:,.2f}" for key, value in figure.items()))
    print(json.dumps({"sqlite": sqlite3.sqlite_version, "kept_in": journal.chosen(), **figures}))


def measure(path: Path, name: str, readers: int) -> dict[str, float]:
    """Commits a second and the slowest, with what readers waited for an answer, all in milliseconds."""
    with opened(path, name) as ledger:
        seed(path)
        context = multiprocessing.get_context("spawn")
        over, results = context.Event(), context.Queue()
        args = (path, name, over, results, readers // PROCESSES)
        others = [context.Process(target=read, args=args) for _ in range(PROCESSES if readers else 0)]
        for other in others:
            other.start()
        for _ in others:
            results.get()
        took = [write(ledger, number) for number in range(WRITES)]
        over.set()
        waits = [wait for _ in others for wait in results.get()]
        for other in others:
            other.join()
    slow = quantiles(waits, n=100) if waits else [0.0] * 99
    return {
        "commits_a_second": len(took) / sum(took),
        "write_p50_ms": median(took) * 1000,
        "write_max_ms": max(took) * 1000,
        "read_p50_ms": slow[49] * 1000,
        "read_p99_ms": slow[98] * 1000,
        "read_max_ms": max(waits, default=0.0) * 1000,
        "reads": len(waits),
    }


@contextmanager
def opened(path: Path, name: str) -> Iterator[Ledger]:
    """A ledger in one of the journals."""
    if name != "wal":
        journal.ROLLBACK = name
    ledger = Ledger(path, version=WAL_VERSION if name == "wal" else ROLLBACK_VERSION)
    try:
        yield ledger
    finally:
        ledger.close()


def write(ledger: Ledger, number: int) -> float:
    """What a run does for a version that has arrived: one transaction; the seconds that it took."""
    began = time.perf_counter()
    object_id = f"evidence-peertube-{number}"
    event = Event(object=object_id, type=REPLICATION, at=NOW, agent="benchmark", version=1, target="disk")
    ledger.copies.mark(Copy(object_id, 1, "disk", "arrived", at=NOW, read=NOW), event=event)
    return time.perf_counter() - began


def read(path: Path, name: str, over: Flag, results: "multiprocessing.Queue[Sequence[float]]", threads: int) -> None:
    """Readers of one process, until it is over; what each answer took, in seconds."""
    waits = list[float]()
    with opened(path, name) as ledger:

        def look(seed: int) -> None:
            rng = random.Random(seed)  # noqa: S311 - whose turn it is
            while not over.wait(rng.uniform(0.5, 1.5) * PAUSE_S):
                clip = f"peertube-{rng.randrange(CLIPS)}"
                began = time.perf_counter()
                ledger.clips.captures(clip)
                ledger.readings.transcripts(clip)
                ledger.readings.links(clip)
                ledger.readings.judgements(clip)
                ledger.copies.of(f"evidence-{clip}")
                waits.append(time.perf_counter() - began)

        results.put(())
        at_work = [threading.Thread(target=look, args=(number,)) for number in range(threads)]
        for one in at_work:
            one.start()
        for one in at_work:
            one.join()
    results.put(waits)


def seed(path: Path) -> None:
    """Fill a ledger with clips of a few kilobytes at three targets."""
    at = NOW.strftime("%Y-%m-%d %H:%M:%S.000000")
    versions = [
        (f"evidence-peertube-{n}", 1, f"{n:0128x}", f"peertube-{n}", "x" * 3000, at, 10**8, 8) for n in range(CLIPS)
    ]
    copies = [(one[0], 1, target, "arrived", at, at) for one in versions for target in ("disk", "cloud", "far")]
    file = sqlite3.connect(path)
    with file:
        file.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", versions)
        insert = "INSERT INTO copies (object, version, target, state, at, read) VALUES (?, ?, ?, ?, ?, ?)"
        file.executemany(insert, copies)
    file.close()


if __name__ == "__main__":
    main()
