"""Whether a file ends before its own structure does, as a cut copy does: read from sizes that stand before the bytes.

Each kind of container says how long its parts are, in a header before them, so that a part which reaches past the end
of the file has lost bytes, whatever any label announces. Where a kind says nothing (MPEG streams, raw AAC, a live
recording cut between two parts), nothing can be told, and nothing is.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import unpack
from typing import IO, Final

_MOST_PARTS: Final = 2_000_000
"""Parts that are looked at: a film of ten hours in fragments of a second has 72,000."""

_MOST_CUES: Final = 200_000
"""Elements of cues that are looked at: a film of ten hours with a cue a second has 150,000."""

_SLACK: Final = 4096
"""Bytes by which a length in RIFF and its kin may be wrong: some writers count their headers in."""

_PAGE: Final = 27 + 255 + 255 * 255
"""Bytes of the largest Ogg page (RFC 3533, 6)."""

_UNKNOWN_LENGTH: Final = 0x7FFF_0000
"""From here on a length in RIFF is what recorders write that cannot go back: 0x7FFFF000, 0x80000000, 0xFFFFFFFF."""

_LEVEL_1: Final = frozenset(
    {0x114D9B74, 0x1549A966, 0x1F43B675, 0x1654AE6B, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367}
)
_SEGMENT, _CLUSTER, _CUES, _CUE_POSITION = 0x18538067, 0x1F43B675, 0x1C53BB6B, 0xF1


@dataclass(frozen=True)
class Overrun:
    """A part of a file that reaches past its end: its name, where it would end, and the bytes that there are."""

    part: str
    end: int
    size: int

    def __str__(self) -> str:
        return f"its {self.part} reaches to byte {self.end:,}, and it has {self.size:,}"


def overrun(path: Path) -> Overrun | None:
    """The part that holds sound or picture and reaches past the end of the file; None where none is known to."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(16)
        file.seek(0)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"styp", b"wide", b"free", b"skip", b"pnot"):
            return _boxes(file, size)
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return _matroska(file, size)
        if head[:4] == b"OggS":
            return _ogg(file, size)
        if head[:4] in (b"RIFF", b"RF64", b"FORM", b"caff") or head == _W64:
            return _chunks(file, size, head)
        if head[:16] == _ASF_HEADER:
            return _asf(file, size)
        if head[:3] == b"FLV":
            return _flv(file, size)
        if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE2):
            return _mp3(file, size)
    return None


def _boxes(file: IO[bytes], size: int) -> Overrun | None:
    """ISO base media (ISO/IEC 14496-12, 4.2): a box of media data, or a movie fragment."""
    at = 0
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return None
        length, kind = unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            (length,) = unpack(">Q", head[8:])
        if length < 8:
            return None  # 0: to the end of the file
        if at + length > size:
            name = kind.decode("ascii", "replace") if re.fullmatch(rb"[a-z0-9]{4}", kind) else "last"
            return Overrun(f"box {name}", at + length, size) if kind in (b"mdat", b"moof", b"moov") else None
        if kind == b"sidx" and (end := _indexed(file, at, length)) > size:
            return Overrun("segment index", end, size)
        at += length
    return None


def _indexed(file: IO[bytes], at: int, length: int) -> int:
    """Where the last segment ends that a segment index names (ISO/IEC 14496-12, 8.16.3); 0 for what is no index."""
    file.seek(at + 8)
    body = file.read(min(length - 8, 1 << 20))
    wide = 8 if body[:1] == b"\x01" else 4
    first, references = 12 + wide, 12 + 2 * wide + 4
    if len(body) < references:
        return 0
    offset = int.from_bytes(body[first : first + wide], "big")
    sizes = (int.from_bytes(body[n : n + 4], "big") & 0x7FFF_FFFF for n in range(references, len(body) - 11, 12))
    return at + length + offset + sum(sizes)


def _matroska(file: IO[bytes], size: int) -> Overrun | None:
    """Matroska (RFC 9559, RFC 8794): a cluster, one that the cues name, or the segment.

    Cues that stand behind clusters were written when all of them were there.
    """
    segment, segment_end, cued, clusters, within, all_there = 0, 0, 0, 0, False, False
    at = 0
    for _ in range(_MOST_PARTS):
        element = _element(file, at)
        if element is None:
            break
        kind, begin, length = element
        end = size if length is None else begin + length
        if kind == _SEGMENT:
            segment, segment_end = begin, end
            at = begin
        elif kind == _CLUSTER and length is None:
            at, within, clusters = begin, True, clusters + 1
        elif within and kind not in _LEVEL_1:
            if end > size:
                return Overrun("cluster", end, size)
            at = end
        else:
            within = False
            if end > size:
                return Overrun("cluster", end, size) if kind == _CLUSTER else None
            if kind == _CUES and not cued:
                cued, all_there = max(_cue_positions(file, begin, end), default=0) + segment, clusters > 0
            clusters += kind == _CLUSTER
            at = end
    if cued >= size > 0:
        return Overrun("last cluster by its cues", cued + 1, size)
    return Overrun("segment", segment_end, size) if segment_end > size and not all_there else None


def _element(file: IO[bytes], at: int) -> tuple[int, int, int | None] | None:
    """An EBML element's id, where its content begins, and its length, None for unknown (RFC 8794, 4 to 6)."""
    file.seek(at)
    head = file.read(12)
    if not head or not head[0]:
        return None
    of_id = 9 - head[0].bit_length()
    if of_id > 4 or len(head) <= of_id or not head[of_id]:
        return None
    of_length = 9 - head[of_id].bit_length()
    if len(head) < of_id + of_length:
        return None
    length = int.from_bytes(head[of_id : of_id + of_length], "big") & ((1 << 7 * of_length) - 1)
    unknown = length == (1 << 7 * of_length) - 1
    return int.from_bytes(head[:of_id], "big"), at + of_id + of_length, None if unknown else length


def _cue_positions(file: IO[bytes], begin: int, end: int) -> Iterator[int]:
    """The positions of clusters that cues name; of the elements of cues, the others are stepped into or over."""
    at = begin
    for _ in range(_MOST_CUES):
        kind, inner, length = (_element(file, at) if at < end else None) or (0, 0, None)
        if length is None:
            return
        if kind == _CUE_POSITION and length <= 8:
            file.seek(inner)
            yield int.from_bytes(file.read(length), "big")
        at = inner if kind in (0xBB, 0xB7) else inner + length


def _ogg(file: IO[bytes], size: int) -> Overrun | None:
    """Ogg (RFC 3533, 6): the last page, or a packet that goes on in a page which is not there."""
    begin = max(0, size - 2 * _PAGE)
    file.seek(begin)
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0:
        return None
    head = tail[at : at + 27]
    table = tail[at + 27 : at + 27 + head[26]] if len(head) == 27 else b""
    if len(head) < 27 or len(table) < head[26]:
        return Overrun("last page", begin + at + 28 + (head[26] if len(head) == 27 else 0), size)
    end = begin + at + 27 + len(table) + sum(table)
    if end > size:
        return Overrun("last page", end, size)
    return Overrun("last packet", size + 1, size) if table and table[-1] == 255 and not head[5] & 4 else None


_W64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")


def _chunks(file: IO[bytes], size: int, head: bytes) -> Overrun | None:
    """RIFF (WAV, AVI), RF64, AIFF, CAF and Wave64: the chunk of samples, or of a film's packets."""
    wide, order, at = 4, "<", 12
    if head[:4] == b"FORM":
        order = ">"
    elif head[:4] == b"caff":
        wide, order, at = 8, ">", 8
    elif head == _W64:
        wide, at = 8, 40
    of_name, of_64_bits = 16 if head == _W64 else 4, 0
    for _ in range(_MOST_PARTS):
        file.seek(at)
        chunk = file.read(of_name + wide)
        if len(chunk) < of_name + wide:
            return None
        name = chunk[:4]
        length = int.from_bytes(chunk[of_name:], "little" if order == "<" else "big")
        if name == b"ds64":  # RF64 (EBU Tech 3306): the length of the data, where 32 bits are too few
            of_64_bits = int.from_bytes(file.read(16)[8:], "little")
        elif name == b"data" and of_64_bits:
            length = of_64_bits
        kind = file.read(4) if name == b"LIST" else b""
        begin = at + of_name + wide
        end = at + length if head == _W64 else begin + length
        if end > size:
            known = 0 < length < (1 << 62 if wide == 8 or of_64_bits else _UNKNOWN_LENGTH)
            known = known and end > size + (0 if kind else _SLACK)
            samples = name in (b"data", b"SSND") or kind == b"movi" or name == b"RIFF"
            return Overrun(f"chunk {name.decode()}", end, size) if known and samples else None
        step = 8 if head == _W64 else 2 if wide == 4 else 1
        at = end + (-end % step)
        if name == b"RIFF":  # a further part of a large AVI
            at = begin + 4
    return None


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")


def _asf(file: IO[bytes], size: int) -> Overrun | None:
    """Advanced Systems Format (specification of 2004, 5.1): the data object; of 0 bytes where it was broadcast."""
    at = 0
    for _ in range(100):
        file.seek(at)
        head = file.read(24)
        if len(head) < 24:
            return None
        (length,) = unpack("<Q", head[16:])
        if head[:16] == _ASF_DATA:
            return Overrun("data object", at + length, size) if length > 50 and at + length > size else None
        if length < 24:
            return None
        at += length
    return None


def _flv(file: IO[bytes], size: int) -> Overrun | None:
    """Flash video (Adobe specification 10.1, E.4): the last tag."""
    at = 13
    for _ in range(_MOST_PARTS * 2):
        file.seek(at)
        head = file.read(11)
        if len(head) < 11 or head[0] & 0x1F not in (8, 9, 18):
            return None  # what stands behind the last tag is no tag
        end = at + 11 + int.from_bytes(head[1:4], "big")
        if end > size:
            return Overrun("last tag", end, size)
        at = end + 4
    return None


@dataclass(frozen=True)
class Xing:
    """What the first frame of an MP3 says of all: bytes in the file from that frame on, None where it does not say."""

    at: int
    length: int | None


def xing(path: Path) -> Xing | None:
    """The index that encoders put into the first frame of an MP3 (Xing, Info or VBRI); None for none."""
    with path.open("rb") as file:
        return _xing(file)


def _xing(file: IO[bytes]) -> Xing | None:
    head = file.read(10)
    at = 0
    if head[:3] == b"ID3" and len(head) == 10:  # ID3v2, 3.1: four bytes of seven bits
        at = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        at += 10 if head[5] & 0x10 else 0
    file.seek(at)
    frame = file.read(4096)
    begin = re.search(rb"\xff[\xe2-\xff]", frame)
    if begin is None:
        return None
    at, frame = at + begin.start(), frame[begin.start() : begin.start() + 250]
    if len(frame) < 60:
        return None
    first, mono = frame[1] & 0x18 == 0x18, frame[3] & 0xC0 == 0xC0  # MPEG-1 and not 2 or 2.5; one channel
    side = (17 if mono else 32) if first else (9 if mono else 17)
    for place in (4 + side, 6 + side):  # behind the side information, and a checksum if there is one
        if frame[place : place + 4] in (b"Xing", b"Info"):
            told = frame[place + 4 :]
            flags = int.from_bytes(told[:4], "big")
            behind = 8 if flags & 1 else 4
            length = int.from_bytes(told[behind : behind + 4], "big") if flags & 2 else 0
            return Xing(at, length or None)
    if frame[36:40] == b"VBRI":
        return Xing(at, int.from_bytes(frame[46:50], "big") or None)
    return None


def _mp3(file: IO[bytes], size: int) -> Overrun | None:
    """MP3 with an index: the bytes that it is of; the tags after the last frame are in some encoders' count."""
    found = _xing(file)
    if found is None or found.length is None or found.at + found.length <= size + 512:
        return None
    return Overrun("index", found.at + found.length, size)
