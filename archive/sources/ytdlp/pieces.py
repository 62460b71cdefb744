"""Whether each piece of a film that comes in pieces (HLS, DASH) is whole, as the piece's own bytes tell. Pure.

A body without a length that breaks off, or a piece that a server holds cut, leaves a hole in the middle: yt-dlp joins
what comes, ffmpeg passes over it, and the film decodes and is as long as it should be. So each piece is gone through as
it comes: boxes of ISO base media (ISO/IEC 14496-12, 4.2), packets of an MPEG transport stream (ISO/IEC 13818-1, 188
bytes), frames of AAC in ADTS (ISO/IEC 13818-7, 6.2) behind an ID3 tag (RFC 8216, 3.4). A transport stream that is cut
between two packets cannot be told.
"""

from struct import unpack_from
from typing import Final

_BOXES: Final = frozenset((b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"emsg"))
"""Those that a piece begins with as a rule; another one is known by a length that fits in the piece."""
_PACKET, _SYNC = 188, 0x47


class Pieces:
    """The pieces of one file, in their order; `torn` says which was not whole first, if one was.

    A piece that begins as none does goes on with the one before it: some files are divided anywhere.
    """

    def __init__(self) -> None:
        self.torn: str | None = None
        self._count = 0
        self._known = False
        self._wanting = 0

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        self._count += 1
        wanting = _wanting(piece)
        if self._wanting and wanting is None:
            rest = piece[self._wanting :]
            self._wanting = max(0, self._wanting - len(piece)) or _wanting(rest) or 0
            self._known = self._known and not (rest and _wanting(rest) is None)
            return
        if self._wanting:
            self._tear(self._count - 1, f"breaks off, and {self._wanting:,} bytes of it are wanting")
        if wanting is None and self._known:
            self._tear(self._count, "is no piece of a film")
        self._known = self._known or wanting is not None
        self._wanting = wanting or 0

    def end(self) -> None:
        """No more come."""
        if self._wanting:
            self._tear(self._count, f"breaks off, and {self._wanting:,} bytes of it are wanting")

    def _tear(self, number: int, how: str) -> None:
        self.torn = self.torn or f"piece {number:,} {how}"


def _wanting(piece: bytes) -> int | None:
    """The bytes by which a piece ends before its last part does; None for one of a kind that is not known."""
    if piece[4:8] in _BOXES or (piece[4:8].isalnum() and 8 <= unpack_from(">I", piece)[0] <= len(piece)):
        return _boxes(piece)
    if piece[:1] == b"G" and (len(piece) <= _PACKET or piece[_PACKET] == _SYNC):
        return -len(piece) % _PACKET
    at = _after_tag(piece)
    return _frames(piece, at) if _is_frame(piece, at) else None


def _boxes(piece: bytes) -> int:
    at, size, kind = 0, len(piece), b""
    while at + 8 <= size:
        kind = piece[at + 4 : at + 8]
        length = int(unpack_from(">I", piece, at)[0])
        if length == 1 and at + 16 <= size:
            length = int(unpack_from(">Q", piece, at + 8)[0])
        if length == 0:
            return 0  # to the end
        if length < 8:
            return 8  # no box: the one before it ended early
        at += length
    end = at + 8 if at < size or kind == b"moof" else at  # a fragment's bytes come after its head
    return end - size


def _after_tag(piece: bytes) -> int:
    if piece[:3] != b"ID3" or len(piece) < 10:
        return 0
    return 10 + sum((piece[6 + n] & 0x7F) << 7 * (3 - n) for n in range(4))


def _is_frame(piece: bytes, at: int) -> bool:
    return at + 7 <= len(piece) and piece[at] == 0xFF and piece[at + 1] & 0xF6 == 0xF0


def _frames(piece: bytes, at: int) -> int:
    while _is_frame(piece, at):
        length = (piece[at + 3] & 3) << 11 | piece[at + 4] << 3 | piece[at + 5] >> 5
        if length < 7:
            return 0
        at += length
    return max(0, at - len(piece))
