"""A film is never whole in memory: a process of its own reads one through, and says how much it held."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from archive.preservation.space import discard
from archive.records.object_ids import ObjectId
from tests.support.archives import an_archive, folder_target, keep, store_all

CLIP = "peertube-film"
MIB = 1 << 20
SIZE = 200 * MIB

PROGRAM = """
import sys
from hashlib import sha256
from pathlib import Path
from archive.playing.films import film_of
from tests.support.archives import an_archive, folder_target

def held(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

folder = Path(sys.argv[1])
with an_archive(folder / "state", {"a": folder_target(folder / "a")}) as archive:
    film = film_of(archive, "peertube-film")
    before, digest, size = held("VmRSS"), sha256(), 0
    for block in film.read():
        digest.update(block)
        size += len(block)
    print(size, digest.hexdigest(), held("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of one process alone")
def test_a_film_of_200_mib_is_read_through_in_little_memory(tmp_path: Path) -> None:
    film = os.urandom(MIB) * (SIZE // MIB)
    with an_archive(tmp_path / "state", {"a": folder_target(tmp_path / "a")}) as archive:
        keep(archive, CLIP, media=film)
        store_all(archive)
        discard(archive, ObjectId.evidence_of(CLIP))
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    assert said[:2] == [str(SIZE), sha256(film).hexdigest()]
    assert int(said[2]) < 16 * 1024, f"{said[2]} kB more than before"
