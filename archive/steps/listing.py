"""List: what a source has, into the ledger."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.errors import FetchFailed, SourceAway
from archive.ledger.clips import Seen
from archive.opening.archive import Archive
from archive.progress import Task
from archive.records.clip import Listing
from archive.records.one_film import counts_within_a_channel, earlier_names, may_have_earlier_names
from archive.retrying import retrying
from archive.sources.contract import ListPage, Lost, Source, Tab, Tabbed
from archive.steps.passes import Pass, Reached, begin, finish, keep
from archive.steps.resting import rest_of
from archive.steps.seeing import failed, named, see

KNOWN_IN_A_ROW, PAGE = 50, 30
AT_ONCE = 300
"""Clips of a whole pass that go to the ledger in one transaction: a sync of the disk for each page is slow."""

OVERLAP = 60
"""Places before the one where a pass broke off that are asked for once more: what was taken down meanwhile has drawn
later ones there."""


MOST_NAMED = 1000
"""Places that lead to nothing and are kept to be named: a list may have any number of them."""


@dataclass(frozen=True)
class Listed:
    """What a listing gave.

    `problem` says why it broke off: then nothing that is missing may be called gone; with `away` since the disk is not
    there. `after`: the source refused us, and is to be left alone for so many seconds. `passed_over` are sentences on
    places of the list that lead to nothing, `lost` single videos that cannot be had, by their clips. `whole`: what is
    listed was seen to its end since `began`, perhaps over several nights.
    """

    source: str
    seen: int = 0
    new: int = 0
    problem: str | None = None
    away: bool = False
    after: float | None = None
    passed_over: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    began: datetime | None = None


def list_source(archive: Archive, source: Source, *, fast: bool = False) -> Listed:
    """List a source to its end, or with `fast` each of its lists until 50 clips in a row had been listed before.

    Each listing goes to the ledger. One that breaks off is begun again where the reason may pass; what came before is
    kept in any case. The next one goes on where that one stopped, the newest first, and is not `fast` until the source
    was listed to its end.
    """
    one = begin(archive, source.name, fast=fast)
    with archive.progress.task(f"list {source.name}", unit="clips") as task:
        pass_ = _Listing(archive, source, one, task)
        try:
            retrying(pass_.go_through)
        except FetchFailed as error:
            keep(archive, source.name, one, broke_off=True)
            why = str(error).removeprefix(f"{source.name}: ")  # whoever tells it begins with the source
            if isinstance(error, SourceAway):
                return pass_.result(problem=why, away=True)
            return pass_.result(problem=f"{error.kind}: {why}", after=rest_of(error))
    if told := finish(archive, source.name, one):
        archive.progress.say(told)
    return pass_.result(whole=not one.fast and not pass_.unread, began=None if one.fast else one.began)


@dataclass
class _Listing:
    """One call's way through the lists of a source, which may take several tries."""

    archive: Archive
    source: Source
    one: Pass
    task: Task
    seen: int = 0
    new: int = 0
    unread: bool = False
    passed_over: dict[str, None] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    """How many places of each list were counted by this call, so that none is where it is listed again."""

    def result(self, **more: Any) -> Listed:
        """What the call came to."""
        return Listed(
            self.source.name,
            seen=self.seen,
            new=self.new,
            passed_over=tuple(self.passed_over),
            lost=tuple(self.lost.items()),
            **more,
        )

    def go_through(self) -> None:
        """Go through each list of the source, from where the pass stands in it."""
        with closing(_tabs(self.source)) as tabs:
            for tab in tabs:
                self._tab(tab, self.one.at(tab.key))

    def _tab(self, tab: Tab, reached: Reached) -> None:
        """One list: its newest pages, and then on from where the pass stands."""
        place = row = 0
        skim = (reached.done or (reached.place > 0 and tab.numbered)) and not reached.lists
        start = 0
        while True:
            jump = False
            for page, seen in self._pages(tab, start, at_once=1 if self.one.fast or skim else AT_ONCE):
                place = page.first + page.places
                row = self._count(tab, page, seen, row)
                self.one.reach(tab.key, place, lists=page.lists > 0)
                if self.one.fast and row >= KNOWN_IN_A_ROW:
                    self.one.reach(tab.key, place, done=True)
                    return
                if skim and seen and not any(was.new_here for was in seen):
                    jump = True
                    break
            if not jump or reached.done:
                break
            skim, start = False, max(reached.place - OVERLAP, place)
        self.one.reach(tab.key, place, done=True)
        keep(self.archive, self.source.name, self.one)

    def _count(self, tab: Tab, page: ListPage, seen: list[Seen], row: int) -> int:
        """Count a page, and how many known clips in a row it makes; what this call counted before counts no more."""
        end, before = page.first + page.places, self.counted.get(tab.key, 0)
        fresh = seen[-min(len(seen), end - before) :] if end > before and seen else []
        self.counted[tab.key] = max(end, before)
        self.seen += len(fresh)
        if fresh:
            self.task.advance(len(fresh))
        for was in fresh:
            row = 0 if was.new_here else row + 1
        return row

    def _pages(self, tab: Tab, start: int, *, at_once: int) -> Iterator[tuple[ListPage, list[Seen]]]:
        """The pages of a list from a place on, each kept in the ledger, several of them in one transaction."""
        waiting, listings = list[ListPage](), 0
        try:
            for page in tab.pages(start):
                waiting.append(page)
                listings += len(page.listings)
                if listings >= at_once or page.lost:
                    yield from self._keep(waiting)
                    waiting, listings = [], 0
        except FetchFailed:
            yield from self._keep(waiting)
            raise
        yield from self._keep(waiting)

    def _keep(self, pages: list[ListPage]) -> Iterator[tuple[ListPage, list[Seen]]]:
        if not pages:
            return
        clips, now = self.archive.ledger.clips, self.archive.clock()
        listings = _called_as_known(self.archive, [listing for page in pages for listing in page.listings])
        with self.archive.ledger.at_once():
            seen = clips.seen(listings, now)
            see(self.archive, self.source, named(listings))
            keep(self.archive, self.source.name, self.one)
        self.new += sum(was.new for was in seen)
        for page in pages:
            if len(self.passed_over) < MOST_NAMED:
                self.passed_over.update(dict.fromkeys(page.passed_over))
            self.unread = self.unread or page.unread
            for lost in page.lost:
                self._keep_lost(lost, now)
            here, seen = seen[: len(page.listings)], seen[len(page.listings) :]
            yield page, here

    def _keep_lost(self, lost: Lost, now: datetime) -> None:
        """Keep a video of which only the address is known, as a clip that could not be fetched."""
        clips = self.archive.ledger.clips
        (listing,) = _called_as_known(self.archive, [lost.listing])
        if not any(one.source == listing.source for one in clips.listings(listing.clip)):
            self.new += clips.seen([listing], now)[0].new
        if not clips.captures(listing.clip):
            clips.failed(listing.clip, "fetch", kind=lost.why.kind, message=str(lost.why), now=now)
        see(self.archive, self.source, failed(listing.clip, lost.why))
        self.lost[listing.clip] = lost.why.kind


def _tabs(source: Source) -> Generator[Tab]:
    """The lists of a source; of one that does not tell them apart, all that it has."""
    if isinstance(source, Tabbed):
        yield from source.tabs()
    else:
        yield Tab("", numbered=False, pages=lambda _start: _in_pages(source.list()))


def _in_pages(listings: Iterator[Listing]) -> Iterator[ListPage]:
    """Pages of up to PAGE listings; where they break off, what came before, and then the error."""
    first, some = 0, list[Listing]()
    try:
        for listing in listings:
            some.append(listing)
            if len(some) == PAGE:
                yield ListPage(first, len(some), tuple(some))
                first, some = first + len(some), []
    except FetchFailed:
        if some:
            yield ListPage(first, len(some), tuple(some))
        raise
    if some:
        yield ListPage(first, len(some), tuple(some))


def _called_as_known(archive: Archive, listings: list[Listing]) -> list[Listing]:
    """Listings by the ids of the clips that their films have already, under whichever of their addresses they came."""
    ledger = archive.ledger.clips
    several = {listing.clip: listing for listing in listings if may_have_earlier_names(listing)}
    known = ledger.known(list(several)) if several else set()
    names = {
        clip: [listing.model_copy(update={"platform_id": name}) for name in earlier_names(listing)]
        for clip, listing in several.items()
        if clip not in known
    }
    if not any(names.values()):
        return listings
    earlier = ledger.known([one.clip for some in names.values() for one in some])

    def called(listing: Listing) -> Listing:
        some = names.get(listing.clip, ())
        return next((one for one in some if one.clip in earlier and _is_same(archive, one)), listing)

    return [called(listing) for listing in listings] if earlier else listings


def _is_same(archive: Archive, listing: Listing) -> bool:
    """Whether the clip that has a listing's id is of its film."""
    if not counts_within_a_channel(listing):
        return True
    bare = listing.url.partition("?")[0].lower()
    return any(one.url.partition("?")[0].lower() == bare for one in archive.ledger.clips.listings(listing.clip))
