"""Whether words name a people, a language, a religion, a place or what is said beside them, and so no person. Pure.

Many such words are somebody's name as well: Islam, Han, Madina, Aqsu. By itself, with another one, or with a common
noun (`Uyghur woman`, `Ili Kazakh`, `Han Chinese`) such a word is no person; beside a name of another kind (`Han Mei`,
`Islam Tohti`) it may be one.

The words are those of the languages' files. A stem of four letters or more takes the endings of its language, a shorter
one stands as it is. Words are compared folded (see `finding.numbers.numerals.folding`), so that case, accents and the
shapes of one Arabic letter make no difference.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from archive.linking.context.places import HAN_PLACES, LATIN_PLACES
from archive.linking.finding.numbers.numerals.folding import fold
from archive.linking.languages.loading import han, languages, together
from archive.linking.languages.patterns import HAN

SHORTEST = 4
"""Letters of a stem, at least, that takes endings: `Hande` is nobody's locative."""

UNCUT = 3
"""Characters from which on no part of a word in Han is taken for part of a name; a shorter one is met with in names."""

_LONGEST_ENDING = 8
_APOSTROPHE = re.compile("['’ʼ‘`´]")
_PIECES = re.compile(r"[-‐‑\u2060]")
_HAN_RUN = re.compile(f"[{HAN}·•・]+")


@dataclass(frozen=True, slots=True)
class _Folded:
    stems: frozenset[str]
    endings: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, stems: Iterable[str], endings: Iterable[str], beginnings: Iterable[str] = ()) -> "_Folded":
        return cls(
            frozenset(map(fold, stems)),
            frozenset((*map(fold, endings), "")),
            ("", *sorted(map(fold, beginnings), key=len, reverse=True)),
        )

    def has(self, word: str) -> bool:
        return any(self._has(word[len(begin) :]) for begin in self.beginnings if word.startswith(begin))

    def _has(self, word: str) -> bool:
        if word in self.stems:
            return True
        for cut in range(1, min(_LONGEST_ENDING, len(word) - SHORTEST) + 1):
            if word[-cut:] in self.endings and word[:-cut] in self.stems:
                return True
        return False


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_TABLES = [table for one in languages() for table in one.groups.nobody]
_LATIN_ENDINGS = [ending for table in _TABLES if table.script == "latin" for ending in table.endings]
_PLACES = (*LATIN_PLACES, *together(lambda one: one.groups.holy_cities))
_FOLDED = (
    *(_Folded.of(table.stems, table.endings, table.beginnings) for table in _TABLES),
    _Folded.of(_PLACES, _LATIN_ENDINGS),
)
_NAMES_TOO = frozenset(map(fold, together(lambda one: one.groups.names_too)))
_LISTED_HAN = _longest_first((*han().nobody, *HAN_PLACES))
_HAN_BESIDE = _longest_first(han().beside_nobody)
_HAN_WORDS = re.compile(_LISTED_HAN)
_LONGEST_HAN = max(map(len, _LISTED_HAN.split("|")))
_HAN_NOBODY = re.compile(rf"(?=.*?(?:{_LISTED_HAN}))(?>{_LISTED_HAN}|{_HAN_BESIDE}|[·•・])++")


def is_nobody(words: Iterable[str]) -> bool:
    """Whether words that stand side by side are no person's name. False where there are none."""
    found = [piece for word in words for piece in _PIECES.split(word) if piece]
    if not found or not all(map(_is_listed, found)):
        return False
    return len(found) == 1 or not all(map(_is_name_too, found))


@lru_cache(maxsize=1 << 16)
def is_nobodys(name: str) -> bool:
    """Whether a register's name is no person's: `Han Chinese`."""
    return is_nobody(name.split())


def names_nobody(text: str, start: int, end: int) -> bool:
    """Whether a span of a text is no person's name: its words name nobody, or it cuts a word in Han that does.

    `吾尔买买提` of `维吾尔买买提` cuts one.
    """
    if not _HAN_RUN.fullmatch(text, start, end):
        return is_nobody(text[start:end].split())
    around = _HAN_WORDS.finditer(text, max(0, start - _LONGEST_HAN), end + _LONGEST_HAN)
    words = [one.span() for one in around if len(one.group()) >= UNCUT]
    return any(a < start < b or a < end < b for a, b in words) or is_nobody([text[start:end]])


@lru_cache(maxsize=1 << 16)
def _is_listed(word: str) -> bool:
    word = word.strip('·•・.,;:()[]"«»“”،؛，。')
    if _HAN_RUN.fullmatch(word):
        return _HAN_NOBODY.fullmatch(word) is not None
    return any(table.has(form) for form in _forms(word) for table in _FOLDED)


def _is_name_too(word: str) -> bool:
    """Whether a listed word is a name's as well, in any of its cases."""
    return any(
        form.startswith(name) and len(form) - len(name) < SHORTEST for form in _forms(word) for name in _NAMES_TOO
    )


def _forms(word: str) -> tuple[str, ...]:
    """A word folded, without its apostrophes, and what stands before the last of them."""
    parts = _APOSTROPHE.split(fold(word))
    return tuple(dict.fromkeys(("".join(parts), "".join(parts[:-1]) if len(parts) > 1 else "".join(parts))))
