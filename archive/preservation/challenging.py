"""Challenges: random MiB blocks of the media of a copy, chosen when they are asked for.

A challenge that was passed says that a target has these blocks now; it never stands for a reading in full.
"""

from dataclasses import replace
from random import Random

from archive.ledger.copies import SealedVersion
from archive.objects import held_versions
from archive.preservation.blocks import Media
from archive.preservation.fixity import read_blocks
from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError
from storage.mirrors import Finding, ask_blocks, read_sound


def challenge(target: Target, sealed: SealedVersion, media: Media, count: int, rng: Random) -> list[Finding]:
    """Ask a target for `count` random blocks of some media, and for their digests first.

    The digests are believed only if they have theirs, which the sealed inventory names.
    """
    blocks_key = held_versions.object_key(sealed.object, media.blocks)
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
    asked = ask_blocks(target, held_versions.object_key(sealed.object, media.path), {n: digests[n] for n in chosen})
    if asked.outcome == "challenged":
        asked = replace(asked, detail=f"blocks {', '.join(map(str, chosen))} of {len(digests)}")
    return [Finding(blocks_key, "sound", size=len(document)), asked]
