"""The map of the rooms, `rooms.svg`, drawn from the code's own imports: `make map`.

A room is a package of the second level, as `archive.ledger`, with all that lies below it, or what lies loose in one of
the first, as `storage`. A room stands above those that it imports. Arrows that others already lead along are left out,
so that the map can be read; those that lead back up are all there.

Drawn in layers as by K. Sugiyama, S. Tagawa, M. Toda, Methods for Visual Understanding of Hierarchical System
Structures, IEEE SMC-11 (1981): https://doi.org/10.1109/TSMC.1981.4308636
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

import grimp

FILE = Path(__file__).with_name("rooms.svg")
HOUSES = ("flows", "archive", "storage", "transcription")
Edge = tuple[str, str]

_HEIGHT, _GAP, _BETWEEN, _MARGIN, _LETTER = 34, 22, 58, 24, 9.0
_LEGEND = "A room imports those that its arrows lead to, and may import what lies on their ways."
_DASHED = " Dashed: an import that leads back up."
_STYLE = """\
    .page { fill: #ffffff; stroke: #d1d9e0; }
    rect { stroke-width: 1.5; }
    .flows { fill: #fff8c5; stroke: #9a6700; }
    .archive { fill: #ddf4ff; stroke: #0969da; }
    .storage { fill: #dafbe1; stroke: #1a7f37; }
    .transcription { fill: #fbefff; stroke: #8250df; }
    path { fill: none; stroke: #818b98; stroke-width: 1.3; }
    .up { stroke: #cf222e; stroke-dasharray: 5 4; }
    text { fill: #1f2328; font-size: 15px; text-anchor: middle; }
    .legend { fill: #59636e; font-size: 14px; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d; }
      .flows { fill: #272115; stroke: #d29922; }
      .archive { fill: #121d2f; stroke: #4493f8; }
      .storage { fill: #12261e; stroke: #3fb950; }
      .transcription { fill: #211a33; stroke: #ab7df8; }
      path { stroke: #656c76; }
      .up { stroke: #f85149; }
      text { fill: #f0f6fc; }
      .legend { fill: #b0b8c1; }
    }
"""


def main() -> None:
    """Write the map anew."""
    FILE.write_text(drawn(imports()), encoding="utf-8")
    print(f"wrote {FILE.relative_to(Path.cwd())}")


def imports() -> Counter[Edge]:
    """How many modules of which room are imported by another room's."""
    graph = grimp.build_graph(*HOUSES, cache_dir=None)
    rooms = {module: _room(module, is_package=bool(graph.find_children(module))) for module in graph.modules}
    return Counter(
        (rooms[module], rooms[other])
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
        if rooms[module] != rooms[other]
    )


def _room(module: str, *, is_package: bool) -> str:
    words = module.split(".")
    return ".".join(words[:2]) if len(words) > 2 or is_package else words[0]


def drawn(weights: Mapping[Edge, int]) -> str:
    """The map of such imports, as SVG."""
    down = set(weights) - (up := _against(weights))
    layer = _layers(down)
    shown = _reduced(down)
    rows, ways = _rows(layer, shown)
    across = _placed(rows)
    width = max(x + _wide(room) / 2 for room, x in across.items()) + _MARGIN
    high = {room: _MARGIN + number * (_HEIGHT + _BETWEEN) for number, row in enumerate(rows) for room in row}
    legend = wrap(_LEGEND + (_DASHED if up else ""), int((width - 2 * _MARGIN) / 7.6))
    height = max(high.values()) + _HEIGHT + 2 * _MARGIN + 22 * len(legend)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="title desc"',
        "     font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Helvetica, Arial, sans-serif\">",
        '  <title id="title">The rooms of thirdcopy, and which imports which</title>',
        f'  <desc id="desc">{escape(_told(shown, up))}</desc>',
        f"  <style>\n{_STYLE}  </style>",
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8" style="stroke-dasharray: none"/></marker></defs>',
        f'  <rect class="page" x="1" y="1" width="{width - 2:.0f}" height="{height - 2:.0f}" rx="12"/>',
    ]
    for way in ways:
        lines.append(f'  <path d="{_curve([(across[at], high[at]) for at in way])}" marker-end="url(#tip)"/>')
    for one, other in sorted(up):
        start, end = (across[one] + 16, high[one]), (across[other] + 16, high[other] + _HEIGHT)
        middle = (start[1] + end[1]) / 2
        lines.append(
            f'  <path class="up" d="M{start[0]:.0f} {start[1]:.0f} C{start[0] + 40:.0f} {middle:.0f} '
            f'{end[0] + 40:.0f} {middle:.0f} {end[0]:.0f} {end[1]:.0f}" marker-end="url(#tip)"/>'
        )
    for room in sorted(layer):
        x, y, wide = across[room], high[room], _wide(room)
        lines.append(
            f'  <rect class="{room.partition(".")[0]}" x="{x - wide / 2:.0f}" y="{y:.0f}" width="{wide:.0f}" '
            f'height="{_HEIGHT}" rx="8"/>'
        )
        lines.append(f'  <text x="{x:.0f}" y="{y + 22:.0f}">{room}</text>')
    for number, words in enumerate(reversed(legend)):
        lines.append(f'  <text class="legend" x="{width / 2:.0f}" y="{height - 18 - 22 * number:.0f}">{words}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _against(weights: Mapping[Edge, int]) -> set[Edge]:
    """The fewest imports that can be found whose absence leaves no circle: the lightest of each circle in turn."""
    left, taken = dict(weights), set[Edge]()
    while circle := _circle(left):
        lightest = min(circle, key=lambda edge: (left[edge], edge))
        taken.add(lightest)
        del left[lightest]
    return taken


def _circle(edges: Iterable[Edge]) -> list[Edge]:
    """A shortest circle, or none."""
    following = _following(edges)
    shortest: list[Edge] = []
    for start in sorted(following):
        came: dict[str, str] = {}
        waiting = [start]
        while waiting and start not in came:
            room = waiting.pop(0)
            for other in sorted(following.get(room, ())):
                if other not in came:
                    came[other] = room
                    waiting.append(other)
        if start in came:
            path = [start]
            while path[-1] != start or len(path) == 1:
                path.append(came[path[-1]])
            found = [(one, other) for other, one in pairwise(path)]
            if not shortest or len(found) < len(shortest):
                shortest = found
    return shortest


def _following(edges: Iterable[Edge]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, other in edges:
        found.setdefault(one, set()).add(other)
    return found


def _layers(edges: set[Edge]) -> dict[str, int]:
    """Of each room how many stand above it at most, one over the other."""
    leading = _following((other, one) for one, other in edges)
    layer: dict[str, int] = {}

    def of(room: str) -> int:
        if room not in layer:
            layer[room] = max((of(other) + 1 for other in leading.get(room, ())), default=0)
        return layer[room]

    for room in sorted({room for edge in edges for room in edge}):
        of(room)
    return layer


def _reduced(edges: set[Edge]) -> set[Edge]:
    """Those that no way over others replaces."""
    following = _following(edges)

    @cache
    def reached(room: str) -> set[str]:
        return {further for other in following.get(room, ()) for further in {other, *reached(other)}}

    return {
        (one, other)
        for one, other in edges
        if not any(other in reached(between) for between in following[one] - {other})
    }


def _rows(layer: Mapping[str, int], edges: set[Edge]) -> tuple[list[list[str]], list[list[str]]]:
    """The rooms row by row, in an order that crosses few arrows, and each arrow's way through the rows.

    A way that passes a row has a place of its own in it, whose name begins with a space.
    """
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for room in sorted(layer, key=lambda room: (HOUSES.index(room.partition(".")[0]), room)):
        rows[layer[room]].append(room)
    ways = []
    for one, other in sorted(edges):
        passed = [f" {one} {other} {number}" for number in range(layer[one] + 1, layer[other])]
        for number, place in enumerate(passed, layer[one] + 1):
            rows[number].append(place)
        ways.append([one, *passed, other])
    beside: dict[str, list[str]] = {}
    for way in ways:
        for above, below in pairwise(way):
            beside.setdefault(above, []).append(below)
            beside.setdefault(below, []).append(above)
    for sweep in range(24):
        numbers = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for number in numbers:
            fixed = rows[number - 1 if sweep % 2 == 0 else number + 1]
            at = {room: (place + 0.5) / len(fixed) for place, room in enumerate(fixed)}
            own = {room: (place + 0.5) / len(rows[number]) for place, room in enumerate(rows[number])}

            def mean(room: str, at: dict[str, float] = at, own: dict[str, float] = own) -> float:
                known = [at[other] for other in beside.get(room, ()) if other in at]
                return sum(known) / len(known) if known else own[room]

            rows[number].sort(key=mean)
    return rows, ways


def _placed(rows: list[list[str]]) -> dict[str, float]:
    """Where each stands across, its middle; every row is centred."""
    widths = [sum(map(_wide, row)) + _GAP * (len(row) - 1) for row in rows]
    across = {}
    for row, wide in zip(rows, widths, strict=True):
        spare = min(40.0, (max(widths) - wide) / (len(row) + 1))
        left = _MARGIN + (max(widths) - wide - spare * (len(row) - 1)) / 2
        for room in row:
            across[room] = left + _wide(room) / 2
            left += _wide(room) + _GAP + spare
    return across


def _wide(room: str) -> float:
    return 4.0 if room.startswith(" ") else len(room) * _LETTER + 24


def _curve(points: list[tuple[float, float]]) -> str:
    """A way from the foot of the first through the passed rows to the head of the last."""
    x, y = points[0][0], points[0][1] + _HEIGHT
    way = f"M{x:.0f} {y:.0f}"
    for to, head in points[1:]:
        middle = (y + head) / 2
        way += f" C{x:.0f} {middle:.0f} {to:.0f} {middle:.0f} {to:.0f} {head:.0f} V{head + _HEIGHT:.0f}"
        x, y = to, head + _HEIGHT
    return way.rpartition(" V")[0]


def _told(shown: set[Edge], up: set[Edge]) -> str:
    """The map in words."""
    following = _following(shown | up)
    return " ".join(f"{room} imports {', '.join(sorted(following[room]))}." for room in sorted(following))


if __name__ == "__main__":
    main()
