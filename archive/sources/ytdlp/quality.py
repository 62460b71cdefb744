"""Whether the film that was chosen is the best that there is. Pure.

yt-dlp passes over formats without an address without a word, and sites offer less to one client than to another. So
what was chosen is compared with what would have been chosen, by the same rule, had every format an address.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from archive.records.clip import Offer

THROTTLED: Final = 360
"""Pixels of height that YouTube offers where it holds better films back from a client."""

_HELD_BACK = re.compile(r"missing a URL|SABR|PO Token|require a .{0,40} token|Only images are available", re.I)
"""What yt-dlp says where YouTube held formats back (2026.10.26)."""

Format = Mapping[str, Any]


def offer_of(info: Format) -> Offer:
    """What was chosen of a video, as the platform describes it; of picture and sound apart, both together."""
    parts = parts_of(info)
    sizes = [_whole(part.get("filesize")) for part in parts]
    rates = [_number(part.get("tbr")) for part in parts]
    format_id = info.get("format_id")
    return Offer(
        format_id=format_id if isinstance(format_id, str) else None,
        duration=_number(info.get("duration")),
        size=sum(size for size in sizes if size) if all(sizes) else None,
        height=height_of(parts) or None,
        bit_rate=round(sum(rate for rate in rates if rate), 3) if all(rates) else None,
    )


def parts_of(info: Format) -> Sequence[Format]:
    """The formats that a film is joined from; the one that it is, otherwise."""
    parts = info.get("requested_formats")
    return parts if isinstance(parts, list) and parts else [info]


def height_of(formats: Iterable[Format]) -> int:
    """The height of the tallest picture, 0 for sound alone and where nothing is said."""
    return max((_whole(one.get("height")) or 0 for one in formats), default=0)


def degraded(chosen: Sequence[Format], wanted: Sequence[Format], *, extractor: str, said: Iterable[str]) -> list[str]:
    """Why what was chosen is less than the best: a sentence for each reason, none for the best.

    `wanted` are the formats that would have been chosen had all of them an address, `said` are yt-dlp's warnings.
    """
    reasons = list[str]()
    had, best = height_of(chosen), height_of(wanted)
    out_of_reach = [
        one for one in wanted if not any(one.get("format_id") == other.get("format_id") for other in chosen)
    ]
    if out_of_reach and _better(wanted, chosen):
        names = " and ".join(str(one.get("format_id"))[:40] for one in out_of_reach)
        reasons.append(f"a better format was on offer without an address ({names}, {best}p), and {had}p was fetched")
    held_back = next((words for words in said if _HELD_BACK.search(words)), None)
    if extractor.lower().startswith("youtube") and 0 < had <= THROTTLED and held_back:
        reasons.append(f"YouTube offered no more than {had}p and held formats back: another client may be given more")
    return reasons


def with_address(one: Format) -> dict[str, Any]:
    """A format without an address as one that has any, so that it may be chosen; nobody asks for it."""
    words = {key: one[key] for key in ("format_id", "ext", "vcodec", "acodec") if isinstance(one.get(key), str)}
    numbers = {
        key: value for key in ("height", "width", "fps", "tbr", "vbr", "abr") if (value := _number(one.get(key)))
    }
    return {
        "format_id": "unnamed",
        "ext": "mp4",
        "protocol": "https",
        **words,
        **numbers,
        "url": "https://none.invalid/",
    }


def _better(some: Sequence[Format], others: Sequence[Format]) -> bool:
    """Whether formats promise more than others: a taller picture, or more bits of one as tall."""
    return (height_of(some), _rate(some)) > (height_of(others), _rate(others))


def _rate(formats: Sequence[Format]) -> float:
    return sum(_number(one.get("tbr")) or 0.0 for one in formats)


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**53 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12 else None
