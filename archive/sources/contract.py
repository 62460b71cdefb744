"""The contract of a source: list what it has, fetch one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.records.clip import Cut, Listing, StatedAddress, StatedDate
from storage.file_digests import Digests
from transcription.media.wholeness import Examined

Progress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far and, where known, the bytes in all."""


@dataclass(frozen=True)
class Fetched:
    """What one fetch left in its attempt folder, checked: it has the announced size, all its packets, and decodes.

    Of what came from a disk, `disagreements` say where it is not so.

    `examined` is what was found in it, `disagreements` are sentences on what its index or its platform say otherwise.
    `info` is the platform's metadata after cleaning (canonical JSON), `captions` maps a language tag to a WebVTT file.
    `stated` and `dates` are what a disk says of a file. `digests` are those of `media`, where they were taken already.
    """

    media: Path
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
    examined: Examined
    disagreements: tuple[str, ...] = ()
    stated: StatedAddress | None = None
    dates: tuple[StatedDate, ...] = ()
    digests: Digests | None = None


class Source(Protocol):
    """A channel or a folder that clips come from."""

    name: str

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
