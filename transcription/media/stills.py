"""Single pictures of a film at given moments, as hashes of what is light and what is dark in them."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from transcription.errors import MediaError
from transcription.media.bounds import THREADS
from transcription.media.probing_media import MOST_PIXELS, Media
from transcription.media.tools import OPENING, address, run

BITS: Final = 64
"""Bits of a hash."""
_WIDE, _HIGH = 9, 8
_FLAT: Final = 8
"""Shades of 256 between the darkest and the lightest part of a picture, below which there is nothing to compare."""


def difference_hash(grey: bytes) -> int | None:
    """The hash of a picture of 9 × 8 shades of grey: a bit for each pair of neighbours, 1 where the right is lighter.

    After Krawetz, "Kind of Like That" (2013, hackerfactor.com): it stays nearly the same when a picture is scaled or
    encoded anew. None for a picture of one shade.
    """
    if max(grey) - min(grey) < _FLAT:
        return None
    bits = 0
    for row in range(_HIGH):
        line = grey[row * _WIDE : (row + 1) * _WIDE]
        for left, right in pairwise(line):
            bits = bits << 1 | (right > left)
    return bits


def stills(path: Path, media: Media, moments: Sequence[float], *, timeout: float) -> list[int | None]:
    """The hashes of a film's picture at moments, in seconds from the container's start.

    None where there is no picture, or one of one shade. Raises MediaError where a film cannot be decoded at all, and
    MediaTimeout; `timeout` is for each picture.
    """
    video = [stream.index for stream in media.content if stream.kind == "video"]
    if not video:
        return [None] * len(moments)
    return [_still(path, video[0], moment, timeout) for moment in moments]


def _still(path: Path, index: int, moment: float, timeout: float) -> int | None:
    bounds = {**OPENING, "threads": THREADS, "max_pixels": MOST_PIXELS}
    opening = (word for name, value in bounds.items() for word in (f"-{name}", str(value)))
    command = [
        *("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", *opening),
        *("-ss", f"{max(0.0, moment):.3f}", "-i", address(path), "-map", f"0:{index}", "-frames:v", "1"),
        *("-vf", f"scale={_WIDE}:{_HIGH}:flags=area,format=gray", "-f", "rawvideo", "pipe:1"),
    ]
    grey = run(command, path, timeout)
    if grey and len(grey) != _WIDE * _HIGH:
        raise MediaError(path, f"ffmpeg gave {len(grey)} bytes for a picture of {_WIDE} × {_HIGH}")
    return difference_hash(grey) if grey else None
