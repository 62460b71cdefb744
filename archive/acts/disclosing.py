"""Take out: who may carry words of closed clips out of the archive. That somebody did is an event for each clip."""

from collections.abc import Iterable

from archive.errors import RefusedError
from archive.opening.archive import Archive
from archive.records.event import DISSEMINATION
from archive.records.object_ids import ObjectId
from archive.texts.in_force import access_now


def may_leave(archive: Archive, clips: Iterable[str], *, restricted: bool, by: str | None) -> list[str]:
    """The clips that are closed, if a named person takes their words out all the same: `left` records them.

    Raises RefusedError if nobody does.
    """
    levels = [(clip, access_now(archive, clip).level) for clip in clips]
    closed = [clip for clip, level in levels if level != "public"]
    if closed and not (restricted and by):
        which = closed[0] if len(closed) == 1 else f"{closed[0]} and {len(closed) - 1} more"
        to = " to readers" if all(level != "restricted" for _, level in levels) else ""
        raise RefusedError(
            f"{which} {'is' if len(closed) == 1 else 'are'} restricted{to}: open with "
            f"`thirdcopy access {closed[0]} public --by NAME`, "
            "or take out what is restricted with --restricted --by NAME, which is recorded"
        )
    return closed


def left(archive: Archive, closed: Iterable[str], what: str, by: str | None) -> None:
    """Record that a person took the words of closed clips out: of all of them, or of none."""
    told = [archive.happened(ObjectId.work_of(clip), DISSEMINATION, agent=by, detail=what) for clip in closed]
    if events := [event for event in told if event]:
        archive.ledger.events.add(*events)
