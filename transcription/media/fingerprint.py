"""The fingerprint of a track's whole sound: Chromaprint's items, by ffmpeg's own muxer or by fpcalc.

Chromaprint (Lalinský, https://acoustid.org/chromaprint; after Ke, Hoiem and Sukthankar, "Computer Vision for Music
Identification", 2005) makes an item of 32 bits of every `ITEM_SECONDS` of sound. Both tools are given what `decode`
made of a stranger's file, never the file itself; they are bounded all the same.
"""

import re
import subprocess
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

from transcription.errors import MediaError, MediaTimeout, ToolMissing
from transcription.media.bounds import bounded, ran, started
from transcription.media.decoding import SAMPLE_RATE, decode
from transcription.media.probing_media import Media, MediaStream

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

ITEM_SECONDS: Final = 1365 / 11025
"""Seconds from one item to the next: frames of 4,096 samples at 11,025 Hz, of which two thirds overlap."""
HEARD_SECONDS: Final = 3.0
"""Seconds of sound that it takes to make one item; a shorter sound has none."""

_FFMPEG: Final = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-f", "f32le", "-ac", "1"]
_FPCALC: Final = ["fpcalc", "-raw", "-length", "0", "-format", "f32le", "-channels", "1", "-rate", str(SAMPLE_RATE)]
_NOTHING_TO_SAY: Final = {"ffmpeg": 0, "fpcalc": 2}
"""What each ends with where the sound is too short for an item (ffmpeg 5.1, fpcalc 1.5.1)."""
_SILENT: Final = 1e-4
"""The loudest sample of a mix that cancels itself out, as of two channels of which one is turned over (−80 dB)."""


def fingerprinter() -> str | None:
    """What makes fingerprints on this machine: `ffmpeg` where it has the muxer, else `fpcalc`; None for neither."""
    return _fingerprinter(which("ffmpeg"), which("fpcalc"))


@lru_cache(maxsize=4)
def _fingerprinter(ffmpeg: str | None, fpcalc: str | None) -> str | None:
    if ffmpeg:
        with TemporaryFile() as said, suppress(TimeoutError):
            ran([*_FFMPEG[:3], "-muxers"], seconds=20, file_size=1 << 20, stdout=said)
            said.seek(0)
            if re.search(rb"^\s*E\s+chromaprint\s", said.read(), re.MULTILINE):
                return "ffmpeg"
    return "fpcalc" if fpcalc else None


def fingerprint(path: Path, track: MediaStream, media: Media, *, timeout: float) -> "NDArray[numpy.uint32]":
    """The items of one audio track, oldest first; none where it lasts less than `HEARD_SECONDS`.

    Item n is of the sound from n times `ITEM_SECONDS` on, counted from the container's start. Two channels that cancel
    each other out are heard by the first alone. Raises MediaError, and ToolMissing where nothing makes fingerprints.
    """
    found, loudest = _items(path, track, media, None, timeout)
    if loudest < _SILENT and (track.channels or 1) > 1:
        found, _ = _items(path, track, media, 0, timeout)
    return found


def _items(
    path: Path, track: MediaStream, media: Media, channel: int | None, timeout: float
) -> "tuple[NDArray[numpy.uint32], float]":
    """The items, and the loudest sample that was heard."""
    import numpy

    tool = fingerprinter()
    if tool is None:
        raise ToolMissing("fpcalc", "install libchromaprint-tools, or an ffmpeg that has the chromaprint muxer")
    command = [*_FFMPEG, "-ar", str(SAMPLE_RATE), "-i", "pipe:0", "-f", "chromaprint", "-fp_format", "raw", "pipe:1"]
    limited = bounded(command if tool == "ffmpeg" else [*_FPCALC, "-"], seconds=timeout)
    loudest = 0.0
    # Neither tool says anything before the end of its input, so that what is written is never in the way of an answer.
    process = started(limited, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        assert process.stdin is not None  # noqa: S101
        try:
            with (
                suppress(BrokenPipeError),
                closing(decode(path, track.index, seconds=30, timeout=timeout, channel=channel, media=media)) as heard,
            ):
                for piece in heard:
                    loudest = max(loudest, float(numpy.abs(piece).max(initial=0)))
                    process.stdin.write(piece.astype("<f4").tobytes())
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise MediaTimeout(path, tool, timeout) from None
        finally:
            process.kill()
    found = _of_fpcalc(output) if tool == "fpcalc" else numpy.frombuffer(output[: len(output) // 4 * 4], "<u4")
    if not len(found) and process.returncode not in (0, _NOTHING_TO_SAY[tool]):
        raise MediaError(path, f"no fingerprint of its sound came: {tool} ended with code {process.returncode}")
    return found.astype(numpy.uint32), loudest


def _of_fpcalc(output: bytes) -> "NDArray[numpy.uint32]":
    import numpy

    found = re.search(rb"^FINGERPRINT=([-0-9,]*)$", output, re.MULTILINE)
    numbers = (int(item) & 0xFFFFFFFF for item in found[1].split(b",") if item) if found else ()
    return numpy.fromiter(numbers, numpy.uint32)
