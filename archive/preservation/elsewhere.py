"""Versions that lie in another worker's spool alone: they are that worker's to store, so long as it is there."""

from collections.abc import Collection

from archive.errors import LeadsOut
from archive.ledger.copies import SealedVersion
from archive.ledger.workers import Alone
from archive.opening.archive import Archive
from archive.opening.working import worker_name
from archive.preservation.space import brought_by
from archive.records.object_ids import is_sound


def elsewhere(archive: Archive, objects: Collection[str] | None = None) -> list[Alone]:
    """Versions that no target is said to have, and the spool of this state folder has not, by object and number."""
    others = archive.ledger.workers.alone(objects, but=worker_name(archive))
    return [one for one in others if not _lies_here(archive, one)]


def left_to_others(archive: Archive, objects: Collection[str] | None = None) -> dict[str, int]:
    """Object → its first version that lies in another worker's spool alone: from that one on nothing can be stored."""
    left = dict[str, int]()
    for one in elsewhere(archive, objects):
        left.setdefault(one.object, one.version)
    return left


def holder_of(archive: Archive, head: SealedVersion) -> str | None:
    """The worker in whose spool alone a version lies, None where this one or some target has it."""
    if head.worker in (None, worker_name(archive)):
        return None
    copies = archive.ledger.copies.of(head.object, head.version)
    if any(copy.state != "owed" for copy in copies) or is_spooled(archive, head):
        return None
    return head.worker


def is_spooled(archive: Archive, sealed: SealedVersion) -> bool:
    """Whether all files that a version brought lie in the spool of this state folder."""
    return all(file.local.is_file() for file in brought_by(archive, sealed))


def _lies_here(archive: Archive, one: Alone) -> bool:
    if not is_sound(one.object) or not (archive.spool / one.object / f"v{one.version}").is_dir():
        return False
    sealed = archive.ledger.copies.version(one.object, one.version)
    try:
        return sealed is not None and is_spooled(archive, sealed)
    except LeadsOut:
        return False
