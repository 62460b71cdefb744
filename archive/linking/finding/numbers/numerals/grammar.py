"""How numbers are put together from words, for all languages that put spaces between words. Pure.

A language is a `Grammar`: a table from words to atoms, and the few ways in which languages differ. An atom is what one
word or a part of it adds: a value (3, 13, 30, 300, 100, 1000), the word for `and`, or the `a` of `a hundred`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from archive.linking.finding.numbers.numerals.folding import fold

LARGEST = 9_999_999
"""No entry has a larger number."""

LONGEST = 16
"""Words of a number that are looked at."""

_LONGEST_WORD = 60


class Atom(NamedTuple):
    """What a word adds to a number. `last` of an ordinal, which ends it."""

    value: int
    last: bool = False


AND = Atom(-1)
ARTICLE = Atom(-2)
TEEN = Atom(-3)
"""The second word of an Arabic number from 11 to 19, which adds ten to the unit before it."""


@dataclass(frozen=True)
class Grammar:
    """The words of a language's numbers.

    `words` maps a word to its atoms. `ordinals` are endings that make a word an
    ordinal. `ten_and_unit`: 13 is said `ten three`. `units_first`: 53 is said `three and fifty`. `hundreds_to`: the
    largest number that may stand before the word for hundred. `joined`: a number may be written as one word. `prefix`
    is an `and` written together with the next word.
    """

    language: str
    script: str
    words: Mapping[str, tuple[Atom, ...]]
    ordinals: tuple[str, ...] = ()
    ten_and_unit: bool = False
    units_first: bool = False
    hundreds_to: int = 9
    joined: bool = False
    prefix: str = ""

    @cached_property
    def table(self) -> dict[str, tuple[Atom, ...]]:
        """Every folded word with its atoms, ordinals made by an ending included."""
        table = {fold(word): atoms for word, atoms in self.words.items()}
        for word, atoms in list(table.items()):
            if atoms[-1].value > 0:
                for ending in self.ordinals:
                    table.setdefault(word + fold(ending), (*atoms[:-1], Atom(atoms[-1].value, last=True)))
        return table

    def atoms(self, word: str) -> tuple[Atom, ...] | None:
        """The atoms of a folded word; None if it is no part of a number."""
        found = self.table.get(word)
        if found is None and self.prefix and word.startswith(self.prefix):
            rest = self.table.get(word[len(self.prefix) :])
            found = (AND, *rest) if rest else None
        if found is None and self.joined and len(word) <= _LONGEST_WORD:
            found = self._apart(word)
        return found

    def _apart(self, word: str) -> tuple[Atom, ...] | None:
        """The atoms of several words written as one."""
        best: list[tuple[Atom, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 14), end):
                before, here = best[start], self.table.get(word[start:end])
                if before is not None and here and not (before and before[-1].last):
                    best[end] = before + here
                    break
        return best[-1]

    def read(self, words: Sequence[str]) -> tuple[int, int] | None:
        """The number that folded `words` begin with and how many of them it takes; None if they begin with none.

        Reads cardinals and ordinals, digits one by one (`one five three`) and groups as they are spoken (`thirteen
        ninety one`, `five oh seven`, `one fifty three`).
        """
        atoms: list[Atom] = []
        word_ends: dict[int, int] = {}
        for count, word in enumerate(words[:LONGEST], 1):
            found = self.atoms(word)
            if found is None:
                break
            atoms += found
            word_ends[len(atoms)] = count
        read = _Reader(atoms, self).number()
        if read is None or not 0 < read[0] <= LARGEST or read[1] not in word_ends:
            return None
        return read[0], word_ends[read[1]]


class _Reader:
    """One reading of a run of atoms. Each method takes a place and gives (value, place after it), or None."""

    def __init__(self, atoms: Sequence[Atom], grammar: Grammar) -> None:
        self.values = [atom.value for atom in atoms] + [AND.value] * 4
        self.last = [atom.last for atom in atoms] + [True] * 4
        self.grammar = grammar

    def number(self) -> tuple[int, int] | None:
        whole = self._cardinal()
        if whole and (whole[0] >= 100 or self.last[whole[1] - 1]):
            return whole
        return self._groups()

    def _cardinal(self) -> tuple[int, int] | None:
        at = 0
        if self.values[0] in (1000, 2000):
            value, at = self.values[0], 1
        else:
            start = 1 if self.values[0] == ARTICLE.value and self.values[1] in (100, 1000) else 0
            high = (1, 1) if start and self.values[1] == 1000 else self._below_thousand(start)
            if high is None or self.last[high[1] - 1] or self.values[high[1]] != 1000:
                return high
            value, at = high[0] * 1000, high[1] + 1
        if self.last[at - 1]:
            return value, at
        low = self._below_thousand(at + (self.values[at] == AND.value))
        return (value + low[0], low[1]) if low else (value, at)

    def _below_thousand(self, at: int) -> tuple[int, int] | None:
        value = self.values[at]
        if 100 <= value <= 900 and value % 100 == 0:
            at += 1
        else:
            group = self._below_hundred(at)
            if group is None or self.last[group[1] - 1] or self.values[group[1]] != 100:
                return group
            if group[0] > self.grammar.hundreds_to:
                return group
            value, at = group[0] * 100, group[1] + 1
        if self.last[at - 1]:
            return value, at
        rest = self._below_hundred(at + (self.values[at] == AND.value))
        # "three hundred five thousand" and "a hundred one hundred": what a scale follows is part of the rest or none.
        if rest and self.values[rest[1]] == 100:
            rest = None
        return (value + rest[0], rest[1]) if rest else (value, at)

    def _below_hundred(self, at: int) -> tuple[int, int] | None:
        value = self.values[at]
        if not 0 < value < 100:
            return None
        if self.last[at]:
            return value, at + 1
        after = self.values[at + 1]
        if value < 10:
            if after == TEEN.value or (self.grammar.units_first and after == 10):
                return value + 10, at + 2
            tens = self.values[at + 2] if after == AND.value else 0
            if self.grammar.units_first and 20 <= tens < 100:
                return value + tens, at + 3
            return value, at + 1
        takes_unit = value >= 20 or (self.grammar.ten_and_unit and value == 10)
        if takes_unit and value % 10 == 0 and 0 < after < 10:
            return value + after, at + 2
        return value, at + 1

    def _groups(self) -> tuple[int, int] | None:
        """Digits one by one, or groups of two digits as they are spoken.

        Two single digits are none: nobody says 13 so, and a misheard word may have cut a longer number short.
        """
        digits, at, singly = "", 0, True
        while len(digits) < 7:
            if self.values[at] == 0:
                group: tuple[int, int] | None = (0, at + 1)
            else:
                group = self._below_hundred(at)
            if group is None or (digits and self.last[group[1] - 1]):
                break
            value, end = group
            after_zero = at > 0 and self.values[at - 1] == 0
            if digits and 0 < value < 10 and not singly and not after_zero:
                break  # "thirteen ninety one" ends here; a digit on its own belongs to what follows
            digits += str(value)
            singly = singly and value < 10
            at = end
        return (int(digits), at) if digits and not (singly and len(digits) == 2) else None
