"""Digests of files, of their blocks, and of the streams inside media."""

from dataclasses import dataclass
from hashlib import file_digest, sha256, sha512
from pathlib import Path

BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Digests:
    """Size in bytes and digests of a file, in lower-case hex; `blocks` is the sha256 of each MiB in order."""

    size: int
    sha512: str
    sha256: str
    blocks: tuple[str, ...]


def digest(path: Path) -> Digests:
    """Read a file once and take every digest on the way."""
    whole, other, blocks, size = sha512(), sha256(), [], 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            whole.update(block)
            other.update(block)
            blocks.append(sha256(block).hexdigest())
            size += len(block)
    return Digests(size, whole.hexdigest(), other.hexdigest(), tuple(blocks))


def sha512_of(path: Path) -> str:
    """The sha512 of a file, in lower-case hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha512").hexdigest()


def blocks_document(blocks: tuple[str, ...], name: str) -> bytes:
    """The content of `blocks.sha256`: a line a MiB, `DIGEST  NUMBER  NAME`, numbers from 0.

    With it, one damaged block can be told from the sound ones, and a few random blocks can be asked of a target.
    """
    return "".join(f"{block}  {number}  {name}\n" for number, block in enumerate(blocks)).encode()


def read_blocks(data: bytes) -> tuple[str, ...]:
    """The digests that a `blocks.sha256` states, in order; its own digest has been compared already."""
    return tuple(line.split(maxsplit=1)[0] for line in data.decode().split("\n") if line)
