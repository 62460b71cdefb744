"""Store: what the targets are owed; and free the spool of what has arrived and is no longer needed."""

from collections.abc import Collection, Mapping

from archive.ledger.copies import ARRIVED
from archive.local_paths import remove_tree
from archive.opening.archive import Archive
from archive.preservation.mirroring import Stored, store_owed
from archive.preservation.space import discard
from archive.records.object_ids import Kind, ObjectId, clip_of, kind_of
from archive.settings.settings import Settings
from archive.settings.spread import is_safe
from storage.contract import Target


def store(
    archive: Archive,
    usable: Mapping[str, Target],
    clips: Collection[str] | None = None,
    *,
    to: Collection[str] | None = None,
    wait: bool = True,
) -> dict[str, Stored]:
    """Store what is owed, of the evidence and work of some clips, or of every object.

    `to` names the targets that are stored to, all if None; from the others only bytes are taken. Without `wait`,
    targets that are too slow for the others stay owed.
    """
    objects = None if clips is None else {name for clip in clips for name in ObjectId.both_of(clip)}
    return store_owed(archive, usable, objects, to=to, wait=wait)


def safe(archive: Archive, clips: Collection[str] | None = None) -> list[str]:
    """Of some clips, or all, those that are safe, by their ids.

    Their evidence has arrived, in every version, at `minimum_copies` targets that count, spread as asked.
    """
    if clips is not None and not clips:
        return []
    objects = None if clips is None else [Kind.EVIDENCE.prefix + clip for clip in clips]
    spread = archive.ledger.copies.spread(tuple(archive.settings.counting), objects)
    enough = {targets for targets in set(spread.values()) if enough_at(archive.settings, targets)}
    return [name.removeprefix(Kind.EVIDENCE.prefix) for name, targets in spread.items() if targets in enough]


def enough_at(settings: Settings, targets: Collection[str]) -> bool:
    """Whether copies at these targets are as many, and as spread, as the settings ask."""
    return is_safe(targets, settings.counting, minimum=settings.minimum_copies, distinct=settings.distinct)


def tidy(archive: Archive, *, keep_unread: bool = True) -> int:
    """Free the spool of objects that are safe, as many copies and as spread as asked, and owed to no target: how many.

    With `keep_unread`, the media of clips that are still to be transcribed stay; else they are read from a target then.
    """
    if not archive.spool.is_dir():
        return 0
    failed = {failure.clip for failure in archive.ledger.clips.failures() if failure.step == "transcribe"}
    freed = 0
    for folder in sorted(archive.spool.iterdir()):
        object_id = folder.name
        if object_id.startswith("."):
            continue  # a sealing under way, or one that was interrupted: it is begun anew, never resumed
        clip = clip_of(object_id)
        media = kind_of(object_id) is Kind.EVIDENCE and keep_unread
        if (media and clip not in failed and _is_unread(archive, clip)) or not _kept_elsewhere(archive, object_id):
            continue
        with archive.ledger.claims.held(object_id, "store") as ours:
            if ours and not (clip and archive.ledger.claims.somebody_at(clip)):
                discard(archive, object_id)
                freed += 1
    return freed


def _is_unread(archive: Archive, clip: str | None) -> bool:
    return clip is not None and archive.ledger.clips.done(clip, "transcribe") is None


def _kept_elsewhere(archive: Archive, object_id: str) -> bool:
    """Whether every version has arrived at targets enough, and is said to be at all others too."""
    head = archive.ledger.copies.head(object_id)
    if head is None:
        return False
    copies = {(copy.version, copy.target): copy.state for copy in archive.ledger.copies.of(object_id)}
    numbers = range(1, head.version + 1)
    owed = any(copies.get((number, name), "owed") == "owed" for number in numbers for name in archive.targets)
    arrived = {name for name in archive.targets if all(copies.get((number, name)) in ARRIVED for number in numbers)}
    return not owed and enough_at(archive.settings, arrived)


def sweep(archive: Archive) -> None:
    """Remove what an interrupted run left half-done: fetches and sealings that are begun anew, never resumed.

    Call it when at work, before anything is fetched. Where another process is at work in this state folder it stays.
    """
    if archive.ledger.sessions.beside():
        return
    remove_tree(archive.state, archive.attempts.name)
    for folder in archive.spool.glob(".sealing-*"):
        remove_tree(archive.spool, folder.name)


def owed(archive: Archive) -> dict[str, int]:
    """Sealed versions that are not at a target yet, by target."""
    return archive.ledger.copies.debts(tuple(archive.targets))
