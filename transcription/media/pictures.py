"""What a picture shows, in 22 hex digits: the same picture encoded anew has nearly the same ones.

The first 16 are the difference hash of Neal Krawetz ("Kind of Like That", hackerfactor.com, 2013): the picture is made
9 by 8 pixels of grey, and each bit says whether a pixel is brighter than the next one of its row. Plain areas would
make bits of noise, so a pixel counts as brighter only by more than `BAND`. The last 6 are the mean colour, without
which all plain pictures were one.
"""

import re
from pathlib import Path
from typing import Final

from transcription.errors import MediaError
from transcription.media.probing_media import MOST_PIXELS
from transcription.media.tools import address, run

BAND: Final = 4
"""Levels of 255 by which JPEG of poor quality moves a plain area, and a step between two pixels exceeds."""
NEAR: Final = 6
"""Bits that encoding anew flips at most; Krawetz takes more than 10 for another picture, and a word written across a
thumbnail flips fewer than that. tests/transcription/test_pictures.py measures both."""
NEAR_COLOUR: Final = 12
"""Levels of 255 by which the mean of a colour may move."""

_DEMUXERS: Final = {
    "jpg": "jpeg_pipe",
    "jpeg": "jpeg_pipe",
    "png": "png_pipe",
    "gif": "gif",
    "webp": "webp_pipe",
    "avif": "mov",
}
_WIDTH, _HEIGHT, _SECONDS = 9, 8, 20.0
_FORM = re.compile("[0-9a-f]{22}")


def shown(path: Path, *, of: str | None = None) -> str | None:
    """What a picture file shows; None for one that cannot be read. `of` is its name, if the path is another one.

    Raises ToolMissing.
    """
    demuxer = _DEMUXERS.get((of or path.name).lower().rpartition(".")[2])
    if demuxer is None:
        return None
    command = [
        *("ffmpeg", "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer),
        *("-max_pixels", str(MOST_PIXELS), "-threads", "1", "-f", demuxer, "-i", address(path), "-frames:v", "1"),
        *("-vf", f"scale={_WIDTH}:{_HEIGHT}:flags=area,format=rgb24", "-f", "rawvideo", "pipe:1"),
    ]
    try:
        pixels = run(command, path, _SECONDS)
    except MediaError:
        return None
    return _hash(pixels) if len(pixels) == 3 * _WIDTH * _HEIGHT else None


def alike(one: str, other: str) -> bool:
    """Whether two pictures show the same."""
    if not (_FORM.fullmatch(one) and _FORM.fullmatch(other)):
        return one == other
    flipped = (int(one[:16], 16) ^ int(other[:16], 16)).bit_count()
    colours = zip(bytes.fromhex(one[16:]), bytes.fromhex(other[16:]), strict=True)
    return flipped <= NEAR and all(abs(a - b) <= NEAR_COLOUR for a, b in colours)


def _hash(pixels: bytes) -> str:
    reds, greens, blues = pixels[0::3], pixels[1::3], pixels[2::3]
    # Grey as ITU-R BT.601 weighs it.
    grey = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in zip(reds, greens, blues, strict=True)]
    bits = 0
    for row in range(_HEIGHT):
        for column in range(_WIDTH - 1):
            at = row * _WIDTH + column
            bits = bits << 1 | (grey[at] > grey[at + 1] + BAND)
    means = bytes(round(sum(some) / len(some)) for some in (reds, greens, blues))
    return f"{bits:016x}{means.hex()}"
