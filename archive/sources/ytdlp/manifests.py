"""What a manifest of a film in pieces comes to: one line of it may stand for a million pieces, with any addresses.

yt-dlp spreads a manifest out before anybody asks how much that is, so it is reckoned here first, in bytes of memory and
as yt-dlp would read it: texts become numbers by its own functions. Each check raises OutOfBounds for more than `most`
bytes, and lets out what yt-dlp would let out for what is no number or is missing.
"""
# mypy: disable-error-code="import-untyped"

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from xml.etree.ElementTree import Element

from yt_dlp.utils import float_or_none, int_or_none, parse_duration

from archive.sources.ytdlp.limits import OutOfBounds

PIECE: Final = 400
"""Bytes that yt-dlp keeps of a piece, beside its address."""
FORMAT: Final = 4000
"""Bytes that it keeps of each form in which a film is offered."""
LINE: Final = 60
"""Bytes that it keeps of each line of a playlist."""
_ADDRESS: Final = 8192
"""Characters of an address; servers need to take 8,000 (RFC 9110, 4.1)."""
_DIGITS: Final = 40
_SPREAD: Final = re.compile(r"(Number|Bandwidth|Time)%0?\d{0,2}d")
"""A number in a pattern of addresses, in DASH's own form (ISO/IEC 23009-1, 5.3.9.4.4), and no wider than 99."""


def check_hls(playlist: str, address: str | None, most: int) -> None:
    """Look at a playlist (RFC 8216), of a film's pieces or of the forms that it is offered in."""
    lines = 1 + sum(playlist.count(end) for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    total = lines * LINE
    if total <= most:
        for line in playlist.splitlines():
            if line.startswith(("#EXT-X-STREAM-INF", "#EXT-X-MEDIA:")):
                total += FORMAT
            elif line.strip() and not line.startswith("#"):
                total += PIECE + len(address or "") + len(line)
    _check(total, most)


def check_dash(document: Element, most: int) -> None:
    """Look at a manifest of DASH (ISO/IEC 23009-1, 5.3.9)."""
    named = re.fullmatch(r"(?i)(\{[^}]+\})MPD", document.tag)
    space = named[1] if named else ""
    whole = parse_duration(document.get("mediaPresentationDuration"))
    total = 0.0
    for period in document.findall(f"{space}Period"):
        announced, found = parse_duration(period.get("duration")) or whole, 0.0
        of_period = _Segments().told(period, space)
        for offered in period.findall(f"{space}AdaptationSet"):
            of_set = of_period.told(offered, space)
            for one in offered.findall(f"{space}Representation"):
                segments = of_set.told(one, space)
                _short(one.get("bandwidth", offered.get("bandwidth", "")))
                total += FORMAT + segments.bytes(one.get("id", offered.get("id")), announced or found)
                found = max(found, segments.seconds)  # which is what yt-dlp then takes for the period's duration
                _check(total, most)


def check_smooth(document: Element, address: str, most: int) -> None:
    """Look at a manifest of Smooth Streaming ([MS-SSTR], 2.2.2)."""
    total = 0
    for stream in document.findall("StreamIndex"):
        pattern = stream.get("Url", "")
        pieces = 0
        for piece in stream.findall("c"):
            _short(piece.get("t", ""), piece.get("d", ""))
            pieces += max(0, int_or_none(piece.get("r")) or 1)
        times = len(re.findall(r"{start[ _]time}", pattern))
        for level in stream.findall("QualityLevel"):
            rates = len(re.findall(r"{[Bb]itrate}", pattern)) * len(level.get("Bitrate", ""))
            length = len(address) + len(pattern) + rates + times * _DIGITS
            if length > _ADDRESS:
                raise _odd("an address longer than any server takes")
            total += FORMAT + pieces * (PIECE + length)
            _check(total, most)


@dataclass(frozen=True)
class _Segments:
    """What DASH tells of a film's segments, level by level: what an inner one leaves out, the outer one says.

    `listed` is how many have addresses of their own, and the characters of those; `timeline` how many there are, and
    how long in all.
    """

    media: str | None = None
    initialization: str | None = None
    listed: tuple[int, int] | None = None
    timeline: tuple[int, int] | None = None
    timescale: int = 1
    duration: float | None = None

    def told(self, element: Element, space: str) -> "_Segments":
        """The same with what an element says."""
        listing, template = element.find(f"{space}SegmentList"), element.find(f"{space}SegmentTemplate")
        source = template if listing is None else listing
        if source is None:
            return self
        told = self
        line = source.find(f"{space}SegmentTimeline")
        steps = line.findall(f"{space}S") if line is not None else []
        if steps:
            _short(*(step.get(name, "") for step in steps for name in ("t", "d")))
            runs = [(1 + max(0, int(step.get("r", 0))), int(step.attrib["d"])) for step in steps]
            told = replace(told, timeline=(sum(times for times, _ in runs), sum(times * long for times, long in runs)))
        _short(source.get("startNumber", ""))
        told = replace(
            told,
            timescale=int(source.get("timescale") or told.timescale),
            duration=float(source.get("duration") or 0) or told.duration,
        )
        if listing is not None:
            own = [len(one.get("media", "")) for one in listing.findall(f"{space}SegmentURL")]
            return replace(told, listed=(len(own), sum(own)) if own else told.listed)
        return replace(
            told,
            media=source.get("media") or told.media,
            initialization=source.get("initialization") or told.initialization,
        )

    @property
    def seconds(self) -> float:
        """How long they are in all, as far as they tell."""
        by_list = (self.listed[0] if self.listed else 0) * (self.duration or 0)
        return max(self.timeline[1] if self.timeline else 0, by_list) / self.timescale

    def bytes(self, name: str | None, length: float) -> float:
        """What they come to in a period of so many seconds, under the name of what they belong to."""
        _address(self.initialization or "", name)
        if self.listed is not None:
            return self.listed[0] * PIECE + self.listed[1]
        if self.media is None:
            return 0
        count = self.timeline[0] if self.timeline else 0
        if not self.timeline and self.duration:
            count = math.ceil(float_or_none(length, float_or_none(self.duration, self.timescale), default=0))
        return count * (PIECE + _address(self.media, name))


def _address(pattern: str, name: str | None) -> int:
    """The characters of an address that is made from a pattern. Raises OutOfBounds for one of any length."""
    field = "$RepresentationID$"
    if len(pattern) + pattern.count(field) * len(name or "") <= _ADDRESS:
        made = pattern.replace(field, name) if name is not None else pattern
        fields = made.split("$")[1::2]
        length = len(made) + sum(99 if "%" in one else _DIGITS for one in fields)
        if any("%" in one and not _SPREAD.fullmatch(one) for one in fields):
            raise _odd("a pattern of addresses that is none")
        if length <= _ADDRESS:
            return length
    raise _odd("an address longer than any server takes")


def _short(*numbers: str) -> None:
    if any(len(number) > _DIGITS for number in numbers):
        raise _odd(f"a number of more than {_DIGITS} digits")


def _odd(what: str) -> OutOfBounds:
    return OutOfBounds(f"its manifest has {what}; look at the source's format for one without such a manifest")


def _check(total: float, most: int) -> None:
    if total > most:
        raise OutOfBounds(
            f"its manifest tells of more pieces than fit into {most >> 20:,} MiB, as no film has; look at the source's "
            "format for one that does not come in pieces"
        )


def _hls(most: int, m3u8_doc: str, m3u8_url: str | None = None, *_: Any, **__: Any) -> None:
    check_hls(m3u8_doc, m3u8_url, most)


def _dash(most: int, mpd_doc: Element, *_: Any, **__: Any) -> None:
    check_dash(mpd_doc, most)


def _smooth(most: int, ism_doc: Element, ism_url: str, *_: Any, **__: Any) -> None:
    check_smooth(ism_doc, ism_url, most)


LOOKS: Final[dict[str, Callable[..., None]]] = {
    "_parse_m3u8_formats_and_subtitles": _hls,
    "_parse_mpd_periods": _dash,
    "_parse_ism_formats_and_subtitles": _smooth,
}
"""By what yt-dlp's readers spread manifests out, and what looks at the same arguments before, after the bound."""
