"""What a disk's file holds. What is not whole is kept all the same, and says so: there may be no other of it."""

from dataclasses import dataclass
from pathlib import Path

from transcription.errors import CutShort, MediaError, MediaTimeout
from transcription.media.decoding import count_frames
from transcription.media.probing_media import probe, survey
from transcription.media.wholeness import PACKETS_TIMEOUT, Examined, Track, check_decodes, refuse_cut, unreadable


@dataclass(frozen=True)
class Found:
    """What is in a file, and in sentences what it lacks or cannot give."""

    examined: Examined
    faults: tuple[str, ...] = ()


def examine(path: Path) -> Found:
    """Look through a file. Raises MediaError for what is no sound and no picture, or of which nothing can be decoded.

    Raises MediaTimeout for what could not be read through in time.
    """
    media = probe(path)
    found = survey(path, media, timeout=PACKETS_TIMEOUT)
    faults, timeout = list[str](), 600 + 4 * found.duration
    try:
        refuse_cut(path, media, found, timeout=PACKETS_TIMEOUT)
    except CutShort as error:
        faults.append(error.message)
    try:
        unread = check_decodes(path, media, found, timeout=timeout)
    except MediaTimeout:
        raise
    except MediaError as error:
        known = {track.index for track in unreadable(media, found)}
        streams = [stream for stream in media.content if stream.index not in known]
        if not streams or not count_frames(path, streams, timeout=timeout, broken=1.0):
            raise
        faults.append(f"it decodes in part: {error.message}")
        unread = (*unreadable(media, found), *(Track(s.index, "decodes in part") for s in streams))
    return Found(Examined(media, found, tuple(sorted(unread, key=lambda track: track.index))), tuple(faults))
