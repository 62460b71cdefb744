"""Storing sealed versions at targets in an order that a crash cannot spoil, and reading them back.

Order of writing version N: its content, read back; its inventory; the inventory's digest, which is the commit; then
the root pair, and for v1 the object's declaration last; then whose the target is now. Recovery rolls forward, never
back: the same bytes again. Which requests that takes is in decision 29.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.errors import Fork
from archive.ledger.copies import Copy, SealedVersion
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.bringing import mend, respool
from archive.preservation.ownership import validate_writer
from archive.preservation.space import SealedFile, brought_by
from archive.preservation.unaccepted import what_to_do
from archive.records.event import REPLICATION
from archive.retrying import retrying
from storage.contract import Content, Target
from storage.errors import Conflict, Damaged, NotFound, TargetError, Unavailable
from storage.mirrors import read_back, read_small
from storage.shared_reading import HERE, LocalFile


def store(
    archive: Archive,
    target: Target,
    sealed: SealedVersion,
    usable: Mapping[str, Target],
    contents: Mapping[str, Content] | None = None,
) -> int:
    """Store one version at one target and read it back: the bytes of content that were stored.

    `contents` are the version's files by key, where one reading feeds several targets. What is there already with the
    right bytes is read, not sent again. Raises TargetError or Fork; then nothing is marked as arrived. At a target that
    reads back only a share, a version that is not drawn is claimed.
    """
    folder = respool(archive, sealed, usable)
    root = held_versions.object_key(sealed.object)
    version = f"{root}v{sealed.version}/"
    size = 0
    files = [
        (file, (contents or {}).get(file.key) or LocalFile(file.local, file.sha512))
        for file in brought_by(archive, sealed)
    ]
    there = {stat.key for stat in target.list(root)}
    enforced = target.capabilities.conditional_put
    if version + ocfl.INVENTORY in there or not enforced:  # else the store itself refuses a second inventory
        _refuse_fork(target, version + ocfl.INVENTORY, sealed)
    for file, content in files:
        try:
            _send(archive, target, file, content, usable, absent=file.key not in there)
        except Unavailable:
            for _, one in files:  # the next try reads by itself: nobody waits for it
                one.close()
            raise
        content.close()
    reads = _drawn(archive, target.name, sealed)
    for file, content in files:
        size += _read(target, file.key, content) if reads else content.size
    try:
        _commit(target, sealed, version, folder, there)
    except Conflict as error:
        raise _fork(target, sealed) from error
    if not _lay_root_pair(target, root, folder, sealed, there):
        roll_root(archive, target, sealed)
    if root + ocfl.OBJECT_DECLARATION in there:
        digest = ocfl.digest_of(declaration())
        read_back(target, root + ocfl.OBJECT_DECLARATION, digest, size=len(declaration()))
    else:
        with _as_file(declaration()) as local:
            _put_and_read(target, root + ocfl.OBJECT_DECLARATION, local, ocfl.digest_of(declaration()), absent=True)
    retrying(partial(validate_writer, target, archive.ledger.id))  # this alone: not all that was read back before it
    now = archive.clock()
    copy = Copy(sealed.object, sealed.version, target.name, "arrived", at=now, read=now)
    event = archive.happened(sealed.object, REPLICATION, version=sealed.version, target=target.name)
    archive.ledger.copies.mark(copy if reads else replace(copy, state="claimed", read=None), event=event)
    return size


def declaration() -> bytes:
    """What the declaration of every object says."""
    return f"{ocfl.OBJECT_DECLARATION[2:]}\n".encode()


def _drawn(archive: Archive, target: str, sealed: SealedVersion) -> bool:
    """Whether a version is in the share that a target's settings want read back: drawn by lot, the same each time."""
    stanza = archive.settings.targets.get(target)
    lot = int(sha256(f"{target} {sealed.object} v{sealed.version}".encode()).hexdigest()[:8], 16) / 0x100000000
    return stanza is None or lot < stanza.read_back


def _refuse_fork(target: Target, key: str, sealed: SealedVersion) -> None:
    """Raise Fork before anything is written if the target has another inventory under this version's key."""
    there = _read_if_there(target, key)
    if there is not None and ocfl.digest_of(there) != sealed.sha512:
        raise _fork(target, sealed)


def _fork(target: Target, sealed: SealedVersion) -> Fork:
    return Fork(
        f"{sealed.object} v{sealed.version} at {target.name} is not the one this ledger sealed: "
        f"nothing was overwritten; {what_to_do(sealed.object)}"
    )


def _send(
    archive: Archive, target: Target, file: SealedFile, content: Content, usable: Mapping[str, Target], *, absent: bool
) -> None:
    """Put one file of a version; one that our own disk damaged since is brought from another target first."""
    try:
        target.put(file.key, content, absent=absent)
    except Damaged as damaged:
        if damaged.target != HERE:
            raise
        try:
            mend(archive, file, usable)
        except (TargetError, FileNotFoundError):
            raise damaged from None
        target.put(file.key, LocalFile(file.local, file.sha512))


def _put_and_read(target: Target, key: str, file: Path, digest: str, *, absent: bool) -> None:
    content = LocalFile(file, digest)
    target.put(key, content, absent=absent)
    _read(target, key, content)


def _read(target: Target, key: str, content: Content) -> int:
    return read_back(target, key, content.sha512, content.blocks(), size=content.size)


def _commit(target: Target, sealed: SealedVersion, version: str, folder: Path, there: Collection[str]) -> None:
    """Put a version's inventory and, once that is there, its digest. Raises Conflict where others are.

    Where no store refuses a second writer the inventory is looked for once more: its content took its time.
    """
    inventory, line = version + ocfl.INVENTORY, version + ocfl.INVENTORY_DIGEST
    absent = inventory not in there and target.capabilities.conditional_put
    _put_and_read(target, inventory, folder / ocfl.INVENTORY, sealed.sha512, absent=absent)
    digest = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
    _put_and_read(target, line, folder / ocfl.INVENTORY_DIGEST, digest, absent=line not in there)


def _lay_root_pair(target: Target, root: str, folder: Path, sealed: SealedVersion, there: Collection[str]) -> bool:
    """Put an object's root pair where none is: False if one is there, or came meanwhile."""
    inventory, line = root + ocfl.INVENTORY, root + ocfl.INVENTORY_DIGEST
    if {inventory, line} & set(there):
        return False
    digest = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
    try:
        absent = target.capabilities.conditional_put
        _put_and_read(target, inventory, folder / ocfl.INVENTORY, sealed.sha512, absent=absent)
        _put_and_read(target, line, folder / ocfl.INVENTORY_DIGEST, digest, absent=True)
    except Conflict:
        return False
    return True


def roll_root(archive: Archive, target: Target, sealed: SealedVersion) -> bool:
    """Bring an object's root pair forward to a version; one further on already stays. True if it was changed.

    What the ledger cannot explain as an older version of its own is kept under `quarantine/` first. Raises Fork, and
    writes nothing, where the root inventory is of a version that somebody else wrote and nobody refused.
    """
    root, known = held_versions.object_key(sealed.object), archive.ledger.copies.digests(sealed.object)
    there = _read_if_there(target, root + ocfl.INVENTORY)
    if there is not None and known.get(ocfl.digest_of(there), 0) > sealed.version:
        return False
    wanted = {ocfl.INVENTORY: sealed.inventory.encode(), ocfl.INVENTORY_DIGEST: ocfl.digest_line(sealed.sha512)}
    explained = {*known, *(ocfl.digest_of(ocfl.digest_line(sha512)) for sha512 in known)}
    changed = False
    for name, data in wanted.items():
        found = there if name == ocfl.INVENTORY else _read_if_there(target, root + name)
        if found is not None and ocfl.digest_of(found) not in explained:
            if ocfl.digest_of(found) not in archive.ledger.waiting.refused():
                _refuse_foreign(target, root + name, found, sealed)
            kept = f"{quarantine(archive)}{sealed.object}/{name}"
            put_document(target, kept, found)
            read_back(target, kept, ocfl.digest_of(found), size=len(found))
        changed = replace_document(target, root + name, data) or changed
    return changed


def _refuse_foreign(target: Target, key: str, found: bytes, sealed: SealedVersion) -> None:
    """Raise Fork if a root inventory is a valid one of this object, and further on than the ledger."""
    try:
        inventory = ocfl.parse(found)
    except ocfl.InventoryError:
        return
    if inventory.id == sealed.object and inventory.number > sealed.version:
        raise Fork(
            f"{sealed.object} at {target.name} has a v{inventory.number} that this ledger did not write ({key}): "
            "a person must look; nothing was overwritten"
        )


def quarantine(archive: Archive) -> str:
    """The prefix of keys under which a target keeps what is replaced just now."""
    return f"quarantine/{archive.clock():%Y%m%dT%H%M%SZ}/"


def replace_document(target: Target, key: str, data: bytes) -> bool:
    """Make a small document at a target say `data`, whatever it said before. True if it said something else."""
    there = _read_if_there(target, key)
    if there == data:
        return False
    with _as_file(data) as file:
        was = ocfl.digest_of(there) if there is not None else None
        target.replace(key, LocalFile(file, ocfl.digest_of(data)), was)
    return True


def put_document(target: Target, key: str, data: bytes) -> None:
    """Put a small document that never changes. Raises TargetError."""
    with _as_file(data) as file:
        target.put(key, LocalFile(file, ocfl.digest_of(data)))


def _read_if_there(target: Target, key: str) -> bytes | None:
    try:
        return read_small(target, key)
    except NotFound:
        return None


@contextmanager
def _as_file(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="thirdcopy-") as folder:
        file = Path(folder) / "document"
        file.write_bytes(data)
        yield file
