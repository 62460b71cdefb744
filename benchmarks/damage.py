"""Sixty damages in an archive of 1,000 objects at three stores: what is found, and what is made right again.

Three `rclone serve s3` over folders, so that files can be spoiled behind a server's back, as rot and thieves do. They
stand on rclone's hasher, which answers with the digest that was noted when a file was first asked for, as stores
answer with the one that they noted at the upload. Ours is `audit` of everything, `repair`, and an audit again. Beside
it, on the same damages, `rclone check` (sizes and the digests that the stores tell) and `rclone check --download` (all
bytes), which compare with a sound copy of everything on this machine: ours has none. What is healed is judged by
comparing every file with that copy, not by what anybody says. `bytes_read` is what the servers sent.

    python -m benchmarks.damage [OBJECTS]
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import Audited, audit
from archive.preservation.repairing import repair
from storage.contract import Target
from storage.targets import open_target
from tests.support.archives import Clock, an_archive, folder_target, keep, store_all
from tests.support.kept import flip, roll_back
from tests.world.servers import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server, free_ports
from tests.world.servers.running import Process, program, served, wait

MIB = 1 << 20
OBJECTS, LARGE_EVERY, TWICE_EVERY = 1000, 50, 20
NAMES = ("one", "two", "three")
KINDS = {"bit": 14, "cut": 8, "empty": 6, "lost": 8, "swapped": 6, "old version back": 6, "object gone": 6}
EVERYWHERE = 2
"""Files that are damaged at all three, in different blocks: three damages each."""


@dataclass(frozen=True)
class Damage:
    """What was done to files of one target, by their paths below the OCFL root; every one of `files` must be found.

    `beside` are files that are no longer what they were, and fit the older state that came back with them.
    """

    kind: str
    target: str
    files: frozenset[str]
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judged:
    """What a tool said: paths by target that it finds fault with, the bytes that it took, and seconds."""

    said: dict[str, set[str]]
    bytes_read: int
    seconds: float


def main() -> None:
    """Measure, print what each tool found, and the figures as JSON."""
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS
    memory = Path("/dev/shm")  # noqa: S108 - the disk's speed is not what is measured
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30
    with TemporaryDirectory(prefix="thirdcopy-damage-", dir=memory if roomy else None) as scratch, ExitStack() as stack:
        folder = Path(scratch)
        _fill(folder, objects)
        servers = {name: stack.enter_context(_store(folder / name)) for name in NAMES}
        roots = {name: folder / name / "kept" / BUCKET / "ocfl" for name in NAMES}
        sound = folder / "sound"
        shutil.copytree(roots["one"], sound)
        clean = _rclone_check(folder, servers, sound)  # the digests are noted now
        assert not any(clean.said.values()), "rclone finds fault with what is sound"
        for server in servers.values():
            server.stop()
        damages = _spoil(roots, objects)
        for server in servers.values():
            server.start()
        counted = Counter(damage.kind for damage in damages)
        print(f"{objects} objects at three stores, {len(damages)} damages: {dict(counted)}")
        peers = {
            "rclone check": _figures(_rclone_check(folder, servers, sound), damages),
            "rclone check --download": _figures(_rclone_check(folder, servers, sound, "--download"), damages),
        }
        ours = _ours(folder, servers, damages, roots, sound)
        for tool, figures in {"audit and repair": ours, **peers}.items():
            print(
                f"  {tool:<24} found {figures['found']:>3} of {figures['injected']}, healed {figures['healed']:>3}, "
                f"{figures['false_alarms']} false alarms, {figures['bytes_read'] / 1e6:8.1f} MB read, "
                f"{figures['seconds']:6.1f} s; not found: {figures['not_found'] or 'none'}"
            )
        print(json.dumps({**ours, "objects": objects, "peers": peers}))


@contextmanager
def _store(folder: Path) -> Iterator[S3Server]:
    """`rclone serve s3` over a folder, with noted digests."""
    (port,) = free_ports(1)
    environment = {
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_CACHE_DIR": str(folder / "cache"),
        "RCLONE_AUTH_KEY": f'"{ACCESS_KEY},{SECRET_KEY}"',
        "RCLONE_CONFIG_NOTED_TYPE": "hasher",
        "RCLONE_CONFIG_NOTED_REMOTE": str(folder / "kept"),
        "RCLONE_CONFIG_NOTED_HASHES": "md5",
        "RCLONE_CONFIG_NOTED_MAX_AGE": "off",
    }
    command = [program("rclone"), "serve", "s3", "noted:", "--addr", f"127.0.0.1:{port}"]
    process = Process(command, folder, environment)
    yield from served(S3Server(f"http://127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY, BUCKET, process, wait))


def _fill(folder: Path, objects: int) -> None:
    """Store evidence at the three folders: every twentieth object in two versions, every fiftieth some MiB large."""
    lots = random.Random(60)  # noqa: S311
    targets: dict[str, Target] = {name: folder_target(folder / name / "kept" / BUCKET, name) for name in NAMES}
    with an_archive(folder / "state", targets) as archive:
        for number in range(objects):
            size = lots.randrange(3 * MIB, 6 * MIB) if number % LARGE_EVERY == 0 else lots.randrange(2_000, 40_000)
            keep(archive, _clip(number), targets={}, media=lots.randbytes(size))
            if number % TWICE_EVERY == 1:
                keep(archive, _clip(number), targets={}, media=lots.randbytes(lots.randrange(2_000, 40_000)))
        done = store_all(archive)
        assert all(not one.problems for one in done.values()), done
    shutil.rmtree(folder / "state" / "spool")


def _clip(number: int) -> str:
    return f"peertube-{number:04d}"


def _object(number: int) -> str:
    return ocfl.object_path(f"evidence-{_clip(number)}")


def _spoil(roots: Mapping[str, Path], objects: int) -> list[Damage]:
    """Sixty damages, each to an object of its own."""
    lots = random.Random(20260302)  # noqa: S311
    numbers = list(range(objects))
    lots.shuffle(numbers)
    large = [number for number in numbers if number % LARGE_EVERY == 0][:EVERYWHERE]
    twice = [number for number in numbers if number % TWICE_EVERY == 1][: KINDS["old version back"]]
    others = iter([number for number in numbers if number not in {*large, *twice}])
    deeds: dict[str, Callable[[Path], object]] = {
        "bit": lambda path: flip(path, lots.randrange(-(-path.stat().st_size // MIB))),
        "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
        "empty": lambda path: os.truncate(path, 0),
        "lost": Path.unlink,
    }
    damages = list[Damage]()
    for kind, count in KINDS.items():
        for turn in range(count):
            name = NAMES[turn % 3]
            root = roots[name]
            if kind in deeds:
                there = root / _object(next(others))
                path = lots.choice([path for path in sorted(there.rglob("*")) if path.is_file()])
                deeds[kind](path)
                damages.append(_damage(kind, name, root, [path]))
            elif kind == "swapped":
                pair = [next((root / _object(next(others))).glob("v1/content/media/*")) for _ in range(2)]
                first, second = (path.read_bytes() for path in pair)
                pair[0].write_bytes(second)
                pair[1].write_bytes(first)
                damages.append(_damage(kind, name, root, pair))
            elif kind == "object gone":
                there = root / _object(next(others))
                damages.append(_damage(kind, name, root, [path for path in there.rglob("*") if path.is_file()]))
                shutil.rmtree(there)
            else:
                there = root / _object(twice[turn])
                files = [path for path in (there / "v2").rglob("*") if path.is_file()]
                beside = [there / "inventory.json", there / "inventory.json.sha512"]
                damages.append(_damage(kind, name, root, files, beside))
                roll_back(there)
    for number in large:
        for block, name in enumerate(NAMES):
            path = next((roots[name] / _object(number)).glob("v1/content/media/*"))
            flip(path, block)
            damages.append(_damage("at all three", name, roots[name], [path]))
    return damages


def _damage(kind: str, target: str, root: Path, files: list[Path], beside: list[Path] | None = None) -> Damage:
    def below(paths: list[Path]) -> frozenset[str]:
        return frozenset(str(path.relative_to(root)) for path in paths)

    return Damage(kind, target, below(files), below(beside or []))


def _figures(judged: Judged, damages: list[Damage], healed: int = 0) -> dict[str, Any]:
    """How much of what was done was found, and what was found that nobody had done."""

    def covers(said: str, path: str) -> bool:
        return said == path or path.startswith(f"{said}/")

    def found(damage: Damage) -> bool:
        return all(any(covers(said, path) for said in judged.said[damage.target]) for path in damage.files)

    touched = {name: {p for d in damages if d.target == name for p in d.files | d.beside} for name in NAMES}
    false = [said for name in NAMES for said in judged.said[name] if not any(covers(said, p) for p in touched[name])]
    return {
        "injected": len(damages),
        "found": sum(found(damage) for damage in damages),
        "healed": healed,
        "false_alarms": len(false),
        "bytes_read": judged.bytes_read,
        "seconds": round(judged.seconds, 1),
        "not_found": dict(Counter(damage.kind for damage in damages if not found(damage))),
    }


def _ours(
    folder: Path,
    servers: Mapping[str, S3Server],
    damages: list[Damage],
    roots: Mapping[str, Path],
    sound: Path,
) -> dict[str, Any]:
    """Audit everything, repair, audit again."""
    targets = {name: open_target(name, server.settings()) for name, server in servers.items()}
    clock = Clock()
    clock.advance(days=1)
    with an_archive(folder / "state", targets, clock=clock) as archive:
        first = _audited(archive, targets, servers)
        began = time.monotonic()
        done = repair(archive, targets)
        seconds = time.monotonic() - began
        again = _audited(archive, targets, servers)
    for one in done.values():
        for problem in (*one.lost, *one.problems):
            print(f"  {problem}")
    differing = {name: _differing(roots[name], sound) for name in NAMES}
    healed = sum(not (damage.files | damage.beside) & differing[damage.target] for damage in damages)
    figures = _figures(first, damages, healed)
    return figures | {
        "differing_after": sum(len(files) for files in differing.values()),
        "found_again": sum(len(said) for said in again.said.values()),
        "quarantined": sum(len(one.quarantined) for one in done.values()),
        "repair_seconds": round(seconds, 1),
    }


def _audited(archive: Archive, targets: Mapping[str, Target], servers: Mapping[str, S3Server]) -> Judged:
    began, before = time.monotonic(), _sent(servers)
    done: dict[str, Audited] = audit(archive, targets)
    seconds, read = time.monotonic() - began, _sent(servers) - before
    assert not any(one.problem for one in done.values()), done
    said = {
        name: {finding.key.removeprefix("ocfl/") for finding in (*one.findings, *one.mended)}
        for name, one in done.items()
    }
    return Judged(said, read, seconds)


def _rclone_check(folder: Path, servers: Mapping[str, S3Server], sound: Path, *how: str) -> Judged:
    """`rclone check` of the three stores, side by side; its own report says which files differ."""
    config = folder / "rclone.conf"
    config.write_text(
        "".join(
            f"[{name}]\ntype = s3\nprovider = Other\nendpoint = {server.endpoint}\nforce_path_style = true\n"
            f"access_key_id = {server.access_key}\nsecret_access_key = {server.secret_key}\n"
            for name, server in servers.items()
        )
    )
    command = [program("rclone"), "--config", str(config), "check", *how, "--retries", "1"]
    began, before = time.monotonic(), _sent(servers)
    going = {
        name: subprocess.Popen(
            [*command, "--combined", str(folder / f"{name}.txt"), str(sound), f"{name}:{BUCKET}/ocfl"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in servers
    }
    for process in going.values():
        process.wait()  # it ends with 1 where something differs
    seconds, read = time.monotonic() - began, _sent(servers) - before
    said = {
        name: {line[2:] for line in (folder / f"{name}.txt").read_text().splitlines() if not line.startswith("= ")}
        for name in servers
    }
    return Judged(said, read, seconds)


def _sent(servers: Mapping[str, S3Server]) -> int:
    """The bytes that the servers have written so far: to sockets, and little else while they are only asked."""
    total = 0
    for server in servers.values():
        assert server.process.running is not None
        lines = Path(f"/proc/{server.process.running.pid}/io").read_text().splitlines()
        total += int(next(line.split()[1] for line in lines if line.startswith("wchar:")))
    return total


def _differing(root: Path, sound: Path) -> set[str]:
    """Files that are not what they were, or were not there."""
    paths = {str(path.relative_to(top)) for top in (root, sound) for path in top.rglob("*") if path.is_file()}
    return {path for path in paths if not _same(root / path, sound / path)}


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    main()
