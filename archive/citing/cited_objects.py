"""Objects at one target, a stranger's: a version's files, a document by its digest, a film or snapshot in a stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha512

from archive.errors import ForeignWords
from archive.objects import held_versions
from archive.objects.ocfl import Inventory
from archive.objects.reading_back import MOST_BYTES, read_document
from archive.progress import Task
from storage.contract import Target
from storage.mirrors import BUFFER

LONGEST_LINE = 1 << 24
"""Bytes of an entry."""


@dataclass(frozen=True)
class ThereObject:
    """The newest whole version of an object at a target, and the sizes of the files that lie there."""

    target: Target
    inventory: Inventory
    sizes: Mapping[str, int]

    @property
    def newest(self) -> int:
        """The number of its newest whole version."""
        return self.inventory.number

    def state(self, version: int) -> dict[str, str]:
        """The sha512 of a version's files by path. Raises ForeignWords where there is no such version."""
        if version > self.newest:
            raise ForeignWords(f"v{version} is cited, and its newest whole version here is v{self.newest}")
        return self.inventory.state(version)

    def key(self, path: str, version: int) -> str:
        """The key of a version's file."""
        return held_versions.object_key(self.inventory.id, self.inventory.where(path, version))

    def size(self, path: str, version: int) -> int:
        """The bytes that the target says a version's file has."""
        return self.sizes[self.inventory.where(path, version)]

    def document(self, path: str, version: int) -> bytes:
        """A document of a version. Raises ForeignWords if it has none, and Damaged if it has another digest."""
        state = self.state(version)
        if path not in state:
            raise ForeignWords(f"v{version} has no {path}")
        return read_document({self.target.name: self.target}, self.key(path, version), state[path])


def there(target: Target, object_id: str) -> ThereObject:
    """An object as it lies at a target. Raises TargetError; ForeignWords where no version of it is whole."""
    found = held_versions.find(target, object_id)
    if found.whole is None:
        raise ForeignWords("there is no whole version of it here")
    return ThereObject(target, found.whole.inventory, found.sizes)


def digests_of(target: Target, key: str, most: int, task: Task) -> tuple[str, str, int]:
    """The sha512, the sha256 and the size of what lies under a key; the first byte beyond `most` is the last one read.

    `task` is told of the bytes.
    """
    long, short, size = sha512(), sha256(), 0
    with target.open(key) as body:
        while size <= most and (block := body.read(min(BUFFER, most + 1 - size))):
            long.update(block)
            short.update(block)
            size += len(block)
            task.advance(len(block))
    return long.hexdigest(), short.hexdigest(), size


def line_of(target: Target, key: str, beginning: bytes) -> tuple[bytes | None, str]:
    """The first line under a key that begins so, without its end, and the sha256 of all of it.

    Raises ForeignWords for a line, or a whole, that is longer than any of ours.
    """
    digest, size, rest, line = sha256(), 0, b"", None
    with target.open(key) as body:
        while block := body.read(BUFFER):
            digest.update(block)
            size += len(block)
            if size > MOST_BYTES or len(rest) > LONGEST_LINE:
                raise ForeignWords("it is longer than any snapshot of ours, and is read no further")
            *lines, rest = (rest + block).split(b"\n")
            line = line or next((one for one in lines if one.startswith(beginning)), None)
    return line or (rest if rest.startswith(beginning) else None), digest.hexdigest()
