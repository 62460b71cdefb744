"""What a media file holds, as ffprobe sees it: its container, its tracks, and where their packets lie in time.

Files come from strangers. Only demuxers of real media containers are allowed (a playlist or a concat script could make
ffmpeg open other files), only the protocols `file` and `pipe`, and a path is always passed as `file:` with its
absolute form, so that no file name is an option or an address. No shell is used, and every run has bounds: on its time
and memory (`bounds`), on tracks, on the size of a picture, on the length of what comes out.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from transcription.errors import MediaError
from transcription.media.packets import Survey
from transcription.media.packets import survey as packets_of
from transcription.media.tools import MOST_STREAMS, TOO_MANY_STREAMS, ffprobe, run

MOST_PIXELS: Final = 8192 * 8192
"""Pixels of a picture: 8K has 33 million, and the largest cameras that see all around 8192 by 8192."""

_LAYOUT = re.compile(r"[A-Za-z0-9.+]{1,60}(\([a-z]{1,20}\))?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class MediaStream:
    """One stream of a media file. `index` is ffprobe's, and what a track is called by everywhere.

    `kind` is `video`, `audio`, `picture` (a cover or thumbnail, no video), `subtitle`, `data` or `attachment`;
    `codec` is `unknown` where this ffmpeg has no name for it. `language` is the container's tag as it stands,
    None for none or `und`. `duration` is in seconds and `frames` the samples in the container's index, None where it
    does not say; `layout` is ffmpeg's name of a track's channels, which may be a guess. `height` is in pixels,
    `pixels` how many a picture has.
    """

    index: int
    kind: str
    codec: str
    language: str | None
    channels: int | None
    duration: float | None = None
    frames: int | None = None
    layout: str | None = None
    height: int | None = None
    pixels: int | None = None


@dataclass(frozen=True)
class Media:
    """What a media file says of itself: ffprobe's name of the container, its streams by index, and its times.

    `duration` is in seconds, as announced: `survey` finds what is there. `start` is where the container's clock begins,
    in seconds; it may be negative.
    """

    container: str
    duration: float
    streams: tuple[MediaStream, ...]
    start: float = 0.0

    @property
    def audio(self) -> tuple[MediaStream, ...]:
        """The audio streams."""
        return tuple(s for s in self.streams if s.kind == "audio")

    @property
    def content(self) -> tuple[MediaStream, ...]:
        """The audio and video streams of a known codec: what can be decoded and compared."""
        return tuple(s for s in self.streams if s.kind in ("audio", "video") and s.codec != "unknown")


def probe(path: Path, *, timeout: float = 60) -> Media:
    """Read what a file holds from its headers. Raises MediaError for what is no media, holds nothing or passes a bound.

    The duration is what the container announces; where it says nothing, the longest stream's; else what packets span.
    """
    command = ffprobe(path, "-show_format", "-show_streams", "-of", "json")
    found = json.loads(run(command, path, timeout))
    _look_at_bounds(path, found.get("streams", ()))
    streams = tuple(_stream(s) for s in found.get("streams", ()))
    if not streams:
        raise MediaError(path, "holds no sound and no picture")
    duration = _seconds(found["format"].get("duration"))
    if duration is None:
        duration = max((s.duration for s in streams if s.duration is not None), default=None)
    media = Media(
        container=found["format"]["format_name"],
        duration=duration or 0.0,
        streams=streams,
        start=_start(found["format"].get("start_time")),
    )
    return replace(media, duration=survey(path, media, timeout=timeout).duration) if duration is None else media


def survey(path: Path, media: Media, *, timeout: float) -> Survey:
    """Where the packets of a file's sound and picture lie in time. Raises MediaError."""
    return packets_of(path, {s.index: s.kind for s in media.streams}, timeout=timeout)


def _look_at_bounds(path: Path, streams: Sequence[dict[str, Any]]) -> None:
    """Raise MediaError for too many tracks, where ffprobe goes on without a word, and for a film of huge pictures.

    A cover is never decoded, so it may be of any size.
    """
    if len(streams) > MOST_STREAMS:
        raise MediaError(path, TOO_MANY_STREAMS)
    for stream in streams:
        width, height = stream.get("width") or 0, stream.get("height") or 0
        if width * height > MOST_PIXELS and _kind(stream) == "video":
            raise MediaError(
                path, f"shows pictures of {width} × {height} pixels, more than the {MOST_PIXELS:,} allowed"
            )


def _stream(found: dict[str, Any]) -> MediaStream:
    tags = {name.lower(): value for name, value in found.get("tags", {}).items()}
    language = tags.get("language", "und")
    return MediaStream(
        index=found["index"],
        kind=_kind(found),
        codec=found.get("codec_name", "unknown"),
        language=language if language != "und" and _LANGUAGE.fullmatch(language) else None,
        channels=found.get("channels"),
        duration=_seconds(found.get("duration")) or _seconds(tags.get("duration")),
        frames=_count(found.get("nb_frames")),
        height=found.get("height") if _kind(found) == "video" else None,
        layout=layout if _LAYOUT.fullmatch(layout := str(found.get("channel_layout", ""))) else None,
        pixels=(found.get("width") or 0) * (found.get("height") or 0) or None,
    )


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,12}", text) else None


def _start(text: str | None) -> float:
    return float(text) if text is not None and re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,9})?", text) else 0.0


def _kind(found: dict[str, Any]) -> str:
    kind = str(found.get("codec_type", "data"))
    return "picture" if kind == "video" and found.get("disposition", {}).get("attached_pic") else kind


def _seconds(text: str | None) -> float | None:
    """Read ffprobe's `12.5`, or Matroska's `00:00:12.500000000`."""
    if text is None or not re.fullmatch(r"([0-9]{1,7}:[0-9]{2}:)?[0-9]{1,10}(\.[0-9]{1,20})?", text):
        return None  # a tag says whatever it likes: digits without an end are no time
    *larger, seconds = text.split(":")
    hours, minutes = map(int, larger) if larger else (0, 0)
    return hours * 3600 + minutes * 60 + float(seconds)
