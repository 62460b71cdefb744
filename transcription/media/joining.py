"""Tracks that came in files of their own, joined in one without a change to them."""

from collections.abc import Sequence
from pathlib import Path

from transcription.errors import MediaError, MediaTimeout
from transcription.media.bounds import ran
from transcription.media.tools import CONTAINERS, address


def join(parts: Sequence[Path], output: Path, options: Sequence[str], *, timeout: float) -> None:
    """Write files into one as ffmpeg's options of the output say (which tracks, how they are copied).

    Each is opened as a media container and never as a list of other files, and nothing is asked of the net. Raises
    MediaError with ffmpeg's own words, MediaTimeout after `timeout` seconds.
    """
    opened = ("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS, "-i")
    inputs = [word for part in parts for word in (*opened, address(part))]
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *inputs, *options, address(output)]
    largest = 2 * sum(part.stat().st_size for part in parts) + (64 << 20)
    try:
        code, words = ran(command, seconds=timeout, file_size=largest)
    except TimeoutError:
        raise MediaTimeout(output, command[0], timeout) from None
    if code:
        last = words.splitlines()[-1] if words else f"ffmpeg ended with code {code}"
        raise MediaError(output, f"cannot be joined: {last}")
