"""Sealing: a version's files and inventory are fixed on disk, and known to the ledger, before a byte is sent.

Whoever resumes sends the same bytes. The spool holds `OBJECT/vN/…` as it will lie at every target.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock

from archive import heads, objects, ocfl
from archive.errors import Fork, LeadsOut, SpaceShort
from archive.fixity import digest
from archive.ledger.copies import ARRIVED, Copy, SealedVersion
from archive.leftovers import adopt
from archive.local import inside, remove_tree
from archive.opened import AGENT, Archive
from archive.records import FIXITY_CHECK, PACKAGE, Capture, Event
from archive.unaccepted import what_to_do
from archive.vouching import ENOUGH
from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError
from storage.mirrors import at_each, fetch

GIB = 1 << 30
_BRINGING: defaultdict[str, Lock] = defaultdict(Lock)
"""Targets are served side by side from one spool: what is missing from it is brought once, by the first that asks."""


@dataclass(frozen=True)
class Item:
    """A file to be sealed: its bytes, or a path that is moved into the spool, and its digests."""

    sha512: str
    data: bytes | None = None
    path: Path | None = None
    sha256: str | None = None


def document(data: bytes) -> Item:
    """A small document as an item."""
    return Item(ocfl.digest_of(data), data=data)


def seal(
    archive: Archive,
    object_id: str,
    items: Mapping[str, Item],
    *,
    message: str,
    usable: Mapping[str, Target],
    clip: str | None = None,
    capture: Capture | None = None,
    events_upto: int | None = None,
    snapshot: str | None = None,
    event: Event | None = None,
) -> SealedVersion | None:
    """Seal the next version of an object; None if it would hold what the newest one holds.

    `event` is what it was sealed for, and is kept with it, as of this version.

    The heads at all usable targets are read first. Raises Fork, for this object alone, if one of them knows a version
    that this ledger does not and nobody refused, or, where that is more than one target's word against another's,
    another content of one it does. Raises TargetError if what an interrupted writer left
    cannot be read now: a version without it would spoil that root.
    """
    if objects.kind_of(object_id) is None:
        raise LeadsOut(f"{object_id[:100]!r} is no id of an object: nothing is sealed under it")
    head = archive.ledger.copies.head(object_id)
    previous = ocfl.parse(head.inventory.encode()) if head else None
    files = {path: item.sha512 for path, item in items.items()}
    if previous and previous.holds(files):
        return None
    number = previous.number + 1 if previous else 1
    found, _ = at_each(usable, lambda target: heads.find(target, object_id))
    refused = archive.ledger.waiting.refused()
    others = {
        name: at_target
        for name, at_target in found.items()
        if at_target.whole is None or ocfl.digest_of(at_target.whole.data) not in refused
    }
    _compare(archive, object_id, others, number)
    folder = inside(archive.spool, f".sealing-{object_id}-v{number}")
    remove_tree(archive.spool, folder.name)
    left = {name: _left(at_target, number) for name, at_target in found.items()}
    own = {f"v{number}/content/{path}": _size(item) for path, item in items.items()}
    recovered = adopt(usable, object_id, left, own, folder, partial(need_space, archive))
    inventory = ocfl.next_version(
        previous,
        object_id,
        files=files,
        created=archive.clock(),
        message=message,
        user=ocfl.User(name=AGENT, address=_address(archive)),
        sha256s={item.sha512: item.sha256 for item in items.values() if item.sha256},
        recovered=recovered,
    )
    by_digest = {item.sha512: item for item in items.values()}
    for path, sha512 in inventory.content_of(number).items():
        if path not in recovered:
            _place(by_digest[sha512], folder / path.split("/", 1)[1])
    data = inventory.to_bytes()
    _place(document(data), folder / ocfl.INVENTORY)
    _place(document(ocfl.digest_line(inventory.sha512)), folder / ocfl.INVENTORY_DIGEST)
    final = folder_of(archive, object_id, number)
    if final.exists():
        remove_tree(archive.spool, object_id, final.name)  # it is in no ledger, so nothing of it was ever sent
    final.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(final)
    _sync_folders(final)
    _sync_folder(final.parent)
    sizes = [(final / path.split("/", 1)[1]).stat().st_size for path in inventory.content_of(number)]
    sealed = SealedVersion(
        object_id, number, inventory.sha512, clip, data.decode(), archive.clock(), sum(sizes), len(sizes)
    )
    events = [archive.happened(object_id, PACKAGE, version=number)]
    events += [event.model_copy(update={"version": number, "at": archive.clock()})] if event else []
    archive.ledger.copies.seal(sealed, events=events, capture=capture, events_upto=events_upto, snapshot=snapshot)
    return sealed


def need_space(archive: Archive, coming: int = 0) -> None:
    """Raise SpaceShort if the state folder's disk has less free space than the settings keep for others.

    `coming` are bytes that are to lie there too.
    """
    archive.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(archive.state).free
    if free - coming < archive.settings.free_gib * GIB:
        comes = f", {coming / GIB:.1f} GiB are to come" if coming else ""
        raise SpaceShort(
            f"{archive.state}: {free / GIB:.1f} GiB free{comes}, and free_gib keeps "
            f"{archive.settings.free_gib:g} GiB: make room, or let `thirdcopy mirror` and `thirdcopy transcribe` "
            "finish what is spooled"
        )


def _room(archive: Archive, into: Path) -> None:
    if into.is_relative_to(archive.state):
        need_space(archive)


def folder_of(archive: Archive, object_id: str, version: int) -> Path:
    """Where a sealed version lies in the spool. Raises LeadsOut."""
    return inside(archive.spool, object_id, f"v{version}")


def respool(archive: Archive, sealed: SealedVersion, usable: Mapping[str, Target]) -> Path:
    """The spool folder of a sealed version, brought back from targets where files are missing from it.

    Raises the last target's error if no target has them all.
    """
    folder = folder_of(archive, sealed.object, sealed.version)
    content = ocfl.parse(sealed.inventory.encode()).content_of(sealed.version)
    documents = {
        ocfl.INVENTORY: sealed.inventory.encode(),
        ocfl.INVENTORY_DIGEST: ocfl.digest_line(sealed.sha512),
    }
    if _holds(folder, documents, content):
        return folder
    with _BRINGING[sealed.object]:
        for name, data in documents.items():
            if not _says(folder / name, data):
                _place(document(data), folder / name)
        for path, sha512 in content.items():
            local = folder / path.split("/", 1)[1]
            if not local.is_file():
                bring(archive, sealed.object, path, sha512, local, usable)
    return folder


def _holds(folder: Path, documents: Mapping[str, bytes], content: Mapping[str, str]) -> bool:
    return all(_says(folder / name, data) for name, data in documents.items()) and all(
        (folder / path.split("/", 1)[1]).is_file() for path in content
    )


def _says(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes() == data


def mend(
    archive: Archive, object_id: str, content: str, sha512: str, local: Path, usable: Mapping[str, Target]
) -> None:
    """Bring a spooled file anew if our own disk damaged it. Raises as `bring` does, and then leaves it as it is."""
    with _BRINGING[object_id]:
        if not local.is_file() or digest(local).sha512 != sha512:
            again = local.with_name(f"{local.name}.again")
            bring(archive, object_id, content, sha512, again, usable)
            again.replace(local)


def bring(
    archive: Archive, object_id: str, content: str, sha512: str, into: Path, usable: Mapping[str, Target]
) -> None:
    """Copy one file of an object from whichever target has it sound. Raises the last error where none has.

    Of targets whose copies are equally well known each gets its share of the objects, by lot. One whose file is gone or
    damaged is owed the version again, as an audit would find. Raises SpaceShort where the state folder has no room.
    """
    copies = {copy.target: copy for copy in archive.ledger.copies.of(object_id, ocfl.version_of(content))}
    ranks = ("proven", "arrived", "claimed", "owed")

    def rank(name: str) -> tuple[int, bytes]:
        return ranks.index(copies[name].state if name in copies else "owed"), sha256(
            f"{name} {object_id}".encode()
        ).digest()

    order = sorted(usable, key=rank)
    sealed = archive.ledger.copies.version(object_id, int(content[1:].split("/")[0]))
    most, room = sealed.most if sealed else None, partial(_room, archive, into)
    last: TargetError | None = None
    for name in order:
        try:
            fetch(usable[name], heads.object_key(object_id, content), sha512, into, most=most, room=room)
        except TargetError as error:
            last = error
            if isinstance(error, Damaged | NotFound) and name in copies and copies[name].state != "owed":
                _doubt(archive, copies[name], str(error))
        else:
            return
    raise last or FileNotFoundError(f"no target is usable, and {object_id} is not in the spool")


def _doubt(archive: Archive, copy: Copy, why: str) -> None:
    event = archive.happened(
        copy.object, FIXITY_CHECK, version=copy.version, target=copy.target, outcome="failure", detail=why
    )
    archive.ledger.copies.mark(replace(copy, state="owed", at=archive.clock(), problem=why), event=event)


def discard(archive: Archive, object_id: str) -> None:
    """Free an object's place in the spool."""
    remove_tree(archive.spool, object_id)


def _compare(archive: Archive, object_id: str, found: Mapping[str, heads.Found], number: int) -> None:
    """Raise Fork for what lies at targets and a person must look at before a version of this number is sealed."""
    forks, same = defaultdict[tuple[SealedVersion, str], list[str]](list), dict[str, int]()
    for target, at_target in found.items():
        if number in at_target.torn:
            raise Fork(
                f"{target} holds a half-written {object_id} v{number} of a lost writer: "
                "move the ledger away and `thirdcopy rebuild`"
            )
        if not at_target.whole:
            continue
        there, sha512 = at_target.whole.inventory.number, ocfl.digest_of(at_target.whole.data)
        known = archive.ledger.copies.version(object_id, there)
        if known is None:
            raise Fork(
                f"{target} holds {object_id} v{there}, which this ledger does not know: `thirdcopy audit --all` looks "
                f"at it, `thirdcopy accept {object_id}` takes it over, `thirdcopy refuse {object_id}` says that it is "
                "not ours"
            )
        if known.sha512 == sha512:
            same[target] = there
        else:
            forks[known, sha512].append(target)
    for (known, _), names in forks.items():
        witnesses = {target for target, newest in same.items() if newest >= known.version}
        if len(names) >= ENOUGH or not _is_vouched(archive, known, witnesses, names):
            raise Fork(
                f"{object_id} v{known.version} at {' and '.join(names)} is not the one this ledger sealed: nothing "
                f"was written; {what_to_do(object_id)}"
            )
        for copy in archive.ledger.copies.of(object_id, known.version):
            if copy.target in names and copy.state != "owed":  # nothing is stored above it meanwhile
                _doubt(archive, copy, "another content of this version lies there")


def _is_vouched(archive: Archive, sealed: SealedVersion, witnesses: Collection[str], against: Collection[str]) -> bool:
    """Whether a version is more than one target's word.

    This ledger sealed it itself, and has read it at a target since: what lies there in its place came later. Or two
    targets have it, which say so just now or were read by this ledger, but for the ones `against` it.
    """
    user = ocfl.parse(sealed.inventory.encode()).versions[f"v{sealed.version}"].user
    copies = archive.ledger.copies.of(sealed.object, sealed.version)
    if user is not None and user.address == _address(archive) and any(copy.read for copy in copies):
        return True
    read = {copy.target for copy in copies if copy.state in ARRIVED}
    return len({*witnesses, *read} - set(against)) >= ENOUGH


def _address(archive: Archive) -> str:
    """How this ledger signs the versions that it seals."""
    return f"urn:uuid:{archive.ledger.id}"


def _left(found: heads.Found, number: int) -> dict[str, int]:
    """What was left in one version's folder, with the sizes."""
    return {path: size for path, size in found.leftovers.items() if ocfl.version_of(path) == number}


def _size(item: Item) -> int:
    if item.data is not None:
        return len(item.data)
    return item.path.stat().st_size if item.path else 0


def _place(item: Item, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}\\part")  # no key has a backslash: it is no file that was adopted
    if item.data is not None:
        written.write_bytes(item.data)
    elif item.path is not None:
        shutil.move(item.path, written)
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(path)


def _sync_folders(folder: Path) -> None:
    for root, _, _ in os.walk(folder):
        _sync_folder(Path(root))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
