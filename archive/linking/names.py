"""Whom a name may mean: search of tens of thousands of names by sound, across scripts.

Each token of a query is compared with the whole vocabulary of the register's tokens (thousands, not millions), three
ways at once: normalized Levenshtein similarity of the plain transliterations, of the sounds and of the consonants
(see `phonetics`). A name scores the best assignment of two of the query's tokens to two of its own; what is written
as one word in one place and as two in another is found by comparing the joined tokens too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from archive.linking.phonetics import Reading, joined, readings, tokens
from archive.linking.register import Entry

Scores = NDArray[np.float32]

WIDTH = 4
"""Tokens of a name that are compared; what a longer name has beyond them is not."""

BONES = 0.4
"""Weight of the consonants beside the sound; chosen on one half of independent name pairs, measured on the other."""

BATCH = 256
"""Tokens of a text that are compared with the vocabulary at a time, which bounds the memory it takes."""

SPARE = 0.02
"""Taken off for each token that one side has and the other has not."""


@dataclass(frozen=True)
class _Forms:
    """The readings of many tokens as three lists for `cdist`; `starts` is where each token's readings begin."""

    plain: list[str]
    sound: list[str]
    bones: list[str]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, read: Iterable[tuple[Reading, ...]]) -> "_Forms":
        rows = list(read)
        flat = [reading for row in rows for reading in row]
        lengths = [len(row) for row in rows]
        starts = np.concatenate(([0], np.cumsum(lengths[:-1], dtype=np.intp))) if rows else np.zeros(0, np.intp)
        return cls([r.plain for r in flat], [r.sound for r in flat], [r.bones for r in flat], starts.astype(np.intp))


def likeness(queries: _Forms, vocabulary: _Forms, floor: float = 0) -> Scores:
    """How alike tokens are, 0 to 1: a row for each query token, a column for each token of the vocabulary.

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


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a <= b else (b, a)


class NameIndex:
    """The names of a register's entries, for searching. Never changes once made.

    Deterministic: equal scores are ordered by the entries' order in the register.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        bearers: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.entries = tuple(entries)
        for place, entry in enumerate(self.entries):
            for cut in dict.fromkeys(tokens(name)[:WIDTH] for name in entry.names):
                if cut:
                    bearers[cut].append(place)
        self._names = list(bearers)
        self._bearers = list(bearers.values())
        vocabulary = {word: i for i, word in enumerate(dict.fromkeys(word for name in self._names for word in name))}
        self._vocabulary = _Forms.of(readings(word) for word in vocabulary)
        self._size = len(vocabulary)
        # A slot without a token points at one column past the vocabulary, which scores 0.
        self._slots = np.full((len(self._names), WIDTH), self._size, dtype=np.intp)
        for row, name in enumerate(self._names):
            self._slots[row, : len(name)] = [vocabulary[word] for word in name]
        self._widths = np.array([len(name) for name in self._names], dtype=np.int8)
        self._whole = [joined(name) for name in self._names]
        self._spelled: dict[str, list[int]] = defaultdict(list)
        self._pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row, name in enumerate(self._names):
            self._spelled[self._whole[row]].append(row)
            for pair in {_pair(a, b) for a, b in combinations([vocabulary[word] for word in name], 2)}:
                self._pairs[pair].append(row)

    def search(self, query: str, limit: int = 5) -> list[tuple[Entry, float]]:
        """The entries whose names are most like the query, best first, with scores of 0 to 1."""
        words = tokens(query)[:WIDTH]
        if not words or not self._names:
            return []
        scores = self._scores(words)
        found: dict[int, float] = {}
        keep = min(len(scores), limit * 2 + 8)
        top = np.argpartition(-scores, keep - 1)[:keep]
        for name in top[np.lexsort((top, -scores[top]))]:
            for place in self._bearers[name]:
                found.setdefault(place, float(scores[name]))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(self.entries[place], round(score, 4)) for place, score in ranked[:limit]]

    def _scores(self, words: Sequence[str]) -> Scores:
        alike = likeness(_Forms.of(readings(word) for word in words), self._vocabulary)
        alike = np.hstack([alike, np.zeros((len(words), 1), np.float32)])
        columns = range(max(2, int(self._widths.max())))
        slots = [self._slots[:, column] for column in columns]
        sims = [[row[slot] for slot in slots] for row in alike]
        if len(words) == 1:
            # A part of a longer name is worth no more from this side than from the other.
            best = np.maximum.reduce(sims[0]) * np.where(self._widths == 1, 1, 0.5).astype(np.float32)
        else:
            best = np.zeros(len(self._names), np.float32)
            for i, j in combinations(range(len(words)), 2):
                for a in columns:
                    for b in columns:
                        if a != b:
                            np.maximum(best, (sims[i][a] + sims[j][b]) / 2, out=best)
        best -= SPARE * np.abs(self._widths - len(words))
        sound = [joined(words)]
        whole = cdist(sound, self._whole, scorer=Levenshtein.normalized_similarity, dtype=np.float32)[0]
        scores: Scores = np.clip(np.maximum(best, whole), 0, 1).astype(np.float32)
        return scores

    def near(self, words: Sequence[str], floor: float) -> list[dict[int, float]]:
        """For each token, the tokens of the vocabulary that are like it: their numbers, and scores from `floor` up."""
        found: list[dict[int, float]] = []
        if not self._size:
            return [{} for _ in words]
        for start in range(0, len(words), BATCH):
            batch = words[start : start + BATCH]
            alike = likeness(_Forms.of(readings(word) for word in batch), self._vocabulary, floor)
            rows: list[dict[int, float]] = [{} for _ in batch]
            for row, column in zip(*np.nonzero(alike >= floor), strict=True):
                rows[row][int(column)] = float(alike[row, column])
            found.extend(rows)
        return found

    def of_pair(self, first: dict[int, float], second: dict[int, float], floor: float) -> dict[int, float]:
        """The entries (by their place) with a name made of two tokens, each like one of two given by `near`."""
        found: dict[int, float] = {}
        for a, likes_a in first.items():
            for b, likes_b in second.items():
                score = (likes_a + likes_b) / 2
                if score < floor:
                    continue
                for name in self._pairs.get(_pair(a, b), ()):
                    spare = SPARE * (int(self._widths[name]) - 2)
                    for place in self._bearers[name]:
                        found[place] = max(found.get(place, 0.0), score - spare)
        return found

    def of_sound(self, sound: str) -> list[int]:
        """The entries (by their place) with a name that sounds exactly so when written as one word (see `joined`)."""
        return [place for name in self._spelled.get(sound, ()) for place in self._bearers[name]]


def agreement(names: Iterable[str], spans: Sequence[tuple[str, int, int]]) -> tuple[float, int, int] | None:
    """How well any of an entry's names agrees with words of a text: the score, and the words' span in the text.

    `spans` are the text's words with where they start and end. Two neighbours are compared with two tokens of a name,
    one or two neighbours joined with the whole of it; None where there is nothing to compare.
    """
    best: tuple[float, int, int] | None = None
    spans = [("".join(cut), start, end) for word, start, end in spans if (cut := tokens(word))]
    for name in names:
        words = tokens(name)[:WIDTH]
        if not words or not spans:
            continue
        alike = likeness(_Forms.of(readings(word) for word, _, _ in spans), _Forms.of(readings(word) for word in words))
        whole = joined(words)
        for i, (word, start, end) in enumerate(spans):
            options = [(Levenshtein.normalized_similarity(joined([word]), whole), end)]
            if i + 1 < len(spans) and spans[i + 1][1] - end <= 3:
                after, _, after_end = spans[i + 1]
                options.append((Levenshtein.normalized_similarity(joined([word, after]), whole), after_end))
                pairs = [(a, b) for a in range(len(words)) for b in range(len(words)) if a != b]
                options += [(float(alike[i, a] + alike[i + 1, b]) / 2, after_end) for a, b in pairs]
            for score, stop in options:
                if best is None or score > best[0]:
                    best = (score, start, stop)
    return best
