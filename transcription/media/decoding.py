"""Sound decoded, and the packets of streams digested, by ffmpeg within bounds."""

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ffmpeg

from transcription.errors import MediaError
from transcription.media import by_opencore
from transcription.media.bounds import THREADS
from transcription.media.packets import LEAP_S, Survey
from transcription.media.probing_media import MOST_PIXELS, Media, MediaStream, probe
from transcription.media.probing_media import survey as packets_of
from transcription.media.tools import CONTAINERS, OPENING, address, run, streamed

if TYPE_CHECKING:  # numpy takes a fifth of a second, and who only looks at films decodes none
    import numpy
    from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
"""Samples a second of decoded audio: what speech models are trained on."""

LONGEST: Final = 100 * 3600.0
"""Seconds of sound that are decoded: one packet dated years ahead would otherwise become years of silence."""

MPEG: Final = ("mpegts", "mpeg")
"""Containers of which ffmpeg takes the start from the streams that it reads, instead of from all, and in which a track
may change its channels or its rate on the way, as broadcasts do: the late start is then silence once more."""


def decode(
    path: Path,
    track: int,
    *,
    seconds: float,
    timeout: float,
    channel: int | None = None,
    media: Media | None = None,
    survey: Survey | None = None,
) -> "Generator[NDArray[numpy.float32], None, None]":
    """Decode one audio stream, in pieces of `seconds` (the last is shorter), to mono float32 of `SAMPLE_RATE`.

    `channel` takes one channel alone, from 0; None mixes them: two as ffmpeg does, more with the same weight each, for
    a layout may be guessed. Memory holds one piece, however long the file. The first sample is the container's own
    start; gaps in the stream's timestamps become silence and its late start too, so that a sample's number tells its
    time from there. `timeout` counts the seconds spent waiting for ffmpeg, not those that the caller spends with a
    piece. `media` and `survey` are what is known of the file. Raises MediaError, after `LONGEST` seconds too; the
    pieces before it are true.
    """
    media = media or probe(path)
    stream = _audio(media, track)
    many = (stream.channels or 1) if stream else 1
    filters = None
    if channel is not None:
        filters = f"aformat=sample_fmts=flt,pan=mono|c0=c{channel}"
    elif many > 2:
        equally = "+".join(f"{1 / many:.6f}*c{n}" for n in range(many))
        filters = f"aformat=sample_fmts=flt,pan=mono|c0={equally}"
    one = _Track(path, track, media, survey)
    for piece in _samples(one, filters=filters, channels=1, seconds=seconds, timeout=timeout):
        yield piece[:, 0]


def decode_apart(
    path: Path, track: int, *, seconds: float, timeout: float, media: Media, survey: Survey | None = None
) -> "Generator[NDArray[numpy.float32], None, None]":
    """As `decode`, with every channel by itself: arrays of one row a sample and one column a channel."""
    stream = _audio(media, track)
    channels = (stream.channels or 1) if stream else 1
    # In the track's own layout, which is held where a broadcast changes it on the way: asked for another of as many
    # channels, ffmpeg would mix them, and asked for none, leave the columns to change.
    held = f"aformat=channel_layouts={stream.layout}" if stream and stream.layout else "anull"
    one = _Track(path, track, media, survey)
    yield from _samples(one, filters=held, channels=channels, seconds=seconds, timeout=timeout)


def stream_digests(path: Path, *, timeout: float, media: Media | None = None) -> dict[int, str]:
    """The sha256 of the packets of each audio and video stream, by index, as ffmpeg's streamhash muxer gives them.

    They stay the same when only the container's metadata changes. `media` is what `probe` said, where that is known.
    """
    media = media or probe(path, timeout=timeout)
    if not media.content:
        return {}
    source = opened(path)
    command = ffmpeg.output(
        *(source[str(s.index)] for s in media.content), "pipe:1", c="copy", f="streamhash", hash="sha256"
    ).compile(cmd=FFMPEG)
    lines = run(command, path, timeout).decode().split()
    hashes = {int(line.split(",")[0]): line.rpartition("=")[2].lower() for line in lines}
    if sorted(hashes) != list(range(len(media.content))):
        raise MediaError(path, f"ffmpeg gave {len(hashes)} stream digests for {len(media.content)} streams")
    return {s.index: hashes[n] for n, s in enumerate(media.content)}


def count_frames(
    path: Path, streams: Sequence[MediaStream], *, timeout: float, broken: float = by_opencore.BROKEN_FRAMES
) -> float:
    """Decode streams to nothing: the seconds that were reached.

    Raises MediaError where more than the share `broken` of the frames fail, a tenth of them by default.
    """
    source = opened(path)
    command = ffmpeg.output(
        *(source[str(s.index)] for s in streams),
        "pipe:2",
        f="null",
        max_error_rate=broken,
        progress="pipe:1",
    ).compile(cmd=FFMPEG)
    reached = 0.0
    for line in run(command, path, timeout).splitlines():
        name, _, value = line.decode().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            reached = max(reached, int(value) / 1e6)
    return reached


FFMPEG: Final = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error"]


def opened(path: Path, **options: Any) -> Any:
    """A file as ffmpeg-python's input, within bounds."""
    return ffmpeg.input(address(path), threads=THREADS, max_pixels=MOST_PIXELS, **OPENING, **options)


def _audio(media: Media, track: int) -> MediaStream | None:
    return next((stream for stream in media.audio if stream.index == track), None)


@dataclass(frozen=True)
class _Track:
    """One audio stream of a file, by its index, and what is known of the file."""

    path: Path
    index: int
    media: Media
    survey: Survey | None


def _samples(
    track: _Track, *, filters: str | None, channels: int, seconds: float, timeout: float
) -> "Generator[NDArray[numpy.float32], None, None]":
    stream = _audio(track.media, track.index)
    if stream is not None and stream.codec == by_opencore.CODEC:
        told = (str(track.path.absolute()), str(track.index), str(SAMPLE_RATE), CONTAINERS)
        command = [sys.executable, "-I", by_opencore.__file__, *told]
    else:
        command = _command(track, filters)
    frame = 4 * channels
    size = round(seconds * SAMPLE_RATE) * frame
    held, left = bytearray(), LONGEST * SAMPLE_RATE * frame
    with closing(streamed(command, track.path, timeout)) as output:
        for block in chain(_late(track, frame), output):
            held += block
            left -= len(block)
            if left < 0:
                raise MediaError(track.path, f"its sound goes on for more than {LONGEST / 3600:.0f} hours")
            while len(held) >= size:
                yield _floats(held[:size], channels)
                del held[:size]
    if len(held) >= frame:
        yield _floats(held[: len(held) // frame * frame], channels)


def _late(track: _Track, frame: int) -> Iterator[bytes]:
    """The silence before an MPEG stream's sound, by its packets, in blocks; elsewhere ffmpeg writes it."""
    media = track.media
    if media.container not in MPEG:
        return
    extents = (track.survey or packets_of(track.path, media, timeout=60 + media.duration)).extents
    samples = round((extents[track.index].start - media.start) * SAMPLE_RATE) if track.index in extents else 0
    while samples > 0:
        some = min(samples, SAMPLE_RATE)
        yield bytes(some * frame)
        samples -= some


def _command(track: _Track, filters: str | None) -> list[str]:
    """The command line that writes a track's sound to its standard output, through filters or mixed as ffmpeg does."""
    extents = track.survey.extents.values() if track.survey is not None else ()
    leaps = any(extent.gap >= LEAP_S for extent in extents)
    back = any(extent.back for extent in extents)
    source = opened(track.path)
    timed = f"aresample={SAMPLE_RATE}:async=1" + ("" if track.media.container in MPEG else ":first_pts=0")
    sound = ffmpeg.output(
        source[str(track.index)],
        "pipe:1",
        f="f32le",
        **({"af": f"{filters},{timed}"} if filters else {"af": timed, "ac": 1}),
    )
    command: list[str] = sound.compile(cmd=FFMPEG)
    if leaps and not back:
        # A leap in time ahead is kept as a hole, however long; one back cannot be, and ffmpeg's way is as good as any.
        command[len(FFMPEG) : len(FFMPEG)] = ["-dts_delta_threshold", "1000000"]
    return command


def _floats(data: bytearray, channels: int) -> "NDArray[numpy.float32]":
    import numpy

    return numpy.frombuffer(data, dtype="<f4").astype(numpy.float32, copy=False).reshape(-1, channels)
