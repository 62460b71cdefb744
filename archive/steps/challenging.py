"""Challenges: random MiB blocks of the media of a copy, chosen when they are asked for.

A challenge that was passed says that a target has these blocks now; it never stands for a reading in full.
"""

from dataclasses import dataclass, replace
from random import Random

from archive import heads, ocfl
from archive.fixity import read_blocks
from archive.ledger.copies import SealedVersion
from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError
from storage.mirrors import Finding, ask_blocks, read_sound

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
    inventory = ocfl.parse(sealed.inventory.encode())
    state = inventory.state(sealed.version)
    brought = inventory.content_of(sealed.version)
    for logical, digest in sorted(state.items()):
        path = inventory.where(logical, sealed.version)
        if logical.startswith("media/") and path in brought and BLOCKS in state:
            return Media(path, digest, inventory.where(BLOCKS, sealed.version), state[BLOCKS])
    return None


def challenge(target: Target, sealed: SealedVersion, media: Media, count: int, rng: Random) -> list[Finding]:
    """Ask a target for `count` random blocks of some media, and for their digests first.

    The digests are believed only if they have theirs, which the sealed inventory names.
    """
    blocks_key = heads.object_key(sealed.object, media.blocks)
    try:
        document = read_sound(target, blocks_key, media.blocks_sha512)
    except NotFound:
        return [Finding(blocks_key, "missing")]
    except Damaged as error:
        return [Finding(blocks_key, "damaged", found=error.found or None, detail=error.message)]
    except TargetError as error:
        return [Finding(blocks_key, "unreadable", detail=str(error))]
    digests = read_blocks(document)
    chosen = sorted(rng.sample(range(len(digests)), min(count, len(digests))))
    asked = ask_blocks(target, heads.object_key(sealed.object, media.path), {n: digests[n] for n in chosen})
    if asked.outcome == "challenged":
        asked = replace(asked, detail=f"blocks {', '.join(map(str, chosen))} of {len(digests)}")
    return [Finding(blocks_key, "sound", size=len(document)), asked]
