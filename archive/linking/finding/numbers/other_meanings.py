"""What beside a number makes it something else than an entry's: a room, a year, an age, a sum. Pure.

The words are those of the languages' files. One that ends in `*` stands for all that begin so. Every word is folded as
the text is.
"""

import re
from functools import lru_cache
from typing import Literal, get_args

from archive.linking.finding.numbers.folded_words import MARKS, FoldedWords
from archive.linking.finding.numbers.numerals.folding import fold
from archive.linking.languages import loading
from archive.linking.languages.loading import together
from archive.linking.languages.patterns import literal

YEARS = range(1900, 2100)
"""Numbers that are years rather than entries, unless the register is named."""

_MONEY = "%‰°$€£¥₽₸₺؋﷼٪℃"


Table = Literal["before", "streets", "courts", "things", "usual", "after", "people"]


def _compiled(table: Table) -> tuple[frozenset[str], tuple[str, ...]]:
    every = together(lambda language: getattr(language.limits, table))
    words = [fold(word.rstrip("*")) + "*" * word.endswith("*") for word in every]
    return frozenset(w for w in words if w[-1] != "*"), tuple(sorted({w[:-1] for w in words if w[-1] == "*"}))


_TABLES = {table: _compiled(table) for table in get_args(Table)}
_BETWEEN = frozenset(together(lambda language: language.limits.between))
_HAN = loading.han()
_HAN_COURTS = re.compile(literal(_HAN.courts))


@lru_cache(maxsize=1 << 14)
def _in(table: Table, word: str) -> bool:
    exact, stems = _TABLES[table]
    return word in exact or (bool(word) and word.startswith(stems))


_GAP_AFTER = re.compile(rf"[ \xa0\-{MARKS}]{{0,3}}\Z")
_SYMBOL_AFTER = re.compile(rf"[ \xa0]?[{_MONEY}]|[ ]?{literal(_HAN.number_signs)}?{literal(_HAN.counted)}")
_HAN_ENDS = re.compile(rf"{literal(_HAN.numbering)}{literal(_HAN.before_cue)}?[ :：{_HAN.copulas}]?\Z")
_CLAUSE_ENDS = re.compile(r"[!?;。！？؟\n]")
_LONGEST_ABBREVIATION = 4
AFAR, ADDRESS, FILED = 6, 3, 8
"""Words before a cue in which a thing makes it doubtful, after a number an address, to either side a court."""


def counts(wording: FoldedWords, end: int, *, adjective: bool = False) -> bool:
    """Whether what follows a number that ends at `end` counts, dates or measures something, or numbers a place.

    After an `adjective` made of the number (`1391 numaralı kişi`) people are not counted: one is named.
    """
    if _SYMBOL_AFTER.match(wording.text, end):
        return True
    index = wording.from_offset(end)
    if index >= len(wording.words):
        return False
    gap = wording.text[end : wording.starts[index]]
    word = wording.words[index]
    return bool(_GAP_AFTER.match(gap)) and _in("after", word) and not (adjective and _in("people", word))


def measures(word: str) -> bool:
    """Whether a folded word is one that counts, dates, measures or numbers things, and so is nobody's name."""
    return _in("after", word) or _in("before", word)


def numbers_something_else(wording: FoldedWords, index: int) -> bool:
    """Whether the words before a cue, whose first word has this index, make it number something else."""
    for distance in range(1, 4):
        before = index - distance
        if before < 0 or _parts(wording, before):
            return False
        if _in("streets", wording.words[before]):
            return True
        if _in("before", wording.words[before]) and all(w in _BETWEEN for w in wording.words[before + 1 : index]):
            return True
    return False


def doubtful(wording: FoldedWords, first: int, last: int, *, file: bool) -> bool:
    """Whether the words around a phrase and its number, with these indices, make it rather something else's number.

    A thing that has numbers is named up to six words before (`her cell was number 15`), an address goes on after it
    (`No. 20 Xinhua Road`), or a court stands near the number of a `file`.
    """
    for back in range(first - 1, max(-1, first - 1 - AFAR), -1):
        if _parts(wording, back):
            break
        word = wording.words[back]
        if not file and _in("things", word):
            return True
        if file and first - back <= FILED and _in("courts", word):
            return True
    for ahead in range(last + 1, min(len(wording.words), last + 1 + (FILED if file else ADDRESS))):
        if _parts(wording, ahead - 1):
            break
        if _in("courts" if file else "streets", wording.words[ahead]):
            return True
    return False


def follows_a_noun(wording: FoldedWords, first: int) -> bool:
    """Whether a weak cue, whose first word has this index, stands right after a word that may be what is numbered.

    `Witness number 15`, `протест № 372`: whatever is no usual word before a number, and no name within a sentence.
    """
    if first == 0 or wording.between(first).strip(f" \xa0{MARKS}"):
        return False
    word = wording.words[first - 1]
    name = wording.text[wording.starts[first - 1]].isupper() and first > 1 and not _parts(wording, first - 2)
    return not (word.isdigit() or name or _in("usual", word))


def han_file_of_a_court(text: str, start: int, end: int) -> bool:
    """Whether a court stands near the number of a file, in Chinese."""
    return bool(_HAN_COURTS.search(text[max(0, start - 10) : end + 10]))


def _parts(wording: FoldedWords, index: int) -> bool:
    """Whether a sentence ends after a word: a full stop after a short one belongs to an abbreviation (`St.`)."""
    gap = wording.text[wording.ends[index] : wording.starts[index + 1]][:9]
    return bool(_CLAUSE_ENDS.search(gap)) or ("." in gap and len(wording.words[index]) > _LONGEST_ABBREVIATION)


def han_numbers_something_else(text: str, start: int) -> bool:
    """The same for Chinese, where nothing parts the words."""
    return bool(_HAN_ENDS.search(text[max(0, start - 8) : start]))
