"""Whether what came is what was announced: yt-dlp calls a cut, spliced or false file a success."""

import re
from dataclasses import dataclass
from pathlib import Path

from transcription.errors import MediaError, MediaTimeout
from transcription.media import Media, check_decodes, probe

_PICTURES = (
    ("jpg", rb"\xff\xd8\xff"),
    ("png", rb"\x89PNG\r\n\x1a\n"),
    ("gif", rb"GIF8[79]a"),
    ("webp", rb"RIFF....WEBP"),
    ("avif", rb"....ftypavi[fs]"),
)
"""How picture files begin, by extension."""


@dataclass(frozen=True)
class Received:
    """One file as it came: its name, its size, and each size that was announced, by who announced it (bytes).

    `holds` is what is in it, where that was looked at.
    """

    name: str
    size: int
    announced: dict[str, int]
    holds: Media | None = None


class Faulty(Exception):
    """A file is not what was announced. `passing`: it may be, but could not be read through in time."""

    def __init__(self, faults: list[str], *, passing: bool = False) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        self.passing = passing


def size_faults(received: Received) -> list[str]:
    """Each announcement that the size belies."""
    return [
        f"{received.name} has {received.size:,} bytes where the {who} announced {size:,}"
        for who, size in sorted(received.announced.items())
        if size != received.size
    ]


def duration_faults(announced: float | None, found: float) -> list[str]:
    """Whether a duration departs from the announced one by more than 2 s and 2 %: platforms round to seconds."""
    if announced is None or abs(announced - found) <= max(2.0, announced / 50):
        return []
    return [f"it lasts {found:.1f} s where {announced:.1f} s were announced"]


def readable(path: Path) -> Media:
    """What a file holds. Raises Faulty for one that is no media container: before any other program opens it."""
    try:
        return probe(path)
    except MediaError as error:
        raise Faulty([str(error)], passing=isinstance(error, MediaTimeout)) from None


def check_media(path: Path, received: list[Received], duration: float | None) -> None:
    """Raise Faulty with every fault of a fetched film: sizes, duration, and whether all of it decodes."""
    faults = [fault for one in received for fault in size_faults(one)]
    passing = False
    try:
        # A film that came as one file was looked at already; one that was joined was not.
        media = next((one.holds for one in received if one.holds and one.name == path.name), None) or probe(path)
        faults += duration_faults(duration, media.duration)
        check_decodes(path, timeout=600 + 4 * media.duration, media=media)
    except MediaError as error:
        passing = not faults and isinstance(error, MediaTimeout)
        faults.append(str(error))
    if faults:
        raise Faulty(faults, passing=passing)


def picture_kind(data: bytes) -> str | None:
    """The extension of a picture file by how it begins; None for what is no picture."""
    return next((kind for kind, start in _PICTURES if re.match(start, data, re.DOTALL)), None)
