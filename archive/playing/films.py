"""A clip's original as it is played: what it is, and its bytes by range from the nearest sound copy."""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from archive.errors import NotHere
from archive.opening.archive import Archive
from archive.playing.compared_blocks import compared, digests_of
from archive.playing.nearest import SPOOL, sources
from archive.playing.playability import media_type
from archive.preservation.space import SealedFile, file_at
from archive.records.clip import Stream
from archive.records.object_ids import ObjectId
from storage.contract import lent

ADDRESS_S: Final = 6 * 3600
"""Seconds that an address at a store is good for at most: a player goes on asking it while a film is looked at."""


@dataclass(frozen=True)
class Film:
    """The original of one version of a clip.

    `size` in bytes; `name` is a file name of letters, digits, `-`, `_` and a dot; `container` is ffprobe's name of it.
    """

    clip: str
    version: int
    name: str
    size: int
    sha256: str
    sha512: str
    container: str
    duration: float
    streams: tuple[Stream, ...]
    archive: Archive = field(repr=False, compare=False)
    file: SealedFile = field(repr=False, compare=False)

    @property
    def media_type(self) -> str:
        """Its media type, by container and codecs."""
        return media_type(self.container, self.streams)

    @property
    def etag(self) -> str:
        """A strong validator (RFC 9110, 8.8.3): the sha256 of all its bytes."""
        return f'"{self.sha256}"'

    def read(self, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """The bytes `start` ≤ i < `end`, in blocks of at most a MiB, from the nearest copies that have them sound.

        The first block is at hand when this returns: raises NotHere where no copy gives it, and so does the iterator
        where none gives a later one. A byte is given only within a block that has its digest (`is_compared`). At most
        a block is held. To close the iterator ends the request.
        """
        digests = self._digests()  # who gives none of them is asked last for the film
        blocks = compared(
            sources(self.archive, self.file),
            digests,
            self.size,
            (start, self.size if end is None else min(end, self.size)),
            film=f"{self.clip}, version {self.version}",
        )
        next(blocks)
        return blocks

    @property
    def is_compared(self) -> bool:
        """Whether each block is compared before it is given; False of originals whose blocks nobody took digests of.

        Raises NotHere where the digests are nowhere to be read.
        """
        return self._digests() is not None

    def address(self, seconds: int = ADDRESS_S) -> str | None:
        """An address at a store at which whoever has it reads the film for so long, without us.

        None unless the nearest copy is at a target that is set so (`presigned`). What is read there is compared by
        nobody. Raises ValueError for more than `ADDRESS_S` seconds, and TargetError.
        """
        if not 0 < seconds <= ADDRESS_S:
            raise ValueError(f"an address is good for 1 to {ADDRESS_S} seconds, not for {seconds}")
        nearest = next(iter(sources(self.archive, self.file)), None)
        if nearest is None or nearest.name == SPOOL:
            return None
        return lent(self.archive.targets[nearest.name], self.file.key, seconds)

    def _digests(self) -> tuple[str, ...] | None:
        brought = self.archive.ledger.copies.version(self.file.object, self.file.version)
        if brought is None:
            raise NotHere(f"{self.clip}: the version that brought its film is not in the ledger")
        return digests_of(self.archive, brought)


def film_of(archive: Archive, clip: str, version: int | None = None) -> Film:
    """The original of a clip, as a version of its evidence has it, by default the newest. Asks no target.

    Raises NotHere where there is no such clip or version, or no copy of its film can be read now.
    """
    captures = archive.ledger.clips.captures(clip)
    number = len(captures) if version is None else version
    sealed = archive.ledger.copies.version(ObjectId.evidence_of(clip), number) if 0 < number <= len(captures) else None
    if sealed is None:
        raise NotHere(f"{clip} is not held" if not captures else f"{clip} has no version {number}")
    capture = captures[number - 1]
    file = file_at(archive, sealed, capture.media.path)
    if not sources(archive, file):
        raise NotHere(f"{clip}: no copy of its film has been read back and found sound yet")
    return Film(
        clip=clip,
        version=number,
        name=PurePosixPath(capture.media.path).name,
        size=capture.media.size,
        sha256=capture.media.sha256,
        sha512=capture.media.sha512,
        container=capture.container,
        duration=capture.duration,
        streams=capture.streams,
        archive=archive,
        file=file,
    )
