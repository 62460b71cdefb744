"""The contract of a target: a place that keeps bytes under keys.

A few methods, each with its promise; everything else is a function beside them (`storage.mirrors`). A new kind of
target is one file in `storage/targets/`, one settings model, and no new test: the conformance suite runs over it.

What is written is a `Content`: a file that is read once, front to back, and may feed several targets at once
(`storage.shared_reading`).

Keys are `/`-separated, relative to the target's prefix, made of printable ASCII, without empty, `.` or `..` parts.
Digests are sha512 in lower-case hex. Only `Unavailable` may be retried, and the caller does that; no method
retries by itself beyond what its transport does within one request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Protocol, runtime_checkable

SCRATCH = "scratch/"
"""What may be removed again lies here."""

CHECKED = f"{SCRATCH}check-"
"""What a target's own `check` writes, and removes if it may, has keys that begin so."""

OCFL = "ocfl/"
"""What is kept for good lies here: whether a place can be written to is tried here too."""


LARGEST = (1 << 60) - 1
"""Bytes that files may have together, an EiB less one: what claims more is no size."""


@dataclass(frozen=True)
class Stat:
    """What a target says of a key: a claim, not a proof."""

    key: str
    size: int


@dataclass(frozen=True)
class Capabilities:
    """What a kind of target can do, as data.

    `conditional_put`: a second writer of a key is refused by the target itself, not only by our look beforehand.
    """

    conditional_put: bool


class Part(Protocol):
    """Consecutive bytes of a content, held in memory until they are released."""

    @property
    def number(self) -> int:
        """From 1."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def blocks(self) -> Sequence[memoryview]:
        """The bytes, in blocks that other targets may be sending too; they are reused once the part was released."""
        ...

    def digest(self, algorithm: str) -> bytes:
        """The digest of its bytes (see `storage.digests.compute`), computed once for all who ask."""
        ...

    def release(self) -> None:
        """Say that the bytes are no longer needed; without it, reading stops when memory is used up."""
        ...


class Content(Protocol):
    """A file on its way to a target: `size` in bytes, and the `sha512` that it is known by."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def sha512(self) -> str:
        """Lower-case hex."""
        ...

    def parts(self, size: int) -> Iterator[Part]:
        """The bytes in parts of `size`, a multiple of a MiB, the last one shorter; an empty file is one empty part.

        Raises Damaged if the file no longer has its digest, and then the last part never comes: nothing that is
        complete can have been sent. Raises LeftBehind where the other targets that are fed did not wait.
        """
        ...

    def blocks(self) -> Sequence[bytes] | None:
        """The BLAKE3 of every MiB, if the bytes were read to the end and had their sha512; else None."""
        ...

    def close(self) -> None:
        """Say that this target needs no more of it; without it, others that are fed may wait. Again is fine."""
        ...


class Target(Protocol):
    """A place that keeps bytes under keys."""

    name: str
    address: str
    """Where it is, without secrets: shown to people, and two targets may not share one."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Write what never changes.

        The same content again is fine and nothing is sent; other content under the key raises Conflict and changes
        nothing. A reader sees the whole file or none. Raises Damaged if the local file no longer has its digest.
        After Unavailable or LeftBehind, what was sent may wait at the target, unseen, to be gone on from. `absent`: the
        caller has listed just now, and the key was not there; a target that would have to ask may spare itself that.
        """
        ...

    def replace(self, key: str, content: Content, was: str | None) -> None:
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

    def look(self) -> None:
        """Raise what would keep this target from being read: Unavailable, or Refused with the setting at fault.

        Writes nothing. Raises Unavailable too where this is no longer the place that was opened.
        """
        ...

    def check(self) -> None:
        """Raise what would keep this target from being written to, after a `look`: Unavailable, or Refused."""
        ...


@runtime_checkable
class Lender(Protocol):
    """A target that can give others an address to read from it."""

    def lent(self, key: str, seconds: int) -> str | None:
        """An address at which whoever has it reads the key for so many seconds, without keys and without us.

        None where it lends none. Nothing is asked: whether something lies under the key is not known.
        """
        ...


def lent(target: Target, key: str, seconds: int) -> str | None:
    """The address that a target lends for a key, as `Lender.lent` says; None of targets that lend none."""
    return target.lent(key, seconds) if isinstance(target, Lender) else None
