"""Mirroring 2 GiB to three real servers at once and reading all of it back, beside rclone and s5cmd doing the same.

Each round starts SeaweedFS, Ceph and Swift anew and has each tool mirror the same files, in an order that changes from
round to round. Ours is the product's own convoy, which `thirdcopy mirror` stores evidence with, less the inventories;
it is given the digests that are on record of sealed files.
rclone copies to the three side by side, then compares by `check --download`; s5cmd copies side by side, brings all of
it down again, and sha256sum compares.

    python -m benchmarks.mirror [ROUNDS] [MIB]
"""

import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from archive.fixity import digest
from storage.contract import Content, Target
from storage.convoy import Convoy, File, Load
from storage.mirrors import read_back
from storage.targets import open_target
from storage.targets.s3_settings import S3Settings

if TYPE_CHECKING:
    from tests.world.servers import S3Server

MIB = 1 << 20
ROUNDS, SIZE_MIB = 5, 2048
OURS = "ours"
PART_MIB = 32
"""Our default; the peers, whose own are smaller, are told the same."""
TOOLS = ("thirdcopy", "rclone", "s5cmd")
PER_SERVER = {"seaweedfs": {"conditional_put": True}, "ceph": {"conditional_put": True}, "swift": {}}


@dataclass(frozen=True)
class Run:
    """What one tool took: seconds, seconds of processor (its own, not the servers'), MB at its peak, bytes read."""

    wall: float
    cpu: float
    peak_mb: float
    read: int = 0


def main() -> None:
    """Measure, print the three side by side, and the figures as JSON."""
    if sys.argv[1:2] == [OURS]:
        source, work = (Path(told) for told in sys.argv[2:])
        (work / "read.json").write_text(json.dumps({"read": mirror(source, work)}))
        return
    from tests.world.servers import ceph, seaweedfs, swift  # the measured process does without them

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    mib = int(sys.argv[2]) if len(sys.argv) > 2 else SIZE_MIB
    found: dict[str, list[Run]] = {tool: [] for tool in TOOLS}
    with TemporaryDirectory(prefix="thirdcopy-mirror-") as scratch:
        source = Path(scratch) / "source"
        names = _make(source, mib)
        print(f"{mib} MiB in {len(names)} files to three servers at once, read back; {rounds} rounds")
        for number in range(rounds):
            with ExitStack() as stack:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="round-", dir=scratch)))
                servers = {
                    name: stack.enter_context(start(folder / name))
                    for name, start in (
                        ("seaweedfs", partial(seaweedfs, volumes=200)),
                        ("ceph", ceph),
                        ("swift", swift),
                    )
                }
                for tool in (*TOOLS[number % 3 :], *TOOLS[: number % 3]):
                    run = _run(tool, source, servers, folder)
                    found[tool].append(run)
                    print(f"  {number + 1} {tool:<10}{run.wall:7.1f} s wall {run.cpu:7.1f} s cpu {run.peak_mb:6.0f} MB")
    size = sum((source_size for _, source_size in names), 0)
    _print(found, size)


def _print(found: Mapping[str, list[Run]], size: int) -> None:
    def median(tool: str, field: str) -> float:
        return float(statistics.median(getattr(run, field) for run in found[tool]))

    print()
    for tool, runs in found.items():
        walls = [run.wall for run in runs]
        print(
            f"  {tool:<10} wall {median(tool, 'wall'):6.1f} s ({min(walls):.1f} to {max(walls):.1f})"
            f"   cpu {median(tool, 'cpu'):6.1f} s   peak {max(run.peak_mb for run in runs):5.0f} MB"
        )
    peers = [tool for tool in TOOLS if tool != "thirdcopy"]
    best = min(peers, key=lambda tool: median(tool, "wall"))
    figures: dict[str, Any] = {
        "wall_ratio": round(median("thirdcopy", "wall") / median(best, "wall"), 3),
        "cpu_ratio": round(median("thirdcopy", "cpu") / median(best, "cpu"), 3),
        "read_ratio": round(statistics.median(run.read for run in found["thirdcopy"]) / size, 4),
        "peak_mb": round(max(run.peak_mb for run in found["thirdcopy"]), 1),
        "best_peer": best,
        "wall_seconds": [round(run.wall, 2) for run in found["thirdcopy"]],
        "peers": {
            tool: {
                "wall_seconds": [round(run.wall, 2) for run in found[tool]],
                "cpu_seconds": round(median(tool, "cpu"), 2),
                "peak_mb": round(max(run.peak_mb for run in found[tool]), 1),
            }
            for tool in peers
        },
        "bytes": size,
        "rounds": len(found["thirdcopy"]),
    }
    print(json.dumps(figures))


def _make(source: Path, mib: int) -> list[tuple[str, int]]:
    """Files as an archive has them: a few long films, many short ones, and the small files beside them."""
    lots = random.Random(20211)  # noqa: S311
    sizes = [("long", 3, 0.58), ("middle", 8, 0.32), ("short", 24, 0.09), ("small", 200, 0.01)]
    made = []
    for kind, count, share in sizes:
        for number in range(count):
            path = source / f"{kind}/{number:03d}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            size = int(mib * MIB * share / count) + number
            with path.open("wb") as file:
                for begin in range(0, size, MIB):
                    file.write(lots.randbytes(min(MIB, size - begin)))
            made.append((f"{kind}/{number:03d}.bin", size))
    return made


def _run(tool: str, source: Path, servers: Mapping[str, "S3Server"], folder: Path) -> Run:
    """One tool's mirroring, in processes of its own."""
    work = folder / tool
    work.mkdir()
    if tool == "thirdcopy":
        stanzas = {
            name: {
                **server.settings(
                    part_size_mib=PART_MIB, parallel_parts=2, prefix="thirdcopy", **PER_SERVER[name]
                ).model_dump(mode="json")
            }
            | {"access_key": server.access_key, "secret_key": server.secret_key}
            for name, server in servers.items()
        }
        (work / "targets.json").write_text(json.dumps(stanzas))
        sums = {str(path.relative_to(source)): vars(digest(path)) for path in sorted(source.rglob("*.bin"))}
        (work / "sums.json").write_text(json.dumps(sums))
        wall, cpu, peak = _timed([[sys.executable, "-m", "benchmarks.mirror", OURS, str(source), str(work)]], {})
        return Run(wall, cpu, peak, json.loads((work / "read.json").read_text())["read"])
    begun = {"rclone": _rclone, "s5cmd": _s5cmd}[tool](source, servers, work)
    wall = cpu = peak = 0.0
    for commands, environment in begun:
        one = _timed(commands, environment)
        wall, cpu, peak = wall + one[0], cpu + one[1], max(peak, one[2])
    shutil.rmtree(work)
    return Run(wall, cpu, peak)


Phase = tuple[list[list[str]], dict[str, str]]


def _rclone(source: Path, servers: Mapping[str, "S3Server"], work: Path) -> Iterator[Phase]:
    lines = []
    for name, server in servers.items():
        lines += [
            f"[{name}]",
            "type = s3",
            "provider = Other",
            f"endpoint = {server.endpoint}",
            "force_path_style = true",
        ]
        lines += [f"access_key_id = {server.access_key}", f"secret_access_key = {server.secret_key}"]
    (work / "rclone.conf").write_text("\n".join(lines))
    program = [_program("rclone"), "--config", str(work / "rclone.conf"), "--s3-chunk-size", f"{PART_MIB}M"]
    to = [(name, f"{name}:{server.bucket}/rclone") for name, server in servers.items()]
    yield [[*program, "copy", "--no-check-dest", str(source), there] for _, there in to], {}
    yield [[*program, "check", "--download", str(source), there] for _, there in to], {}


def _s5cmd(source: Path, servers: Mapping[str, "S3Server"], work: Path) -> Iterator[Phase]:
    up, down, compare = [], [], []
    sums = work / "sums"
    with sums.open("w") as file:
        for path in sorted(source.rglob("*.bin")):
            file.write(f"{_sha256(path)}  {path.relative_to(source)}\n")
    for name, server in servers.items():
        keys = f"AWS_ACCESS_KEY_ID={server.access_key} AWS_SECRET_ACCESS_KEY={server.secret_key}"
        program = f"env {keys} {_program('s5cmd')} --endpoint-url {server.endpoint} --log error"
        back = work / name
        up.append(["sh", "-c", f"{program} cp -p {PART_MIB} '{source}/*' s3://{server.bucket}/s5cmd/"])
        down.append(["sh", "-c", f"{program} cp 's3://{server.bucket}/s5cmd/*' {back}/"])
        compare.append(["sh", "-c", f"cd {back} && sha256sum --quiet -c {sums}"])
    yield up, {}
    yield down, {}
    yield compare, {}


def _timed(commands: list[list[str]], environment: Mapping[str, str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor and the sum of the peaks in MB of commands that run side by side."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    going = [
        subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for command in commands
    ]
    peaks = [0.0] * len(going)

    def wait(number: int) -> None:
        _, status, used = os.wait4(going[number].pid, 0)
        going[number].returncode = os.waitstatus_to_exitcode(status)
        peaks[number] = used.ru_maxrss / 1024

    errors = [threading.Thread(target=_drain, args=(process,)) for process in going]
    waiting = [threading.Thread(target=wait, args=(number,)) for number in range(len(going))]
    for thread in (*errors, *waiting):
        thread.start()
    for thread in (*errors, *waiting):
        thread.join()
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    for process in going:
        if process.returncode:
            raise RuntimeError(f"{Path(str(process.args[0])).name} ended with {process.returncode}; see above")  # type: ignore[index]
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, sum(peaks)


def _drain(process: "subprocess.Popen[bytes]") -> None:
    said = process.stderr.read() if process.stderr else b""
    if process.stderr:
        process.stderr.close()
    if b"ERROR" in said or b"Error" in said:
        sys.stderr.write(said.decode("utf-8", "replace")[-2000:])


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mirror(source: Path, work: Path) -> int:
    """What the process of ours does: every file to every target and back; the bytes that reading files gave."""
    stanzas: dict[str, Any] = json.loads((work / "targets.json").read_text())
    sums: dict[str, Any] = json.loads((work / "sums.json").read_text())
    targets = {name: open_target(name, S3Settings.model_validate(stanza)) for name, stanza in stanzas.items()}

    there = {name: {stat.key for stat in target.list("")} for name, target in targets.items()}

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        for key, content in contents.items():
            target.put(key, content, absent=key not in there[target.name])
            content.close()
            read_back(target, key, content.sha512, content.blocks())
        return True

    names = tuple(targets)
    loads = [
        Load(name, {name: File(source / name, known["sha512"], names, tuple(known["blocks"]))}, names)
        for name, known in sums.items()
    ]
    before = _read_so_far()
    convoy = Convoy(targets, deliver)
    convoy.run(loads)
    if convoy.behind:
        print(f"left behind: {', '.join(convoy.behind)}", file=sys.stderr)
        for load in loads:
            for name in convoy.behind:
                raise RuntimeError(f"{name} was left behind at {load.name}")
    return _read_so_far() - before


def _read_so_far() -> int:
    """Bytes that read calls of this process gave: files; what comes from sockets is received, not read."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
