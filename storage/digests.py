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


def sha512_stream(stream: IO[bytes]) -> str:
    """The sha512 of what is left in a stream, in lower-case hex; raises what its `read` raises."""
    digest = hashlib.sha512()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
