"""Two clips at three folders, made once and copied for each test that spoils them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.records.event import Event
from storage.contract import Target
from tests.support.archives import Clock, an_archive, folder_targets, keep, store_all

CLIP, OTHER = "peertube-1", "peertube-2"
EVIDENCE = f"evidence-{CLIP}"
MEDIA = f"v1/content/media/{CLIP}.mp4"
BLOCKS = 5
MIB = 1 << 20


def make(folder: Path) -> Path:
    """The clips: one of two versions, whose first media is of five blocks, the last one short; the other small."""
    with an_archive(folder / "state", folder_targets(folder)) as archive:
        keep(archive, CLIP, media=Random(7).randbytes((BLOCKS - 1) * MIB + 1000))  # noqa: S311
        keep(archive, CLIP, 2)
        keep(archive, OTHER)
        store_all(archive)
    shutil.rmtree(folder / "state" / "spool")
    return folder


@contextmanager
def copy_of(made: Path, folder: Path) -> Iterator[tuple[Archive, dict[str, Target], Clock]]:
    """An archive of its own, as it was made; an hour has passed since."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    targets, clock = folder_targets(folder), Clock()
    clock.advance(hours=1)
    with an_archive(folder / "state", targets, clock=clock) as archive:
        yield archive, targets, clock


def at(folder: Path, target: str, object_id: str = EVIDENCE) -> Path:
    """Where an object lies."""
    return folder / target / "ocfl" / ocfl.object_path(object_id)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def flip(path: Path, block: int = 0) -> None:
    """Flip one bit in a block; size and times stay."""
    times = path.stat()
    with path.open("r+b") as file:
        file.seek(block * MIB + 3)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def roll_back(there: Path) -> None:
    """Make an object what it was before its second version."""
    shutil.rmtree(there / "v2")
    for name in ("inventory.json", "inventory.json.sha512"):
        shutil.copy(there / "v1" / name, there / name)


def state(archive: Archive, target: str, version: int = 1, object_id: str = EVIDENCE) -> str:
    """The state of a copy."""
    return next(copy.state for copy in archive.ledger.copies.of(object_id, version) if copy.target == target)


def events(archive: Archive, kind: str) -> list[Event]:
    """Events of a type that wait for a run record."""
    return [event for _, event in archive.ledger.events.waiting(10_000) if event.type == kind]
