"""A sealed file kept in the state folder beside the spool, so that whoever reads it often asks no target for it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from archive.ledger.copies import SealedVersion
from archive.opening.archive import Archive
from archive.preservation.bringing import at_hand
from archive.preservation.space import file_at
from storage.contract import Target


def place_of(archive: Archive, folder: str, name: str, digest: str) -> Path:
    """Where the file of a name and a digest is kept in a folder of the state folder."""
    return archive.state / folder / f"{name}-{digest[:32]}.jsonl"


def kept_file(
    archive: Archive, sealed: SealedVersion, path: str, place: tuple[str, str], usable: Mapping[str, Target]
) -> Path:
    """The file that a version has under a logical path, in the state folder at `place` (a folder, a name).

    Its bytes were compared with their digest just now, and brought from the spool or a target where they were not
    there. Raises KeyError if the version has no such file, and as `bring` does.
    """
    file = file_at(archive, sealed, path)
    kept = place_of(archive, *place, file.sha512)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = at_hand(archive, file, kept, usable)
    if found != kept:
        partial = kept.with_suffix(".part")
        shutil.copyfile(found, partial)
        partial.replace(kept)
    return kept
