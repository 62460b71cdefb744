"""How far a listing has come, kept in the ledger, so that one that broke off goes on where it stopped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from archive.opening.archive import Archive
from archive.records.record import Moment, Record
from archive.settings.source_stanzas import YtdlpSettings

STALE = timedelta(days=30)
"""A pass that was begun longer ago is begun anew: too much of what it saw may have changed."""

MOST_TABS = 100
"""Lists of a source of which it is kept how far a pass came; more are begun anew."""


class Reached(Record):
    """How far a pass came in one list: to which place, whether to its end, and whether there are lists within it."""

    place: int = 0
    done: bool = False
    lists: bool = False


class Unfinished(Record):
    """A pass over everything that a source lists, which is not at its end yet."""

    began: Moment
    tabs: dict[str, Reached]


@dataclass
class Pass:
    """One pass over a source: a fast one, or one over everything, which may go on from an earlier night's."""

    fast: bool
    began: datetime
    now: datetime
    tabs: dict[str, Reached] = field(default_factory=dict)

    def at(self, tab: str) -> Reached:
        """How far it came in a list."""
        return self.tabs.get(tab, Reached())

    def reach(self, tab: str, place: int, *, done: bool = False, lists: bool = False) -> None:
        """Note how far it came in a list."""
        before = self.at(tab)
        self.tabs[tab] = Reached(place=max(place, before.place), done=done or before.done, lists=lists or before.lists)


def begin(archive: Archive, source: str, *, fast: bool) -> Pass:
    """A pass over a source that begins now, or goes on.

    A `fast` one is one over everything where the source was not listed to its end yet, or longer ago than its
    `full_pass_days`.
    """
    now, markers = archive.clock(), archive.ledger.markers
    if fast and markers.get(_whole(source)) == "yes" and not _overdue(archive, source, now):
        return Pass(fast=True, began=now, now=now)
    unfinished = markers.document(_unfinished(source), _UNFINISHED)
    markers.set(_whole(source), "no")
    if unfinished and timedelta() <= now - unfinished.began < STALE:
        return Pass(fast=False, began=unfinished.began, now=now, tabs=dict(unfinished.tabs))
    return Pass(fast=False, began=now, now=now)


def keep(archive: Archive, source: str, one: Pass, *, broke_off: bool = False) -> None:
    """Keep how far a pass came. A fast one that broke off makes the next one a whole one."""
    if one.fast:
        if broke_off:
            archive.ledger.markers.set(_whole(source), "no")
        return
    kept = Unfinished(began=one.began, tabs=dict(list(one.tabs.items())[:MOST_TABS]))
    archive.ledger.markers.set(_unfinished(source), kept.model_dump_json())


def finish(archive: Archive, source: str, one: Pass) -> str | None:
    """Keep that a pass is at its end; a sentence where it took several nights."""
    if one.fast:
        return None
    with archive.ledger.at_once():
        archive.ledger.markers.set(_whole(source), "yes")
        archive.ledger.markers.set(_full(source), one.began.isoformat())
        archive.ledger.markers.forget(_unfinished(source))
    if one.began == one.now:
        return None
    return f"{source}: all that it lists was gone through, from {one.began:%Y-%m-%d %H:%M} UTC on, in several runs"


def last_whole(archive: Archive, source: str) -> datetime | None:
    """When the last pass over everything that a source lists was begun, that came to its end; None for none."""
    return archive.ledger.markers.moment(_full(source))


def _overdue(archive: Archive, source: str, now: datetime) -> bool:
    stanza = archive.settings.sources.get(source)
    last = last_whole(archive, source)
    if not isinstance(stanza, YtdlpSettings):
        return False
    return last is None or not timedelta() <= now - last < timedelta(days=stanza.full_pass_days)


_UNFINISHED = TypeAdapter(Unfinished)


def _whole(source: str) -> str:
    return f"listed-whole:{source}"


def _full(source: str) -> str:
    return f"full-pass:{source}"


def _unfinished(source: str) -> str:
    return f"unfinished-pass:{source}"
