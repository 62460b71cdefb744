"""What a browser plays, by the container and the streams that ffprobe found at capture. Pure.

As measured in Chromium 156 on Debian 12, by pictures that were shown and sound that was heard: `canPlayType` is wrong
both ways, and `playing` without an error says nothing of a film that shows no picture. A browser plays the first
picture and the first sound of a film, so these count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from archive.records.clip import Stream

Need = Literal["nothing", "remux", "sound", "all"]
"""What a derivative of a film would have to make anew: its container alone, its sound too, or picture and sound."""

_ISO: Final = frozenset({"mov", "mp4", "m4a", "3gp", "3g2", "mj2"})
_MATROSKA: Final = frozenset({"matroska", "webm"})
_PICTURES: Final = frozenset({"h264", "vp8", "vp9", "av1"})
_PCM: Final = frozenset(
    f"pcm_{form}" for form in ("u8", "s16le", "s16be", "s24le", "s24be", "s32le", "f32le", "alaw", "mulaw")
)
_SOUNDS: Final = frozenset({"aac", "mp3", "opus", "vorbis", "flac"}) | _PCM
_OF_MP4: Final = frozenset({"h264", "aac"})
"""Codecs of a derivative: what has them already need not be made anew."""

DERIVATIVE_TYPE: Final = "video/mp4"
"""The media type of every derivative; browsers take one without a picture by it too."""

_WEBM: Final = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
_PLAYS: Final = {
    **dict.fromkeys(_ISO, _PICTURES | _SOUNDS),
    **dict.fromkeys(_MATROSKA, _PICTURES | _SOUNDS),
    "ogg": _PICTURES | _SOUNDS,
    "mp3": frozenset({"mp3"}),
    "wav": _PCM,
    "flac": frozenset({"flac"}),
    "aac": frozenset({"aac"}),
}
"""Codecs that are played, by the names of containers that are."""

_TYPES: Final = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "flv": "video/x-flv",
    "asf": "video/x-ms-asf",
}


@dataclass(frozen=True)
class Playability:
    """Whether a browser shows the picture and sounds the sound of a film; if not, why, a sentence each, and the need.

    Sound that browsers do not know while they show the picture is no film that plays.
    """

    plays: bool
    why: tuple[str, ...]
    needs: Need


def playable(container: str, streams: Sequence[Stream]) -> Playability:
    """What a browser makes of a film. `container` is ffprobe's name of it, streams are in their order."""
    names = container.split(",")
    known = next((_PLAYS[name] for name in names if name in _PLAYS), None)
    picture, sound = _first(streams, "video"), _first(streams, "audio")
    why = []
    if known is None:
        why.append(f"browsers open no container of this kind ({names[0]})")
    if picture and picture.codec not in (known or _PICTURES):
        why.append(f"browsers show no picture in {picture.codec}")
    if sound and sound.codec not in (known or _SOUNDS):
        why.append(f"browsers play no sound in {sound.codec}")
    if not picture and not sound:
        why.append("it holds neither picture nor sound that has a name")
    return Playability(not why, tuple(why), _need(picture, sound) if why else "nothing")


def media_type(container: str, streams: Sequence[Stream]) -> str:
    """The media type of a film, as web servers call it; `application/octet-stream` for what has none."""
    names = frozenset(container.split(","))
    kind = "audio" if _first(streams, "audio") and not _first(streams, "video") else "video"
    if names & _ISO:
        return f"{kind}/mp4"
    if names & _MATROSKA:
        webm = all(stream.codec in _WEBM for stream in streams if stream.kind in ("audio", "video"))
        return f"{kind}/webm" if webm else f"{kind}/x-matroska"
    if "ogg" in names:
        return f"{kind}/ogg"
    return next((_TYPES[name] for name in container.split(",") if name in _TYPES), "application/octet-stream")


def _first(streams: Sequence[Stream], kind: str) -> Stream | None:
    return next((stream for stream in streams if stream.kind == kind), None)


def _need(picture: Stream | None, sound: Stream | None) -> Need:
    if picture and picture.codec not in _OF_MP4:
        return "all"
    return "sound" if sound and sound.codec not in _OF_MP4 else "remux"
