"""Whether words of a text agree with an entry's name: of one entry, and closely, beside its number. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from archive.linking.context.groups import is_nobody, is_nobodys
from archive.linking.finding.names.alphabets import languages
from archive.linking.finding.names.likeness import CLOSELY, Words, closely_alike, likeness
from archive.linking.finding.names.phonetics import is_vowelless, joined, tokens
from archive.linking.finding.names.search import WIDTH

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
    """As `Around.agreement`, with the words of a text given by where they start and end."""
    return Around.of(spans).agreement(names, least)


_tokens = lru_cache(maxsize=1 << 14)(tokens)

Option = tuple[int, float, int]
"""The place of the first of one to three words, how well they agree, and how many they are."""


@dataclass(frozen=True)
class Around:
    """The words of a text among which names are looked for, made ready once for all of them.

    `ones` are the words as they are compared, `written` as they stand there, `spans` where; `near` says of each whether
    the next is its neighbour.
    """

    ones: tuple[str, ...]
    written: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    near: tuple[bool, ...]

    @classmethod
    def of(cls, spans: Sequence[tuple[str, int, int]]) -> "Around":
        """The words of a text, each with where it starts and ends."""
        told = languages(" ".join(word for word, *_ in spans))
        cuts = [("".join(cut), *span) for span in spans if (cut := _tokens(span[0], told))]
        return cls(
            tuple(one for one, *_ in cuts),
            tuple(word for _, word, _, _ in cuts),
            tuple((start, end) for *_, start, end in cuts),
            tuple(after[2] - before[3] <= APART for before, after in pairwise(cuts)),
        )

    def agreement(self, names: Iterable[str], least: float = 0.0) -> tuple[float, int, int] | None:
        """How well any of an entry's names agrees with the words: the score, and the span of those that agree.

        Two neighbours are compared with two tokens of a name, one or two neighbours joined with the whole of it; of
        three, two joined are one token (`Rizwan Gul Memtimin`). None where there is nothing to compare; of what agrees
        less well than `least` anything may come, or nothing. Words that name a people, a place or the like, and nobody
        (see `groups`), agree with nothing.
        """
        best: tuple[float, int, int] | None = None
        for name in names:
            words = _tokens(name)[:WIDTH]
            if not words or not self.ones or is_nobodys(name):
                continue
            if exact := self._exactly(words):
                return exact
            for place, score, taken in self._like(words, least):
                if score > (best[0] if best else 0) and not is_nobody(self.written[place : place + taken]):
                    best = (score, self.spans[place][0], self.spans[place + taken - 1][1])
        return best

    def _exactly(self, words: Sequence[str]) -> tuple[float, int, int] | None:
        """The first two neighbours that are two parts of a name letter by letter: nothing agrees better."""
        if sum(word in self.ones for word in dict.fromkeys(words)) < 2:
            return None
        for place, (one, other) in enumerate(pairwise(self.ones)):
            both = self.near[place] and one in words and other in words and words.index(one) != words.index(other)
            if both and not is_nobody(self.written[place : place + 2]):
                return 1.0, self.spans[place][0], self.spans[place + 1][1]
        return None

    @cached_property
    def _every(self) -> Words:
        """The words, then each joined with the next."""
        return Words.of([*self.ones, *(before + after for before, after in pairwise(self.ones))])

    @cached_property
    def _unheard(self) -> NDArray[np.bool_]:
        """Which of those leave their vowels out, so that their quick likeness says little."""
        return np.array([is_vowelless(word) for word in self._every.tokens], bool)

    @cached_property
    def _sounds(self) -> list[str]:
        """How each of those sounds."""
        return [*(joined([word]) for word in self.ones), *map(joined, pairwise(self.ones))]

    def _like(self, words: Sequence[str], least: float) -> list[Option]:
        """Each way in which neighbours may be a name; those of two words or three alone that may reach `least`."""
        scorer, many = Levenshtein.normalized_similarity, len(self.ones)
        as_one = cdist([joined(words)], self._sounds, scorer=scorer, score_cutoff=WHOLE, dtype=np.float64)[0]
        found = [(place, float(as_one[place]), 1) for place in np.flatnonzero(as_one[:many]).tolist()]
        found += [
            (place, float(as_one[many + place]), 2)
            for place in np.flatnonzero(as_one[many:]).tolist()
            if self.near[place]
        ]
        return sorted([*found, *self._parted(words, least)], key=lambda option: (option[0], option[2]))

    def _parted(self, words: Sequence[str], least: float) -> Iterator[Option]:
        """Two words and three from each place that may agree with two parts of a name, and how well they do."""
        many, pairs = len(self.ones), list(permutations(range(len(words)), 2))
        if not pairs or not any(self.near):
            return
        quick = likeness(self._every, Words.of(words))
        most = (1 - CLOSELY) * quick + CLOSELY
        most[self._unheard] = 1
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
        close[used] = closely_alike([self._every.tokens[place] for place in used], words, quick[used])
        one, two = close[:many], close[many:]
        for place in both.tolist():
            both_of = [(one[place, a], one[place + 1, b]) for a, b in pairs]
            yield from ((place, float(sum(likes)) / 2, 2) for likes in both_of if min(likes) >= LEAST)
        for place in split.tolist():
            ways = [max(two[place, a] + one[place + 2, b], one[place, a] + two[place + 1, b]) for a, b in pairs]
            yield from ((place, float(score) / 2 - SPLIT, 3) for score in ways)
