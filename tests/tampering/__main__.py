"""Many cases: `python -m tests.tampering --cases 1000 --seed 1`; `--only SEED` repeats one and says all of it."""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.tampering.judge import Scenario, Verdict, judged
from tests.tampering.sound import Sound, make

SCENARIOS: tuple[Scenario, ...] = ("beside", "alone")
EVERY = 100
"""In two cases of so many, each command is a process of its own."""


def case(sound: Sound, seed: int, under: Path) -> Verdict:
    """One case: of odd seeds the tampered target is alone, of even ones beside a sound one; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix=f"case-{seed}-", dir=under))
    try:
        return judged(folder, sound, seed, SCENARIOS[seed % 2], processes=seed % EVERY in (0, 1))
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, however deep: Python's own way recurses."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        subprocess.run(["rm", "-rf", "--", str(folder)], check=True)


def main() -> int:
    """Run cases, and print a table of what held: 1 if something did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.tampering", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first case; each further one has the next")
    parser.add_argument("--only", type=int, help="the seed of the one case to repeat")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, help="where cases are laid; a temporary folder by default")
    chosen = parser.parse_args()
    seeds = [chosen.only] if chosen.only is not None else range(chosen.seed, chosen.seed + chosen.cases)
    with tempfile.TemporaryDirectory(prefix="tampering-", dir=chosen.folder) as there:
        sound = make(Path(there) / "sound")
        began, verdicts = time.monotonic(), list[Verdict]()
        for number, found in enumerate(_cases(sound, seeds, Path(there), chosen.jobs), start=1):
            verdicts.append(found)
            if found.faults or chosen.only is not None:
                print(told(found), flush=True)
            if number % 50 == 0 or number == len(seeds):
                faulty = sum(bool(one.faults) for one in verdicts)
                print(f"{number:,} cases, {time.monotonic() - began:.0f} s, {faulty:,} with faults", file=sys.stderr)
    print(table(verdicts))
    return int(any(one.faults for one in verdicts))


def _cases(sound: Sound, seeds: "range | list[int]", under: Path, jobs: int) -> Iterator[Verdict]:
    if jobs == 1 or len(seeds) == 1:
        yield from (case(sound, seed, under) for seed in seeds)
        return
    _ = sound.files  # read once, before the processes part
    with multiprocessing.get_context("fork").Pool(jobs, _begin, (sound, under)) as pool:
        yield from pool.imap_unordered(_one, seeds)


def _begin(sound: Sound, under: Path) -> None:
    _Shared.sound, _Shared.under = sound, under


class _Shared:
    sound: Sound
    under: Path


def _one(seed: int) -> Verdict:
    return case(_Shared.sound, seed, _Shared.under)


def told(one: Verdict) -> str:
    """A case and its faults, for a person."""
    lines = [f"seed {one.seed} {one.scenario} [{one.tampered.kind}] {one.tampered.what[:200]!r}"]
    return "\n".join([*lines, *(f"    {what}: {detail[:400]!r}" for what, detail in one.faults)])


def table(verdicts: list[Verdict]) -> str:
    """Kinds of tampering, and in how many trials each thing did not hold."""
    checks = sorted({what for one in verdicts for what, _ in one.faults})
    rows: dict[str, Counter[str]] = {}
    for one in verdicts:
        row = rows.setdefault(one.tampered.kind, Counter())
        row["trials"] += 1
        row["held"] += not one.faults
        row.update({what for what, _ in one.faults})
    heads = ["trials", "held", *checks]
    lines = [f"{'kind':32}" + "".join(f"{name:>11}" for name in heads)]
    for kind, row in sorted(rows.items()):
        lines.append(f"{kind[:31]:32}" + "".join(f"{row[name]:>11,}" for name in heads))
    total = sum(rows.values(), Counter[str]())
    return "\n".join([*lines, f"{'all':32}" + "".join(f"{total[name]:>11,}" for name in heads)])


if __name__ == "__main__":
    sys.exit(main())
