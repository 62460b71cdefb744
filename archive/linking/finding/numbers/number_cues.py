"""The phrases that say that a number is an entry's, as the languages' files have them. Pure.

A strong cue speaks of the register itself (`entry`), a weak one numbers anything (`number`, `№`). A word that ends in
`*` stands for all that begin so, with up to `ENDING` letters more: Turkic languages and Russian put their endings
there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from archive.linking.finding.numbers.folded_words import FoldedWords
from archive.linking.finding.numbers.numerals.folding import fold
from archive.linking.languages.loading import languages
from archive.linking.languages.schema import Cues

ENDING = 7


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase says of the number beside it.

    `numbering`: the phrase has the word for number in it. `many`: several numbers may follow. `ordinary`: the word
    means a recording too, so small numbers and years beside it are not meant. `dotted`: an abbreviation, which only
    holds with its dot or another mark. `listing`: a plural that may count what is beside it (`Victims: 358`), so that
    only two numbers or more are meant. `file`: courts and offices have such numbers too (`case`). `own`: the speaker's
    (`my number`), which a prisoner has as well.
    """

    language: str | None
    strong: bool
    numbering: bool = False
    many: bool = False
    ordinary: bool = False
    dotted: bool = False
    listing: bool = False
    file: bool = False
    own: bool = False


SIGNS: tuple[tuple[Cue, str], ...] = (
    (Cue(None, strong=False, numbering=True), "# №"),
    (Cue(None, strong=False, numbering=True, many=True), "№ | №"),
)
"""Signs of no language, before a number."""

_Table = dict[str, list[tuple[tuple[str, ...], Cue]]]


def _phrases(kind: str) -> Iterator[tuple[Cue, str]]:
    for language in languages():
        every: tuple[Cues, ...] = getattr(language.cues, kind)
        for cues in every:
            cue = Cue(language.code, **cues.model_dump(exclude={"phrases"}))
            yield from ((cue, language.cues.spelled(phrase)) for phrase in cues.phrases)


def _table(phrases: Iterable[tuple[Cue, str]]) -> _Table:
    """Phrases by their first word, the longest first."""
    table: _Table = {}
    for cue, line in phrases:
        places = [[fold(word) for word in place.split()] for place in line.split("|")]
        for first, *rest in product(*places):
            table.setdefault(first, []).append((tuple(rest), cue))
    for found in table.values():
        found.sort(key=lambda phrase: -len(phrase[0]))
    return table


_TABLES = {
    "before": _table((*SIGNS, *_phrases("before"))),
    "after": _table(_phrases("after")),
    "ordinal": _table(_phrases("ordinal")),
}
_WORDS = {
    word for table in _TABLES.values() for first, phrases in table.items()
    for word in (first, *(word for rest, _ in phrases for word in rest))
}  # fmt: skip
_STEMS = {word[:-1] for word in _WORDS if word.endswith("*")}
_SHORTEST = min(map(len, _STEMS), default=1)
_PROCLITICS = "وفبلك"


@lru_cache(maxsize=1 << 14)
def _spellings(word: str) -> tuple[str, ...]:
    """The entries of the tables that a folded word may stand for: itself, its stem, itself without `and`, `in`."""
    found = [word] if word in _WORDS else []
    for size in range(min(len(word), 20), _SHORTEST - 1, -1):
        if word[:size] in _STEMS and len(word) - size <= ENDING:
            found.append(word[:size] + "*")
    if not found and word[:1] in _PROCLITICS and len(word) > 3 and word[1:] in _WORDS:
        found.append(word[1:])
    return tuple(found)


def may_begin(word: str) -> bool:
    """Whether a phrase of any table may begin with a folded word."""
    return any(first in table for first in _spellings(word) for table in _TABLES.values())


def cue_at(wording: FoldedWords, index: int, where: str) -> tuple[Cue, int] | None:
    """The longest phrase of a table (`before`, `after`, `ordinal`) at a word, and the index of the word after it."""
    best: tuple[Cue, int] | None = None
    for first in _spellings(wording.words[index]):
        for rest, cue in _TABLES[where].get(first, ()):
            end = index + 1 + len(rest)
            if best and end <= best[1]:
                break
            if end <= len(wording.words) and _follow(wording, index + 1, rest):
                best = cue, end
    return best


def _follow(wording: FoldedWords, index: int, rest: tuple[str, ...]) -> bool:
    for at, word in enumerate(rest, start=index):
        if word not in _spellings(wording.words[at]):
            return False
        gap = wording.between(at)
        if len(gap) > 3 or gap.strip(" \t\n\xa0:-'’"):
            return False
    return True
