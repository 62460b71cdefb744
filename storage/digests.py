"""Digests of files and streams, a MiB at a time."""

import hashlib
from collections.abc import Iterable
from typing import IO

from anycrc import Model

BLOCK = 1 << 20
"""Bytes read at once."""

_CRC64NVME = Model("CRC64-NVME")


def compute(algorithm: str, blocks: Iterable[bytes | memoryview]) -> bytes:
    """The `md5`, `sha256` or `crc64nvme` (the CRC-64 of NVMe, big-endian) of some blocks in a row."""
    if algorithm == "crc64nvme":
        crc = None
        for block in blocks:
            crc = _CRC64NVME.calc(block, crc)
        return (crc or 0).to_bytes(8, "big")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for block in blocks:
        digest.update(block)
    return digest.digest()


def bound(size: int) -> int:
    """The bytes that are read, at most, of what was written with `size` bytes.

    What a fault has added is seen whole, so that it can be kept before it is mended; what has no end is not read to it.
    """
    return 2 * size + 64 * BLOCK


def sha512_stream(stream: IO[bytes], most: int | None = None) -> str:
    """The sha512 of what is left in a stream, in lower-case hex; raises what its `read` raises.

    Of what is longer than `most` bytes no more is read, and the digest is nobody's.
    """
    digest, left = hashlib.sha512(), most
    while block := stream.read(BLOCK if left is None else min(BLOCK, left + 1)):
        digest.update(block)
        if left is not None and (left := left - len(block)) < 0:
            break
    return digest.hexdigest()
