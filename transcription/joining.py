"""Tracks that came in files of their own, joined in one without a change to them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

from transcription.bounds import bounded, started
from transcription.errors import MediaError, MediaTimeout
from transcription.media import CONTAINERS
from transcription.tools import address

_SAID = 2000


def join(parts: Sequence[Path], output: Path, options: Sequence[str], *, timeout: float) -> None:
    """Write files into one as ffmpeg's options of the output say (which tracks, how they are copied).

    Each is opened as a media container and never as a list of other files, and nothing is asked of the net. Raises
    MediaError with ffmpeg's own words, MediaTimeout after `timeout` seconds.
    """
    opened = ("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS, "-i")
    inputs = [word for part in parts for word in (*opened, address(part))]
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *inputs, *options, address(output)]
    largest = 2 * sum(part.stat().st_size for part in parts) + (64 << 20)
    with TemporaryFile() as said:
        process = started(
            bounded(command, seconds=timeout, file_size=largest),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise MediaTimeout(output, command[0], timeout) from None
        finally:
            process.kill()
            process.wait()
        if code:
            said.seek(max(0, os.fstat(said.fileno()).st_size - _SAID))
            words = said.read().decode("utf-8", "replace").splitlines()
            raise MediaError(output, f"cannot be joined: {words[-1] if words else f'ffmpeg ended with code {code}'}")
