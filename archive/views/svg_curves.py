"""Curves as SVG (https://www.w3.org/TR/SVG2/), readable without colour. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 320, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 22, 24
_POINTS_AT_MOST = 200
"""Points of a curve: more could not be told apart."""


@dataclass(frozen=True)
class Curve:
    """How a number went, beside the one that it is a part of: moments, with both. Oldest first, one at least."""

    name: str
    whole: str
    points: Sequence[tuple[datetime, int, int]]


@dataclass(frozen=True)
class Wording:
    """How a curve is told: what its number and the whole were at a moment, and how much the dashed line is at most."""

    stood: Callable[[int, int, datetime], str]
    most: Callable[[int, str], str]


ENGLISH = Wording(
    stood=lambda number, whole, at: f"{number:,} of {whole:,} on {at:%Y-%m-%d}",
    most=lambda number, whole: f"{number:,} {whole} (dashed)",
)


def draw(curve: Curve, words: Wording = ENGLISH) -> str:
    """A curve as an `svg` element: the number as a full line with dots, the whole as a dashed one above it.

    Lines go in steps: between two reports nobody knows the number, and the former one stands. It has a title and a
    description for whoever does not see it.
    """
    points = thinned(curve.points)
    top = max(1, *(max(part, whole) for _, part, whole in points))
    across = _across([at for at, _, _ in points])

    def down(number: int) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * number / top

    part = [(x, down(number)) for x, (_, number, _) in zip(across, points, strict=True)]
    whole = [(x, down(number)) for x, (_, _, number) in zip(across, points, strict=True)]
    first, last = points[0], points[-1]
    began, stands = (words.stood(number, whole, at) for at, number, whole in (first, last))
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in part)
    dates = f'<text x="{_LEFT}" y="{HEIGHT - 7}">{first[0]:%Y-%m-%d}</text>' if len(points) > 1 else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{curve.name}: {began}, {stands}")}">'
        f'<g fill="none" stroke="currentColor">'
        f'<path d="M{_LEFT} {HEIGHT - _BOTTOM}H{WIDTH - _RIGHT}" stroke-width=".7"/>'
        f'<path d="{_steps(whole)}" stroke-width="1.2" stroke-dasharray="4 3"/>'
        f'<path d="{_steps(part)}" stroke-width="2"/></g>'
        f'<g fill="currentColor">{dots}</g>'
        f'<g fill="currentColor" font-size="11">'
        f'<text x="{_LEFT}" y="{_TOP - 9}">{escape(words.most(top, curve.whole))}</text>{dates}'
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 7}" text-anchor="end">{last[0]:%Y-%m-%d}</text></g></svg>'
    )


def thinned(points: Sequence[tuple[datetime, int, int]]) -> list[tuple[datetime, int, int]]:
    """So many of some points as can be told apart, evenly taken, the first and the last among them."""
    if len(points) <= _POINTS_AT_MOST:
        return list(points)
    last = len(points) - 1
    places = sorted({round(number * last / (_POINTS_AT_MOST - 1)) for number in range(_POINTS_AT_MOST)})
    return [points[place] for place in places]


def _across(moments: Sequence[datetime]) -> list[float]:
    """Where each moment stands from left to right; a single one stands at the right."""
    span = (moments[-1] - moments[0]).total_seconds()
    wide = WIDTH - _LEFT - _RIGHT
    return [_LEFT + wide * ((at - moments[0]).total_seconds() / span if span > 0 else 1) for at in moments]


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """A path in steps."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    parts += [f"H{after[0]:.1f}V{after[1]:.1f}" for _, after in pairwise(points)]
    return "".join(parts)
