"""Digests of files, and the digest of every MiB."""

import hashlib
from pathlib import Path

import pytest

from archive.preservation.fixity import blocks_document, sha512_of
from storage.digests import BLOCK
from storage.file_digests import BUFFERS, digest


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 2 * BUFFERS * BLOCK + 7])
def test_every_digest_in_one_pass(tmp_path: Path, size: int) -> None:
    file = tmp_path / "media.mp4"
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    file.write_bytes(data)
    found = digest(file)
    assert found.size == size
    assert found.sha512 == hashlib.sha512(data).hexdigest()
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert sha512_of(file) == found.sha512
    assert list(found.blocks) == [hashlib.sha256(data[i : i + BLOCK]).hexdigest() for i in range(0, size, BLOCK)]


def test_one_flipped_bit_changes_its_own_block_alone(tmp_path: Path) -> None:
    file = tmp_path / "media.mp4"
    data = bytearray(3 * BLOCK)
    file.write_bytes(data)
    before = digest(file)
    data[BLOCK + 7] ^= 1
    file.write_bytes(data)
    after = digest(file)
    assert [a == b for a, b in zip(before.blocks, after.blocks, strict=True)] == [True, False, True]
    assert before.sha512 != after.sha512


def test_blocks_document() -> None:
    assert blocks_document(("aa", "bb"), "media/x.mp4") == b"aa  0  media/x.mp4\nbb  1  media/x.mp4\n"
    assert blocks_document((), "media/x.mp4") == b""
