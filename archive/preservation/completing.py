"""Completing: a version whose spool is out of reach, put together from what targets have of it, byte for byte.

Its inventory is in the ledger, so that nothing but its own bytes can complete it: each file is taken whole from a
target that has it sound, from under another name within the object, or block by block from several.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.ledger.copies import SealedVersion
from archive.local_paths import inside, remove_tree
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.opening.working import worker_name
from archive.preservation.leftovers import MOST_FILES
from archive.preservation.salvaging import SPOOL, Salvage, Sound
from archive.preservation.space import SealedFile, brought_by, folder_of, lay
from archive.records.event import RECOVERY
from storage.contract import Target
from storage.errors import Damaged, TargetError
from storage.mirrors import at_each, fetch, read_digest

SCRATCH = "completing"
"""The folder of the state folder where what was found of a version lies until all of it is."""

Listed = Mapping[str, Mapping[str, int]]
"""Target → the paths that it lists within an object, with their sizes."""


@dataclass(frozen=True)
class Found:
    """What targets have of a version: how many `of` its files are sound somewhere, at whom any of its keys are listed.

    `silent` are targets that did not answer, or were not asked.
    """

    files: int
    of: int
    keys: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every file was found."""
        return self.files == self.of


def complete(archive: Archive, readable: Mapping[str, Target], sealed: SealedVersion) -> Found:
    """Look for a version at every target; one of which all files are found lies in this worker's spool then.

    Call it while nobody else may store that object. Raises SpaceShort where the disk has no room to bring it.
    """
    listed, failed = at_each(readable, lambda target: _listed(target, sealed.object))
    silent = {*failed, *(set(archive.targets) - set(readable))}
    keys = tuple(sorted(name for name, sizes in listed.items() if _of_version(sizes, sealed.version)))
    holders = {name: readable[name] for name, sizes in listed.items() if sizes}
    salvage = Salvage(archive, holders, sealed, inside(archive.state / SCRATCH, sealed.object))
    files, found = brought_by(archive, sealed), list[tuple[SealedFile, Sound]]()
    try:
        for file in files:
            sound = salvage.find(file.path, file.sha512, ()) or _astray(archive, file, listed, salvage)
            if sound:
                found.append((file, sound))
        if len(found) == len(files):
            _bring(archive, sealed, found)
    finally:
        remove_tree(archive.state, SCRATCH, sealed.object)
    return Found(len(found), len(files), keys, tuple(sorted({*silent, *salvage.silent})))


def _listed(target: Target, object_id: str) -> dict[str, int]:
    root = held_versions.object_key(object_id)
    return {stat.key.removeprefix(root): stat.size for stat in target.list(root)}


def _of_version(paths: Mapping[str, int], number: int) -> bool:
    """Whether any path within an object is of a version; what lies beside the folders of versions is of the first."""
    return any(path.startswith(f"v{number}/") or (number == 1 and not path.startswith("v")) for path in paths)


def _astray(archive: Archive, file: SealedFile, listed: Listed, salvage: Salvage) -> Sound | None:
    """A file's bytes under another name within the object, one that no inventory names."""
    head, most = archive.ledger.copies.head(file.object), salvage.sealed.most
    known = head.parsed if head else None
    into = salvage.folder / file.path
    for name, sizes in listed.items():
        left = [path for path in ocfl.leftovers(sizes, known) if most is None or sizes[path] <= most]
        for path in left[:MOST_FILES]:
            key = held_versions.object_key(file.object, path)
            try:
                if read_digest(salvage.usable[name], key, most=most)[0] == file.sha512:
                    fetch(salvage.usable[name], key, file.sha512, into, most=most)
                    return Sound(into, name)
            except Damaged:
                continue
            except TargetError:
                salvage.silent.add(name)
                break
    return None


def _bring(archive: Archive, sealed: SealedVersion, found: Sequence[tuple[SealedFile, Sound]]) -> None:
    """Put a version into this spool, whole before it has its name there; it is this worker's to store then."""
    folder = inside(archive.spool, f".sealing-{sealed.object}-v{sealed.version}-completed")
    remove_tree(archive.spool, folder.name)
    for file, sound in found:
        lay(inside(folder, ocfl.below_version(file.path)), _own(archive, file, sound))
    lay(folder / ocfl.INVENTORY, sealed.inventory.encode())
    lay(folder / ocfl.INVENTORY_DIGEST, ocfl.digest_line(sealed.sha512))
    final = folder_of(archive, sealed.object, sealed.version)
    remove_tree(archive.spool, sealed.object, final.name)
    final.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(final)
    origins = ", ".join(sorted({sound.origin for _, sound in found})) or "the ledger"
    detail = f"sealed by {sealed.worker}, which is not at work: put together from {origins}"
    event = archive.happened(sealed.object, RECOVERY, version=sealed.version, detail=detail)
    archive.ledger.workers.brought(sealed, worker_name(archive), event)


def _own(archive: Archive, file: SealedFile, sound: Sound) -> Path:
    """A found file that may be moved: what lies in the spool already is copied."""
    if sound.origin != SPOOL:
        return sound.file
    copied = archive.state / SCRATCH / file.object / file.path
    copied.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sound.file, copied)
    return copied
