"""Media files as ffprobe and ffmpeg see them. They are run here, and by `joining` to put tracks into one file.

Files come from strangers. Only demuxers of real media containers are allowed (a playlist or a concat script could make
ffmpeg open other files), only the protocols `file` and `pipe`, and a path is always passed as `file:` with its
absolute form, so that no file name is an option or an address. No shell is used, and every run has bounds: on its time
and memory (`bounds`), on tracks, on the size of a picture, on the length of what comes out.
"""

import json
import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ffmpeg

from transcription.bounds import THREADS
from transcription.errors import MediaError
from transcription.tools import MOST_STREAMS, TOO_MANY_STREAMS, address, run, streamed

if TYPE_CHECKING:  # numpy takes a fifth of a second, and who only looks at films decodes none
    import numpy
    from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
"""Samples a second of decoded audio: what speech models are trained on."""

CONTAINERS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,ogg,wav,w64,flac,aac,ac3,eac3,amr,aiff,caf,avi,flv,asf,mpegts,mpeg,mxf"
)
"""ffmpeg's demuxers that are allowed: containers that carry their own sound and picture, never lists of other files."""

MOST_PIXELS: Final = 8192 * 8192
"""Pixels of a picture: 8K has 33 million, and the largest cameras that see all around 8192 by 8192."""

LONGEST: Final = 100 * 3600.0
"""Seconds of sound that are decoded: one packet dated years ahead would otherwise become years of silence."""

LOST_END: Final = 2.0
"""Seconds of the announced duration that may be missing at the end of a sound file, or 2 % of it if that is more.

Containers round, encoders pad, and the tracks of one recording end at different times; a cut download lacks more.
"""

BROKEN_FRAMES: Final = 0.1
"""Share of frames that may fail to decode in a sound file: phones and broadcasts start before their first key frame."""

HEARD_DB: Final = -45.0
"""RMS of a twentieth of a second, below full scale, above which somebody may be speaking."""

APART_DB: Final = 6.0
"""How much louder one side must be for a voice to belong to it: two microphones on a table differ by that."""

_OPENING: Final = {
    "protocol_whitelist": "file,pipe",
    "format_whitelist": CONTAINERS,
    "max_streams": MOST_STREAMS + 1,  # one more, so that too many are noticed where ffmpeg merely leaves them out
}

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class MediaStream:
    """One stream of a media file. `index` is ffprobe's, and what a track is called by everywhere.

    `kind` is `video`, `audio`, `picture` (a cover or thumbnail, no video), `subtitle`, `data` or `attachment`;
    `codec` is `unknown` where this ffmpeg has no name for it. `language` is the container's tag as it stands,
    None for none or `und`. `duration` is in seconds, None where the container does not say.
    """

    index: int
    kind: str
    codec: str
    language: str | None
    channels: int | None
    duration: float | None = None


@dataclass(frozen=True)
class Media:
    """What a media file holds: ffprobe's name of the container, its duration in seconds, its streams by index."""

    container: str
    duration: float
    streams: tuple[MediaStream, ...]

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

    The duration is the container's; where it gives none, the longest stream's; else where the last packet ends.
    """
    command = [*_ffprobe(path), "-show_format", "-show_streams", "-of", "json", address(path)]
    found = json.loads(run(command, path, timeout))
    _look_at_bounds(path, found.get("streams", ()))
    streams = tuple(_stream(s) for s in found.get("streams", ()))
    if not streams:
        raise MediaError(path, "holds no sound and no picture")
    duration = _seconds(found["format"].get("duration"))
    if duration is None:
        duration = max((s.duration for s in streams if s.duration is not None), default=None)
    if duration is None:
        duration = _end_of_packets(path, timeout)
    return Media(container=found["format"]["format_name"], duration=duration, streams=streams)


def check_decodes(path: Path, *, timeout: float, media: Media | None = None) -> None:
    """Decode all sound and picture to nothing. Raises MediaError naming the fault if the file is not whole.

    `media` is what `probe` said of it, where that is known.

    A file is refused if ffmpeg gives up on it, if more than `BROKEN_FRAMES` of its frames fail, or if it ends more
    than `LOST_END` before its announced duration, as a cut download does. A single broken frame is no ground: phones
    write them, and the digest is there to see a later one.
    """
    media = media or probe(path, timeout=timeout)
    if not media.content:
        raise MediaError(path, "holds no sound and no picture that this ffmpeg can decode")
    source = _input(path)
    command = ffmpeg.output(
        *(source[str(s.index)] for s in media.content),
        "pipe:2",
        f="null",
        max_error_rate=BROKEN_FRAMES,
        progress="pipe:1",
    ).compile(cmd=_ffmpeg())
    reached = 0.0
    for line in run(command, path, timeout).splitlines():
        name, _, value = line.decode().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            reached = max(reached, int(value) / 1e6)
    announced = max((s.duration or media.duration for s in media.content), default=media.duration)
    if reached == 0:
        raise MediaError(path, "nothing in it can be decoded")
    if cut_short(announced, reached):
        raise MediaError(path, f"announces {announced:.1f} seconds and ends after {reached:.1f}: it is cut short")


def cut_short(announced: float, reached: float) -> bool:
    """Whether so much of the announced seconds is missing that the file cannot be whole."""
    return announced - reached > max(LOST_END, announced / 50)


def stream_digests(path: Path, *, timeout: float, media: Media | None = None) -> dict[int, str]:
    """The sha256 of the packets of each audio and video stream, by index, as ffmpeg's streamhash muxer gives them.

    They stay the same when only the container's metadata changes. `media` is what `probe` said, where that is known.
    """
    media = media or probe(path, timeout=timeout)
    if not media.content:
        return {}
    source = _input(path)
    command = ffmpeg.output(
        *(source[str(s.index)] for s in media.content), "pipe:1", c="copy", f="streamhash", hash="sha256"
    ).compile(cmd=_ffmpeg())
    lines = run(command, path, timeout).decode().split()
    hashes = {int(line.split(",")[0]): line.rpartition("=")[2].lower() for line in lines}
    if sorted(hashes) != list(range(len(media.content))):
        raise MediaError(path, f"ffmpeg gave {len(hashes)} stream digests for {len(media.content)} streams")
    return {s.index: hashes[n] for n, s in enumerate(media.content)}


def sides_differ(path: Path, track: int, *, timeout: float) -> bool:
    """Whether a stereo track has one speaker a side, as two microphones give.

    Of the twentieths of a second in which either side is louder than `HEARD_DB`, at least a third are `APART_DB` louder
    on one side, and each side has some of them. They are shorter than syllables, so that two voices at once, as a
    speaker's and an interpreter's, are told apart too: over half a second both are as loud. Raises MediaError.
    """
    import numpy

    rate, frames = 8000, 400
    audio = _input(path)[str(track)].filter("aresample", rate)
    command = ffmpeg.output(audio, "pipe:1", f="f32le", ac=2).compile(cmd=_ffmpeg())
    heard = left = right = 0
    held = bytearray()
    size = frames * 2 * 4
    with closing(streamed(command, path, timeout)) as output:
        for block in output:
            held += block
            whole = len(held) // size * size
            if not whole:
                continue
            sound = _samples(held[:whole]).reshape(-1, frames, 2)
            del held[:whole]
            power = 10 * numpy.log10(numpy.mean(numpy.square(sound), axis=1) + 1e-12)
            loud = power.max(axis=1) > HEARD_DB
            apart = power[:, 0] - power[:, 1]
            heard += int(loud.sum())
            left += int((loud & (apart > APART_DB)).sum())
            right += int((loud & (apart < -APART_DB)).sum())
    return min(left, right) > 0 and min(left, right) >= heard / 20 and left + right >= heard / 3


def decode(
    path: Path, track: int, *, seconds: float, timeout: float, channel: int | None = None
) -> "Generator[NDArray[numpy.float32], None, None]":
    """Decode one audio stream, in pieces of `seconds` (the last is shorter), to mono float32 of `SAMPLE_RATE`.

    `channel` takes one channel alone, from 0; None mixes them. Memory holds one piece, however long the file. Gaps in
    the stream's timestamps become silence and its late start too, so that a sample's number tells its time in the
    media. `timeout` counts the seconds spent waiting for ffmpeg, not those that the caller spends with a piece. Raises
    MediaError, after `LONGEST` seconds too; the pieces before it are true.
    """
    audio = _input(path)[str(track)]
    if channel is not None:
        audio = audio.filter("channelmap", map=channel, channel_layout="mono")
    audio = audio.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
    command = ffmpeg.output(audio, "pipe:1", f="f32le", ac=1).compile(cmd=_ffmpeg())
    size = round(seconds * SAMPLE_RATE) * 4
    held, left = bytearray(), LONGEST * SAMPLE_RATE * 4
    with closing(streamed(command, path, timeout)) as output:
        for block in output:
            held += block
            left -= len(block)
            if left < 0:
                raise MediaError(path, f"its sound goes on for more than {LONGEST / 3600:.0f} hours")
            while len(held) >= size:
                yield _samples(held[:size])
                del held[:size]
    if len(held) >= 4:
        yield _samples(held[: len(held) // 4 * 4])


def _samples(data: bytearray) -> "NDArray[numpy.float32]":
    import numpy

    return numpy.frombuffer(data, dtype="<f4").astype(numpy.float32, copy=False)


def _ffprobe(path: Path) -> list[str]:
    options = (item for name, value in _OPENING.items() for item in (f"-{name}", str(value)))
    return ["ffprobe", "-v", "error", *options]


def _ffmpeg() -> list[str]:
    return ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error"]


def _input(path: Path) -> Any:
    return ffmpeg.input(address(path), threads=THREADS, max_pixels=MOST_PIXELS, **_OPENING)


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
    )


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


def _end_of_packets(path: Path, timeout: float) -> float:
    command = [*_ffprobe(path), "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", address(path)]
    end, rest = 0.0, b""
    with closing(streamed(command, path, timeout)) as output:
        for block in output:
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                pts, _, length = line.decode().partition(",")
                end = max(end, (_seconds(pts) or 0.0) + (_seconds(length.strip(",")) or 0.0))
    return end
