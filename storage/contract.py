"""The contract of a target: a place that keeps bytes under keys.

A few methods, each with its promise; everything else is a function beside them (`storage.mirrors`). A new kind of
target is one file in `storage/targets/`, one settings model, and no new test: the conformance suite runs over it.

Keys are `/`-separated, relative to the target's prefix, made of printable ASCII, without empty, `.` or `..` parts.
Digests are sha512 in lower-case hex. Only `Unavailable` may be retried, and the caller does that; no method
retries by itself beyond what its transport does within one request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

SCRATCH = "scratch/"


@dataclass(frozen=True)
class Stat:
    """What a target says of a key: a claim, not a proof."""

    key: str
    size: int


@dataclass(frozen=True)
class Capabilities:
    """What a kind of target can do, as data.

    `conditional_put`: a second writer of a key is refused by the target itself, not only by our look beforehand.
    `checksums`: names of the checks that the target itself enforces on what is sent, strongest first.
    `durable`: whether what was written outlives the process (memory does not).
    """

    conditional_put: bool
    checksums: tuple[str, ...]
    durable: bool


class Target(Protocol):
    """A place that keeps bytes under keys."""

    name: str
    address: str
    """Where it is, without secrets: shown to people, and two targets may not share one."""

    capabilities: Capabilities

    def put(self, key: str, file: Path, digest: str) -> None:
        """Write what never changes.

        The same content again is fine and nothing is sent; other content under the key raises Conflict and changes
        nothing. A reader sees the whole file or none. Raises Damaged if the local file no longer has `digest`.
        """
        ...

    def replace(self, key: str, file: Path, digest: str, was: str | None) -> None:
        """Write what may change: root inventories, `writer.json`, documents at the root.

        `was` is the digest of what lies there now, None for nothing; anything else raises Conflict and changes
        nothing. The new content already there is fine. A reader sees the old file or the new one, whole. Reads back,
        and raises Damaged if other bytes come.
        """
        ...

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """Read the bytes `start` ≤ i < `end` of a key; past its end there are fewer. Raises NotFound.

        A body that ends before its announced length raises Unavailable from `read`.
        """
        ...

    def stat(self, key: str) -> Stat:
        """What the target says of the key, without reading it. Raises NotFound."""
        ...

    def list(self, prefix: str) -> Iterator[Stat]:
        """Every key that starts with `prefix`, in the order of its code points, however many there are."""
        ...

    def discard(self, key: str) -> None:
        """Remove a key under `scratch/`; any other raises Refused. A key that is not there is fine."""
        ...

    def check(self) -> None:
        """Raise what would keep this target from being used: Unavailable, or Refused with the setting at fault."""
        ...
