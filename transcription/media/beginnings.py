"""Whether a file begins as sound or picture that moves does: a cheap look at its first bytes, before any tool is asked.

Names are not looked at. What passes may still be none: `probe` decides, within bounds. What does not pass is never
opened by ffmpeg: texts, playlists, scripts that name other files, pictures.
"""

import re
from collections.abc import Callable
from typing import Final

HEAD: Final = 4096
"""Bytes from a file's beginning that `beginning` wants to see."""

_STILL = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"crx ", b"jp2 ", b"jpx ", b"jxl "}
"""Brands of ISO files that hold pictures which stand still (ISO/IEC 23008-12, Canon's raw)."""

_SIGNS: Final[tuple[tuple[str, re.Pattern[bytes]], ...]] = tuple(
    (name, re.compile(sign, re.DOTALL))
    for name, sign in (
        ("matroska", rb"\x1a\x45\xdf\xa3"),
        ("avi", rb"RIFF....AVI[ X\x19]"),
        ("wav", rb"(RIFF|RF64|BW64)....WAVE"),
        ("w64", rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"),
        ("ogg", rb"OggS\x00"),
        ("flac", rb"fLaC"),
        ("mp3", rb"ID3[\x02-\x04]"),
        ("amr", rb"#!AMR(-WB)?\n"),
        ("aiff", rb"FORM....AIF[FC]"),
        ("caf", rb"caff\x00\x01"),
        ("flv", rb"FLV\x01"),
        ("asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"),
        ("mpeg", rb"\x00\x00\x01\xba[\x21-\x7f]"),
        ("mxf", rb"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02"),
        ("dv", rb"\x1f\x07\x00[\x3f\xbf]"),
    )
)
"""How containers begin that `tools.CONTAINERS` names, from their specifications."""

_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""With what a QuickTime file of before `ftyp` begins."""

_SYNC, _PACKETS = 0x47, (188, 192, 204)
_AGAIN = 5
"""Packets of a transport stream that have to begin with its sync byte, one after another."""

_RATES_1 = (
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_RATES_2 = (
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
"""Kilobits a second of MPEG-1 and MPEG-2 sound, by layer and index (ISO/IEC 11172-3, 13818-3)."""
_SAMPLING = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def beginning(head: bytes) -> str | None:
    """What kind of sound or picture a file begins as, by its first `HEAD` bytes; None for anything else."""
    if len(head) >= 12 and head[4:8] == b"ftyp":
        return None if head[8:12] in _STILL else "mp4"
    if head[4:8] in _ATOMS and (int.from_bytes(head[:4]) >= 8 or head[:4] == b"\x00\x00\x00\x01"):
        return "mov"
    for name, sign in _SIGNS:
        if sign.match(head):
            return name
    if _is_transport_stream(head):
        return "mpegts"
    return next((name for name, frame in _FRAMES if _goes_on(head, frame)), None)


def _is_transport_stream(head: bytes) -> bool:
    """Whether sync bytes come at the distance of packets, also where the first packet is not whole, and it is no text.

    Of a text whose lines are of one length the same letter may come so; packets have bytes that no text has.
    """
    if not {0x00, 0xFF} & {*head}:
        return False
    for size in _PACKETS:
        if len(head) < size * _AGAIN:
            continue
        for start in range(min(size, len(head) - size * (_AGAIN - 1))):
            if all(head[start + size * n] == _SYNC for n in range(_AGAIN)) and head.count(0x47) < len(head) // 2:
                return True
    return False


def _goes_on(head: bytes, frame: Callable[[bytes], int | None]) -> bool:
    """Whether a frame begins the file, and another one follows where that ends, so far as it can be seen."""
    length = frame(head)
    if not length:
        return False
    return length + 8 > len(head) or frame(head[length:]) is not None


def _mpeg_frame(head: bytes) -> int | None:
    """The bytes of a frame of MPEG sound that begins here."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, sampling, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or rate in (0, 15) or sampling == 3:
        return None
    kilobits = (_RATES_1 if version == 3 else _RATES_2)[layer - 1][rate]
    hertz = _SAMPLING[version][sampling]
    if layer == 1:
        return (12_000 * kilobits // hertz + padding) * 4
    return (72_000 if layer == 3 and version != 3 else 144_000) * kilobits // hertz + padding


def _adts_frame(head: bytes) -> int | None:
    """The bytes of a frame of AAC in ADTS that begins here (ISO/IEC 13818-7)."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return None
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else None


_AC3_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


def _ac3_frame(head: bytes) -> int | None:
    """The bytes of a frame of AC-3 or E-AC-3 that begins here (ETSI TS 102 366)."""
    if len(head) < 6 or head[:2] != b"\x0b\x77":
        return None
    if head[5] >> 3 > 10:
        return ((head[2] & 7) << 8 | head[3]) * 2 + 2
    code, sampling = head[4] & 63, head[4] >> 6
    if sampling == 3 or code >= 2 * len(_AC3_RATES):
        return None
    kilobits = _AC3_RATES[code // 2]
    return 2 * (2 * kilobits, 320 * kilobits // 147 + code % 2, 3 * kilobits)[sampling]


_FRAMES = (("mp3", _mpeg_frame), ("aac", _adts_frame), ("ac3", _ac3_frame))
