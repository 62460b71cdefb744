"""Whether a film is whole: all that its own structure promises is there, and what is there decodes.

No label is believed against the packets: of two lengths that differ, neither proves that anything is missing.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from transcription.errors import CutShort, MediaError, MediaTimeout
from transcription.media import by_opencore
from transcription.media.decoding import count_frames, decode
from transcription.media.packets import Survey
from transcription.media.probing_media import Media, MediaStream
from transcription.media.structure import overrun
from transcription.media.tools import ffprobe, run

PACKETS_TIMEOUT: Final = 3600.0
"""Seconds in which a file's packets are to be read through: it is read as fast as the disk gives it."""

_FLAC_SLACK_S: Final = 0.5
_PCM_SLACK_S: Final = 0.05


@dataclass(frozen=True)
class Track:
    """A track that cannot be read, by its stream's index, and what it is instead, in words for a person."""

    index: int
    why: str


@dataclass(frozen=True)
class Examined:
    """A file that is whole: what it says of itself, where its packets lie, and the tracks that cannot be read."""

    media: Media
    survey: Survey
    unread: tuple[Track, ...]


def refuse_cut(path: Path, media: Media, survey: Survey, *, timeout: float) -> None:
    """Raise CutShort for a file that lacks packets of which its own structure or index says that they are there."""
    found = overrun(path)
    if found is not None and found.part == "box mdat" and _has_all_samples(path, media, survey, timeout):
        return
    if found is None and media.container == "flac" and media.content:
        announced = media.content[0].duration or 0.0  # by the STREAMINFO block, in samples (RFC 9639, 8.2)
        if announced - survey.end > _FLAC_SLACK_S:
            raise CutShort(path, f"it is cut short: it is of {announced:.1f} seconds, and ends after {survey.end:.1f}")
    if found is not None:
        raise CutShort(path, f"it is cut short: {found}")


def check_decodes(path: Path, media: Media, survey: Survey, *, timeout: float) -> tuple[Track, ...]:
    """Decode all sound and picture to nothing: the tracks that cannot be, where others can.

    Raises MediaError if none can, naming the fault. A track fails if ffmpeg gives up on it or on more than a tenth of
    its frames. A single broken frame is no ground: phones write them, and the digest is there to see a later one.
    """
    unread = [*unreadable(media, survey)]
    known = {track.index for track in unread}
    streams = [s for s in media.content if s.index not in known]
    if not streams:
        raise MediaError(path, "holds no sound and no picture that this ffmpeg can decode")
    try:
        _decode(path, streams, timeout)
    except MediaTimeout:
        raise
    except MediaError as error:
        if len(streams) == 1:
            raise
        faults = dict[int, MediaError]()
        for stream in streams:
            try:
                _decode(path, [stream], timeout)
            except MediaTimeout:
                raise
            except MediaError as fault:
                faults[stream.index] = fault
        if len(faults) == len(streams):
            raise error from None
        unread += (Track(index, f"cannot be decoded: {fault.message}") for index, fault in faults.items())
    return tuple(sorted(unread, key=lambda track: track.index))


def unreadable(media: Media, survey: Survey) -> tuple[Track, ...]:
    """The tracks of which it is known without decoding that there is nothing to read."""
    found = list[Track]()
    for stream in media.streams:
        if stream.kind not in ("audio", "video"):
            continue
        if stream.codec == "unknown":
            found.append(Track(stream.index, "is in a codec that this ffmpeg has no name for"))
        elif stream.index not in survey.extents:
            found.append(Track(stream.index, "is empty"))
    return tuple(found)


def _decode(path: Path, streams: list[MediaStream], timeout: float) -> None:
    telephone = [s for s in streams if s.codec == by_opencore.CODEC]
    others = [s for s in streams if s.codec != by_opencore.CODEC]
    if others and count_frames(path, others, timeout=timeout) == 0:
        raise MediaError(path, "nothing in it can be decoded")
    for stream in telephone:
        if not any(piece.size for piece in decode(path, stream.index, seconds=60, timeout=timeout)):
            raise MediaError(path, "nothing in it can be decoded")


def _has_all_samples(path: Path, media: Media, survey: Survey, timeout: float) -> bool:
    """Whether as many packets can be read as the index of an MP4 lists: some cameras announce a longer box of data.

    Of PCM, of which a packet has many samples, whether the packets last as long as the index says.
    """
    extents = {s.index: survey.extents.get(s.index) for s in media.content}
    lasting = {
        s.index: extent.end - extent.start >= s.duration - _PCM_SLACK_S
        for s in media.content
        if s.codec.startswith("pcm_") and s.duration and (extent := extents[s.index])
    }
    listed = {s.index: s.frames for s in media.content if s.index not in lasting}
    if not all(lasting.values()) or None in listed.values():
        return False
    options = ("-ignore_editlist", "1", "-count_packets", "-show_entries", "stream=index,nb_read_packets")
    found = json.loads(run(ffprobe(path, *options, "-of", "json"), path, timeout))
    read = {stream["index"]: int(stream.get("nb_read_packets", 0)) for stream in found.get("streams", ())}
    return all(read.get(index, 0) >= (many or 0) for index, many in listed.items())
