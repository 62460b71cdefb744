"""Numbers in words of any language that puts spaces between words. Pure."""

from collections.abc import Sequence

from archive.linking.numbers.numerals.arabic import ARABIC
from archive.linking.numbers.numerals.english import ENGLISH
from archive.linking.numbers.numerals.grammar import Grammar
from archive.linking.numbers.numerals.kazakh import KAZAKH
from archive.linking.numbers.numerals.russian import RUSSIAN
from archive.linking.numbers.numerals.turkish import TURKISH
from archive.linking.numbers.numerals.uyghur import UYGHUR, UYGHUR_LATIN

GRAMMARS = (ENGLISH, RUSSIAN, KAZAKH, TURKISH, UYGHUR, UYGHUR_LATIN, ARABIC)


def grammars(language: str | None) -> tuple[Grammar, ...]:
    """Those that a number beside a cue in `language` may be in.

    Speakers mix languages of other scripts (`Entry` and then a number in Russian), so all of those are read. In Latin
    script it is the cue's own alone: `on` is ten in Turkish. Without a language, as beside `#`, Latin means English.
    """
    own = language if any(g.language == language and g.script == "latin" for g in GRAMMARS) else "en"
    return tuple(g for g in GRAMMARS if g.script != "latin" or g.language == own)


def spoken(words: Sequence[str], among: Sequence[Grammar] = GRAMMARS) -> tuple[int, int] | None:
    """The number that folded `words` begin with and how many of them it takes: the longest reading of the grammars."""
    if not words:
        return None
    found = [read for grammar in among if grammar.atoms(words[0]) and (read := grammar.read(words))]
    return max(found, key=lambda read: read[1], default=None)


def is_numeral(word: str, among: Sequence[Grammar] = GRAMMARS) -> bool:
    """Whether a folded word can be part of a number."""
    return any(grammar.atoms(word) for grammar in among)


def is_thousand(word: str) -> bool:
    """Whether a folded word is one for thousand, after which a recogniser may write a comma."""
    return any((atoms := grammar.atoms(word)) and atoms[-1].value == 1000 for grammar in GRAMMARS)
