"""Bringing: files of sealed versions that this disk lacks, from the targets that have them.

The spool is asked first where its bytes are right, then the targets, in one order for all who ask (`ranked`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock

from archive.ledger.copies import ARRIVED, Copy, CopyState, SealedVersion
from archive.local_paths import inside
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.fixity import sha512_of
from archive.preservation.space import SealedFile, brought_by, folder_of, lay, need_space
from archive.records.event import FIXITY_CHECK
from archive.records.object_ids import clip_of
from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError
from storage.mirrors import fetch

_BEST_KNOWN: Sequence[CopyState] = ("proven", "arrived", "claimed", "owed")
_BRINGING: defaultdict[str, Lock] = defaultdict(Lock)
"""Targets are served side by side from one spool: what is missing from it is brought once, by the first that asks."""


def ranked(archive: Archive, object_id: str, version: int, names: Collection[str]) -> list[str]:
    """Targets in the order in which they are asked for a file that a version brought: the best known copy first.

    Of targets with copies that were read and found sound the nearest comes first, by `[worker] near`. Of others whose
    copies are equally well known each gets its share of the objects, by lot.
    """
    states = {copy.target: copy.state for copy in archive.ledger.copies.of(object_id, version)}
    near = archive.settings.worker.near

    def rank(name: str) -> tuple[int, int, bytes]:
        state = states.get(name, "owed")
        distance = near.index(name) - len(near) if name in near and state in ARRIVED else 0
        return distance, _BEST_KNOWN.index(state), sha256(f"{name} {object_id}".encode()).digest()

    return sorted(names, key=rank)


def bring(archive: Archive, file: SealedFile, into: Path, usable: Mapping[str, Target]) -> None:
    """Copy a file to `into`, from whichever target has it sound. Raises the last error where none has.

    One whose file is gone or damaged is owed the version again, as an audit would find. Raises SpaceShort where the
    state folder has no room, and FileNotFoundError where there is no target to ask.
    """
    copies = {copy.target: copy for copy in archive.ledger.copies.of(file.object, file.version)}
    sealed = archive.ledger.copies.version(file.object, file.version)
    most, room = sealed.most if sealed else None, partial(_need_room, archive, into)
    last: TargetError | None = None
    for name in ranked(archive, file.object, file.version, usable):
        try:
            fetch(usable[name], file.key, file.sha512, into, most=most, room=room)
        except TargetError as error:
            last = error
            if isinstance(error, Damaged | NotFound) and name in copies and copies[name].state != "owed":
                doubt(archive, copies[name], str(error))
        else:
            return
    raise last or FileNotFoundError(f"no target is usable, and {file.object} is not in the spool")


def _need_room(archive: Archive, into: Path) -> None:
    if into.is_relative_to(archive.state):
        need_space(archive)


def at_hand(archive: Archive, file: SealedFile, into: Path, usable: Mapping[str, Target]) -> Path:
    """Where a file is whole on this disk: at `into`, in the spool, or brought to `into`. Raises as `bring` does.

    Its bytes were compared with its digest just now, wherever it is.
    """
    if into.is_file() and sha512_of(into) == file.sha512:
        return into
    if file.is_spooled():
        return file.local
    into.unlink(missing_ok=True)
    bring(archive, file, into, usable)
    return into


@contextmanager
def held(archive: Archive, file: SealedFile, usable: Mapping[str, Target]) -> Iterator[Path]:
    """A file on this disk, from the spool or brought for as long as it is held. Raises as `bring` does."""
    folder = inside(archive.state / "scratch", clip_of(file.object) or file.object)
    brought = folder / Path(file.path).name
    try:
        yield at_hand(archive, file, brought, usable)
    finally:
        brought.unlink(missing_ok=True)
        with suppress(OSError):  # another file of the clip is held too, or none was brought
            folder.rmdir()


def respool(archive: Archive, sealed: SealedVersion, usable: Mapping[str, Target]) -> Path:
    """The spool folder of a sealed version, brought back from targets where files are missing from it.

    Raises the last target's error if no target has them all.
    """
    folder, files = folder_of(archive, sealed.object, sealed.version), brought_by(archive, sealed)
    documents = {
        folder / ocfl.INVENTORY: sealed.inventory.encode(),
        folder / ocfl.INVENTORY_DIGEST: ocfl.digest_line(sealed.sha512),
    }
    if all(_says(file, data) for file, data in documents.items()) and all(file.local.is_file() for file in files):
        return folder
    with _BRINGING[sealed.object]:
        for document, data in documents.items():
            if not _says(document, data):
                lay(document, data)
        for file in files:
            if not file.local.is_file():
                bring(archive, file, file.local, usable)
    return folder


def _says(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes() == data


def mend(archive: Archive, file: SealedFile, usable: Mapping[str, Target]) -> None:
    """Bring a spooled file anew if our own disk damaged it. Raises as `bring` does, and then leaves it as it is."""
    with _BRINGING[file.object]:
        if not file.is_spooled():
            again = file.local.with_name(f"{file.local.name}.again")
            bring(archive, file, again, usable)
            again.replace(file.local)


def doubt(archive: Archive, copy: Copy, why: str) -> None:
    """Owe a target a version again that was believed to be there."""
    event = archive.happened(
        copy.object, FIXITY_CHECK, version=copy.version, target=copy.target, outcome="failure", detail=why
    )
    archive.ledger.copies.mark(replace(copy, state="owed", at=archive.clock(), problem=why), event=event)
