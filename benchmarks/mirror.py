"""Mirroring 2 GiB to three real servers at once and reading all of it back, beside rclone and s5cmd doing the same.

Each round starts SeaweedFS, Ceph and Swift anew and has each tool mirror the same files, in an order that changes from
round to round. Ours is the product's own fan-out, which `thirdcopy mirror` stores evidence with, less the inventories;
it is given the digests that are on record of sealed files. The same of the build of commit a41c8b8 goes beside it.
The whole of `thirdcopy mirror`, through TLS, is in benchmarks/mirror_tls.py.

    python -m benchmarks.mirror [ROUNDS] [MIB]
"""

import json
import random
import statistics
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks import _mirroring as shared
from benchmarks._mirroring import MIB, Run
from storage.contract import Content, Target
from storage.fan_out import FanOut, Load
from storage.file_digests import digest
from storage.mirrors import read_back
from storage.shared_reading import File
from storage.targets import open_target
from storage.targets.s3.settings import S3Settings

if TYPE_CHECKING:
    from tests.world.servers import S3Server

ROUNDS, SIZE_MIB = 5, 2048
OURS = "ours"


def main() -> None:
    """Measure, print the tools side by side, and the figures as JSON."""
    if sys.argv[1:2] == [OURS]:
        source, work = (Path(told) for told in sys.argv[2:])
        (work / "read.json").write_text(json.dumps({"read": mirror(source, work)}))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    mib = int(sys.argv[2]) if len(sys.argv) > 2 else SIZE_MIB
    with TemporaryDirectory(prefix="thirdcopy-mirror-") as folder, ExitStack() as stack:
        scratch = Path(folder)
        source = scratch / "source"
        sizes = _make(source, mib)
        sums = {str(path.relative_to(source)): vars(digest(path)) for path in sorted(source.rglob("*.bin"))}
        before = stack.enter_context(shared.build_before(scratch / "before"))
        print(f"{mib} MiB in {len(sizes)} files to three servers at once, read back; {rounds} rounds")

        def measure(tool: str, servers: Mapping[str, "S3Server"], work: Path) -> Run:
            if tool in shared.PEERS:
                return shared.peer(tool, source, servers, work)
            (work / "targets.json").write_text(json.dumps(_stanzas(servers)))
            (work / "sums.json").write_text(json.dumps(sums))
            tree = before if tool == shared.BEFORE and before else shared.ROOT
            command = [sys.executable, "-m", "benchmarks.mirror", OURS, str(source), str(work)]
            run = shared.timed([command], {"PYTHONPATH": str(tree)})
            return Run(run.wall, run.cpu, run.peak_mb, json.loads((work / "read.json").read_text())["read"])

        tools = (shared.OURS, *((shared.BEFORE,) if before else ()), *shared.PEERS)
        found = shared.rounds(tools, rounds, measure, scratch, secure=False)
    size = sum(sizes)
    read = statistics.median(run.read for run in found[shared.OURS])
    shared.dump({**shared.figures(found), "read_ratio": round(read / size, 4), "bytes": size})


def _stanzas(servers: Mapping[str, "S3Server"]) -> dict[str, Any]:
    return {
        name: server.settings(
            part_size_mib=shared.PART_MIB, parallel_parts=2, prefix="thirdcopy", **shared.PER_SERVER[name]
        ).model_dump(mode="json", exclude_none=True)  # a build from before has not every setting
        | {"access_key": server.access_key, "secret_key": server.secret_key}
        for name, server in servers.items()
    }


def _make(source: Path, mib: int) -> list[int]:
    """Files as an archive has them: a few long films, many short ones, and the small files beside them; their sizes."""
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
            made.append(size)
    return made


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
    before = shared.read_so_far()
    fan_out = FanOut(targets, deliver)
    fan_out.run(loads)
    if fan_out.behind:
        raise RuntimeError(f"left behind: {', '.join(fan_out.behind)}")
    return shared.read_so_far() - before


if __name__ == "__main__":
    main()
