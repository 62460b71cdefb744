"""Numbers in words of any language that puts spaces between words. Pure."""

from collections.abc import Sequence

from archive.linking.finding.numbers.numerals.grammar import AND, ARTICLE, TEEN, Atom, Grammar
from archive.linking.languages.loading import languages
from archive.linking.languages.schema import Numerals


def _grammar(code: str, said: Numerals) -> Grammar:
    values = dict(said.words)
    if said.hundreds_joined:
        values |= {
            value * 100: tuple(unit + hundred for unit in values[value] for hundred in values[100])
            for value in range(3, 10)
        }
    words = {word: (Atom(value),) for value, every in values.items() for word in every}
    for value, stems in said.ordinal_stems.items():
        words |= {stem + end: (Atom(value, last=True),) for stem in stems for end in said.ordinal_stem_endings}
    words |= {word: (Atom(value, last=True),) for value, every in said.ordinals.items() for word in every}
    for every, atom in ((said.conjunctions, AND), (said.articles, ARTICLE), (said.teens, TEEN)):
        words |= dict.fromkeys(every, (atom,))
    return Grammar(
        language=code,
        script=said.script,
        words=words,
        ordinals=said.ordinal_endings,
        ten_and_unit=said.ten_and_unit,
        units_first=said.units_first,
        hundreds_to=said.hundreds_to,
        joined=said.joined,
        prefix=said.prefix,
    )


GRAMMARS = tuple(_grammar(language.code, said) for language in languages() for said in language.numerals)


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
