"""Where a file's sound and picture lie in time, by their own packets: what a label says of that may be wrong.

Containers, tags and platforms announce lengths that are end times, guesses by bit rate, those of a subtitle, or simply
false, of films that are whole and play everywhere. So a length is where packets end, less where they begin.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from transcription.media.tools import ffprobe, streamed

GAP_S: Final = 0.25
"""Seconds between two packets of a sound from which on players differ: some play through, others are silent so long."""

LEAP_S: Final = 10.0
"""Seconds by which packets leap so that ffmpeg takes the hole out of MPEG streams (its `dts_delta_threshold`)."""

AGAIN_S: Final = 1.0
"""Seconds before the end of the sound so far at which a packet begins anew: a recording put behind another."""


@dataclass(frozen=True)
class Extent:
    """One stream's packets: from `start` to `end` in seconds of the container's clock, how many, and their sizes.

    `gap` is the longest hole between two packets in seconds. `back`: its clock begins anew on the way, as where two
    recordings were put into one file; what follows is laid behind what was before. `sizes` are the smallest and the
    largest packet's bytes, the first and the last one left out.
    """

    start: float
    end: float
    count: int
    gap: float = 0.0
    back: bool = False
    sizes: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Survey:
    """The extents of the sound and picture that have packets, by the stream's index."""

    extents: Mapping[int, Extent]

    @property
    def start(self) -> float:
        """Where the first of them begins, in seconds of the container's clock; 0 without any."""
        return min((extent.start for extent in self.extents.values()), default=0.0)

    @property
    def end(self) -> float:
        """Where the last of them ends."""
        return max((extent.end for extent in self.extents.values()), default=0.0)

    @property
    def duration(self) -> float:
        """The seconds that sound and picture span."""
        return self.end - self.start


def survey(path: Path, kinds: Mapping[int, str], *, timeout: float) -> Survey:
    """Read through the packets of a file's sound and picture; nothing is decoded. Raises MediaError.

    `kinds` is what each stream is, by index (see `media.MediaStream`). A packet that an edit list leaves out does not
    count. One without a time of presentation has that of decoding, and where neither is given it follows the one
    before.
    """
    found = {index: _Reached() for index, kind in kinds.items() if kind in ("audio", "video")}
    entries = "packet=stream_index,pts_time,dts_time,duration_time,size,flags"
    command = ffprobe(path, "-show_entries", entries, "-of", "csv=p=0")
    for line in _lines(command, path, timeout):
        index, presented, decoded, length, size, flags = line.split(",")[:6]
        if not index.isdecimal() or int(index) not in found or "D" in flags:
            continue
        reached = found[int(index)]
        at = _seconds(presented)
        at = _seconds(decoded) if at is None else at
        of_sound = kinds[int(index)] == "audio"
        reached.take(at, _seconds(length) or 0.0, int(size) if size.isdecimal() else 0, sound=of_sound)
    return Survey({index: reached.extent() for index, reached in sorted(found.items()) if reached.count})


@dataclass
class _Reached:
    start: float | None = None
    end: float = 0.0
    count: int = 0
    gap: float = 0.0
    back: bool = False
    last: float | None = None
    shift: float = 0.0
    sizes: tuple[int, int] = (0, 0)
    size: int = 0

    def take(self, at: float | None, length: float, size: int, *, sound: bool) -> None:
        at = (self.end if self.start is not None else 0.0) if at is None else at + self.shift
        if self.last is not None and (self.last - at >= LEAP_S or (sound and self.end - at >= AGAIN_S)):
            self.back = True
            self.shift += self.end - at
            at = self.end
        if self.start is not None and sound:
            self.gap = max(self.gap, at - self.end)
        self.start = at if self.start is None else min(self.start, at)
        self.end = max(self.end, at + length)
        self.last = at
        self.count += 1
        if self.count > 2:
            self.sizes = (min(self.sizes[0], self.size), max(self.sizes[1], self.size))
        elif self.count == 2:
            self.sizes = (size, size)
        self.size = size

    def extent(self) -> Extent:
        return Extent(self.start or 0.0, self.end, self.count, self.gap, self.back, self.sizes)


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,9})?", text) else None


def _lines(command: list[str], path: Path, timeout: float) -> Iterator[str]:
    rest = b""
    with closing(streamed(command, path, timeout)) as output:
        for block in output:
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                if line.count(b",") >= 5:
                    yield line.decode("ascii", "replace")
