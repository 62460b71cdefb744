"""The answer to a request for some bytes of a film, as RFC 9110 has it (14, 13.1.5, 15.3.7, 15.5.17). Pure.

A browser that seeks asks for a range; without an answer of 206, or of 200 that says `Accept-Ranges`, Chromium goes back
to the start without a word. Of several ranges the first that there is comes alone: a 206 describes itself, and may be
less than was asked for (15.3.7); so no request makes us send a film more than once, or in pieces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

Span = tuple[int, int]
"""Bytes `start` ≤ i < `end`."""

_SPEC: Final = re.compile(r"([0-9]*)-([0-9]*)")
_DIGITS: Final = 19
"""Digits of a number above which it is more than any size."""


class Body(Protocol):
    """What is sent: `size` in bytes, its media type, and a strong validator of its bytes, in its quotes."""

    @property
    def size(self) -> int: ...  # noqa: D102

    @property
    def media_type(self) -> str: ...  # noqa: D102

    @property
    def etag(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Unsatisfiable:
    """All ranges that were asked for lie past the end."""


def asked(header: str | None, size: int) -> Span | Unsatisfiable | None:
    """The span that a Range header asks for of a representation of `size` bytes; None where all of it is to be sent.

    That is without the header, of units other than bytes, and where what it says is none of its form (14.2).
    """
    unit, sign, given = (header or "").strip().partition("=")
    if not sign or unit.lower() != "bytes":
        return None
    specs = [spec for one in given.split(",") if (spec := one.strip(" \t"))]
    parsed = [_parsed(spec) for spec in specs]
    if not parsed or not all(parsed):
        return None
    spans = [span for one in parsed if one and (span := _span(one, size))]
    if spans:
        return spans[0]
    return None if any(first is None and last for first, last in filter(None, parsed)) else Unsatisfiable()


def answer(film: Body, range_header: str | None, if_range: str | None) -> tuple[int, Mapping[str, str], Span | None]:
    """The status, the headers of the representation, and the span of bytes that follows; None for none of them.

    `if_range` is that header's value: unless it is our validator, all is sent (13.1.5). A date never is, for we give
    none. Of a HEAD the headers without a Range alone are right (14.2 defines ranges for GET).
    """
    common = {"Accept-Ranges": "bytes", "ETag": film.etag, "Content-Type": film.media_type}
    holds = if_range is None or if_range.strip() == film.etag
    span = asked(range_header, film.size) if holds else None
    if isinstance(span, Unsatisfiable):
        return 416, {"Accept-Ranges": "bytes", "Content-Range": f"bytes */{film.size}", "Content-Length": "0"}, None
    if span is None:
        return 200, {**common, "Content-Length": str(film.size)}, (0, film.size)
    start, end = span
    length, place = str(end - start), f"bytes {start}-{end - 1}/{film.size}"
    return 206, {**common, "Content-Length": length, "Content-Range": place}, span


def _parsed(spec: str) -> tuple[int | None, int | None] | None:
    """The first and the last position; None for either that is not given. None for what is no range."""
    found = _SPEC.fullmatch(spec)
    if not found or spec == "-":
        return None
    first, last = (_number(text) if text else None for text in found.groups())
    return None if first is not None and last is not None and last < first else (first, last)


def _number(text: str) -> int:
    text = text.lstrip("0") or "0"
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS


def _span(one: tuple[int | None, int | None], size: int) -> Span | None:
    """The bytes that there are of a range; None if there are none."""
    first, last = one
    if first is None:
        start, end = max(0, size - (last or 0)), size
    else:
        start, end = first, size if last is None else min(size, last + 1)
    return (start, end) if start < end else None
