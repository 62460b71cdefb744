"""A disk of 20,000 files: all digests in one reading beside openssl's sha512, a second visit, and bringing films in.

The files are made-up: real films of a second, grown behind their end to the sizes of a disk by bytes that no two share,
and three of ten are copies of others. What is measured is the product's own visit, into a ledger, with its look at each
file's first bytes; beside it `openssl dgst -sha512` over the same files, both from a warm page cache, in turn, three
times each, the medians compared (`time_ratio`). `blocks_ratio` is that of all digests with that of each MiB, which a
visit leaves to the copying: there is no use for them before. Then a second visit, in which nothing changed, and the
copying, probing and looking through of a sample of films.

    python -m benchmarks.disks [MIB] [FILES]

Where `benchmarks/_pairs.py` is there, the pairs of the same recording that it plants are looked for too.
"""

import importlib.util
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any

from archive.ledger import Ledger
from archive.records.clip import Listing
from archive.settings.source_stanzas import FolderSettings
from archive.sources.folder.folder_source import FolderSource
from benchmarks._mirroring import dump
from storage.file_digests import Digester
from tests.world.media import clip

MIB_IN_ALL, FILES, ROUNDS = 8192, 20_000, 3
SHARE_COPIED, SAMPLE = 0.3, 20
AT_A_TIME = 500
"""Files that one openssl is given: it takes as many as a command line holds."""


def main() -> None:
    """Measure, print the tools side by side, and the figures as JSON."""
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else MIB_IN_ALL
    files = int(sys.argv[2]) if len(sys.argv) > 2 else FILES
    with TemporaryDirectory(prefix="thirdcopy-disks-") as folder:
        scratch = Path(folder)
        free = disk_usage(scratch).free
        if free < (mib << 20) * 1.2:
            raise SystemExit(f"{scratch} has {free >> 20:,} MiB free, and {mib:,} MiB are made: set TMPDIR elsewhere")
        paths = _make(scratch, mib << 20, files)
        size = sum(path.stat().st_size for path in paths)
        print(f"{len(paths):,} files of {size / 1e9:.2f} GB, {SHARE_COPIED:.0%} of them copies; {ROUNDS} rounds")
        found = _measured(scratch, paths)
    dump({**found, "bytes": size, "files": len(paths), **_pairs()})


@dataclass(frozen=True)
class _Round:
    """Seconds of one round by the clock, and of processors: a visit, the peer, with the digest of each MiB, again."""

    ours: float
    ours_cpu: float
    peer: float
    peer_cpu: float
    blocks: float
    again: float
    bring_in: float


def _measured(scratch: Path, paths: list[Path]) -> dict[str, Any]:
    _openssl(paths)  # what is measured afterwards comes from the page cache, for both
    rounds = [_round(scratch / f"round-{number}", scratch / "disk", paths, number) for number in range(ROUNDS)]
    for one in rounds:
        print(f"visit {one.ours:.2f} s, openssl {one.peer:.2f} s, second visit {one.again:.2f} s")
    middle = {field: statistics.median(getattr(one, field) for one in rounds) for field in _Round.__dataclass_fields__}
    return {
        "time_ratio": round(statistics.median(one.ours / one.peer for one in rounds), 3),
        "blocks_ratio": round(statistics.median(one.blocks / one.peer for one in rounds), 3),
        "cpu_ratio": round(statistics.median(one.ours_cpu / one.peer_cpu for one in rounds), 3),
        "again_ratio": round(statistics.median(one.again / one.ours for one in rounds), 4),
        "bring_in_s": round(rounds[-1].bring_in, 3),
        "visit_s": round(middle["ours"], 2),
        "openssl_s": round(middle["peer"], 2),
        "again_s": round(middle["again"], 3),
    }


def _round(scratch: Path, disk: Path, paths: list[Path], number: int) -> _Round:
    """Both tools, in an order that changes from round to round."""
    scratch.mkdir()
    with closing(Ledger(scratch / "ledger.sqlite")) as ledger:
        source, listed = FolderSource("disk", FolderSettings(path=disk, quiet_minutes=0), ledger.disks), list[Listing]()
        peer = _seconds(lambda: _openssl(paths)) if number % 2 else (0.0, 0.0)
        ours = _seconds(lambda: listed.extend(source.list()))
        peer = peer if number % 2 else _seconds(lambda: _openssl(paths))
        blocks = _seconds(lambda: _with_blocks(paths))
        ledger.clips.seen(listed, datetime.now(UTC))
        again = _seconds(lambda: list(source.list()))
        sample = listed[:: max(1, len(listed) // SAMPLE)][:SAMPLE] if number == ROUNDS - 1 else []
        brought = _seconds(lambda: _bring(source, sample, scratch / "attempt"))
    return _Round(*ours, *peer, blocks[0], again[0], brought[0] / max(1, len(sample)))


def _with_blocks(paths: list[Path]) -> None:
    """All digests, that of each MiB too, as they are taken of what is brought in."""
    with Digester() as digester:
        for path in paths:
            with FileIO(path) as file:
                digester.take(file)


def _bring(source: FolderSource, listed: list[Listing], into: Path) -> None:
    """Copy, probe and look through films."""
    for listing in listed:
        source.fetch(listing, into, lambda done, total: None)


def _openssl(paths: list[Path]) -> None:
    for start in range(0, len(paths), AT_A_TIME):
        command = ["openssl", "dgst", "-sha512", *map(str, paths[start : start + AT_A_TIME])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that work takes, by the clock, and of processors in this process and its children."""
    before, begun = os.times(), time.perf_counter()
    work()
    took, after = time.perf_counter() - begun, os.times()
    return took, sum(after[:4]) - sum(before[:4])


def _make(scratch: Path, size: int, files: int) -> list[Path]:
    """Files as a disk has them: many short films, some long ones; each in one of a hundred folders."""
    lots = random.Random(20211)  # noqa: S311
    films = [clip(scratch / "films", seconds=1, tone=300 + 20 * number).read_bytes() for number in range(8)]
    weights = [lots.paretovariate(1.3) for _ in range(files)]
    scale = size / sum(weights)
    day, paths = datetime.now(UTC) - timedelta(days=30), list[Path]()
    for number, weight in enumerate(weights):
        path = scratch / "disk" / f"{number % 100:02d}" / f"VID_{number:06d}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        if paths and lots.random() < SHARE_COPIED:
            other = lots.choice(paths)
            subprocess.run(["cp", str(other), str(path)], check=True) if other.stat().st_size > 1 << 24 else (
                path.write_bytes(other.read_bytes())
            )
        else:
            _film(path, films[number % len(films)], max(0, int(weight * scale)), lots)
        os.utime(path, (day.timestamp() + number, day.timestamp() + number))
        paths.append(path)
    return paths


def _film(path: Path, film: bytes, size: int, lots: random.Random) -> None:
    """A film, and behind it a box of free space (ISO/IEC 14496-12, 8.1.2) that makes it as large, unlike any other."""
    room = max(64, size - len(film))
    with path.open("wb") as file:
        file.write(film)
        file.write((1).to_bytes(4) + b"free" + (room + 16).to_bytes(8))
        for start in range(0, room, 1 << 20):
            file.write(lots.randbytes(min(1 << 20, room - start)))


def _pairs() -> dict[str, Any]:
    """What `benchmarks/_pairs.py` finds of pairs of the same recording, where it is there."""
    if importlib.util.find_spec("benchmarks._pairs") is None:
        return {}
    found: dict[str, Any] = importlib.import_module("benchmarks._pairs").pairs()
    return found


if __name__ == "__main__":
    main()
