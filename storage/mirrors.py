"""Several targets at once: the same work at each, reading back, and what comes of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from typing import IO, Literal, TypeVar

from blake3 import blake3

from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError

BUFFER = 1024 * 1024
ROOM_EVERY = 64
"""Blocks after which a copy looks again whether there is room."""

Outcome = Literal["sound", "challenged", "damaged", "missing", "unreadable", "rolled back", "foreign"]
"""What is known of some bytes: read in full and right; random blocks of them right; wrong twice; not there; not known;
older ones than had been there; or a version that somebody else wrote."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Finding:
    """What reading a key found. `size` are the bytes that came, `found` is their digest where all of it was read."""

    key: str
    outcome: Outcome
    size: int = 0
    found: str | None = None
    detail: str | None = None


def at_each(
    targets: Mapping[str, Target], work: Callable[[Target], Result]
) -> tuple[dict[str, Result], dict[str, TargetError]]:
    """Do the same work at every target at once. Returns what came of it, and what went wrong, by the target's name."""
    results: dict[str, Result] = {}
    errors: dict[str, TargetError] = {}
    if not targets:
        return results, errors
    with ThreadPoolExecutor(len(targets), thread_name_prefix="mirror") as pool:
        futures = {name: pool.submit(work, target) for name, target in targets.items()}
        for name, future in futures.items():
            try:
                results[name] = future.result()
            except TargetError as error:
                errors[name] = error
    return results, errors


def read_digest(target: Target, key: str, *, most: int | None = None) -> tuple[str, int]:
    """Read a key in full: its sha512 and its size. Raises NotFound, Unavailable, or Damaged past `most` bytes."""
    digest, size = sha512(), 0
    for block in _blocks(target, key, most):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _blocks(target: Target, key: str, most: int | None) -> Iterator[bytes]:
    """The bytes of a key. Raises Damaged where there are more than `most`, and reads no further."""
    left = most
    with target.open(key) as body:
        while block := body.read(BUFFER):
            if left is not None and (left := left - len(block)) < 0:
                raise Damaged(
                    f"has more than {most:,} bytes, which is not what was written there, and is read no further; look"
                    " at it with the store's own tools, and move it away",
                    target=target.name,
                    key=key,
                    expected="",
                    found="",
                )
            yield block


def read_small(target: Target, key: str, *, limit: int = 64 * BUFFER) -> bytes:
    """Read a document in full. Raises Damaged if it is larger than `limit`: no document of ours is."""
    with target.open(key, 0, limit + 1) as body:
        parts = []
        while block := body.read(BUFFER):
            parts.append(block)
    data = b"".join(parts)
    if len(data) > limit:
        raise Damaged(
            f"a document of more than {limit} bytes, which nothing of ours is",
            target=target.name,
            key=key,
            expected="",
            found="",
        )
    return data


def read_sound(target: Target, key: str, digest: str) -> bytes:
    """Read a document in full and compare. Raises Damaged after a second reading that differs too."""
    data = b""
    for _ in range(2):
        data = read_small(target, key)
        if sha512(data).hexdigest() == digest:
            return data
    found = sha512(data).hexdigest()
    raise Damaged("damaged", target=target.name, key=key, expected=digest, found=found)


def ask_blocks(target: Target, key: str, blocks: Mapping[int, str]) -> Finding:
    """Read some MiB blocks of a key, by their numbers from 0, and compare each with its sha256.

    *Challenged* if all fit. The first difference, seen in a second reading too, is damage; the rest is not read then.
    """
    size = 0
    try:
        for number, expected in blocks.items():
            for _ in range(2):
                block = read_block(target, key, number)
                size += len(block)
                if sha256(block).hexdigest() == expected:
                    break
            else:
                return Finding(key, "damaged", size=size, detail=f"the MiB block {number} is not what it was")
    except NotFound:
        return Finding(key, "missing", size=size)
    except TargetError as error:
        return Finding(key, "unreadable", size=size, detail=str(error))
    return Finding(key, "challenged", size=size, detail=f"{len(blocks)} blocks")


def read_block(target: Target, key: str, number: int) -> bytes:
    """A MiB of a key by its number from 0, or less at the end. Raises NotFound or Unavailable."""
    with target.open(key, number * BUFFER, (number + 1) * BUFFER) as body:
        parts = []
        while part := body.read(BUFFER):
            parts.append(part)
    return b"".join(parts)


def read_back(
    target: Target, key: str, digest: str, blocks: Sequence[bytes] | None = None, *, size: int | None = None
) -> int:
    """Read a key in full and compare: how many bytes it has. Raises Damaged after a second reading that differs too.

    `digest` is the sha512, `size` the bytes that were sent, where they are known: no more are read. `blocks` are the
    BLAKE3 of every MiB of the bytes that had it: where they are known, they are compared first, for BLAKE3 takes an
    eighth of the time of a sha512 and is no weaker (decision 15).
    """
    if blocks is not None and (read := _same_blocks(target, key, blocks, size)) is not None:
        return read
    found, read = read_digest(target, key, most=size)
    if found != digest:
        found, read = read_digest(target, key, most=size)
    if found != digest:
        raise Damaged("other bytes came back than were sent", target=target.name, key=key, expected=digest, found=found)
    return read


def _same_blocks(target: Target, key: str, blocks: Sequence[bytes], sent: int | None) -> int | None:
    """The size of a key whose every MiB has the digest that it should have; None if one has not."""
    size, buffer = 0, memoryview(bytearray(BUFFER if sent is None else min(sent, BUFFER)))
    with target.open(key) as body:
        for expected in blocks:
            read = _fill(body, buffer)
            size += read
            if blake3(buffer[:read]).digest() != expected:
                return None
        return None if body.read(1) else size


def _fill(body: IO[bytes], buffer: memoryview) -> int:
    size = 0
    while size < len(buffer) and (read := body.readinto(buffer[size:])):  # type: ignore[attr-defined]
        size += read
    return size


def verify(target: Target, keys: Iterable[tuple[str, str]], *, most: int | None = None) -> list[Finding]:
    """Read keys in full and compare each with its sha512. Every fault is reported, not the first.

    A difference counts as damage only after a second reading. What has more than `most` bytes is unreadable.
    """
    return [_verify_one(target, key, digest, most) for key, digest in keys]


def fetch(
    target: Target,
    key: str,
    digest: str,
    into: Path,
    *,
    most: int | None = None,
    room: Callable[[], None] = lambda: None,
) -> None:
    """Copy a key to a file that does not exist yet. Raises Damaged, and leaves no file, if other bytes came.

    Also if more than `most` came. `room` is called at the first byte and now and then, and raises where there is none.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    partial = into.with_name(f".{into.name}.part")
    read = sha512()
    try:
        with partial.open("wb") as file:
            for number, block in enumerate(_blocks(target, key, most)):
                if number % ROOM_EVERY == 0:
                    room()
                read.update(block)
                file.write(block)
        if read.hexdigest() != digest:
            raise Damaged("damaged", target=target.name, key=key, expected=digest, found=read.hexdigest())
        partial.replace(into)
    finally:
        partial.unlink(missing_ok=True)


def _verify_one(target: Target, key: str, digest: str, most: int | None) -> Finding:
    try:
        found, size = read_digest(target, key, most=most)
        if found != digest:
            found, size = read_digest(target, key, most=most)
    except NotFound as error:
        return Finding(key, "missing", detail=error.instead)
    except TargetError as error:
        return Finding(key, "unreadable", detail=str(error))
    if found != digest:
        return Finding(key, "damaged", size=size, found=found, detail=f"expected {digest[:12]}…, found {found[:12]}…")
    return Finding(key, "sound", size=size, found=found)
