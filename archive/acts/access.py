"""Open and close: who may read a clip, as a person says. It stands in the next version of its sidecar."""

from dataclasses import dataclass

from archive.ledger.clips import AccessGiven
from archive.opening.archive import Archive
from archive.records.clip import Access
from archive.records.event import POLICY
from archive.records.object_ids import ObjectId
from archive.texts.in_force import access_now


@dataclass(frozen=True)
class AccessChange:
    """The level that was in force for a clip, and the one that a person gives it."""

    before: Access
    after: Access


def give_access(archive: Archive, clip: str, level: Access, *, by: str, dry_run: bool = False) -> AccessChange:
    """Open or close a clip, whatever its source says. Who says again what holds already is kept all the same."""
    if dry_run:
        return AccessChange(access_now(archive, clip).level, level)
    with archive.ledger.at_once():
        before = access_now(archive, clip).level
        event = archive.happened(ObjectId.work_of(clip), POLICY, agent=by, detail=f"access {level}")
        archive.ledger.clips.give_access(clip, AccessGiven(level, by, archive.clock()), event=event)
    return AccessChange(before, level)
