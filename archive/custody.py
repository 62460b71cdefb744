"""Storing sealed versions at targets in an order that a crash cannot spoil, and reading them back.

Order of writing version N: its content, read back; its inventory; the inventory's digest, which is the commit; then
the root pair, and for v1 the object's declaration last. Recovery rolls forward, never back: the same bytes again.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import heads, ocfl
from archive.errors import Fork
from archive.ledger.copies import Copy, SealedVersion
from archive.opened import Archive
from archive.progress import Silent
from archive.records import FIXITY_CHECK, REPLICATION
from archive.retrying import retrying
from archive.spool import mend, respool
from storage.contract import Target
from storage.errors import Conflict, Damaged, NotFound, Refused, TargetError, Unavailable
from storage.mirrors import at_each, read_back, read_small

log = logging.getLogger(__name__)
REFUSALS = 3
"""As many in a row mean the target (a full disk, a withdrawn key), and not the one version."""


@dataclass(frozen=True)
class Stored:
    """What storing did at one target: versions that arrived, bytes of content, and what stands against the rest.

    `down`: the target stopped answering, or refuses us, and the rest was not tried.
    """

    target: str
    versions: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()
    down: bool = False


def store_owed(
    archive: Archive, usable: Mapping[str, Target], objects: Collection[str] | None = None
) -> dict[str, Stored]:
    """Store what each usable target is owed, of some objects or of all; targets side by side.

    A target that stops answering is left alone and stays owed; a version that it refuses is marked with the reason.
    """
    done, errors = at_each(usable, lambda target: _store_at(archive, target, usable, objects))
    return {**done, **{name: Stored(name, problems=(str(error),)) for name, error in errors.items()}}


def _store_at(
    archive: Archive, target: Target, usable: Mapping[str, Target], objects: Collection[str] | None
) -> Stored:
    stored, blocked, refused = Stored(target.name), set[str](), 0
    owed = archive.ledger.copies.owed(target.name, objects)
    if not owed:
        return stored
    progress = archive.progress if objects is None else Silent()
    with progress.task(f"to {target.name}", total=len(owed), unit="versions") as task:
        for name, number in owed:
            sealed = archive.ledger.copies.version(name, number)
            if sealed is None or name in blocked:
                continue
            try:
                sent = retrying(lambda sealed=sealed: store(archive, target, sealed, usable))  # type: ignore[misc]
                stored = replace(stored, versions=stored.versions + 1, bytes=stored.bytes + sent)
            except (TargetError, Fork, FileNotFoundError) as error:
                blocked.add(name)
                _owe(archive, target.name, sealed, error)
                stored = replace(stored, problems=(*stored.problems, str(error)))
                refused = refused + 1 if isinstance(error, Refused) and error.target == target.name else 0
                if refused == REFUSALS or (isinstance(error, Unavailable) and error.target == target.name):
                    stored = replace(stored, down=True)
                    log.warning("%s does not answer; what it is owed waits: %s", target.name, error)
                    break
            task.advance(1)
    return stored


def store(archive: Archive, target: Target, sealed: SealedVersion, usable: Mapping[str, Target]) -> int:
    """Store one version at one target and read it back: the bytes of content that were stored.

    What is there already with the right bytes is read, not sent again. Raises TargetError or Fork; then nothing is
    marked as arrived.
    """
    folder = respool(archive, sealed, usable)
    root = heads.object_key(sealed.object)
    inventory = ocfl.parse(sealed.inventory.encode())
    version = f"{root}v{sealed.version}/"
    size = 0
    _refuse_fork(target, version + ocfl.INVENTORY, sealed)
    for path, digest in sorted(inventory.content_of(sealed.version).items()):
        _send(archive, target, sealed, path, digest, folder / path.split("/", 1)[1], usable)
    for path, digest in sorted(inventory.content_of(sealed.version).items()):
        size += read_back(target, root + path, digest)
    commit = ocfl.digest_line(sealed.sha512)
    try:
        _put_and_read(target, version + ocfl.INVENTORY, folder / ocfl.INVENTORY, sealed.sha512)
        _put_and_read(target, version + ocfl.INVENTORY_DIGEST, folder / ocfl.INVENTORY_DIGEST, ocfl.digest_of(commit))
    except Conflict as error:
        raise _fork(target, sealed) from error
    roll_root(target, sealed)
    if inventory.number == 1 or not _exists(target, root + ocfl.OBJECT_DECLARATION):
        declaration = f"{ocfl.OBJECT_DECLARATION[2:]}\n".encode()
        with _as_file(declaration) as file:
            _put_and_read(target, root + ocfl.OBJECT_DECLARATION, file, ocfl.digest_of(declaration))
    now = archive.clock()
    archive.ledger.copies.mark(Copy(sealed.object, sealed.version, target.name, "arrived", at=now, read=now))
    archive.event(sealed.object, REPLICATION, version=sealed.version, target=target.name)
    return size


def _refuse_fork(target: Target, key: str, sealed: SealedVersion) -> None:
    """Raise Fork before anything is written if the target has another inventory under this version's key."""
    there = _read_if_there(target, key)
    if there is not None and ocfl.digest_of(there) != sealed.sha512:
        raise _fork(target, sealed)


def _fork(target: Target, sealed: SealedVersion) -> Fork:
    return Fork(
        f"{sealed.object} v{sealed.version} at {target.name} is not the one this ledger sealed: "
        "a person must compare both; nothing was overwritten"
    )


def _send(
    archive: Archive,
    target: Target,
    sealed: SealedVersion,
    path: str,
    digest: str,
    local: Path,
    usable: Mapping[str, Target],
) -> None:
    """Put one file of a version; one that our own disk damaged since is brought from another target first."""
    key = heads.object_key(sealed.object, path)
    try:
        target.put(key, local, digest)
    except Damaged as damaged:
        try:
            mend(archive, sealed.object, path, digest, local, usable)
        except (TargetError, FileNotFoundError):
            raise damaged from None
        target.put(key, local, digest)


def _owe(archive: Archive, target: str, sealed: SealedVersion, error: Exception) -> None:
    before = [copy for copy in archive.ledger.copies.of(sealed.object, sealed.version) if copy.target == target]
    read = before[0].read if before else None
    archive.ledger.copies.mark(
        Copy(sealed.object, sealed.version, target, "owed", at=archive.clock(), read=read, problem=str(error))
    )
    if isinstance(error, Damaged):
        archive.event(
            sealed.object, FIXITY_CHECK, version=sealed.version, target=target, outcome="failure", detail=error.message
        )


def _put_and_read(target: Target, key: str, file: Path, digest: str) -> None:
    target.put(key, file, digest)
    read_back(target, key, digest)


def roll_root(target: Target, sealed: SealedVersion) -> bool:
    """Bring an object's root pair forward to a version; one further on already stays. True if it was changed."""
    root, data = heads.object_key(sealed.object), sealed.inventory.encode()
    there = _read_if_there(target, root + ocfl.INVENTORY)
    if there is not None and there != data:
        try:
            newer = ocfl.parse(there).number > sealed.version
        except ocfl.InventoryError:
            newer = False
        if newer:
            return False
    changed = replace_document(target, root + ocfl.INVENTORY, data)
    return replace_document(target, root + ocfl.INVENTORY_DIGEST, ocfl.digest_line(sealed.sha512)) or changed


def replace_document(target: Target, key: str, data: bytes) -> bool:
    """Make a small document at a target say `data`, whatever it said before. True if it said something else."""
    there = _read_if_there(target, key)
    if there == data:
        return False
    with _as_file(data) as file:
        target.replace(key, file, ocfl.digest_of(data), ocfl.digest_of(there) if there is not None else None)
    return True


def put_document(target: Target, key: str, data: bytes) -> None:
    """Put a small document that never changes. Raises TargetError."""
    with _as_file(data) as file:
        target.put(key, file, ocfl.digest_of(data))


def _read_if_there(target: Target, key: str) -> bytes | None:
    try:
        return read_small(target, key)
    except NotFound:
        return None


def _exists(target: Target, key: str) -> bool:
    try:
        target.stat(key)
    except NotFound:
        return False
    return True


@contextmanager
def _as_file(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="thirdcopy-") as folder:
        file = Path(folder) / "document"
        file.write_bytes(data)
        yield file
