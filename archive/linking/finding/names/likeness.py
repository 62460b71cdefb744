"""How alike words of names are, 0 to 1: quickly for many at once, and closely for a few. Pure.

The quick way takes the better of two: the normalized Levenshtein similarity of the plain transliterations, or that of
the sounds with that of the consonants (see `phonetics`). The close way takes the mean of the quick one and of how near
the spellings are by what each letter is usually written as (see `correspondences`): the first does not let a letter
pass for another, the second knows which do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist, cpdist

from archive.linking.finding.names.correspondences import (
    Encoded,
    Spelled,
    Spelling,
    nearness,
    nearness_at_most,
    nearness_of_pairs,
    spellings,
)
from archive.linking.finding.names.phonetics import is_vowelless, readings

Scores = NDArray[np.float32]
Rows = NDArray[np.intp]

ROWS = 16
"""Words that are looked at together when their letters are compared: their tables stay in a processor's memory."""

BONES = 0.4
"""Weight of the consonants beside the sound; chosen on one half of independent name pairs, measured on the other."""

CLOSELY = 0.5
"""Weight of the spellings beside the quick likeness; chosen on the tuning half of benchmarks/names."""


@dataclass(frozen=True)
class Words:
    """Tokens made ready to be compared: their readings as three lists, and where the readings of each begin."""

    tokens: tuple[str, ...]
    plain: list[str]
    sound: list[str]
    bones: list[str]
    starts: Rows

    @classmethod
    def of(cls, tokens: Sequence[str]) -> "Words":
        """The readings of tokens, as `phonetics.tokens` gives them."""
        read = [readings(token) for token in tokens]
        flat = [reading for row in read for reading in row]
        starts = np.fromiter(accumulate(map(len, read), initial=0), np.intp, len(read) + 1)[:-1]
        return cls(tuple(tokens), [r.plain for r in flat], [r.sound for r in flat], [r.bones for r in flat], starts)

    @cached_property
    def letters(self) -> "_Letters":
        """What of the plain readings tells quickly that two are not alike."""
        return _Letters.of(self.plain)


def likeness(queries: Words, vocabulary: Words, floor: float = 0) -> Scores:
    """How alike tokens are, quickly: a row for each query token, a column for each token of the vocabulary.

    Scores under `floor` may come out lower than they are, which is quicker.
    """

    def alike(a: list[str], b: list[str], least: float) -> Scores:
        least = max(0.0, least - 0.001)
        scores: Scores = cdist(a, b, scorer=Levenshtein.normalized_similarity, score_cutoff=least, dtype=np.float32)
        return scores

    plain = alike(queries.plain, vocabulary.plain, floor)
    sound = alike(queries.sound, vocabulary.sound, (floor - BONES) / (1 - BONES))
    bones = alike(queries.bones, vocabulary.bones, (floor - (1 - BONES)) / BONES)
    best = np.maximum(plain, (1 - BONES) * sound + BONES * bones)
    best = np.maximum.reduceat(best, vocabulary.starts, axis=1)
    folded: Scores = np.maximum.reduceat(best, queries.starts, axis=0)
    return folded


def enough_alike(queries: Words, vocabulary: Words, floor: float) -> tuple[Rows, Rows, Scores]:
    """The tokens that are as alike as `floor`, quickly: the places of the query's and the vocabulary's, the likeness.

    A pair comes once for each way in which it is enough alike. As `likeness`, without the many that are less: of words
    of a text nearly all. A `floor` of more than the weight of the consonants is needed.
    """
    alike = Levenshtein.normalized_similarity
    places = queries.letters.may_be_alike(vocabulary.letters, floor - 0.001)
    plain = _similarity_of_pairs(queries.plain, vocabulary.plain, places)
    places, plain = places[plain >= floor], plain[plain >= floor]
    least = (floor - BONES) / (1 - BONES) - 0.001
    sound = cdist(queries.sound, vocabulary.sound, scorer=alike, score_cutoff=least, dtype=np.float32).ravel()
    heard = np.flatnonzero(sound > 0)
    both = (1 - BONES) * sound[heard] + BONES * _similarity_of_pairs(queries.bones, vocabulary.bones, heard)
    heard, both = heard[both >= floor], both[both >= floor]
    ours, theirs = np.divmod(np.concatenate([places, heard]), max(1, len(vocabulary.plain)))
    return (
        np.searchsorted(queries.starts, ours, side="right") - 1,
        np.searchsorted(vocabulary.starts, theirs, side="right") - 1,
        np.concatenate([plain, both]),
    )


def _similarity_of_pairs(ours: list[str], theirs: list[str], places: Rows) -> Scores:
    """The similarity of pairs, by their places in the table of all of ours with all of theirs."""
    rows, columns = (some.tolist() for some in np.divmod(places, max(1, len(theirs))))
    scores: Scores = cpdist(
        [ours[row] for row in rows], [theirs[column] for column in columns], scorer=Levenshtein.normalized_similarity,
        dtype=np.float32,
    )  # fmt: skip
    return scores


@dataclass(frozen=True)
class _Letters:
    """What of many words tells quickly that two are not alike: their lengths, and as bits which letters they have."""

    lengths: NDArray[np.int16]
    bits: NDArray[np.uint32]

    @classmethod
    def of(cls, words: Sequence[str]) -> "_Letters":
        """Those of words in ASCII letters, of which `a` to `z` have a bit each."""
        bits = [sum({1 << (ord(letter) & 31) for letter in word}) for word in words]
        return cls(np.array([len(word) for word in words], np.int16), np.array(bits, np.uint32))

    def may_be_alike(self, others: "_Letters", least: float) -> Rows:
        """The places, in the table of all of these with all of the others, of pairs whose similarity may be `least`.

        Each letter that one has and the other has not takes an edit, and so does each that one is longer by; two
        letters may share a bit, which only lets more pairs through. A third of the time of comparing all.
        """
        ours, theirs = (((1 - least) * some.lengths + 1e-6).astype(np.int16) for some in (self, others))
        found = []
        for start in range(0, len(self.bits), ROWS):
            some = slice(start, start + ROWS)
            bits, lengths = self.bits[some, None], self.lengths[some, None]
            most = np.maximum(ours[some, None], theirs)
            may = np.bitwise_count(bits & ~others.bits) <= most
            may &= np.bitwise_count(~bits & others.bits) <= most
            may &= np.abs(lengths - others.lengths) <= most
            found.append(np.flatnonzero(may) + start * len(others.bits))
        return np.concatenate(found) if found else np.zeros(0, np.intp)


class Spellings:
    """The spellings of many tokens: one each, and for those of pinyin syllables a second; see `correspondences`."""

    def __init__(self, tokens: Sequence[str]) -> None:
        spelled = [spellings(token) for token in tokens]
        self.first = Spelled.of([row[0] for row in spelled])
        self.second = Spelled.of([row[-1] for row in spelled])
        self.twice = np.array([len(row) > 1 for row in spelled], bool)
        self.units = np.array([len(row[0].units) for row in spelled], np.intp)

    def layers(self, slots: Rows) -> tuple[tuple[Spelled, Rows], tuple[Spelled, Rows]]:
        """The first spellings, and the second ones, each with those of the names (rows of tokens) that have them."""
        second = self.twice | (self.units == 0)
        return (self.first, np.arange(len(slots))), (self.second, np.flatnonzero(second[slots].all(axis=1)))

    def nearness(self, words: Sequence[Sequence[Spelling]], rows: Rows) -> Scores:
        """How near words are to some of the tokens, by the spellings that suit best: a row for each word."""
        first, pinyin = self.first.take(rows), np.flatnonzero(self.twice[rows])
        second = self.second.take(rows[pinyin])
        found = np.zeros((len(words), len(rows)), np.float32)
        for row, word in enumerate(words):
            for spelling in map(Encoded.of, zip(word)):
                np.maximum(found[row], nearness(spelling, first), out=found[row])
                if len(pinyin):
                    found[row, pinyin] = np.maximum(found[row, pinyin], nearness(spelling, second))
        return found

    def nearness_from(self, words: Sequence[Sequence[Spelling]], ours: Rows, theirs: Rows, least: Scores) -> Scores:
        """How near pairs of a word and a token are, given by their places: as `nearness`, for all of them at once.

        Of a pair that is less near than its `least` anything less may come.
        """
        found = np.zeros(len(ours), np.float32)
        pinyin = np.flatnonzero(self.twice[theirs])
        for layer, some in ((self.first, np.arange(len(ours))), (self.second, pinyin)):
            for way in (0, -1):
                encoded = [Encoded.of([word[way]]) for word in words]
                may = nearness_at_most(encoded, ours[some], layer.take(theirs[some])) >= least[some] - 0.001
                pairs = some[may]
                near = nearness_of_pairs([encoded[place] for place in ours[pairs].tolist()], layer.take(theirs[pairs]))
                found[pairs] = np.maximum(found[pairs], near)
        return found


def closely(quick: Scores, near: Scores) -> Scores:
    """The close likeness, of the quick one and the nearness of the spellings."""
    return (1 - CLOSELY) * quick + CLOSELY * near


def closely_alike(words: Sequence[str], others: Sequence[str], quick: Scores) -> Scores:
    """The close likeness of each token to the one of the others in its place; `quick` is their quick likeness.

    A word that leaves its vowels out sounds like nothing, so that the spelling counts alone where it is nearer.
    """
    pairs = [
        (place, own, other)
        for place, (word, second) in enumerate(zip(words, others, strict=True))
        for own in spellings(word)
        for other in _encoded(second)
    ]
    near = np.zeros(len(words), np.float32)
    spelled = Spelled.of([own for _, own, _ in pairs])
    np.maximum.at(near, [place for place, *_ in pairs], nearness_of_pairs([other for *_, other in pairs], spelled))
    close = closely(quick, near)
    bare = np.array([is_vowelless(word) for word in words], bool)
    close[bare] = np.maximum(close[bare], near[bare])
    return close


@lru_cache(maxsize=1 << 12)
def _encoded(token: str) -> tuple[Encoded, ...]:
    return tuple(Encoded.of([spelling]) for spelling in spellings(token))


def quickly_alike(word: str, other: str) -> float:
    """The quick likeness of two tokens, as `likeness` has it of many: for a few alone it takes less."""
    alike = Levenshtein.normalized_similarity
    return max(
        max(
            alike(one.plain, two.plain), (1 - BONES) * alike(one.sound, two.sound) + BONES * alike(one.bones, two.bones)
        )
        for one in readings(word)
        for two in readings(other)
    )
