"""When a file says that it was recorded: the dates in its container, as they stand there. What each is worth differs.

`creation_time` is UTC by the format (ISO/IEC 14496-12), and often the local time of a camera that knew no zone.
QuickTime's `creationdate`, which phones write, has its offset. AVI's IDIT has no zone, and a spelling of each maker's;
ffmpeg reads three of five, so its words are taken from the file itself.
"""

import json
import re
from pathlib import Path
from typing import Final, Literal

from transcription.media.tools import ffprobe, run

Origin = Literal["quicktime_creationdate", "creation_time", "avi_idit"]

_QUICKTIME: Final = "com.apple.quicktime.creationdate"
_AT_MOST: Final = 60
_HEADER: Final = 1 << 16
"""Bytes from the beginning of an AVI in which its header list stands."""


def recorded(path: Path, *, timeout: float = 60) -> dict[Origin, str]:
    """The dates in a container, by where they stand, each as it is written there. Raises MediaError.

    Of several streams the first that has one speaks.
    """
    options = ("-show_entries", f"format_tags=creation_time,{_QUICKTIME}:stream_tags=creation_time", "-of", "json")
    said = json.loads(run(ffprobe(path, *options), path, timeout))
    tags = {name.lower(): value for name, value in said.get("format", {}).get("tags", {}).items()}
    streams = [stream.get("tags", {}).get("creation_time") for stream in said.get("streams", ())]
    made = next((value for value in (tags.get("creation_time"), *streams) if value), None)
    found: dict[Origin, str | None] = {
        "quicktime_creationdate": tags.get(_QUICKTIME),
        "creation_time": made,
        "avi_idit": _idit(path),
    }
    if found["avi_idit"]:
        found["creation_time"] = None  # the same words, read by ffmpeg as if they were UTC
    return {origin: value[:_AT_MOST] for origin, value in found.items() if value}


def _idit(path: Path) -> str | None:
    """The words of an AVI's IDIT chunk."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if not re.match(rb"RIFF....AVI ", head, re.DOTALL):
        return None
    at = head.find(b"IDIT")
    if at < 0:
        return None
    size = int.from_bytes(head[at + 4 : at + 8], "little")
    words = head[at + 8 : at + 8 + min(size, _AT_MOST)].split(b"\0")[0].decode("ascii", "replace")
    return " ".join(words.split()) or None
