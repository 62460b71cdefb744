"""A writer that was thought dead and wakes up: what it may still turn back, and how that is mended.

A run elsewhere whose lease has ended may only be asleep. When it wakes, some requests of its own may still go out
before it notices, within half a minute; at worst one turns the root pair of an object back to an older version. No
version can be harmed: their keys are written once. So the objects that it may have been at are remembered, and their
root pairs rolled forward at every start for a while; an audit does the same for all.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime, TypeAdapter

from archive.errors import Fork
from archive.ledger.copies import ARRIVED
from archive.ledger.markers import MOMENT, SLEPT
from archive.objects import held_versions
from archive.opening.archive import Archive
from archive.preservation.custody import roll_root
from archive.records.event import METADATA
from archive.retrying import retrying
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import at_each

LATE = "late"
REMEMBERED = timedelta(days=30)
_OBJECTS = TypeAdapter(dict[str, AwareDatetime])


def remember_late_writer(archive: Archive) -> None:
    """Keep which objects were owed to some target when the lease was taken from a run elsewhere."""
    owed = {name for target in archive.targets for name, _ in archive.ledger.copies.owed(target)}
    known = _remembered(archive)
    known |= dict.fromkeys(owed, archive.clock())
    _remember(archive, known)


def mend_roots(archive: Archive, usable: Mapping[str, Target]) -> int:
    """Roll the root pairs forward of what a late writer may have turned back: how many had been.

    A target that cannot be asked now is asked at the next start.
    """
    _take_over_sessions(archive)
    known = _remembered(archive)
    if not known:
        return 0
    mended, _ = at_each(usable, lambda target: sum(_mend(archive, target, object_id) for object_id in known))
    now = archive.clock()
    moments = {name: min(at, now) for name, at in known.items()}  # no clock's future
    _remember(archive, {name: at for name, at in moments.items() if now - at < REMEMBERED})
    return sum(mended.values())


def _take_over_sessions(archive: Archive) -> None:
    """Remember with the others what sessions elsewhere were storing when they were ended."""
    with archive.ledger.at_once():
        if found := archive.ledger.markers.beginning(SLEPT):
            _remember(archive, _remembered(archive) | {name: MOMENT.validate_python(at) for name, at in found.items()})
            for name in found:
                archive.ledger.markers.forget(f"{SLEPT}{name}")


def _remembered(archive: Archive) -> dict[str, datetime]:
    """Objects, and when each was owed to somebody while a late writer may have been at it."""
    return archive.ledger.markers.document(LATE, _OBJECTS) or {}


def _remember(archive: Archive, known: Mapping[str, datetime]) -> None:
    archive.ledger.markers.set(LATE, json.dumps({name: at.isoformat() for name, at in known.items()}))


def _mend(archive: Archive, target: Target, object_id: str) -> bool:
    head = archive.ledger.copies.head(object_id)
    copies = archive.ledger.copies.of(object_id, head.version) if head else []
    if head is None or not any(copy.target == target.name and copy.state in ARRIVED for copy in copies):
        return False
    try:
        changed = retrying(lambda: roll_root(archive, target, head), attempts=2)
    except (Fork, TargetError):
        return False
    if changed:
        detail = f"{held_versions.object_key(object_id)}: the root pair had been turned back, and was rolled forward"
        archive.event(object_id, METADATA, version=head.version, target=target.name, outcome="warning", detail=detail)
    return changed
