"""How far two spellings of a word are apart, letter by letter and across scripts. Pure but for reading its table once.

A spelling is a row of units: a letter, a digraph that writes one sound, or an initial, vowel or coda of a pinyin
syllable. The table `correspondences.tsv` says what it costs to find one unit where the other spelling has another, or
none, for each script against Latin: the mean surprise of either given the other, -½ ln p(a|b) p(b|a), in nats. It was
counted by `python -m benchmarks._correspondences`, which says from what, and smoothed with the phonology that is
written there. Two scripts of which neither is Latin meet through the Latin unit that suits both best.

A distance is the cheapest way from one spelling to the other (Wagner and Fischer, 1974), for many spellings at once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.linking.finding.names.phonetics import ascii_of, is_han, single, stem, syllables, syllables_of

Costs = NDArray[np.float32]
Codes = NDArray[np.int16]

SCRIPTS = ("latin", "cyrillic", "arabic", "han")
"""Uyghur and Kazakh in Arabic letters are respelled in Cyrillic; Latin words made of pinyin count also as Han."""

DEAREST = 6.0
"""Cost of what the table does not list."""

LONGEST = 24
"""Units of a word that are compared."""

NONE = "-"
"""Stands in the table for the absence of a unit."""

_LATIN = re.compile(r"sch|tch|sh|ch|zh|kh|gh|ng|ts|dj|dz|ph|th|ck|[a-z]")
_FOLDED = {"sch": "sh", "tch": "ch", "ph": "f", "th": "t", "ck": "k", "dj": "j"}
_SYLLABLE = re.compile(
    r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(er$|iao|uai|ai|ei|ao|ou|ia|ie|iu|io|ua|uo|ui|ue|[aoeiuv])(ng?)?"
)


class Spelling(NamedTuple):
    """One way to spell out a word: the script (of SCRIPTS) it is from, and its units."""

    script: str
    units: tuple[str, ...]


@lru_cache(maxsize=65536)
def spellings(token: str) -> tuple[Spelling, ...]:
    """The one or two spellings of a token as `phonetics.tokens` gives it; the second is that of a pinyin syllable."""
    if is_han(token):
        return (_pinyin(syllables_of(token)[0]),)
    plain = ascii_of(token)
    if not token.isascii():
        return (Spelling(_script(token), _units(stem(plain))),)
    latin = Spelling("latin", _units(stem(plain)))
    cut = syllables(plain)
    return (latin, _pinyin(cut)) if cut else (latin,)


_CLASSES = (("p", "b p f"), ("t", "d t"), ("k", "g k q gh"), ("r", "r l er"), ("m", "m"), ("n", "n ng"))
_HISSES = "s sh x z zh c ts j ch dz"
_CLASS = {unit: kind for kind, units in (*_CLASSES, ("s", _HISSES)) for unit in units.split()}


def skeleton(word: Spelling) -> str:
    """The classes of a spelling's consonants, without those that are often not heard: h, kh, v, w and y."""
    han = word.script == "han"
    return "".join("s" if han and unit == "q" else _CLASS.get(unit, "") for unit in word.units)


def _script(token: str) -> str:
    if any("\u0600" <= c <= "\u06ff" for c in token):
        return "arabic"
    return "cyrillic" if any("\u0400" <= c <= "\u052f" for c in token) else "latin"


def _units(plain: str) -> tuple[str, ...]:
    return tuple(_FOLDED.get(unit, unit) for unit in _LATIN.findall(single(plain)))


def _pinyin(cut: Iterable[str]) -> Spelling:
    found = (
        unit for syllable in cut for match in [_SYLLABLE.match(syllable)] if match for unit in match.groups() if unit
    )
    return Spelling("han", tuple(found))


@dataclass(frozen=True)
class Table:
    """What the table file says.

    `between[a, b]` is the cost of unit b for unit a, `alone[s, a]` that of having a where a spelling of script s has
    nothing. Code 0 is no unit: it costs nothing, wherever it stands.
    """

    code: dict[tuple[str, str], int]
    between: Costs
    alone: Costs


@cache
def table() -> Table:
    """The costs of the file beside this module."""
    return parsed(written())


def written() -> str:
    """The text of the file beside this module."""
    return Path(__file__).with_name("correspondences.tsv").read_text(encoding="utf-8")


def rows(text: str) -> Iterator[tuple[str, str, dict[str, float]]]:
    """The rows of a table: a script, a unit, and what each Latin unit costs that it is written as."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            script, unit, listed = line.split("\t")
            pairs = (pair.rsplit(":", 1) for pair in listed.split(" "))
            yield script, unit, {other: float(cost) for other, cost in pairs}


def parsed(text: str) -> Table:
    """The costs of a table: rows of a script, a unit, and `unit:cost` for each Latin unit that it is written as."""
    told = {(script, unit, other): cost for script, unit, costs in rows(text) for other, cost in costs.items()}
    units = sorted({unit for _, *both in told for unit in both} - {NONE})
    many = len(units)
    code = {(s, unit): i * many + j for i, s in enumerate(SCRIPTS) for j, unit in enumerate(units)}
    to_latin = np.full((len(SCRIPTS), many + 1, many + 1), DEAREST, np.float32)
    place = {unit: j for j, unit in enumerate((*units, NONE))}
    for (script, unit, other), cost in told.items():
        to_latin[SCRIPTS.index(script), place[unit], place[other]] = cost
    between = np.full((len(SCRIPTS), many, len(SCRIPTS), many), DEAREST, np.float32)
    alone = np.full((len(SCRIPTS), len(SCRIPTS), many), DEAREST, np.float32)
    for i, own in enumerate(to_latin):
        alone[0, i] = own[:-1, -1]
        alone[i, 0] = own[-1, :-1]
        for j, theirs in enumerate(to_latin):
            if i and j:
                through = (own[:-1, None, :-1] + theirs[None, :-1, :-1]).min(axis=2)
                between[i, :, j] = np.minimum(through, DEAREST)
        between[i, :, 0] = own[:-1, :-1]
        between[0, :, i] = own[:-1, :-1].T
    for i in range(len(SCRIPTS)):
        np.fill_diagonal(between[i, :, i], 0)
        if i:
            alone[i, 1:] = alone[0, 1:]
    size = len(SCRIPTS) * many
    padded = np.full((size + 1, size + 1), 2 * DEAREST, np.float32)
    padded[1:, 1:] = between.reshape(size, size)
    padded_alone = np.zeros((len(SCRIPTS), size + 1), np.float32)
    padded_alone[:, 1:] = alone.reshape(len(SCRIPTS), size)
    return Table({unit: at + 1 for unit, at in code.items()}, padded, padded_alone)


@dataclass(frozen=True)
class Spelled:
    """Many spellings: `codes` has a row for each, filled up with 0; `scripts` the place of its script in SCRIPTS."""

    codes: Codes
    scripts: Codes

    @classmethod
    def of(cls, words: Sequence[Spelling]) -> "Spelled":
        """Spellings made ready to be compared."""
        codes = np.zeros((len(words), LONGEST), np.int16)
        for row, word in enumerate(words):
            found = encoded(word)
            codes[row, : len(found)] = found
        return cls(codes, np.array([SCRIPTS.index(word.script) for word in words], np.int16))

    @classmethod
    def together(cls, several: Sequence["Spelled"]) -> "Spelled":
        """All spellings of several, one after another."""
        codes = np.zeros((sum(len(one.codes) for one in several), max(one.codes.shape[1] for one in several)), np.int16)
        row = 0
        for one in several:
            codes[row : row + len(one.codes), : one.codes.shape[1]] = one.codes
            row += len(one.codes)
        return cls(codes, np.concatenate([one.scripts for one in several]))

    def take(self, rows: NDArray[np.intp]) -> "Spelled":
        """Some of the spellings, as wide as the longest of them."""
        codes = self.codes[rows]
        used = np.flatnonzero(codes.any(axis=0))
        return Spelled(codes[:, : used[-1] + 1 if used.size else 0], self.scripts[rows])


@dataclass(frozen=True)
class Encoded:
    """Words as one: the codes of their units, and the place of the first one's script in SCRIPTS."""

    script: int
    codes: Codes

    @classmethod
    def of(cls, words: Sequence[Spelling]) -> "Encoded":
        """One word or several, written as one."""
        return cls(
            SCRIPTS.index(words[0].script), np.array([code for word in words for code in encoded(word)], np.int16)
        )


def encoded(word: Spelling) -> list[int]:
    """The codes of a spelling's units, without those that the table does not know."""
    known = table().code
    return [known[word.script, unit] for unit in word.units[:LONGEST] if (word.script, unit) in known]


def one_word(spelled: Spelled, rows: NDArray[np.intp]) -> Spelled:
    """Names, each a row of the places of its words, with the words written as one."""
    codes = spelled.codes[rows].reshape(len(rows), rows.shape[1] * LONGEST)
    codes = np.take_along_axis(codes, np.argsort(codes == 0, axis=1, kind="stable"), axis=1)
    return Spelled(codes[:, : int((codes > 0).sum(axis=1).max(initial=0))], spelled.scripts[rows[:, 0]])


def nearness(word: Encoded, others: Spelled) -> Costs:
    """How near a word is to each of the others, 0 to 1: less their distance as a share of having nothing in common.

    A 0 among the others' codes stands for nothing. The same both ways.
    """
    return _share(*_distances(word, others))


def nearness_of_pairs(words: Sequence[Encoded], others: Spelled) -> Costs:
    """How near each word is to the one of the others in its row: as `nearness`, for all of them at once."""
    costs = table()
    lengths = np.array([len(word.codes) for word in words], np.intp)
    order = np.argsort(-lengths, kind="stable")  # so that those which go on are the first columns, at every place
    scripts, their_scripts = np.array([word.script for word in words], np.intp)[order], others.scripts[order]
    codes = np.ascontiguousarray(others.codes[order].T)
    units = np.zeros((len(words), int(lengths.max(initial=0))), np.intp)
    for row, at in enumerate(order):
        units[row, : lengths[at]] = words[at].codes
    gone = np.zeros((len(codes) + 1, len(words)), np.float32)
    np.cumsum(costs.alone[scripts, codes], axis=0, out=gone[1:])
    own_alone = costs.alone[their_scripts[:, None], units]
    reached, whole = gone.copy(), gone[-1].copy()
    for length in np.unique(lengths):
        first, last = np.searchsorted(-lengths[order], (-length, 1 - length))
        whole[first:last] = own_alone[first:last, :length].sum(axis=1) + whole[first:last]
    for place in range(units.shape[1]):
        going = int(np.searchsorted(-lengths[order], -place))
        best = reached[:, :going] + own_alone[:going, place]
        np.minimum(best[1:], reached[:-1, :going] + costs.between[units[:going, place], codes[:, :going]], out=best[1:])
        best -= gone[:, :going]
        np.minimum.accumulate(best, axis=0, out=best)
        np.add(best, gone[:, :going], out=reached[:, :going])
    found = np.empty(len(words), np.float32)
    found[order] = _share(reached[-1], whole)
    return found


def nearness_at_most(words: Sequence[Encoded], places: NDArray[np.intp], others: Spelled) -> Costs:
    """No less than how near the word at each of the places is to the one of the others in its row, in less time.

    Each of their units stands beside the likest of the word's, wherever that is, and none of the word's is left over.
    """
    costs = table()
    scripts = np.array([word.script for word in words], np.intp)
    likest = np.array([costs.between[word.codes].min(axis=0, initial=2 * DEAREST) for word in words], np.float32)
    likest = np.minimum(likest, costs.alone[scripts])
    own_alone = np.array([costs.alone[:, word.codes].sum(axis=1) for word in words], np.float32)
    rows = places[:, None]
    whole = own_alone[places, others.scripts] + costs.alone[scripts[rows], others.codes].sum(axis=1)
    return _share(likest[rows, others.codes].sum(axis=1), whole)


def distance(word: Encoded, others: Spelled) -> Costs:
    """How far a word is from each of the others, in nats."""
    return _distances(word, others)[0]


def _share(apart: Costs, whole: Costs) -> Costs:
    share = np.divide(apart, whole, out=np.full(len(apart), 0.5, np.float32), where=whole > 0)
    found: Costs = np.clip(1 - 2 * share, 0, 1)
    return found


def _distances(word: Encoded, others: Spelled) -> tuple[Costs, Costs]:
    """The cheapest way from a word to each of the others, and what it costs to have nothing in common."""
    costs, codes = table(), np.ascontiguousarray(others.codes.T)  # a row for each place: all others go on together
    gone = np.zeros((len(codes) + 1, codes.shape[1]), np.float32)
    np.cumsum(costs.alone[word.script][codes], axis=0, out=gone[1:])
    own_alone = costs.alone[others.scripts[:, None], word.codes[None, :]]
    reached = gone.copy()
    for place, unit in enumerate(word.codes):
        best = reached + own_alone[:, place]
        np.minimum(best[1:], reached[:-1] + costs.between[unit][codes], out=best[1:])
        # Leaving out any run of the other's units, at once for all of its places.
        best -= gone
        reached = np.minimum.accumulate(best, axis=0, out=best)
        reached += gone
    return reached[-1], own_alone.sum(axis=1) + gone[-1]
