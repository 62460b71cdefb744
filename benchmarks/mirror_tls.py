"""`thirdcopy mirror` of whole objects to three real servers through TLS, beside rclone and s5cmd doing the same.

Each round starts SeaweedFS, Ceph and Swift anew, each behind the TLS that it speaks itself, with a certificate of a
throwaway authority, and has each tool mirror the same 35 objects: a film each and what is kept beside it, inventories
and all, every byte read back and compared. Ours is the command line from its start to its end, run record included,
and so is that of the build of commit a41c8b8. The peers are given the very files that ours makes of it.

How many requests an object takes is counted in a run of its own, of fewer bytes, over plain http, by a proxy before
each server; so is what is read of files, since what comes through TLS is read too.

    python -m benchmarks.mirror_tls [ROUNDS] [MIB]
"""

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.objects import ocfl
from benchmarks import _mirroring as shared
from benchmarks._mirroring import MIB, Run
from tests.world.proxy import Proxy, proxy
from tests.world.servers import S3Server

ROUNDS, SIZE_MIB, COUNTED_MIB = 5, 1024, 256
FILMS = (("long", 3, 0.58), ("middle", 8, 0.32), ("short", 24, 0.1))
"""What is mirrored: how many films of a kind, and their share of the bytes."""
MIRROR = """
try:
    from flows.cli.app import main
except ModuleNotFoundError:  # the build before
    from flows.cli import main
main()
"""


def main() -> None:
    """Measure, print the tools side by side, and the figures as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    mib = int(sys.argv[2]) if len(sys.argv) > 2 else SIZE_MIB
    with TemporaryDirectory(prefix="thirdcopy-mirror-") as folder, ExitStack() as stack:
        scratch = Path(folder)
        before = stack.enter_context(shared.build_before(scratch / "before-source"))
        trees = {shared.OURS: shared.ROOT, **({shared.BEFORE: before} if before else {})}
        counted = {build: _count(tree, scratch / f"counted-{build}") for build, tree in trees.items()}
        for build, one in counted.items():
            print(f"  {build:<10}{one['requests_per_object']:6.2f} requests an object: {one['of']}")
        states = {build: _sealed(tree, scratch / build, mib) for build, tree in trees.items()}
        source = _as_it_will_lie(states[shared.OURS] / "spool", scratch / "source")
        files = [path for path in source.rglob("*") if path.is_file()]
        print(f"{mib} MiB in {len(files)} files to three servers through TLS, read back; {rounds} rounds")

        def measure(tool: str, servers: Mapping[str, S3Server], work: Path) -> Run:
            if tool in shared.PEERS:
                return shared.peer(tool, source, servers, work)
            return _mirror(trees[tool], states[tool], servers, work)

        found = shared.rounds((*trees, *shared.PEERS), rounds, measure, scratch, secure=True)
    ours, was = counted[shared.OURS], counted.get(shared.BEFORE)
    shared.dump(
        {
            **shared.figures(found),
            "read_ratio": ours["read_ratio"],
            "requests_per_object": ours["requests_per_object"],
            "requests_per_object_before": was["requests_per_object"] if was else None,
            "requests_beside": ours["beside"],
            "requests_beside_before": was["beside"] if was else None,
            "bytes": mib * MIB,
        }
    )


def _sealed(tree: Path, folder: Path, mib: int) -> Path:
    """A state folder with sealed clips, made by a build."""
    lots = random.Random(20211)  # noqa: S311
    media = folder / "media"
    media.mkdir(parents=True)
    for kind, count, share in FILMS:
        for number in range(count):
            with (media / f"{kind}{number:02d}").open("wb") as file:
                for size in _mibs(int(mib * MIB * share / count) + number):
                    file.write(lots.randbytes(size))
    _settings(folder, {})
    subprocess.run(
        [sys.executable, str(tree / "benchmarks" / "_sealed.py"), str(media), str(folder / "archive.toml")],
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
    )
    return folder / "state"


def _mibs(size: int) -> Iterable[int]:
    return (min(MIB, size - begin) for begin in range(0, size, MIB))


def _as_it_will_lie(spool: Path, source: Path) -> Path:
    """The objects of a spool as every target will have them: version, root pair and declaration."""
    for folder in spool.glob("evidence-*"):
        root = source / ocfl.object_path(folder.name)
        shutil.copytree(folder, root, copy_function=os.link)
        for name in (ocfl.INVENTORY, ocfl.INVENTORY_DIGEST):
            shutil.copyfile(root / "v1" / name, root / name)
        (root / ocfl.OBJECT_DECLARATION).write_text(f"{ocfl.OBJECT_DECLARATION[2:]}\n")
    return source


def _settings(folder: Path, servers: Mapping[str, S3Server]) -> dict[str, str]:
    """An archive.toml over the servers beside its state folder; the environment that holds the keys."""
    lines = ['name = "made-up"', 'state = "state"', "minimum_copies = 1", "free_gib = 0"]
    if not servers:
        lines += ["[targets.none]", 'kind = "folder"', 'path = "none"']
    environment = {"THIRDCOPY_CONFIG": str(folder / "archive.toml")}
    for name, server in servers.items():
        lines += [
            f"[targets.{name}]",
            'kind = "s3"',
            f'endpoint = "{server.endpoint}"',
            f'bucket = "{server.bucket}"',
            f'prefix = "{folder.name}"',
            *([f'ca_file = "{server.ca_file}"'] if server.ca_file else []),
            *([f"{key} = true" for key in shared.PER_SERVER[name]]),
        ]
        environment[f"THIRDCOPY_TARGETS__{name.upper()}__ACCESS_KEY"] = server.access_key
        environment[f"THIRDCOPY_TARGETS__{name.upper()}__SECRET_KEY"] = server.secret_key
    (folder / "archive.toml").write_text("\n".join(lines) + "\n")
    return environment


def _mirror(tree: Path, state: Path, servers: Mapping[str, S3Server], work: Path, *, again: bool = False) -> Run:
    """What `thirdcopy mirror` of a build takes; with `again` on the state that it left, when nothing is owed."""
    if not again:
        shutil.copytree(state / "spool", work / "state" / "spool", copy_function=os.link)
        for file in state.glob("ledger.sqlite*"):
            shutil.copyfile(file, work / "state" / file.name)
    environment = {**_settings(work, servers), "PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", MIRROR, "mirror", "--take-over"]
    return shared.timed([command], environment)


def _count(tree: Path, folder: Path) -> dict[str, Any]:
    """Requests an object at a server, by operation, and those of the whole run beside; bytes read of those mirrored."""
    state = _sealed(tree, folder / "made", COUNTED_MIB)
    size = sum(file.stat().st_size for file in (state / "spool").rglob("*") if file.is_file())
    with shared.started(folder / "servers", secure=False) as servers, ExitStack() as stack:
        counting = {name: stack.enter_context(proxy(server.endpoint)) for name, server in servers.items()}
        behind = {name: replace(servers[name], endpoint=one.endpoint) for name, one in counting.items()}
        work = folder / "work"
        work.mkdir()
        run = _mirror(tree, state, behind, work)
        of, beside = _requests(counting.values())
        idle = _mirror(tree, state, behind, work, again=True)
    shutil.rmtree(folder)
    objects = sum(count for _, count, _ in FILMS) * len(behind)
    return {
        "requests_per_object": round(sum(of.values()) / objects, 2),
        "of": ", ".join(f"{name} {number / objects:.2f}" for name, number in sorted(of.items())),
        "beside": beside,
        "read_ratio": round((run.read - idle.read) / size, 4),
    }


def _requests(proxies: Iterable[Proxy]) -> tuple[Counter[str], int]:
    """How many requests were about a clip's object, by operation, and how many about anything else."""
    of, beside = Counter[str](), 0
    for one in proxies:
        for seen in one.seen:
            if "evidence-" in seen.asked or seen.asked.endswith("writer.json"):
                of[seen.operation] += 1
            else:
                beside += 1
    return of, beside


if __name__ == "__main__":
    main()
