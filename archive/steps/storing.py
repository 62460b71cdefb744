"""Store: what the targets are owed; and free the spool of what has arrived and is no longer needed."""

import shutil
from collections.abc import Collection, Mapping

from archive.custody import Stored, store_owed
from archive.ledger.copies import ARRIVED
from archive.opened import Archive
from archive.spool import discard
from storage.contract import Target


def store(archive: Archive, usable: Mapping[str, Target], clips: Collection[str] | None = None) -> dict[str, Stored]:
    """Store what is owed, of the evidence and work of some clips, or of every object."""
    objects = None if clips is None else {f"{kind}-{clip}" for clip in clips for kind in ("evidence", "work")}
    return store_owed(archive, usable, objects)


def safe(archive: Archive) -> list[str]:
    """Clips whose newest evidence has arrived at `minimum_copies` targets or more."""
    return archive.ledger.copies.safe(archive.settings.minimum_copies, tuple(archive.targets))


def tidy(archive: Archive, *, keep_unread: bool = True) -> int:
    """Free the spool of objects that have arrived everywhere: how many.

    With `keep_unread`, the media of clips that are still to be transcribed stay; else they are read from a target then.
    """
    if not archive.spool.is_dir():
        return 0
    failed = {failure.clip for failure in archive.ledger.clips.failures() if failure.step == "transcribe"}
    done, freed = {*archive.ledger.clips.all_done("transcribe"), *failed}, 0
    for folder in sorted(archive.spool.iterdir()):
        object_id = folder.name
        if object_id.startswith("."):
            continue  # a sealing under way, or one that was interrupted: it is begun anew, never resumed
        numbers = [int(version.name[1:]) for version in folder.glob("v*")]
        if not numbers:
            continue
        arrived = all(
            {copy.target for copy in archive.ledger.copies.of(object_id, number) if copy.state in ARRIVED}
            >= archive.targets.keys()
            for number in numbers
        )
        kind, _, clip = object_id.partition("-")
        unread = kind == "evidence" and clip not in done
        if arrived and not (unread and keep_unread):
            discard(archive, object_id)
            freed += 1
    return freed


def sweep(archive: Archive) -> None:
    """Remove what an interrupted run left half-done: fetches and sealings that are begun anew, never resumed.

    Call it under the lease, before anything is fetched.
    """
    shutil.rmtree(archive.attempts, ignore_errors=True)
    for folder in archive.spool.glob(".sealing-*"):
        shutil.rmtree(folder, ignore_errors=True)


def owed(archive: Archive) -> dict[str, int]:
    """Sealed versions that are not at a target yet, by target."""
    return {name: len(archive.ledger.copies.owed(name)) for name in archive.targets}
