"""What lies where: the bytes and marks of every key, the rows of a ledger, the command lines of processes."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from archive.objects import held_versions
from storage.contract import Target
from storage.mirrors import read_small
from storage.targets.s3.client import Client
from tests.whole.archives import Thirdcopy


def files_of(target: Target, object_id: str) -> dict[str, bytes]:
    """The files of an object's newest version at a target, by logical path."""
    whole = held_versions.find(target, object_id).whole
    assert whole is not None, f"{object_id} is not at {target.name}"
    return {
        path: read_small(target, held_versions.object_key(object_id, whole.inventory.where(path)))
        for path in whole.inventory.state()
    }


def marks(archive: Thirdcopy) -> dict[str, dict[str, object]]:
    """When and as what every key was last written, as each target itself tells it."""
    found: dict[str, dict[str, object]] = {}
    for name, server in archive.servers.items():
        client, token = Client(name, server.settings()), dict[str, str]()
        found[name] = {}
        while True:
            page = client.ask("list_objects_v2", None, Prefix=f"{archive.prefix}/", **token)
            found[name] |= {o["Key"]: (o["ETag"], o["LastModified"], o["Size"]) for o in page.get("Contents", [])}
            if not page.get("IsTruncated"):
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
    files = [path for path in archive.disk.rglob("*") if path.is_file()]
    found["disk"] = {str(p.relative_to(archive.disk)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in files}
    return found


def rows(state: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a ledger, by table."""
    with closing(sqlite3.connect(f"file:{state / 'ledger.sqlite'}?mode=ro", uri=True)) as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(ledger.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608


@contextmanager
def command_lines(process: int) -> Iterator[set[bytes]]:
    """The command lines of a process and all below it, as anyone on this machine sees them while the block runs."""
    seen: set[bytes] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            for pid in _below(process):
                try:
                    seen.add(Path(f"/proc/{pid}/cmdline").read_bytes())
                except OSError:
                    continue  # it has ended
            ended.wait(0.1)

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield seen
    finally:
        ended.set()
        looker.join()


def _below(process: int) -> set[int]:
    parents = dict[int, int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found, more = {process}, True
    while more:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found, more = found | children, bool(children)
    return found
