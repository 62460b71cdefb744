"""The media of a version and the digests of its every MiB, which lie beside it in `blocks.sha256`."""

from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path

from archive.ledger.copies import SealedVersion
from archive.objects import ocfl
from archive.preservation.fixity import read_blocks

BLOCKS = "blocks.sha256"


@dataclass(frozen=True)
class Media:
    """The media that a version brought, and the digests of its blocks: content paths and their sha512."""

    path: str
    sha512: str
    blocks: str
    blocks_sha512: str


def media_of(sealed: SealedVersion) -> Media | None:
    """The media that a version brought, None if it brought none or nobody took digests of its blocks."""
    inventory = sealed.parsed
    state = inventory.state(sealed.version)
    brought = inventory.content_of(sealed.version)
    for logical, digest in sorted(state.items()):
        path = inventory.where(logical, sealed.version)
        if logical.startswith("media/") and path in brought and BLOCKS in state:
            return Media(path, digest, inventory.where(BLOCKS, sealed.version), state[BLOCKS])
    return None


def on_record(sealed: SealedVersion, folder: Path) -> dict[str, tuple[str, ...]]:
    """The sha256 of every MiB of the media that a version brought, by its content path.

    `folder` is where the version lies in the spool. Nothing where `blocks.sha256` is not there or not what was sealed.
    """
    media = media_of(sealed)
    local = folder / ocfl.below_version(media.blocks) if media else folder
    if media is None or not local.is_file():
        return {}
    document = local.read_bytes()
    return {media.path: read_blocks(document)} if sha512(document).hexdigest() == media.blocks_sha512 else {}
