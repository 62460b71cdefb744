"""Which clips of a source are fetched now, and in which order: the rule of `[queue]`. Pure.

What failed for a reason that lasts is asked for again after 1, 2, 4, 8 days and so on to a month, and only some of it
in one run: a thousand clips for members neither hold up what is new nor look like an attack.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.ledger.clips import LASTING, Unheld
from archive.records.whereabouts import Whereabouts
from archive.settings.stanzas import CLASSES, QueueClass, QueueSettings

LONGEST_WAIT = timedelta(days=30)
PASS = timedelta(hours=1)
"""Clips that were first seen with less than that between them are of one pass over a list."""

NOWHERE = Whereabouts()


@dataclass(frozen=True)
class _Due:
    clip: Unheld
    rank: int
    lasting: bool


def to_fetch(
    unheld: Sequence[Unheld],
    places: Mapping[str, Whereabouts],
    queue: QueueSettings,
    *,
    now: datetime,
    retry: bool = False,
) -> list[str]:
    """Clips that are due, in their order; with `retry` all of them, since a person says so.

    `places` has each clip of the source that was ever away from it. One that was seen there since it failed last is
    due at once.
    """
    order = tuple(dict.fromkeys((*queue.first, *CLASSES)))
    lost = any(place.standing == "gone" and place.of_late(now) for place in places.values())
    due = list[_Due]()
    for one in unheld:
        place = places.get(one.clip, NOWHERE)
        lasting = one.kind in LASTING and not _seen_since(one, place)
        if retry or not lasting or not _rests(one, now):
            rank = min(order.index(name) for name in _classes(one, place, lasting=lasting, lost=lost))
            due.append(_Due(one, rank, lasting))
    again = sorted((one for one in due if one.lasting), key=lambda one: (one.clip.at or now, one.clip.clip))
    rest = _by_age((one for one in due if not one.lasting), newest_first=queue.newest_first)
    chosen = [*rest, *(again if retry else again[: queue.ask_again_at_most])]
    return [one.clip.clip for one in sorted(chosen, key=lambda one: one.rank)]


def _classes(one: Unheld, place: Whereabouts, *, lasting: bool, lost: bool) -> set[QueueClass]:
    """What a clip is; one whose failure lasts is nothing else, so that it never comes before what is new."""
    if lasting:
        return {"failed"}
    found: set[QueueClass] = {"failed" if one.kind else "new"}
    if place.returned:
        found.add("returned")
    if lost or (place.away and place.standing == "up"):
        found.add("endangered")
    return found


def _seen_since(one: Unheld, place: Whereabouts) -> bool:
    return place.standing == "up" and one.at is not None and place.since is not None and place.since > one.at


def _rests(one: Unheld, now: datetime) -> bool:
    """Whether it is too early to ask again. A failure after now was noted by a wrong clock, and holds nothing up."""
    if one.at is None:
        return False
    return timedelta() <= now - one.at < min(timedelta(days=2 ** min(one.times - 1, 5)), LONGEST_WAIT)


def _by_age(due: Iterable[_Due], *, newest_first: bool) -> list[_Due]:
    """In the order in which they were first seen, or the newest pass over the list first.

    A list has its newest first, so within one pass the order stays.
    """
    seen = sorted(due, key=lambda one: (one.clip.first_seen, one.clip.clip))
    if not newest_first:
        return seen
    passes = list[list[_Due]]()
    for one in seen:
        if passes and one.clip.first_seen - passes[-1][-1].clip.first_seen < PASS:
            passes[-1].append(one)
        else:
            passes.append([one])
    return [one for some in reversed(passes) for one in some]
