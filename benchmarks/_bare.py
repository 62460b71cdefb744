"""Two bare ways to link a talk to a register, for comparison: with nothing of what the linker knows.

Both take every number after a cue word. Of names, `exactly` takes each pair of words that is an entry's name letter by
letter: one look-up a pair, which is as quick as linking can be, and finds no name that is misheard, declined or in
another script than the register's. `nearly` takes each pair that is like one, as anybody would write it with a good
library: both in ASCII (anyascii), compared by rapidfuzz with every distinct name of two words, from the likeness on
that the linker asks of a name. Pairs with a word that begins with a small letter are passed over.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from anyascii import anyascii
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from archive.linking.finding.names.spotting import NAME_FLOOR
from archive.linking.registers.entries import Entry

BATCH = 32
"""Pairs that are compared with all names at a time, which bounds the memory it takes."""

_CUE = re.compile(
    r"(?:entry|number|запись|номер|нөмірі|жазба|kayıt|numarası|编号|条目|نومۇرى)\W{0,3}(\d[\d,]*)", re.IGNORECASE
)
_PAIR = re.compile(r"(?=\b([^\W\d_]+ [^\W\d_]+)\b)")

Pair = tuple[str, str]
"""The tier and the entry of a link."""


class Bare:
    """A register as the bare ways read it: its numbers, and the entries by their names of two words."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._numbers = {entry.number for entry in entries}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_letters: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            if entry.latin and len(entry.latin.split()) == 2:
                self._by_name[entry.latin].append(entry.number)
                self._by_letters[_letters(entry.latin)].append(entry.number)
        self._names = list(self._by_letters)

    def exactly(self, text: str) -> list[Pair]:
        """Numbers after a cue word, and names letter by letter; alone in the register is B, else C."""
        found = self._numbered(text)
        for pair in _PAIR.findall(text):
            found += _named(self._by_name.get(pair, []))
        return found

    def nearly(self, text: str) -> list[Pair]:
        """The same with names that are nearly so: of each pair the likest name."""
        found = self._numbered(text)
        pairs = dict.fromkeys(_letters(pair) for pair in _PAIR.findall(text) if _may_be_a_name(pair))
        for name in self._likest(list(pairs)):
            found += _named(self._by_letters[name])
        return found

    def _numbered(self, text: str) -> list[Pair]:
        numbers = (number.replace(",", "") for number in _CUE.findall(text))
        return [("B", number) for number in numbers if number in self._numbers]

    def _likest(self, pairs: Sequence[str]) -> Iterator[str]:
        scorer = Levenshtein.normalized_similarity
        for start in range(0, len(pairs), BATCH):
            some = pairs[start : start + BATCH]
            alike = cdist(some, self._names, scorer=scorer, score_cutoff=NAME_FLOOR, dtype=np.float32)
            best = alike.argmax(axis=1)
            yield from (self._names[place] for row, place in enumerate(best) if alike[row, place])


def _named(bearers: Sequence[str]) -> list[Pair]:
    return [("B" if len(bearers) == 1 else "C", number) for number in bearers]


def _letters(words: str) -> str:
    return anyascii(words).lower()


def _may_be_a_name(pair: str) -> bool:
    return not any(word[0].islower() for word in pair.split(" "))
