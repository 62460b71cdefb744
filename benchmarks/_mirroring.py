"""What the two mirroring benchmarks share: the servers, the peers, the build to compare with, clocks and figures."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.world.servers import S3Server

MIB = 1 << 20
PART_MIB = 32
"""Our default; the peers, whose own are smaller, are told the same."""
OURS, BEFORE, RCLONE, S5CMD = "thirdcopy", "before", "rclone", "s5cmd"
PEERS = (RCLONE, S5CMD)
PER_SERVER: Mapping[str, dict[str, bool]] = {
    "seaweedfs": {"conditional_put": True},
    "ceph": {"conditional_put": True},
    "swift": {},
}
LOOK_EVERY = 0.05
"""Seconds between two looks at a process's memory."""
BASELINE = "a41c8b8"
"""The commit whose build is measured beside this one."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """What one tool took: seconds, seconds of processor (its own, not the servers'), MB at its peak, bytes read."""

    wall: float
    cpu: float
    peak_mb: float
    read: int = 0


Measure = Callable[[str, Mapping[str, "S3Server"], Path], Run]
"""Runs one tool against the servers, in a folder of its own."""


@contextmanager
def started(folder: Path, *, secure: bool) -> Iterator[dict[str, "S3Server"]]:
    """SeaweedFS, Ceph and Swift, each in an empty folder; `secure`: each behind the TLS that it speaks itself."""
    from tests.world.servers import ceph, certificate, seaweedfs, swift  # the measured process does without them

    issued = certificate(folder / "certificate") if secure else None
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(start(folder / name, certificate=issued))
            for name, start in (("seaweedfs", partial(seaweedfs, volumes=200)), ("ceph", ceph), ("swift", swift))
        }


@contextmanager
def build_before(folder: Path, commit: str = BASELINE) -> Iterator[Path | None]:
    """The source of the build to compare with, out of this checkout's history; None, and a word why, if it has none."""
    folder.mkdir(parents=True)
    tar = f"{folder}.tar"
    archived = subprocess.run(
        ["git", "-C", str(ROOT), "archive", f"--output={tar}", "--format=tar", commit],
        capture_output=True,
        check=False,
    )
    if archived.returncode:
        print(
            f"no build to compare with: this is no checkout whose history has {commit} (a tarball, or a shallow"
            " clone); clone the repository whole and run again there. The figures that need it are null"
        )
        yield None
        return
    subprocess.run(["tar", "-xf", tar, "-C", str(folder)], check=True)
    yield folder


def rounds(tools: Sequence[str], number: int, measure: Measure, scratch: Path, *, secure: bool) -> dict[str, list[Run]]:
    """Every tool in turn, in an order that changes from round to round; the servers are new in each round."""
    found: dict[str, list[Run]] = {tool: [] for tool in tools}
    for one in range(number):
        folder = scratch / f"round-{one}"
        with started(folder, secure=secure) as servers:
            for tool in (*tools[one % len(tools) :], *tools[: one % len(tools)]):
                work = folder / tool
                work.mkdir()
                run = measure(tool, servers, work)
                shutil.rmtree(work)
                found[tool].append(run)
                print(f"  {one + 1} {tool:<10}{run.wall:7.1f} s wall {run.cpu:7.1f} s cpu {run.peak_mb:6.0f} MB")
                sys.stdout.flush()
        shutil.rmtree(folder)
    return found


def peer(tool: str, source: Path, servers: Mapping[str, "S3Server"], work: Path) -> Run:
    """What a peer takes to mirror a folder to every server and to read all of it back and compare."""
    wall = cpu = peak = 0.0
    for commands in (_rclone if tool == RCLONE else _s5cmd)(source, servers, work):
        one = timed(commands)
        wall, cpu, peak = wall + one.wall, cpu + one.cpu, max(peak, one.peak_mb)
    return Run(wall, cpu, peak)


def _rclone(source: Path, servers: Mapping[str, "S3Server"], work: Path) -> Iterator[list[list[str]]]:
    """It copies to the three side by side, then compares by `check --download`."""
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
    program += [word for server in list(servers.values())[:1] if server.ca_file for word in _trusted(server.ca_file)]
    to = [(name, f"{name}:{server.bucket}/rclone") for name, server in servers.items()]
    yield [[*program, "copy", "--no-check-dest", str(source), there] for _, there in to]
    yield [[*program, "check", "--download", str(source), there] for _, there in to]


def _trusted(authority: Path) -> tuple[str, str]:
    return "--ca-cert", str(authority)


def _s5cmd(source: Path, servers: Mapping[str, "S3Server"], work: Path) -> Iterator[list[list[str]]]:
    """It copies side by side, brings all of it down again, and sha256sum compares."""
    up, down, compare = [], [], []
    sums = work / "sums"
    subprocess.run(["sh", "-c", f"cd '{source}' && find . -type f | xargs -d '\\n' sha256sum >'{sums}'"], check=True)
    for name, server in servers.items():
        keys = f"AWS_ACCESS_KEY_ID={server.access_key} AWS_SECRET_ACCESS_KEY={server.secret_key}"
        trust = f"SSL_CERT_FILE={server.ca_file} AWS_CA_BUNDLE={server.ca_file}" if server.ca_file else ""
        program = f"exec env {keys} {trust} {_program('s5cmd')} --endpoint-url {server.endpoint} --log error"
        back = work / name
        up.append(["sh", "-c", f"{program} cp -p {PART_MIB} '{source}/*' s3://{server.bucket}/s5cmd/"])
        down.append(["sh", "-c", f"{program} cp 's3://{server.bucket}/s5cmd/*' {back}/"])
        compare.append(["sh", "-c", f"cd {back} && sha256sum --quiet -c {sums}"])
    yield up
    yield down
    yield compare


def timed(commands: list[list[str]], environment: Mapping[str, str] | None = None) -> Run:
    """Seconds, seconds of processor and the sum of the peaks of commands that run side by side; each must end well.

    `read` are the bytes that their read calls gave: files, and what came through TLS; what came over plain sockets is
    received, not read.
    """
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    going = [
        subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            cwd="/",  # `python -m` looks there first
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for command in commands
    ]
    peaks, read, said = [0.0] * len(going), [0] * len(going), [b""] * len(going)

    def wait(number: int) -> None:
        pid = going[number].pid
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            peaks[number] = max(peaks[number], _peak_mb(pid))
            time.sleep(LOOK_EVERY)
        read[number] = read_so_far(pid)
        going[number].wait()

    def listen(number: int) -> None:
        stream = going[number].stderr
        if stream:
            said[number] = stream.read()
            stream.close()

    threads = [threading.Thread(target=what, args=(n,)) for n in range(len(going)) for what in (wait, listen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    for process, words in zip(going, said, strict=True):
        if process.returncode:
            name = Path(str(process.args[0])).name  # type: ignore[index]
            raise RuntimeError(f"{name} ended with {process.returncode}: {words.decode('utf-8', 'replace')[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, sum(peaks), sum(read))


def read_so_far(pid: int | str = "self") -> int:
    """Bytes that read calls of a process gave so far."""
    for line in Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    return 0


def _peak_mb(pid: int) -> float:
    """The most memory that a process had so far, 0 if it has ended: `ru_maxrss` counts ours, from before it began."""
    with suppress(ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def median(runs: Sequence[Run], field: str) -> float:
    """The median of one figure of some runs."""
    return float(statistics.median(getattr(run, field) for run in runs))


def figures(found: Mapping[str, list[Run]]) -> dict[str, Any]:
    """Print the tools side by side; the figures of ours beside the best peer's, rclone's and the build before."""
    print()
    for tool, runs in found.items():
        walls = [run.wall for run in runs]
        print(
            f"  {tool:<10} wall {median(runs, 'wall'):6.1f} s ({min(walls):.1f} to {max(walls):.1f})"
            f"   cpu {median(runs, 'cpu'):6.1f} s   peak {max(run.peak_mb for run in runs):5.0f} MB"
        )
    ours, before = found[OURS], found.get(BEFORE, [])
    best = min(PEERS, key=lambda tool: median(found[tool], "wall"))

    def paired(field: str) -> float | None:
        pairs = [getattr(one, field) / getattr(other, field) for one, other in zip(ours, before, strict=False)]
        return round(statistics.median(pairs), 3) if pairs else None

    return {
        "wall_ratio": round(median(ours, "wall") / median(found[best], "wall"), 3),
        "cpu_ratio": round(median(ours, "cpu") / median(found[RCLONE], "cpu"), 3),
        "build_ratio": paired("wall"),
        "build_cpu_ratio": paired("cpu"),
        "peak_mb": round(max(run.peak_mb for run in ours), 1),
        "best_peer": best,
        "wall_seconds": [round(run.wall, 2) for run in ours],
        "cpu_seconds": round(median(ours, "cpu"), 2),
        "peers": {
            tool: {
                "wall_seconds": [round(run.wall, 2) for run in runs],
                "cpu_seconds": round(median(runs, "cpu"), 2),
                "peak_mb": round(max(run.peak_mb for run in runs), 1),
            }
            for tool, runs in found.items()
            if tool != OURS
        },
        "rounds": len(ours),
    }


def dump(found: Mapping[str, Any]) -> None:
    """The figures as the last line."""
    print(json.dumps(found))
