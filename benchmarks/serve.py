"""The reading room for 50 readers at once, each opening a page every two seconds, while a run is at work beside it.

The archive is made on the spot (`_found_texts`): 2,000 open clips of 91 sentences in six languages, indexed. Of ten
pages that a reader opens five are searches (words, two words, the beginning of a word, what stands in a tenth of the
sentences), four are clips, and one is the front page. The run fetches small films of a disk into the same archive,
seals them and reads them back at two folders, as long as readers read. The same readers come once without a run.
Server, run and readers share this machine. A time is from the request to the last byte; a page that is not 200 is an
error.

    python -m benchmarks.serve [SECONDS]
"""

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import httpx
import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.opening import open_engine
from archive.opening.archive import place_of
from archive.settings.settings import load
from benchmarks._found_texts import SEED, Texts, fill, texts
from benchmarks._mirroring import dump
from tests.world.media import clip as film

CLIPS, SENTENCES, READERS, EVERY_S, SECONDS = 2_000, 91, 50, 2.0, 60.0
FILMS = 3_000
SETTINGS = """\
name = "read"
state = "state"
access = "public"
minimum_copies = 2
free_gib = 0.1

[distinct]
provider = 1
country = 1
key_holder = 1

[sources.disk]
kind = "folder"
path = "films"
quiet_minutes = 0

[targets.one]
kind = "folder"
path = "one"

[targets.two]
kind = "folder"
path = "two"

[reading_room]
port = 0
"""


def main() -> None:
    """Make the archive, have it read with and without a run, print both, and the figures as JSON."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with TemporaryDirectory(prefix="thirdcopy-serve-") as name:
        folder = Path(name)
        made = _archive(folder)
        with _opened(folder) as address:
            _read(address, made, 5.0)  # templates, caches
            quiet, _ = _read(address, made, seconds)
            print(f"without a run: p95 {_p95(quiet):.0f} ms of {len(quiet)} pages", flush=True)
            with _at_work(folder):
                busy, errors = _read(address, made, seconds)
            print(f"with a run: p95 {_p95(busy):.0f} ms of {len(busy)} pages, {dict(errors)}", flush=True)
    dump(
        {
            "errors": sum(errors.values()),
            "p95_ms": round(_p95(busy), 1),
            "readers": READERS,
            "p50_ms": round(statistics.median(busy), 1),
            "quiet_p95_ms": round(_p95(quiet), 1),
            "pages": len(busy),
        }
    )


def _archive(folder: Path) -> Texts:
    for part in ("films", "one", "two"):
        (folder / part).mkdir()
    settings = folder / "archive.toml"
    settings.write_text(SETTINGS)
    _thirdcopy(folder, "status")
    made = texts(CLIPS * SENTENCES, "held-out")
    fill(settings, made)
    engine = open_engine(place_of(load(settings)))
    with engine.sql.begin() as connection:
        connection.execute(sa.update(t.clips).values(access="public"))
    engine.sql.dispose()
    began = time.perf_counter()
    _thirdcopy(folder, "search", "zaramandu", "--rebuild")
    print(f"{CLIPS:,} clips indexed in {time.perf_counter() - began:.0f} s", flush=True)
    whole = film(folder)
    for number in range(FILMS):
        copy = folder / "films" / f"{number}.mp4"
        copyfile(whole, copy)
        with copy.open("ab") as end:  # a film of its own, to whoever compares bytes
            end.write(b"\0\0\0\x10free" + number.to_bytes(8, "big"))
    return made


def _thirdcopy(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "flows.cli.app", *arguments]
    subprocess.run(command, env=_environment(folder), stdout=subprocess.DEVNULL, check=False)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "THIRDCOPY_CONFIG": str(folder / "archive.toml")}


@contextmanager
def _opened(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "flows.cli.app", "serve"]
    with subprocess.Popen(
        command, env=_environment(folder), stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True
    ) as room:
        try:
            assert room.stdout
            for line in room.stdout:
                if "http://" in line:
                    yield line[line.index("http://") :].strip()
                    break
        finally:
            room.terminate()


@contextmanager
def _at_work(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "flows.cli.app", "fetch"]
    with subprocess.Popen(
        command, env=_environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        time.sleep(5)  # it has begun to fetch
        try:
            yield
            assert run.poll() is None, "the run ended before the readers did: it wants more films"
        finally:
            run.terminate()


def _read(address: str, made: Texts, seconds: float) -> tuple[list[float], Counter[int]]:
    """Milliseconds of each page that was opened, and the pages that were not given, by status."""
    times, errors, lock = list[float](), Counter[int](), threading.Lock()
    ends = time.monotonic() + seconds

    def reader(number: int) -> None:
        lots = random.Random(f"{SEED} {number}")  # noqa: S311
        pages = _pages(made, lots)
        time.sleep(EVERY_S * number / READERS)
        with httpx.Client(base_url=address, timeout=30) as client:
            while (began := time.monotonic()) < ends:
                try:
                    status = client.get(next(pages)).status_code
                except httpx.HTTPError:
                    status = 0
                took = 1000 * (time.monotonic() - began)
                with lock:
                    times.append(took)
                    if status != 200:
                        errors[status] += 1
                time.sleep(max(0.0, began + EVERY_S - time.monotonic()))

    readers = [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return times, errors


def _pages(made: Texts, lots: random.Random) -> Iterator[str]:
    """Addresses as a reader opens them, without end."""
    clips = list(made.clips)
    while True:
        clip = lots.choice(clips)
        words = lots.choice(made.clips[clip])[1].split()
        chance = lots.random()
        if chance < 0.1:
            yield "/"
        elif chance < 0.5:
            yield f"/find?q={_asked(words, lots)}"
        elif chance < 0.6:
            yield "/find.json?q=zaramandu"
        else:
            yield f"/clips/{clip}"


def _asked(words: Sequence[str], lots: random.Random) -> str:
    word = lots.choice(words).strip(".。")
    return lots.choice((word, f"{word[:3]}*", " ".join(words[:2])))


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
