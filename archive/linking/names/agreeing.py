"""Whether words of a text agree with an entry's name: of one entry, and closely, beside its number. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from archive.linking.context.groups import is_nobody, is_nobodys
from archive.linking.names.alphabets import languages
from archive.linking.names.likeness import Words, closely, closely_alike, likeness
from archive.linking.names.phonetics import is_vowelless, joined, tokens
from archive.linking.names.search import WIDTH

SPLIT = 0.03
"""Taken off where a part of a name is written as two words beside the other: some such pair is like anything."""

LEAST = 0.6
"""Likeness that each of two parts needs: siblings share all but a given name (`Aynur` and `Aygul` are .44 alike)."""

WHOLE = 0.81
"""Likeness from which words written as one agree with a whole name, of which nobody knows the parts."""

APART = 3
"""Code points between neighbouring words of one name."""


def agreement(
    names: Iterable[str], spans: Sequence[tuple[str, int, int]], least: float = 0.0
) -> tuple[float, int, int] | None:
    """How well any of an entry's names agrees with words of a text: the score, and the words' span in the text.

    `spans` are the text's words with where they start and end. Two neighbours are compared with two tokens of a name,
    one or two neighbours joined with the whole of it; of three, two joined are one token (`Rizwan Gul Memtimin`). None
    where there is nothing to compare; of what agrees less well than `least` anything may come, or nothing. Words that
    name a people, a place or the like, and nobody (see `groups`), agree with nothing.
    """
    best: tuple[float, int, int] | None = None
    told = languages(" ".join(word for word, *_ in spans))
    cuts = [(_tokens(span[0], told), *span) for span in spans]
    written = [word for cut, word, _, _ in cuts if cut]
    spans = [("".join(cut), start, end) for cut, _, start, end in cuts if cut]
    around: _Around | None = None
    for name in names:
        words = _tokens(name)[:WIDTH]
        if not words or not spans or is_nobodys(name):
            continue
        around = around or _Around.of(spans)
        if exact := _exactly(words, spans, around.near, written):
            return exact
        for place, score, taken in around.like(words, least):
            if score > (best[0] if best else 0) and not is_nobody(written[place : place + taken]):
                best = (score, spans[place][1], spans[place + taken - 1][2])
    return best


_tokens = lru_cache(maxsize=1 << 14)(tokens)

Option = tuple[int, float, int]
"""The place of the first of one to three words, how well they agree, and how many they are."""


@dataclass(frozen=True)
class _Around:
    """The words of a text that a name is looked for among: alone, each joined with the next, and whether it is near."""

    ones: list[str]
    twos: list[str]
    near: list[bool]
    every: Words
    unheard: NDArray[np.bool_]
    """Which of them leave their vowels out, so that their quick likeness says little."""

    @classmethod
    def of(cls, spans: Sequence[tuple[str, int, int]]) -> "_Around":
        ones = [word for word, _, _ in spans]
        twos = [before + after for before, after in pairwise(ones)]
        near = [after[1] - before[2] <= APART for before, after in pairwise(spans)]
        every = [*ones, *twos]
        return cls(ones, twos, near, Words.of(every), np.array([is_vowelless(word) for word in every], bool))

    def like(self, words: Sequence[str], least: float) -> Iterator[Option]:
        """Each way in which neighbours may be a name; those of two words or three alone that may reach `least`."""
        whole = joined(words)
        parts = {(place, taken): scores for place, taken, scores in self._parted(words, least)}
        for place, word in enumerate(self.ones):
            yield place, _as_one([word], whole), 1
            if place < len(self.near) and self.near[place]:
                yield place, _as_one(self.ones[place : place + 2], whole), 2
                yield from ((place, score, 2) for score in parts.get((place, 2), ()))
                yield from ((place, score, 3) for score in parts.get((place, 3), ()))

    def _parted(self, words: Sequence[str], least: float) -> Iterator[tuple[int, int, list[float]]]:
        """Two words and three from each place that may agree with two parts of a name, and how well they do."""
        many, pairs = len(self.ones), list(permutations(range(len(words)), 2))
        if not pairs or not any(self.near):
            return
        quick = likeness(self.every, Words.of(words))
        most = closely(quick, np.ones_like(quick))
        most[self.unheard] = 1
        one, two = most[:many].astype(float), most[many:].astype(float)
        first, second = ([pair[side] for pair in pairs] for side in (0, 1))
        twos = (one[:-1, first] + one[1:, second]).max(axis=1) / 2
        threes = np.maximum(two[:-1, first] + one[2:, second], one[:-2, first] + two[1:, second]).max(axis=1) / 2
        near = np.array(self.near, bool)
        both = np.flatnonzero(near & (twos >= least))
        split = np.flatnonzero(near[:-1] & near[1:] & (threes - SPLIT >= least))
        used = np.unique(np.concatenate([both, both + 1, split, split + 2, many + split, many + split + 1]))
        if not len(used):
            return
        close = np.zeros_like(quick)
        close[used] = closely_alike([self.every.tokens[place] for place in used], words, quick[used])
        one, two = close[:many], close[many:]
        for place in both.tolist():
            both_of = [(one[place, a], one[place + 1, b]) for a, b in pairs]
            yield place, 2, [float(sum(likes)) / 2 for likes in both_of if min(likes) >= LEAST]
        for place in split.tolist():
            ways = [max(two[place, a] + one[place + 2, b], one[place, a] + two[place + 1, b]) for a, b in pairs]
            yield place, 3, [float(score) / 2 - SPLIT for score in ways]


def _exactly(
    words: Sequence[str], spans: Sequence[tuple[str, int, int]], near: Sequence[bool], written: Sequence[str]
) -> tuple[float, int, int] | None:
    """The first two neighbours that are two parts of a name letter by letter: nothing agrees better."""
    for place, ((one, start, _), (other, _, end)) in enumerate(pairwise(spans)):
        both = near[place] and one in words and other in words and words.index(one) != words.index(other)
        if both and not is_nobody(written[place : place + 2]):
            return 1.0, start, end
    return None


def _as_one(words: Sequence[str], whole: str) -> float:
    return Levenshtein.normalized_similarity(joined(words), whole, score_cutoff=WHOLE)
