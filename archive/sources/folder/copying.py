"""Files of a disk, copied to where they are worked on. Raises OSError as the disk does."""

from pathlib import Path

from archive.ledger.disks import KnownFile
from archive.sources.contract import Progress
from archive.sources.folder.disk_walk import OpenFolder
from archive.sources.folder.files_beside import MOST, TooLarge
from archive.sources.folder.path_names import bytes_of
from storage.digests import BLOCK
from transcription.media.beginnings import HEAD, beginning

_EXTENSIONS = {"matroska": "mkv", "mpegts": "ts", "mpeg": "mpg", "asf": "wmv"}
"""Of files whose name says something else than their content; other kinds are their own."""
USUAL = frozenset(
    (
        *("mp4", "m4v", "mov", "m4a", "3gp", "3g2", "qt", "mkv", "webm", "mka", "avi", "divx", "dv", "mxf"),
        *("mpg", "mpeg", "vob", "ts", "mts", "m2ts", "flv", "f4v", "wmv", "wma", "asf"),
        *("wav", "w64", "ogg", "oga", "ogv", "opus", "flac", "mp3", "aac", "ac3", "amr", "awb", "aif", "aiff", "caf"),
    )
)
"""Extensions of films and sounds, which stay as they are."""


def copied(folder: OpenFolder, place: KnownFile, into: Path, progress: Progress) -> Path:
    """Copy a file of the disk, as `media` with an extension that fits it. Raises OSError as the disk does."""
    done, target = 0, into / "media"
    with folder.open(bytes_of(place.path)) as file, target.open("wb") as copy:
        while block := file.read(4 * BLOCK):
            copy.write(block)
            done += len(block)
            progress(done, place.size)
    with target.open("rb") as copy:
        kind = beginning(copy.read(HEAD)) or "bin"
    said = place.path.rpartition(".")[2].lower()
    named = target.with_suffix(f".{said if said in USUAL else _EXTENSIONS.get(kind, kind)}")
    return target.rename(named)


def small(folder: OpenFolder, path: str) -> bytes:
    """A small file of the disk. Raises OSError, and TooLarge."""
    with folder.open(bytes_of(path)) as file:
        data = b""
        while block := file.read(MOST + 1 - len(data)):
            data += block
        if len(data) > MOST:
            raise TooLarge
    return data
