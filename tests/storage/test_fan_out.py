"""Many files to many targets: each is read once, nobody waits for the slowest, and what goes wrong ends no other."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from storage.contract import Content, Target
from storage.digests import BLOCK
from storage.errors import LeftBehind, Unavailable
from storage.fan_out import FanOut, Load, Room
from storage.mirrors import read_back
from storage.shared_reading import File
from storage.targets import MemorySettings, open_target
from tests.support.packages import HOME
from tests.world.proxy import proxy
from tests.world.proxy_faults import sink


def memory(*names: str) -> dict[str, Target]:
    return {name: open_target(name, MemorySettings()) for name in names}


def loads(folder: Path, sizes: list[int], targets: tuple[str, ...]) -> list[Load]:
    made = []
    for number, size in enumerate(sizes):
        content = os.urandom(size)
        path = folder / str(number)
        path.write_bytes(content)
        file = File(path, sha512(content).hexdigest(), targets)
        made.append(Load(f"load {number}", {f"media/{number}": file}, targets))
    return made


def put(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
    for key, content in contents.items():
        target.put(key, content)
    return True


def sound(target: Target, load: Load) -> bool:
    return all(
        read_back(target, key, file.sha512) == file.path.stat().st_size
        for key, file in load.files.items()
        if target.name in file.targets
    )


def test_every_target_gets_what_it_is_owed_and_each_load_finishes_once(tmp_path: Path) -> None:
    targets = memory("a", "b", "c")
    owed = loads(tmp_path, [0, 1, 2 * BLOCK + 3, 5 * BLOCK], ("a", "b", "c"))
    owed[1] = Load("load 1", owed[1].files, ("a",))
    finished = []
    fan_out = FanOut(targets, put, finished=lambda load: finished.append(load.name))
    fan_out.run(owed)
    assert sorted(finished) == [load.name for load in owed]
    assert fan_out.behind == set()
    for target in targets.values():
        assert all(sound(target, load) for load in owed if target.name in load.targets)
    assert [stat.key for stat in targets["b"].list("")] == ["media/0", "media/2", "media/3"]


def test_a_target_that_stands_still_is_left_behind_and_the_others_go_on_to_the_end(tmp_path: Path) -> None:
    targets = memory("a", "b", "slow")
    owed = loads(tmp_path, [3 * BLOCK] * 12, ("a", "b", "slow"))
    others_done = threading.Event()
    left: list[str] = []
    given: list[str] = []
    count = threading.Semaphore(0)

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        if target.name == "slow":
            given.append(load.name)
            assert others_done.wait(60), "the others wait for it"
        try:
            put(target, load, contents)
        except LeftBehind:
            left.append(load.name)
            raise
        if target.name != "slow":
            count.release()
            if load is owed[-1] and target.name == "a":
                for _ in range(2 * len(owed)):
                    count.acquire()
                others_done.set()
        return True

    fan_out = FanOut(targets, deliver, patience=0.5, room=Room(10 * BLOCK))
    fan_out.run(owed)
    assert fan_out.behind == {"slow"}
    assert sorted(left) == sorted(given)  # each that had begun ends there, and it is given no other
    assert 0 < len(given) <= 4
    assert all(sound(targets[name], load) for name in ("a", "b") for load in owed)
    assert list(targets["slow"].list("")) == []


def test_who_has_nothing_left_to_get_waits_for_nobody(tmp_path: Path) -> None:
    """One target is owed much and takes its time, the other is owed little: there is no one to be slow for."""
    targets = memory("much", "little")
    owed = loads(tmp_path, [2 * BLOCK] * 8, ("much",))
    (file,) = owed[0].files.values()
    owed[0] = Load("load 0", {"media/0": replace(file, targets=("much", "little"))}, ("much", "little"))
    never = threading.Event()

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        if target.name == "much" and load is not owed[0]:
            never.wait(0.3)  # longer than the patience
        return put(target, load, contents)

    fan_out = FanOut(targets, deliver, patience=0.1, room=Room(3 * BLOCK))
    fan_out.run(owed)
    assert fan_out.behind == set()
    assert all(sound(targets["much"], load) for load in owed)


def test_no_more_loads_are_asked_for_than_there_is_memory(tmp_path: Path) -> None:
    targets = memory("a", "b")
    owed = loads(tmp_path, [BLOCK] * 9, ("a", "b"))
    asked: list[str] = []
    held, fourth, fifth = threading.Event(), threading.Event(), threading.Event()

    def asking() -> Iterator[Load]:
        for load in owed:
            asked.append(load.name)
            if len(asked) == 4:
                fourth.set()
            if len(asked) == 5:
                fifth.set()
            yield load

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        assert held.wait(60)
        return put(target, load, contents)

    fan_out = FanOut(targets, deliver, room=Room(6 * BLOCK))  # a load of one MiB takes two, for a reading has one ahead
    going = threading.Thread(target=fan_out.run, args=(asking(),))
    going.start()
    assert fourth.wait(60)
    early = fifth.wait(0.3)
    held.set()
    going.join(60)
    assert not early  # three are in, one waits
    assert len(asked) == 9
    assert all(sound(target, load) for target in targets.values() for load in owed)


def test_a_target_that_says_stop_is_given_nothing_more(tmp_path: Path) -> None:
    targets = memory("a", "down")
    owed = loads(tmp_path, [BLOCK] * 30, ("a", "down"))
    tried = []

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        if target.name == "down":
            tried.append(load.name)
            return False
        return put(target, load, contents)

    finished = []
    fan_out = FanOut(targets, deliver, finished=lambda load: finished.append(load.name), room=Room(4 * BLOCK))
    fan_out.run(owed)
    assert len(tried) <= 8  # four workers, each of which may have begun another
    assert len(finished) == 30
    assert fan_out.behind == set()
    assert all(sound(targets["a"], load) for load in owed)


def test_what_is_no_matter_of_pace_ends_all_and_is_raised(tmp_path: Path) -> None:
    targets = memory("a", "b")
    owed = loads(tmp_path, [BLOCK] * 20, ("a", "b"))

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        if target.name == "b" and load.name == "load 1":
            raise Unavailable("nobody translated this", target="b")
        return put(target, load, contents)

    with pytest.raises(Unavailable, match="nobody translated"):
        FanOut(targets, deliver, room=Room(4 * BLOCK)).run(owed)
    assert len(list(targets["a"].list(""))) < 20


def test_a_file_that_is_gone_is_left_to_whoever_delivers(tmp_path: Path) -> None:
    targets = memory("a")
    owed = loads(tmp_path, [BLOCK], ("a",))
    (tmp_path / "0").unlink()
    given: list[dict[str, Content]] = []

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        given.append(dict(contents))
        return True

    FanOut(targets, deliver).run(owed)
    assert given == [{}]


MOST_MB, GROWTH_MB = 250, 24
SIZES_MIB = (128, 384)
"""Two sizes of file, the second three times the first: memory that grows with the file would show."""

FEED = """
import json, os, sys
from hashlib import sha512
from pathlib import Path
from storage.fan_out import FanOut, Load, Room
from storage.shared_reading import File
from storage.targets import S3Settings, open_target
told = json.load(sys.stdin)
targets = {}
for number, endpoint in enumerate(told["endpoints"]):
    settings = S3Settings(endpoint=endpoint, bucket="testimony", prefix=f"t{number}", access_key="key-of-nobody",
                          secret_key="canary-secret", checksum="content-md5")
    targets[f"t{number}"] = open_target(f"t{number}", settings)
file = Path(told["file"])

def deliver(target, load, contents):
    for key, content in contents.items():
        target.put(key, content)
    return True

fan_out = FanOut(targets, deliver, patience=told["patience"])
fan_out.run([Load("one", {"media/film": File(file, told["sha512"], tuple(targets))}, tuple(targets))])
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))  # of this program, not of its parent
print(json.dumps({"peak_mb": peak / 1000, "behind": sorted(fan_out.behind), "read": int(
    next(line.split()[1] for line in Path("/proc/self/io").read_text().splitlines() if line.startswith("rchar")))}))
"""


def feed(endpoints: list[str], file: Path, digest: str, patience: float = 30.0) -> dict[str, Any]:
    """Feed a file to targets in a process of its own: its peak memory and what it read."""
    told = {"endpoints": endpoints, "file": str(file), "sha512": digest, "patience": patience}
    done = subprocess.run(
        [sys.executable, "-c", FEED],
        input=json.dumps(told).encode(),
        stdout=subprocess.PIPE,
        cwd=HOME,
        check=True,
        timeout=250,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of one process alone")
def test_memory_grows_neither_with_the_file_nor_past_its_bound_and_the_file_is_read_once(tmp_path: Path) -> None:
    peaks = []
    with proxy("http://127.0.0.1:9") as store, proxy("http://127.0.0.1:9", mib_a_second=12) as slow:
        sink(store)
        sink(slow)
        for mib in SIZES_MIB:
            file, digest = tmp_path / "film", sha512()
            with file.open("wb") as stream:
                for number in range(mib):
                    block = number.to_bytes(4, "big") * (BLOCK // 4)
                    digest.update(block)
                    stream.write(block)
            found = feed([store.endpoint] * 4, file, digest.hexdigest())
            assert found["behind"] == []
            assert found["read"] < mib * BLOCK + 64 * BLOCK  # the file, and Python with boto3
            assert store.sent("UploadPart") == 4 * mib * BLOCK
            store.seen.clear()
            peaks.append(found["peak_mb"])
        found = feed([store.endpoint] * 3 + [slow.endpoint], file, digest.hexdigest(), patience=1.0)
        assert found["behind"] == ["t3"]
        peaks.append(found["peak_mb"])
    assert max(peaks) < MOST_MB, peaks
    assert peaks[1] - peaks[0] < GROWTH_MB, peaks
