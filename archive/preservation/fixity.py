"""The sha512 of a file, and the document of the digests of its blocks."""

from hashlib import file_digest
from pathlib import Path


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
