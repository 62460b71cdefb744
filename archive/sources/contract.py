"""The contract of a source: list what it has, fetch one; and of a channel, which can be asked again for one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from archive.errors import FetchFailed
from archive.records.clip import Chapter, Context, Cut, Listing, Offer, StatedAddress, StatedDate
from storage.file_digests import Digests
from transcription.media.wholeness import Examined

Progress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far and, where known, the bytes in all."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a source says of one video, but for its film: as values, and in files of the attempt folder.

    `info` is the platform's metadata and `platform` its own answer, both after cleaning (canonical JSON), as are
    `comments`, where they were asked for. `captions` maps a language tag to a file in the form that it came in,
    `automatic` to whether a machine of the platform heard it, where it says so. `degraded` are the reasons for which
    the film that was chosen is not the best on offer.
    """

    info: Path | None
    description: Path | None
    thumbnail: Path | None
    captions: dict[str, Path]
    title: str | None
    text: str | None
    tags: tuple[str, ...]
    uploader: str | None
    uploaded: str | None
    url: str
    format_id: str | None
    tool: str
    tool_version: str
    cut: tuple[Cut, ...]
    platform: Path | None = None
    comments: Path | None = None
    automatic: dict[str, bool] | None = None
    first_published: str | None = None
    visibility: str | None = None
    chapters: tuple[Chapter, ...] | None = None
    offer: Offer | None = None
    degraded: tuple[str, ...] = ()
    context: Context | None = None


@dataclass(frozen=True, kw_only=True)
class Fetched(Page):
    """What one fetch left in its attempt folder, checked: it has the announced size, all its packets, and decodes.

    Of what came from a disk, `disagreements` say where it is not so. `examined` is what was found in it,
    `disagreements` are sentences on what its index or its platform say otherwise. `stated` and `dates` are what a disk
    says of a file.
    `digests` are those of `media`, where they were taken already.
    """

    media: Path
    examined: Examined
    disagreements: tuple[str, ...] = ()
    stated: StatedAddress | None = None
    dates: tuple[StatedDate, ...] = ()
    digests: Digests | None = None


@dataclass(frozen=True)
class Lost:
    """A video that cannot be had, and why; its listing is made from its address alone, which is in the settings."""

    listing: Listing
    why: FetchFailed


@dataclass(frozen=True)
class ListPage:
    """A piece of a list, which takes `places` of it from the `first` on, counted from 0: the listings there, in order.

    `passed_over` says of each place that leads to nothing which one it is. `lists` are places that are lists of their
    own and come as tabs later. `unread`: what a list within held was not looked for, as `passed_over` says.
    """

    first: int
    places: int
    listings: tuple[Listing, ...] = ()
    passed_over: tuple[str, ...] = ()
    lists: int = 0
    unread: bool = False
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True)
class Tab:
    """One list of a source: a channel's videos, its shorts, a playlist. `key` names it, the same at each listing.

    `pages` gives its pages from the one that has the place with that number; lazily, in memory of one. A list that is
    not `numbered` is always given from its beginning. May raise FetchFailed.
    """

    key: str
    numbered: bool
    pages: Callable[[int], Iterator[ListPage]]


@runtime_checkable
class Tabbed(Protocol):
    """A source whose lists are told apart, and may be gone on with where a listing broke off."""

    def tabs(self) -> Iterator[Tab]:
        """Each list, to be gone through before the next is asked for. May raise FetchFailed, as `Source.list` does."""
        ...


class Source(Protocol):
    """A channel or a folder that clips come from."""

    name: str

    @property
    def tool(self) -> str:
        """The program that it asks with, and its version, as sightings name it."""
        ...

    def list(self) -> Iterator[Listing]:
        """Every video the source lists, newest first where the platform does so, lazily.

        Raises FetchFailed if the listing breaks off: what came before it is true, and nothing may be called gone.
        """
        ...

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        """Fetch one video into the empty or half-filled folder `into`, and check it. Raises FetchFailed.

        `refused` is the sha256 of the film that an earlier fetch refused since it is cut short, and that is kept if it
        comes again.
        """
        ...


@runtime_checkable
class Channel(Source, Protocol):
    """A source whose videos can be asked for again, since what it says of them may change."""

    def look(self, listing: Listing, into: Path) -> Page:
        """Ask what the source says of one video now, and for no byte of its film. Raises FetchFailed as `fetch`."""
        ...
