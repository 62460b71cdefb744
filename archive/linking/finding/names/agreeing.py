"""Whether words of a text agree with an entry's name: of one entry, and closely, beside its number. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from archive.linking.context.groups import is_nobody, is_nobodys
from archive.linking.finding.names.alphabets import languages
from archive.linking.finding.names.likeness import CLOSELY, Scores, Words, closely_alike, likeness, quickly_alike
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

FEW = 4
"""Words, such as those of one person's name, that are compared one by one before all are at once."""


Agreement = tuple[float, int, int]
"""How well a name agrees with words of a text, and the span of those."""


def agreement(names: Iterable[str], spans: Sequence[tuple[str, int, int]], least: float = 0.0) -> Agreement | None:
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

    def agreement(self, names: Iterable[str], least: float = 0.0) -> Agreement | None:
        """How well any of an entry's names agrees with the words: the score, and the span of those that agree.

        Two neighbours are compared with two tokens of a name, one or two neighbours joined with the whole of it; of
        three, two joined are one token (`Rizwan Gul Memtimin`). None where there is nothing to compare; of what agrees
        less well than `least` anything may come, or nothing. Words that name a people, a place or the like, and nobody
        (see `groups`), agree with nothing.
        """
        return agreements([(names, self)], least)[0]

    def compared(self, names: Iterable[str], least: float) -> "Agreement | list[_Compared]":
        """What agrees letter by letter with one of the names, or else each of them as far as it is compared quickly."""
        found = []
        for name in names:
            words = _tokens(name)[:WIDTH]
            if not words or not self.ones or is_nobodys(name):
                continue
            if exact := self._exactly(words):
                return exact
            found.append(self._like(words, least))
        return found

    def best(self, options: Iterable[Option]) -> Agreement | None:
        """The first of the best ways in which words may be a name."""
        best: Agreement | None = None
        for place, score, taken in options:
            if score > (best[0] if best else 0) and not is_nobody(self.written[place : place + taken]):
                best = (score, self.spans[place][0], self.spans[place + taken - 1][1])
        return best

    def _exactly(self, words: Sequence[str]) -> Agreement | None:
        """The first two neighbours that are two parts of a name letter by letter: nothing agrees better."""
        if sum(word in self.ones for word in dict.fromkeys(words)) < 2:
            return None
        for place, (one, other) in enumerate(pairwise(self.ones)):
            both = self.near[place] and one in words and other in words and words.index(one) != words.index(other)
            if both and not is_nobody(self.written[place : place + 2]):
                return 1.0, self.spans[place][0], self.spans[place + 1][1]
        return None

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        """The words, then each joined with the next."""
        return (*self.ones, *(before + after for before, after in pairwise(self.ones)))

    @cached_property
    def _every(self) -> Words:
        """Those made ready to be compared."""
        return Words.of(self._forms)

    @cached_property
    def _unheard(self) -> NDArray[np.bool_]:
        """Which of those leave their vowels out, so that their quick likeness says little."""
        return np.array([is_vowelless(word) for word in self._forms], bool)

    @cached_property
    def _sounds(self) -> list[str]:
        """How each of those sounds."""
        return [*(joined([word]) for word in self.ones), *map(joined, pairwise(self.ones))]

    def _like(self, words: Sequence[str], least: float) -> "_Compared":
        """Each way in which neighbours may be a name; those of two words or three alone that may reach `least`."""
        alike, whole, many = Levenshtein.normalized_similarity, joined(words), len(self.ones)
        found: list[Option] = []
        for place, sound in enumerate(self._sounds):
            score = alike(whole, sound, score_cutoff=WHOLE)
            if score and place < many:
                found.append((place, score, 1))
            elif score and self.near[place - many]:
                found.append((place - many, score, 2))
        may = len(words) > 1 and any(self.near) and (many > FEW or self._may_part(words, least))
        return _Compared(found, self._parted(words, least) if may else None)

    def _parted(self, words: Sequence[str], least: float) -> "_Parted | None":
        """The neighbours, two words or three, that may agree with two parts of a name."""
        many, pairs = len(self.ones), list(permutations(range(len(words)), 2))
        quick = likeness(self._every, Words.of(words))
        most = (1 - CLOSELY) * quick + CLOSELY
        most[self._unheard] = 1
        one, two = most[:many].astype(float), most[many:].astype(float)
        first, second = np.array(pairs, np.intp).T
        near = np.array(self.near, bool)
        beside, apart = near[:, None], (near[:-1] & near[1:])[:, None]
        # Which parts are compared with which words: those alone that may be as like as is needed.
        twos = _may_be(one[:-1, first], one[1:, second], least) & beside
        twos &= np.minimum(one[:-1, first], one[1:, second]) >= LEAST
        left = _may_be(two[:-1, first], one[2:, second], least + SPLIT) & apart
        right = _may_be(one[:-2, first], two[1:, second], least + SPLIT) & apart
        used = np.zeros(quick.shape, bool)
        for ways, before, after in ((twos, 0, 1), (left, many, 2), (right, 0, many + 1)):
            places, ways_of = np.nonzero(ways)
            used[places + before, first[ways_of]] = used[places + after, second[ways_of]] = True
        if not used.any():
            return None
        tokens_of, parts = (places.tolist() for places in np.nonzero(used))
        ours, theirs = [self._forms[place] for place in tokens_of], [words[place] for place in parts]
        return _Parted(pairs, used, twos.any(axis=1), (left | right).any(axis=1), ours, theirs, quick[used])

    def _may_part(self, words: Sequence[str], least: float) -> bool:
        """Whether two words, or one and two joined, are quickly so alike to parts of a name that they may agree.

        Neither of two is more than wholly alike, so that for a mean of `least` each is at least as much as that asks.
        """
        each = (2 * least - 1 - CLOSELY) / (1 - CLOSELY) - 0.001
        if each <= 0 or self._unheard.any():
            return True

        def may(token: str) -> bool:
            return any(quickly_alike(token, word) >= each for word in words)

        many = sum(map(may, self.ones))
        return many > 1 or (many == 1 and any(map(may, self._forms[len(self.ones) :])))


@dataclass(frozen=True)
class _Parted:
    """Neighbours that may be two parts of a name, of which `pairs` are any two; `used` says what is compared closely.

    That is each of the words and of the words joined, a row each, with each part; `twos` and `threes` say from which
    words on two or three may be the two parts; `ours`, `theirs` and `quick` are what is compared and its likeness.
    """

    pairs: Sequence[tuple[int, int]]
    used: NDArray[np.bool_]
    twos: NDArray[np.bool_]
    threes: NDArray[np.bool_]
    ours: list[str]
    theirs: list[str]
    quick: Scores

    def options(self, likes: Scores) -> Iterator[Option]:
        """How well they agree, by how alike closely is what was compared."""
        close = np.zeros(self.used.shape, np.float32)
        close[self.used] = likes
        many = len(self.twos) + 1
        one, two = close[:many], close[many:]
        for place in np.flatnonzero(self.twos).tolist():
            both_of = [(one[place, a], one[place + 1, b]) for a, b in self.pairs]
            yield from ((place, float(sum(both)) / 2, 2) for both in both_of if min(both) >= LEAST)
        for place in np.flatnonzero(self.threes).tolist():
            ways = [max(two[place, a] + one[place + 2, b], one[place, a] + two[place + 1, b]) for a, b in self.pairs]
            yield from ((place, float(score) / 2 - SPLIT, 3) for score in ways)


class _Compared(NamedTuple):
    """A name compared with words: as a whole, and by its parts as far as it is quickly done."""

    whole: list[Option]
    parted: _Parted | None


def agreements(asked: Sequence[tuple[Iterable[str], Around]], least: float) -> list[Agreement | None]:
    """As `Around.agreement`, of several entries' names, each with its words: what is close is told of all at once."""
    tried = [around.compared(names, least) for names, around in asked]
    parted = [one.parted for some in tried if isinstance(some, list) for one in some if one.parted]
    likes = iter(_close(parted))
    found: list[Agreement | None] = []
    for (_, around), some in zip(asked, tried, strict=True):
        if not isinstance(some, list):
            found.append(some)
            continue
        options: list[Option] = []
        for whole, parts in some:
            ways = [*whole, *(parts.options(next(likes)) if parts else ())]
            options += sorted(ways, key=lambda option: (option[0], option[2]))
        found.append(around.best(options))
    return found


def _close(parted: Sequence[_Parted]) -> list[Scores]:
    """How alike closely what of each is compared is."""
    if not parted:
        return []
    ours, theirs = [one for some in parted for one in some.ours], [one for some in parted for one in some.theirs]
    ends = np.cumsum([len(some.ours) for some in parted])[:-1]
    return np.split(closely_alike(ours, theirs, np.concatenate([some.quick for some in parted])), ends)


def _may_be(one: NDArray[np.float64], other: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    enough: NDArray[np.bool_] = (one + other) / 2 >= least
    return enough
