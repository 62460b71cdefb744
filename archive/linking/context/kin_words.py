"""Words for relatives, as the languages' files have them, by the kind of relative. Pure.

English, Russian and Chinese say whose relative it is with a word before (`my`, `его`, `我的`); the others with the
word's ending: a speaker's own (`інім`, `kardeşim`, `أخي`) and somebody else's (`інісі`, `kardeşi`, `أخوه`).
"""

from collections.abc import Iterable, Mapping

from archive.linking.languages.loading import languages
from archive.linking.languages.schema import Kind, Kinds

KINDS: dict[Kind, tuple[str, str | None]] = {
    "father": ("lineal", "m"), "mother": ("lineal", "f"), "son": ("lineal", "m"), "daughter": ("lineal", "f"),
    "brother": ("sibling", "m"), "sister": ("sibling", "f"), "husband": ("spouse", "m"), "wife": ("spouse", "f"),
    "uncle": ("collateral", "m"), "aunt": ("collateral", "f"), "nephew": ("collateral", "m"),
    "niece": ("collateral", "f"), "cousin": ("cousin", None), "grandfather": ("grand", "m"),
    "grandmother": ("grand", "f"), "grandson": ("grand", "m"), "granddaughter": ("grand", "f"),
    "in-law": ("in-law", None), "relative": ("relative", None),
}  # fmt: skip
"""Each kind with the class in which it and its counterpart meet (who has a brother may be a sister), and the sex."""


def _by_word(kinds: Kinds) -> dict[str, Kind]:
    return {word: kind for kind, words in kinds.items() for word in words}


def _ended(stems: Kinds, endings: Iterable[str]) -> dict[str, Kind]:
    ends = tuple(endings)
    return {stem + end: kind for stem, kind in _by_word(stems).items() for end in ends}


def _together(tables: Iterable[Mapping[str, Kind]]) -> dict[str, Kind]:
    return {word: kind for table in tables for word, kind in table.items()}


BARE = _together(_by_word(one.kin.words) for one in languages() if not one.han)
HAN = _together(_by_word(one.kin.words) for one in languages() if one.han)
"""Forms that do not say whose relative it is, with spaces around them and in Han."""

REGISTERED = _together(_by_word(one.kin.words) for one in languages() if one.code == "en")
"""The words of a register, which is in English."""

OWN = _together(
    table for one in languages() for table in (_ended(one.kin.stems, one.kin.own_endings), _by_word(one.kin.own))
)
OTHERS = _together(
    table for one in languages() for table in (_ended(one.kin.stems, one.kin.others_endings), _by_word(one.kin.others))
)
"""Forms that say by their ending that the relative is the speaker's, and that it is somebody else's."""
