"""ffmpeg and ffprobe as processes: what they write as it comes, within bounds, and their faults as errors."""

import os
import re
import selectors
import signal
import subprocess
from collections import deque
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final

from transcription.errors import MediaError, MediaTimeout
from transcription.media.bounds import MEMORY, bounded, started

MOST_STREAMS: Final = 256
"""Streams of a file: a broadcast's multiplex has some 100, a film with its fonts attached some 50."""
TOO_MANY_STREAMS: Final = f"holds more than {MOST_STREAMS} tracks, which no film needs"

CONTAINERS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,ogg,wav,w64,flac,aac,ac3,eac3,amr,aiff,caf,avi,dv,flv,asf,mpegts,mpeg,"
    "mxf"
)
"""ffmpeg's demuxers that are allowed: containers that carry their own sound and picture, never lists of other files."""

OPENING: Final = {
    "protocol_whitelist": "file,pipe",
    "format_whitelist": CONTAINERS,
    "max_streams": MOST_STREAMS + 1,  # one more, so that too many are noticed where ffmpeg merely leaves them out
}
"""Options with which any file is opened. Without them a playlist or a concat script makes ffmpeg open other files."""

_STDOUT_KEPT = 16_000_000


def address(path: Path) -> str:
    """A path as ffmpeg takes it, so that no file name is an option or an address on the net."""
    return f"file:{path.absolute()}"


def ffprobe(path: Path, *options: str) -> list[str]:
    """The command line that asks ffprobe about a file."""
    opening = (item for name, value in OPENING.items() for item in (f"-{name}", str(value)))
    return ["ffprobe", "-v", "error", *opening, *options, address(path)]


def run(command: list[str], path: Path, timeout: float) -> bytes:
    """All that a command writes about a file. Raises as `streamed`, and MediaError if that is absurdly much."""
    held = bytearray()
    with closing(streamed(command, path, timeout)) as output:
        for block in output:
            held += block
            if len(held) > _STDOUT_KEPT:
                raise MediaError(path, f"{command[0]} had more to say about it than any real file gives cause for")
    return bytes(held)


def streamed(command: list[str], path: Path, timeout: float, *, file_size: int = 0) -> Generator[bytes, None, None]:
    """What a command writes, as it comes. Raises MediaError with the command's own words if it fails.

    It runs as `bounded` says and writes no file of more than `file_size` bytes. Only waiting counts against `timeout`.
    The process is ended with the generator.
    """
    process = started(
        bounded(command, seconds=timeout, file_size=file_size),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    said: deque[bytes] = deque(maxlen=50)
    waited = 0.0
    with process, selectors.DefaultSelector() as selector:
        try:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while selector.get_map():
                since = monotonic()
                ready = selector.select(max(0.0, timeout - waited))
                waited += monotonic() - since
                if not ready:
                    raise MediaTimeout(path, command[0], timeout)
                for key, _ in ready:
                    block = os.read(key.fd, 1 << 16)
                    if not block:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is process.stderr:
                        said.append(block[-2000:])
                    else:
                        yield block
            try:
                code = process.wait(max(0.1, timeout - waited))
            except subprocess.TimeoutExpired as e:
                raise MediaTimeout(path, command[0], timeout) from e
        finally:
            process.kill()
    if code != 0:
        raise MediaError(
            path,
            _fault(b"".join(said).decode("utf-8", "replace"), path, code) or f"{command[0]} ended with code {code}",
        )


def _fault(said: str, path: Path, code: int) -> str:
    """The first and the last line that ffmpeg wrote, without the address of the file and of its own objects."""
    if "not on whitelist" in said:
        return "is a list of other files, or of a kind that is no container of sound and picture"
    if "exceeds max_streams" in said:
        return TOO_MANY_STREAMS
    if code == -signal.SIGXCPU:
        return "takes more processor time than any real film of its length"
    if "max pixel count" in said:
        return "shows pictures that are larger than allowed"
    if "Cannot allocate memory" in said or code in (-signal.SIGSEGV, -signal.SIGABRT):
        return f"cannot be read within {MEMORY >> 30} GiB of memory, or makes the tool that reads it crash"
    lines = [re.sub(r"^(\[[^\]]*\]\s*)+", "", line).replace(f"{address(path)}: ", "") for line in said.splitlines()]
    lines = [line.strip() for line in lines if line.strip()]
    return "; ".join(dict.fromkeys((lines[0], lines[-1]))) if lines else ""
