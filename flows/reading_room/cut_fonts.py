"""A font of some characters alone, cut out of Noto Sans SC, which lies here in slices. fontTools has its home here.

Glyphs stay as they were drawn. What lines from left to right can do without is left out: glyphs for vertical ones,
other regions' forms of a character, narrower punctuation.
"""

import io
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

SLICES = Path(__file__).parent / "static" / "fonts" / "han"
MISSING = ".notdef"
"""The glyph for what a font has none of: its first."""

ALIKE = ("head", "hhea", "OS/2", "name", "prep", "gasp")
"""Tables that every slice has alike: the height of lines, whose the font is, how it is smoothed."""


def cut(characters: str) -> bytes:
    """A font, as WOFF2, of those of some characters that the slices have; by one thread at a time.

    400 characters take 0.35 s of a processor, and each slice that nothing was cut from before 0.04 s more.
    """
    places = _places()
    model = min(SLICES.glob("*.woff2"))
    coded = {ord(one): f"u{ord(one):X}" for one in sorted({*characters}) if one in places}
    drawn = {MISSING: _Drawn.of(model, MISSING)}
    drawn |= {name: _Drawn.of(*places[chr(code)]) for code, name in coded.items()}
    with TTFont(model) as font:
        made = FontBuilder(font["head"].unitsPerEm)
        made.setupGlyphOrder([*drawn])
        made.setupCharacterMap(coded)
        made.setupGlyf({name: one.outline for name, one in drawn.items()})
        made.setupHorizontalMetrics({name: one.metrics for name, one in drawn.items()})
        for table in ALIKE:
            made.font[table] = font[table]
    made.setupPost(keepGlyphNames=False)
    made.font.flavor = "woff2"
    written = io.BytesIO()
    made.font.save(written)
    return written.getvalue()


@dataclass(frozen=True)
class _Drawn:
    """A glyph: its outline, to be changed at will, with its width and the space before it."""

    outline: Glyph
    metrics: tuple[int, int]

    @classmethod
    def of(cls, file: Path, name: str) -> "_Drawn":
        """The glyph of a name in a slice."""
        glyphs, metrics = _read(file)
        outline = copy(glyphs.glyphs[name])  # that of the slice stays packed, a fifth as large
        outline.expand(glyphs)
        return cls(outline, metrics[name])


@cache
def _places() -> Mapping[str, tuple[Path, str]]:
    """The slice, and the glyph in it, by the character."""
    found = dict[str, tuple[Path, str]]()
    for file in SLICES.glob("*.woff2"):
        with TTFont(file, lazy=True) as font:
            found |= {chr(code): (file, name) for code, name in font.getBestCmap().items()}
    return found


@cache
def _read(file: Path) -> tuple[Any, Mapping[str, tuple[int, int]]]:
    """The glyphs of a slice, and their metrics."""
    with TTFont(file) as font:
        return font["glyf"], font["hmtx"].metrics
