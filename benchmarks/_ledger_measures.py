"""One measure over a large ledger, in a process of its own: what it took, and the most memory that it had.

Its arguments: the settings, and `nothing_new`, `status` or `report`.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from archive.opening.archive import Archive
from archive.opening.working import at_work
from archive.preservation.usable_targets import UsableTargets, ready
from archive.steps import counted_steps, stages
from archive.steps.counted_steps import Tally
from archive.steps.run_session import RunSession
from archive.views.report_view import drawn_up
from archive.views.status import status
from benchmarks._large_ledger import CLIPS, archive_at


def nothing_new(archive: Archive, usable: UsableTargets) -> None:
    """What a run asks that finds nothing to do: every stage but the listing, and what failed before."""
    asked, session = stages.Asked(), RunSession(archive, usable)
    every = [stage for stage in stages.STAGES if stage is not stages.LIST]
    tally = stages.take(session, asked, every)
    if tally != Tally():
        raise SystemExit(f"something was due: {tally}")
    told = counted_steps.still_failed(archive, tally)
    if not told.problems:
        raise SystemExit("clips that failed before are told")


def counts(archive: Archive, _usable: UsableTargets) -> None:
    """What `thirdcopy status` shows."""
    if (found := status(archive)).clips.listed != CLIPS:
        raise SystemExit(f"{found.clips.listed:,} clips are listed")


def reconciles(archive: Archive, _usable: UsableTargets) -> None:
    """What `thirdcopy report` draws up."""
    with drawn_up(archive) as drawn:
        if drawn.report.totals.expected != CLIPS:
            raise SystemExit(f"{drawn.report.totals.expected:,} clips are expected")


MEASURES: dict[str, Callable[[Archive, UsableTargets], None]] = {
    "nothing_new": nothing_new,
    "status": counts,
    "report": reconciles,
}


def main() -> None:
    """Measure, and print the figures as JSON."""
    file, name = Path(sys.argv[1]), sys.argv[2]
    with ExitStack() as stack:
        archive, usable = stack.enter_context(archive_at(file))
        if name == "nothing_new":
            stack.enter_context(at_work(archive, "run"))
            ready(archive)
        wall, cpu = time.perf_counter(), time.process_time()
        MEASURES[name](archive, usable)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory that this program had; `getrusage` counts what the process had before it, its starter's."""
    status_ = Path("/proc/self/status").read_text()
    (line,) = (line for line in status_.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
