"""A light copy of a film, for browsers that do not play it or lines that are slow: H.264 and AAC in MP4.

At most 480 lines, one or two channels, a key frame every 2 s, what is needed to begin at the front. The first picture
and the first sound are taken, as a browser would. Whatever the file holds beside them, such as where it was filmed,
stays behind.

Its sound is without holes: late sound, gaps and leaps are silence, so that a player that plays through and one that
sought are at the same second (decision 55).
"""

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from errno import ENOSPC
from os import strerror
from pathlib import Path
from shutil import which
from typing import Final

from transcription.errors import MediaError, ToolMissing
from transcription.media import by_opencore
from transcription.media.bounds import THREADS
from transcription.media.decoding import FFMPEG, LONGEST, MPEG, SAMPLE_RATE, decode
from transcription.media.packets import LEAP_S, Extent, Survey
from transcription.media.probing_media import MOST_PIXELS, Media, MediaStream, probe
from transcription.media.tools import OPENING, address, streamed

RECIPE: Final = 1
"""Raise it when the same film gives another copy: those of earlier recipes are made anew."""

LINES: Final = 480
LONGER_SIDE: Final = 1280
"""Pixels of a picture's shorter and longer side, at most."""
PICTURE_RATE: Final = 900_000
SOUND_RATE: Final = 64_000
"""Bits a second, at most."""
KEY_FRAME_S: Final = 2
WHOLE: Final = 0.9
"""The share of a film's seconds that its copy has at least, but for five seconds: the last picture may stand long."""
ENCODER_THREADS: Final = 2

_SCALED: Final = (
    f"scale=w='if(gt(iw,ih),-2,min({LINES},trunc(iw/2)*2))':h='if(gt(iw,ih),min({LINES},trunc(ih/2)*2),-2)'",
    f"scale=w='if(gt(iw,ih),min({LONGER_SIDE},iw),-2)':h='if(gt(iw,ih),-2,min({LONGER_SIDE},ih))'",
    "format=yuv420p",
)
_PICTURE: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-crf", "26"),
    *("-maxrate", str(PICTURE_RATE), "-bufsize", str(2 * PICTURE_RATE), "-threads", str(ENCODER_THREADS)),
    *("-force_key_frames", f"expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+{KEY_FRAME_S}))"),
    *("-fps_mode", "vfr"),
)
_GENTLY: Final = ("nice", "-n", "10")
"""Whoever reads a page meanwhile goes first."""
_REACHED: Final = re.compile(rb"out_time_us=([0-9]{1,15})")
_LEFT_BEHIND: Final = ("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1")


@dataclass(frozen=True)
class Original:
    """A film that is to be copied, and what is known of it.

    `track` is the index of the sound that is taken, None for the first one.
    """

    path: Path
    media: Media
    survey: Survey
    track: int | None = None

    @property
    def streams(self) -> tuple[MediaStream, ...]:
        """The picture and the sound that the copy has: the first of each that has a name, or the sound asked for."""
        kinds = {stream.kind: stream for stream in reversed(self.media.content)}
        asked = [stream for stream in self.media.audio if stream.index == self.track]
        kinds |= {"audio": asked[0]} if asked else {}
        return tuple(kinds[kind] for kind in ("video", "audio") if kind in kinds)

    @property
    def sound(self) -> MediaStream | None:
        """The sound that the copy has."""
        return next((stream for stream in self.streams if stream.kind == "audio"), None)

    @property
    def extents(self) -> tuple[Extent, ...]:
        """Where the packets of these streams lie."""
        return tuple(self.survey.extents[one.index] for one in self.streams if one.index in self.survey.extents)

    @property
    def zero(self) -> float:
        """The second of the container's clock that is the copy's zero.

        It is where the container begins; of MPEG streams ffmpeg takes the first packet of what is read instead.
        """
        starts = [extent.start for extent in self.extents]
        return min(starts, default=self.media.start) if self.media.container in MPEG else self.media.start


def most_bytes(seconds: float) -> int:
    """The bytes of a copy of so many seconds, at most."""
    return round(seconds * (PICTURE_RATE + SOUND_RATE) / 8 * 1.25) + (16 << 20)


def light_copy(film: Original, into: Path) -> Generator[float, None, None]:
    """Write the copy of a film; yields the share that is done, 0 to 1. `into` is whole once it has ended.

    ffmpeg ends with the generator. Raises MediaError, MediaTimeout after five minutes and six times the film's length,
    ToolMissing for an ffmpeg without the encoder, and OSError where the disk is full.
    """
    seconds = film.survey.duration
    if not film.streams:
        raise MediaError(film.path, "holds neither picture nor sound that can be read")
    if seconds > LONGEST:
        raise MediaError(film.path, f"goes on for more than {LONGEST / 3600:.0f} hours")
    timeout, telephone = 300 + 6 * seconds, into.with_name(f"{into.name}.sound")
    try:
        by_telephone = film.sound is not None and film.sound.codec == by_opencore.CODEC
        if by_telephone:
            _write_sound(film, telephone, timeout)
        command = _command(film, into, telephone if by_telephone else None)
        with closing(streamed(command, film.path, timeout, file_size=most_bytes(seconds))) as said:
            yield from _shares(said, seconds)
    except MediaError as error:
        if "Unknown encoder" in error.message:
            raise ToolMissing("ffmpeg's encoder libx264", "install an ffmpeg that has it") from error
        if "No space left on device" in error.message:
            raise OSError(ENOSPC, strerror(ENOSPC), str(into.parent)) from error
        raise
    finally:
        telephone.unlink(missing_ok=True)
    made = probe(into).duration
    if made < WHOLE * seconds - 5:
        raise MediaError(film.path, f"only {made:.0f} of its {seconds:.0f} seconds can be decoded")


def _command(film: Original, into: Path, telephone: Path | None) -> list[str]:
    bounds = {**OPENING, "threads": THREADS, "max_pixels": MOST_PIXELS}
    leaps = any(one.gap >= LEAP_S for one in film.extents) and not any(one.back for one in film.extents)
    options: list[str] = ["-dts_delta_threshold", "1000000"] if leaps else []
    inputs = [*(word for name, value in bounds.items() for word in (f"-{name}", str(value))), "-i", address(film.path)]
    outputs: list[str] = []
    for stream in film.streams:
        if stream.kind == "video":
            outputs += ["-map", f"0:{stream.index}", "-vf", ",".join(_SCALED), *_PICTURE]
            continue
        if telephone:
            inputs += ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", address(telephone)]
        outputs += ["-map", "1:0" if telephone else f"0:{stream.index}", "-af", _filter(stream, film.media)]
        outputs += ["-c:a", "aac", "-b:a", str(SOUND_RATE)]
    progress = ("-progress", "pipe:1", "-stats_period", "0.5")
    written = (*_LEFT_BEHIND, "-movflags", "+faststart", "-f", "mp4", "-y", address(into))
    gently = _GENTLY if which(_GENTLY[0]) else ()
    return [*gently, *FFMPEG, *options, *inputs, *outputs, *progress, *written]


def _filter(stream: MediaStream, media: Media) -> str:
    """The filter that fills holes with silence, from the container's start on, and makes one or two channels of many.

    Whatever is taken for the channel of low tones comes too: of three microphones ffmpeg takes the third for it.
    """
    layout = "mono" if stream.channels == 1 else "stereo"
    first = "" if media.container in MPEG else ":first_pts=0"
    return f"aresample=48000:lfe_mix_level=1:async=1{first},aformat=channel_layouts={layout}"


def _write_sound(film: Original, into: Path, timeout: float) -> None:
    """Write the sound of a telephone, which ffmpeg may not read, as samples."""
    assert film.sound is not None  # noqa: S101
    index = film.sound.index
    pieces = decode(film.path, index, seconds=60, timeout=timeout, media=film.media, survey=film.survey)
    with closing(pieces), into.open("wb") as file:
        for piece in pieces:
            file.write(piece.tobytes())


def _shares(said: Generator[bytes, None, None], seconds: float) -> Generator[float, None, None]:
    """The shares of a film that ffmpeg tells it has done."""
    rest = b""
    for block in said:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if reached := _REACHED.fullmatch(line):
                yield min(1.0, int(reached[1]) / 1e6 / seconds) if seconds > 0 else 1.0


def unfinished(into: Path) -> Sequence[Path]:
    """What a copy under way may leave beside itself where its process is killed."""
    return (into, into.with_name(f"{into.name}.sound"))
