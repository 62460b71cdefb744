"""Whether what came is whole: yt-dlp calls a cut, spliced or false file a success.

Refused is what has another size than was announced, lacks packets that its own index has, or cannot be decoded. A
length that differs from the announced one is no ground: platforms round, and tell wrong ones. It is kept on record.
"""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from archive.sources.file_checks import other_length
from transcription.errors import CutShort, MediaError, MediaTimeout
from transcription.media.probing_media import Media, probe, survey
from transcription.media.structure import overrun
from transcription.media.wholeness import PACKETS_TIMEOUT, Examined, check_decodes, refuse_cut


@dataclass(frozen=True)
class Received:
    """One file as it came: its name, its size, and each size that was announced, by who announced it (bytes).

    `holds` is what is in it, where that was looked at, `lacks` what its own structure has and it has not, and `torn`
    which of its pieces was not whole. `ends`: of each body that it came in, the server said where it ends.
    """

    name: str
    size: int
    announced: dict[str, int]
    holds: Media | None = None
    lacks: str | None = None
    torn: str | None = None
    ends: bool = False


@dataclass(frozen=True)
class Checked:
    """A film that is kept: what was found in it, and where those who announced it, or its own index, say otherwise."""

    examined: Examined
    disagreements: tuple[str, ...] = ()


class Faulty(Exception):
    """A file is not what was announced. `passing`: it may be, but could not be read through in time.

    `cut` is its sha256 where it only lacks packets that its own index has: a source that gives the same bytes again
    has no others.
    """

    def __init__(self, faults: list[str], *, passing: bool = False, cut: str | None = None) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        self.passing = passing
        self.cut = cut


def size_faults(received: Received) -> list[str]:
    """Each announcement that the size belies."""
    return [
        f"{received.name} has {received.size:,} bytes where the {who} announced {size:,}"
        for who, size in sorted(received.announced.items())
        if size != received.size
    ]


def readable(path: Path) -> Media:
    """What a file holds. Raises Faulty for one that is no media container: before any other program opens it."""
    try:
        return probe(path)
    except MediaError as error:
        raise Faulty([str(error)], passing=isinstance(error, MediaTimeout)) from None


def lacking(path: Path, media: Media) -> str | None:
    """What a part of a film lacks: joined with another it is written anew, and no structure tells any more."""
    if overrun(path) is None:
        return None
    try:
        refuse_cut(path, media, survey(path, media, timeout=PACKETS_TIMEOUT), timeout=PACKETS_TIMEOUT)
    except CutShort as error:
        return error.message
    return None


def check_media(path: Path, received: list[Received], announced: float | None, refused: str | None = None) -> Checked:
    """Look through a fetched film. Raises Faulty with every fault: sizes, what it lacks, and whether it decodes.

    `announced` is the platform's length in seconds. `refused` is the sha256 of a film that was refused before since it
    is cut short: the same bytes again are kept, if their number was announced, for the source has no more than these.
    """
    faults = [fault for one in received for fault in size_faults(one)]
    lacks = [f"{one.name}: {one.lacks}" for one in received if one.lacks and one.name != path.name]
    lacks += [one.torn if one.name == path.name else f"{one.name}: {one.torn}" for one in received if one.torn]
    disagreements: tuple[str, ...] = ()
    cut, passing = None, False
    try:
        # A film that came as one file was looked at already; one that was joined was not.
        media = next((one.holds for one in received if one.holds and one.name == path.name), None) or probe(path)
        found = survey(path, media, timeout=PACKETS_TIMEOUT)
        try:
            refuse_cut(path, media, found, timeout=PACKETS_TIMEOUT)
        except CutShort as error:
            lacks.append(error.message)
        if lacks:
            cut = _sha256(path) if all(one.announced or one.ends for one in received) else None
            if cut is None or cut != refused:
                raise CutShort(path, "; ".join(lacks))
            disagreements = (f"{'; '.join(lacks)}; the source gave the same bytes twice",)
        unread = check_decodes(path, media, found, timeout=600 + 4 * found.duration)
        if not faults:
            return Checked(Examined(media, found, unread), (*disagreements, *other_length(announced, found.duration)))
    except MediaError as error:
        passing = not faults and isinstance(error, MediaTimeout)
        if not isinstance(error, CutShort) or faults:
            cut = None
        faults.append(str(error))
    raise Faulty(faults, passing=passing, cut=cut)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
