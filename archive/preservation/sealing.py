"""Sealing: a version's files and inventory are fixed on disk, and known to the ledger, before a byte is sent.

Whoever resumes sends the same bytes.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from archive.errors import Fork
from archive.ledger.copies import ARRIVED, SealedVersion
from archive.ledger.sightings import ToTell
from archive.local_paths import inside, remove_tree
from archive.objects import held_versions, ocfl
from archive.opening.archive import AGENT, Archive
from archive.opening.working import worker_name
from archive.preservation.bringing import doubt
from archive.preservation.leftovers import adopt
from archive.preservation.space import folder_of, lay, need_space
from archive.preservation.unaccepted import what_to_do
from archive.preservation.vouching import ENOUGH
from archive.records.clip import Capture
from archive.records.event import PACKAGE, Event
from archive.records.object_ids import ObjectId
from storage.contract import Target
from storage.errors import Unavailable
from storage.mirrors import at_each
from storage.shared_reading import HERE

PATIENCE_S = 60.0
"""Seconds that a sealing waits for another worker's of the same object."""


@dataclass(frozen=True)
class Item:
    """A file to be sealed: its bytes, or a path that is moved into the spool, and its digests.

    Without content it is one that an earlier version brought: its bytes lie where they are, and are not asked for.
    """

    sha512: str
    content: bytes | Path | None
    sha256: str | None = None

    @property
    def size(self) -> int:
        """Bytes that it brings."""
        match self.content:
            case None:
                return 0
            case bytes():
                return len(self.content)
        return self.content.stat().st_size


@dataclass(frozen=True)
class Provenance:
    """What a version was sealed for: its inventory has the `message`, and the ledger keeps the rest with it.

    `clip` is the one that it concerns, `event` what happened, as of this version. It may hold a `capture`, the events
    up to a number in the ledger (`events_upto`) and sightings that are `told`, or the `snapshot` of a register, a list,
    a disk or a report, as JSON.
    """

    message: str
    clip: str | None = None
    capture: Capture | None = None
    events_upto: int | None = None
    told: Sequence[ToTell] = ()
    snapshot: str | None = None
    event: Event | None = None


def document(data: bytes) -> Item:
    """A small document as an item."""
    return Item(ocfl.digest_of(data), data)


def seal(
    archive: Archive,
    object_id: ObjectId,
    items: Mapping[str, Item],
    provenance: Provenance,
    *,
    usable: Mapping[str, Target],
) -> SealedVersion | None:
    """Seal the next version of an object; None if it would hold what the newest one holds.

    An item without content has a digest that an earlier version knows, else this raises KeyError.

    The heads at all usable targets are read first. Raises Fork, for this object alone, if one of them knows a version
    that this ledger does not and nobody refused, or, where that is more than one target's word against another's,
    another content of one it does. Raises TargetError if what an interrupted writer left
    cannot be read now: a version without it would spoil that root.
    """
    with archive.ledger.claims.held(object_id, "seal", wait=PATIENCE_S) as ours:
        if not ours:
            raise Unavailable(f"another worker has been sealing {object_id} for long: it is tried again", target=HERE)
        return _seal(archive, object_id, items, provenance, usable)


def _seal(
    archive: Archive,
    object_id: ObjectId,
    items: Mapping[str, Item],
    provenance: Provenance,
    usable: Mapping[str, Target],
) -> SealedVersion | None:
    head = archive.ledger.copies.head(object_id)
    previous = head.parsed if head else None
    files = {path: item.sha512 for path, item in items.items()}
    if previous and previous.holds(files):
        return None
    for path, item in items.items():
        if item.content is None and (previous is None or item.sha512 not in previous.manifest):
            raise KeyError(f"{object_id}: no version has the bytes of {path}")
    number = previous.number + 1 if previous else 1
    found, _ = at_each(usable, lambda target: held_versions.find(target, object_id))
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
    own = {f"v{number}/content/{path}": item.size for path, item in items.items()}
    recovered = adopt(usable, object_id, left, own, folder, partial(need_space, archive))
    metadata = ocfl.VersionMetadata(
        created=archive.clock().isoformat(),
        message=provenance.message,
        user=ocfl.User(name=AGENT, address=_address(archive)),
    )
    inventory = ocfl.next_version(
        previous,
        object_id,
        metadata,
        files=files,
        sha256s={item.sha512: item.sha256 for item in items.values() if item.sha256},
        recovered=recovered,
    )
    by_digest = {item.sha512: item for item in items.values()}
    for path, sha512 in inventory.content_of(number).items():
        content = by_digest[sha512].content if path not in recovered else None
        if content is not None:
            lay(folder / ocfl.below_version(path), content)
    data = inventory.to_bytes()
    lay(folder / ocfl.INVENTORY, data)
    lay(folder / ocfl.INVENTORY_DIGEST, ocfl.digest_line(inventory.sha512))
    final = folder_of(archive, object_id, number)
    if final.exists():
        remove_tree(archive.spool, object_id, final.name)  # it is in no ledger, so nothing of it was ever sent
    final.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(final)
    _sync_folders(final)
    _sync_folder(final.parent)
    sizes = [(final / ocfl.below_version(path)).stat().st_size for path in inventory.content_of(number)]
    sealed = SealedVersion(
        object_id,
        number,
        inventory.sha512,
        provenance.clip,
        data.decode(),
        archive.clock(),
        sum(sizes),
        len(sizes),
        worker_name(archive),
    )
    events = [archive.happened(object_id, PACKAGE, version=number)]
    if provenance.event:
        events.append(provenance.event.model_copy(update={"version": number, "at": archive.clock()}))
    archive.ledger.copies.seal(
        sealed,
        events=events,
        capture=provenance.capture,
        events_upto=provenance.events_upto,
        told=provenance.told,
        snapshot=provenance.snapshot,
    )
    return sealed


def _compare(archive: Archive, object_id: str, found: Mapping[str, held_versions.Found], number: int) -> None:
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
                doubt(archive, copy, "another content of this version lies there")


def _is_vouched(archive: Archive, sealed: SealedVersion, witnesses: Collection[str], against: Collection[str]) -> bool:
    """Whether a version is more than one target's word.

    This ledger sealed it itself, and has read it at a target since: what lies there in its place came later. Or two
    targets have it, which say so just now or were read by this ledger, but for the ones `against` it.
    """
    user = sealed.parsed.versions[f"v{sealed.version}"].user
    copies = archive.ledger.copies.of(sealed.object, sealed.version)
    if user is not None and user.address == _address(archive) and any(copy.read for copy in copies):
        return True
    read = {copy.target for copy in copies if copy.state in ARRIVED}
    return len({*witnesses, *read} - set(against)) >= ENOUGH


def _address(archive: Archive) -> str:
    """How this ledger signs the versions that it seals."""
    return f"urn:uuid:{archive.ledger.id}"


def _left(found: held_versions.Found, number: int) -> dict[str, int]:
    """What was left in one version's folder, with the sizes."""
    return {path: size for path, size in found.leftovers.items() if ocfl.version_of(path) == number}


def _sync_folders(folder: Path) -> None:
    for root, _, _ in os.walk(folder):
        _sync_folder(Path(root))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
