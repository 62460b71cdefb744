"""What yt-dlp lists at an address, tab by tab and page by page, in memory of one page.

yt-dlp keeps every page that it has asked for. Where a list has pages by number, they are asked for one by one, from
whichever is wanted; any other is read as it comes, in pieces.
"""
# mypy: disable-error-code="import-untyped"

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yt_dlp.utils import InAdvancePagedList, OnDemandPagedList

from archive.errors import FetchFailed
from archive.records.clip import Listing
from archive.records.one_film import as_called_here
from archive.sources.cleaning import plain
from archive.sources.contract import ListPage, Lost, Tab
from archive.sources.ytdlp import feeds
from archive.sources.ytdlp.failures import placeholder
from archive.sources.ytdlp.limits import OutOfBounds
from archive.sources.ytdlp.ytdlp_session import YtdlpSession, is_missing_tab

PIECE: Final = 30
"""Places of a list without pages that are taken as one."""

LISTS_WITHIN: Final = 3
LONGEST: Final = 1e9
"""Seconds of a duration that is believed."""

_OURS: Final = frozenset({"refused", "passing", "barred"})
"""Failures that say nothing of the address that was asked for."""

_Entry = Mapping[str, Any] | None
Failure = Callable[[Exception], FetchFailed]
"""What an error of yt-dlp's comes to."""


@dataclass(frozen=True)
class _Address:
    """An address that may hold a list: its reader, where that is known, and how many lists it lies within.

    `words` are what a feed says of it.
    """

    url: str
    reader: str | None = None
    depth: int = 0
    words: Mapping[str, Any] = field(default_factory=dict)


class Tabs:
    """The lists at one address of a source, as `Tabbed` has it; `most` is how many places they may have together."""

    def __init__(self, source: str, session: YtdlpSession, url: str, *, most: int, failure: Failure) -> None:
        self._source, self._session, self._failure = source, session, failure
        self._waiting = deque([_Address(url)])
        self._most, self._taken = most, 0
        self._called: dict[str, str] = {}

    def __iter__(self) -> Iterator[Tab]:
        while self._waiting:
            address = self._waiting.popleft()
            try:
                found = self._session.extract_info(address.url, download=False, process=False, ie_key=address.reader)
            except Exception as error:
                if is_missing_tab(error):
                    continue
                yield self._without(address, error)
                continue
            if not found:
                raise LookupError("the site gave nothing")
            yield self._tab(address, found)

    def _without(self, address: _Address, error: Exception) -> Tab:
        """The tab of an address that gave nothing. Raises the error where it is not the address's own, or all of it."""
        failure = self._failure(error)
        if failure.kind in _OURS:
            raise error
        if address.depth:
            told = f"{plain(address.url)[:200]} could not be read and is passed over ({failure.kind})"
            return _of_one(address, ListPage(0, 1, passed_over=(told,), unread=True))
        if failure.kind == "outdated" or (listing := self._from_address(address)) is None:
            raise error
        return _of_one(address, ListPage(0, 1, lost=(Lost(listing, failure),)))

    def _from_address(self, address: _Address) -> Listing | None:
        """The listing of a single video whose page cannot be had."""
        if (named := self._session.video_at(address.url)) is None:
            return None
        reader, name = named
        return _as_called_here(Listing(source=self._source, extractor=reader, platform_id=name, url=address.url))

    def _tab(self, address: _Address, found: Mapping[str, Any]) -> Tab:
        key, own = plain(address.url), found.get("extractor_key")
        if "entries" not in found:
            return _of_one(address, self._page(address, 0, [{**found, **address.words}], own))
        entries = found["entries"]
        numbered = isinstance(entries, OnDemandPagedList | InAdvancePagedList)
        pieces = _by_number if numbered else _as_they_come

        def pages(start: int) -> Iterator[ListPage]:
            for first, some in pieces(entries, start):
                room = self._most - self._taken
                self._taken += len(some)
                if room > 0:
                    yield self._page(address, first, some[:room], own)
                if len(some) > room:
                    raise OutOfBounds(f"it has more than {self._most:,} entries, as no channel does")

        return Tab(key, numbered, pages)

    def _page(self, address: _Address, first: int, entries: list[_Entry], own: str | None) -> ListPage:
        listings, passed_over, lists, unread = list[Listing](), list[str](), 0, False
        for place, entry in enumerate(entries, first + 1):
            match self._placed(entry, address, own):
                case Listing() as listing:
                    listings.append(listing)
                case _Address() as inner:
                    lists += 1
                    self._waiting.append(inner)
                case str() as told:
                    passed_over.append(f"place {place:,} of {plain(address.url)[:200]}: {told}")
                    unread = unread or told.endswith(_TOO_DEEP)
        return ListPage(first, len(entries), tuple(listings), tuple(passed_over), lists, unread)

    def _placed(self, entry: _Entry, address: _Address, own: str | None) -> Listing | _Address | str:
        """What an entry is: a video, a list, or nothing, which is said."""
        if entry is None:
            return "a place of the list is empty and is passed over"
        url = entry.get("url") if _leads_on(entry) else entry.get("webpage_url") or entry.get("url")
        named = plain(str(entry.get("title") or url or entry.get("id") or "a place without a title"))[:200]
        if not isinstance(url, str):
            return f"{named} has no address and is passed over"
        reader = entry.get("ie_key") or (self._session.reader_of(url) if _leads_on(entry) else None)
        if _leads_on(entry):
            is_video = reader is not None and self._session.is_video(reader, url)
            if not is_video and (reader is None or not self._session.takes(reader, url)):
                return f"{plain(url)[:200]} cannot be resolved and is passed over"
            if not is_video:
                words = feeds.words_of(entry) if own == feeds.READER else {}
                deeper = _Address(url, reader, address.depth + 1, words)
                return deeper if deeper.depth <= LISTS_WITHIN else f"{named} {_TOO_DEEP}"
        listing = self._listing(entry, url, reader or entry.get("extractor_key") or own)
        if listing is None:
            return f"{named} has no site or id and is passed over"
        if listing.extractor == feeds.READER and self._called.setdefault(listing.clip, listing.url) != listing.url:
            return f"{named} is at an address that only its signature tells from another place's, and is passed over"
        return listing

    def _listing(self, entry: Mapping[str, Any], url: str, reader: str | None) -> Listing | None:
        generic = reader == feeds.READER
        name = entry.get("id") or (
            url if generic else reader and self._session.get_info_extractor(reader).get_temp_id(url)
        )
        if not (url and reader and name):
            return None
        title = entry.get("title")
        words = feeds.words_of(entry) if generic else {}
        return _as_called_here(
            Listing(
                source=self._source,
                extractor=str(reader),
                platform_id=plain(str(name)),
                url=plain(url),
                title=plain(title) if isinstance(title, str) else None,
                duration=seconds(entry.get("duration")),
                shown=not (isinstance(title, str) and placeholder(title)),
                description=plain(words["description"]) if "description" in words else None,
                uploaded=words.get("upload_date"),
            )
        )


_TOO_DEEP: Final = "is a list within too many others and is passed over"


def _of_one(address: _Address, page: ListPage) -> Tab:
    return Tab(plain(address.url), numbered=False, pages=lambda _start: iter((page,)))


def _as_called_here(listing: Listing) -> Listing:
    return feeds.called(listing) if listing.extractor == feeds.READER else as_called_here(listing)


def _leads_on(entry: Mapping[str, Any]) -> bool:
    return entry.get("_type") in ("url", "url_transparent")


def _by_number(entries: Any, start: int) -> Iterator[tuple[int, list[_Entry]]]:
    """The pages of a list from the one that holds a place, each with the place of its first entry; none is kept."""
    size, entries._use_cache = entries._pagesize, False
    number = start // size
    while number < entries._pagecount:
        page = entries.getpage(number)
        if page:
            yield number * size, page
        if len(page) < size and isinstance(entries, OnDemandPagedList):
            return  # as yt-dlp has it: a page that is not full is the last
        number += 1


def _as_they_come(entries: Iterable[_Entry], _start: int) -> Iterator[tuple[int, list[_Entry]]]:
    """Pieces of a list, each with the place of its first entry. One that breaks off gives what came before."""
    first, some = 0, list[_Entry]()
    try:
        for entry in entries:
            some.append(entry)
            if len(some) == PIECE:
                yield first, some
                first, some = first + len(some), []
    except Exception:
        if some:
            yield first, some
        raise
    if some:
        yield first, some


def seconds(value: object) -> float | None:
    """A duration that a site tells, if it can be one."""
    return float(value) if isinstance(value, int | float) and 0 < value < LONGEST else None
