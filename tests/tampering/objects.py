"""Objects at a folder target, written as somebody with its key could: any byte, and digests that fit it or do not."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from typing import Any

from archive.objects import ocfl

Json = Any


def digest(data: bytes) -> str:
    """The sha512 of some bytes."""
    return sha512(data).hexdigest()


def dumped(document: Json) -> bytes:
    """JSON as our inventories are written."""
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Object:
    """One object at a target: the OCFL root, and the id that it has there."""

    root: Path
    id: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / ocfl.object_path(self.id)

    @property
    def head(self) -> int:
        """The highest version that has an inventory."""
        return max(int(path.parent.name[1:]) for path in self.folder.glob("v*/inventory.json"))

    def inventory(self, version: int | None = None) -> Json:
        """An inventory of it, the newest by default."""
        return json.loads((self.folder / f"v{version or self.head}" / "inventory.json").read_bytes())

    def where(self, path: str) -> Path:
        """The file of a logical path in the newest version."""
        inventory = self.inventory()
        for name, paths in inventory["versions"][inventory["head"]]["state"].items():
            if path in paths:
                return self.folder / str(inventory["manifest"][name][0])
        raise KeyError(path)

    def paths(self) -> list[str]:
        """The logical paths of the newest version."""
        inventory = self.inventory()
        return sorted(path for paths in inventory["versions"][inventory["head"]]["state"].values() for path in paths)

    def write(self, file: Path, data: bytes, *, fits: bool) -> None:
        """Give a content file other bytes; where it `fits`, every inventory that names it says their digest."""
        was = digest(file.read_bytes())
        file.write_bytes(data)
        if fits:
            self.rename_digest(was, digest(data))

    def rename_digest(self, was: str, now: str) -> None:
        """Let every inventory name a file by another digest."""
        for version in range(1, self.head + 1):
            inventory = self.inventory(version)
            if was not in inventory["manifest"]:
                continue
            for block in (inventory["manifest"], *(one["state"] for one in inventory["versions"].values())):
                if was in block:
                    block[now] = block.pop(was)
            self.commit(dumped(inventory), version)

    def commit(self, data: bytes, version: int | None = None, *, fits: bool = True) -> None:
        """Write an inventory; where it `fits`, with its digest, and the root pair if it is the newest version's."""
        folders = [self.folder / f"v{version or self.head}"]
        if version in (None, self.head):
            folders.append(self.folder)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "inventory.json").write_bytes(data)
            if fits:
                (folder / "inventory.json.sha512").write_bytes(ocfl.digest_line(digest(data)))

    def edit(self, path: str, change: Callable[[Json], None], *, fits: bool = True) -> None:
        """Change a JSON document of the newest version."""
        file = self.where(path)
        document = json.loads(file.read_bytes())
        change(document)
        self.write(file, json.dumps(document).encode(), fits=fits)

    def edit_lines(self, path: str, change: Callable[[list[Json]], None], *, fits: bool = True) -> None:
        """Change a document of JSON lines."""
        file = self.where(path)
        lines = [json.loads(line) for line in file.read_bytes().splitlines() if line]
        change(lines)
        self.write(file, b"".join(json.dumps(line).encode() + b"\n" for line in lines), fits=fits)


def plant(root: Path, object_id: str, files: Mapping[str, bytes], *, at: str | None = None) -> Object:
    """A whole object of one version, with an id of any form; `at` is its path where it is not the id's own."""
    planted = Object(root, object_id)
    folder = root / (at or ocfl.object_path(object_id))
    manifest: dict[str, list[str]] = {}
    state: dict[str, list[str]] = {}
    for path, data in files.items():
        file = folder / "v1" / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        manifest.setdefault(digest(data), []).append(f"v1/content/{path}")
        state.setdefault(digest(data), []).append(path)
    inventory = _inventory(object_id, manifest, {"v1": _version(state)})
    data = dumped(inventory)
    for there in (folder / "v1", folder):
        (there / "inventory.json").write_bytes(data)
        (there / "inventory.json.sha512").write_bytes(ocfl.digest_line(digest(data)))
    (folder / "0=ocfl_object_1.1").write_bytes(b"ocfl_object_1.1\n")
    return planted


def plant_version(target: Object, files: Mapping[str, bytes], *, number: int | None = None) -> int:
    """A further version of an object, whose state is that of the newest one but for these files: its number."""
    before, number = target.inventory(), number or target.head + 1
    name = f"v{number}"
    state = {key: list(paths) for key, paths in before["versions"][before["head"]]["state"].items()}
    for path, data in files.items():
        for key in [key for key, paths in state.items() if path in paths]:
            state[key].remove(path)
            if not state[key]:
                del state[key]
        file = target.folder / name / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        before["manifest"].setdefault(digest(data), []).append(f"{name}/content/{path}")
        state.setdefault(digest(data), []).append(path)
    versions = {**before["versions"], name: _version(state)}
    target.commit(dumped({**before, "head": name, "versions": versions}), number)
    data = (target.folder / name / "inventory.json").read_bytes()
    (target.folder / "inventory.json").write_bytes(data)
    (target.folder / "inventory.json.sha512").write_bytes(ocfl.digest_line(digest(data)))
    return number


def _inventory(object_id: str, manifest: Json, versions: Json) -> Json:
    return {
        "id": object_id,
        "type": "https://ocfl.io/1.1/spec/#inventory",
        "digestAlgorithm": "sha512",
        "head": f"v{len(versions)}",
        "manifest": manifest,
        "versions": versions,
    }


def _version(state: Json) -> Json:
    user = {"name": "somebody", "address": "mailto:somebody@example.org"}
    return {"created": "2026-03-03T08:00:00+00:00", "message": "planted", "user": user, "state": state}


def deep_folder(parent: Path, depth: int) -> None:
    """Folders within each other, deeper than a path may be long, and a file in the last one."""
    here = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = there
    os.close(os.open("deep.txt", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=here))
    os.close(here)
