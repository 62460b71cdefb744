"""Whom a name may mean: search of tens of thousands of names by sound, across scripts, in two steps.

First each token of a query is compared quickly with the whole vocabulary of the register's tokens (thousands, not
millions; see `likeness`), and the names with the best assignment of two of the query's tokens to two of their own are
kept. Those are then ranked closely: all tokens that both have are assigned, by likeness that knows what each script
writes for which sound, and the names are compared once more written as one word, which finds what is one word in one
place and two in another, and puts whole names that go together before parts that do.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from archive.linking.finding.names.correspondences import (
    Encoded,
    Spelled,
    Spelling,
    nearness,
    nearness_of_pairs,
    one_word,
    skeleton,
    spellings,
)
from archive.linking.finding.names.likeness import (
    CLOSELY,
    Rows,
    Scores,
    Spellings,
    Words,
    closely,
    enough_alike,
    likeness,
)
from archive.linking.finding.names.phonetics import every_joined, joined, tokens
from archive.linking.registers.entries import Entry

WIDTH = 4
"""Tokens of a name that are compared; what a longer name has beyond them is not."""

BATCH = 256
"""Tokens of a text that are compared with the vocabulary at a time, which bounds the memory it takes."""

ROUGHLY = 0.45
"""Quick likeness from which a word of pinyin syllables is compared closely."""

SPARE = 0.02
"""Taken off for each token that one side has and the other has not."""

SWAPPED = 0.03
"""Taken off where the parts stand in another order: of two people with the same parts the one in order leads."""

LIKE_BONES = 0.6
"""Likeness of their consonants that words need to be compared closely, where one is heard in Chinese."""

KEPT = 500
"""Names that are ranked closely; of 100 true ones 97 are among them, on the tuning half."""

COMPARED = 100
"""Names that are compared as one word, the best of those that were kept."""

WHOLE = 0.3
"""Weight of the comparison as one word; chosen on the tuning half of benchmarks/names."""


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Entries that a name may mean: those with one and the same name, in the register's order, and its score."""

    score: float
    entries: tuple[Entry, ...]


def _one_words(words: Sequence[tuple[Spelling, ...]]) -> list[Encoded]:
    """Words written as one: in their first spellings, and in the second ones if all have such."""
    whole = [Encoded.of([word[0] for word in words])]
    if all(len(word) > 1 for word in words):
        whole.append(Encoded.of([word[1] for word in words]))
    return whole


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
        self._vocabulary = Words.of(list(vocabulary))
        self._spellings = Spellings([*vocabulary, ""])
        self._size = len(vocabulary)
        # A slot without a token points at one column past the vocabulary, which scores 0.
        self._slots = np.full((len(self._names), WIDTH), self._size, dtype=np.intp)
        for row, name in enumerate(self._names):
            self._slots[row, : len(name)] = [vocabulary[word] for word in name]
        self._widths = np.array([len(name) for name in self._names], dtype=np.int8)
        self._rows = {int(width): np.flatnonzero(self._widths == width) for width in np.unique(self._widths)}
        self._whole = [joined(name) for name in self._names]
        bare = {word: skeleton(spellings(word)[0]) for word in vocabulary}
        boned: dict[str, list[int]] = defaultdict(list)
        for word, bones in bare.items():
            boned[bones].append(vocabulary[word])
        self._bones, self._boned = list(boned), list(boned.values())
        self._spelled: dict[str, list[int]] = defaultdict(list)
        self._skeletons: dict[str, list[int]] = defaultdict(list)
        self._pairs: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for row, name in enumerate(self._names):
            for sound in every_joined(name):
                self._spelled[sound].append(row)
            self._skeletons["".join(map(bare.__getitem__, name))].append(row)
            for a, b in {_pair(a, b) for a, b in combinations([vocabulary[word] for word in name], 2)}:
                rows = self._pairs[a].setdefault(b, [])
                self._pairs[b][a] = rows
                rows.append(row)

    def search(self, query: str, limit: int = 5) -> list[tuple[Entry, float]]:
        """The entries whose names are most like the query, best first, with scores of 0 to 1.

        Namesakes have one score and take a place each; `namesakes` gives each name one.
        """
        found = [(entry, one.score) for one in self.namesakes(query, limit) for entry in one.entries]
        return found[:limit]

    def namesakes(self, query: str, limit: int = 5) -> list[Namesakes]:
        """The names most like the query, best first, each with all entries that bear it; an entry comes once."""
        words = tokens(query)[:WIDTH]
        if not words or not self._names:
            return []
        rows, scores = self._ranked(words, max(KEPT, 2 * limit))
        found: list[Namesakes] = []
        seen: set[int] = set()
        order = np.lexsort(([self._bearers[row][0] for row in rows], -np.round(scores, 4)))
        for place in order:
            bearers = [bearer for bearer in self._bearers[rows[place]] if bearer not in seen]
            seen.update(bearers)
            if bearers:
                found.append(Namesakes(round(float(scores[place]), 4), tuple(self.entries[b] for b in bearers)))
            if len(found) == limit:
                break
        return found

    def _kept(self, words: Sequence[str], quick: Scores, many: int) -> tuple[Rows, Scores]:
        """The names that are quickly found to be most like the words, in the register's order.

        With how alike they are as one word, 0 for those that are less so than by their parts.
        """
        best = np.zeros(len(self._names), np.float32)
        for width, rows in self._rows.items():
            slots = self._slots[rows, :width].T
            sims = [[row[slot] for slot in slots] for row in quick]
            if min(width, len(words)) == 1:
                # A part of a longer name is worth no more from this side than from the other.
                part = 1 if width == len(words) else 0.5
                found = np.maximum.reduce([sim for row in sims for sim in row]) * part
            else:
                found = np.zeros(len(rows), np.float32)
                for i, j in combinations(range(len(words)), 2):
                    for a, b in permutations(range(width), 2):
                        np.maximum(found, (sims[i][a] + sims[j][b]) / 2, out=found)
            best[rows] = found - SPARE * abs(width - len(words))
        many = min(many, len(best))
        # What is less like as one word than the last that is kept anyway needs no exact score.
        least = max(0.0, float(np.partition(best, -many)[-many]))
        alike = Levenshtein.normalized_similarity
        whole = cdist([joined(words)], self._whole, scorer=alike, score_cutoff=least, dtype=np.float32)[0]
        scores = np.maximum(best, whole)
        rows = np.flatnonzero(scores >= np.partition(scores, -many)[-many])
        return rows, np.where(whole[rows] > best[rows], whole[rows], 0)

    def _ranked(self, words: Sequence[str], many: int) -> tuple[Rows, Scores]:
        """The names that are most like the words, and how alike they are closely."""
        quick = likeness(Words.of(words), self._vocabulary)
        rows, joined_up = self._kept(words, quick, many)
        used = np.unique(self._slots[rows])
        used = used[used < self._size]
        spelled = [spellings(word) for word in words]
        alike = np.zeros((len(words), self._size + 1), np.float32)
        alike[:, used] = closely(quick[:, used], self._spellings.nearness(spelled, used))
        scores = self._assigned(alike, rows)
        best = np.argsort(-np.maximum(scores, joined_up), kind="stable")[: max(COMPARED, many - KEPT)]
        rows, scores = rows[best], scores[best]
        whole = self._as_one(spelled, rows)
        return rows, (1 - WHOLE) * np.maximum(scores, whole) + WHOLE * whole

    def _assigned(self, alike: Scores, rows: Rows) -> Scores:
        """The mean likeness of the best assignment of as many tokens as both sides have, less what is spare."""
        words, scores = len(alike), np.zeros(len(rows), np.float32)
        for width in range(1, WIDTH + 1):
            these = np.flatnonzero(self._widths[rows] == width)
            pairs = min(words, width)
            sims = alike[:, self._slots[rows[these], :width]]
            best = np.zeros(len(these), np.float32)
            for ours in combinations(range(words), pairs):
                for theirs in permutations(range(width), pairs):
                    out_of_order = SWAPPED * (theirs != tuple(sorted(theirs)))
                    total = sum(sims[a, :, b] for a, b in zip(ours, theirs, strict=True))
                    np.maximum(best, total / pairs - out_of_order, out=best)
            if pairs == 1 and max(words, width) > 1:
                # A part of a longer name is worth no more from this side than from the other.
                best *= 0.5
            scores[these] = best - SPARE * abs(words - width)
        return scores

    def _as_one(self, words: Sequence[tuple[Spelling, ...]], rows: Rows) -> Scores:
        """How near the words are to whole names, both written as one; two words also the other way round."""
        slots, pairs = self._slots[rows], np.flatnonzero(self._widths[rows] == 2)
        whole = [(one_word(layer, slots[these]), these, 0.0) for layer, these in self._spellings.layers(slots)]
        turned: list[tuple[Spelled, Rows, float]] = []
        if len(words) == 2:
            for layer, these in self._spellings.layers(slots[pairs]):
                two = slots[pairs[these]]
                turned.append((one_word(layer, two), pairs[these], SWAPPED))
                whole.append((one_word(layer, two[:, ::-1]), pairs[these], SWAPPED))
        found = np.zeros(len(rows), np.float32)
        for ours, theirs in ((words, whole), (words[::-1], turned)):
            names = [one for one, these, _ in theirs if len(these)]
            for query in _one_words(ours) if names else ():
                scores = nearness(query, Spelled.together(names))  # many at once take hardly longer than a few
                for _, these, swapped in theirs:
                    own, scores = scores[: len(these)], scores[len(these) :]
                    found[these] = np.maximum(found[these], own - np.float32(swapped))
        return found

    def near(self, words: Sequence[str], floor: float) -> list[dict[int, float]]:
        """For each token, the tokens of the vocabulary that are like it: their numbers, and scores from `floor` up."""
        found: list[dict[int, float]] = []
        if not self._size:
            return [{} for _ in words]
        for start in range(0, len(words), BATCH):
            batch = words[start : start + BATCH]
            rows: list[dict[int, float]] = [{} for _ in batch]
            near = enough_alike(Words.of(batch), self._vocabulary, floor)
            for row, column, score in zip(*(some.tolist() for some in near), strict=True):
                rows[row][column] = max(rows[row].get(column, 0.0), score)
            found.extend(rows)
        pinyin = [(row, word) for row, word in zip(found, words, strict=True) if len(spellings(word)) > 1]
        for start in range(0, len(pinyin), BATCH):
            self._near_pinyin(pinyin[start : start + BATCH], floor)
        return found

    def _near_pinyin(self, found: Sequence[tuple[dict[int, float], str]], floor: float) -> None:
        """Add what words of pinyin syllables are closely like: as Chinese writes it, a name is not quickly known."""
        least = max(ROUGHLY, (floor - CLOSELY) / (1 - CLOSELY) - 0.001)  # less is not enough with the nearest spelling
        quick = likeness(Words.of([word for _, word in found]), self._vocabulary, least)
        ours, theirs = np.divmod(np.flatnonzero(quick >= least), self._size)
        scores, spelled = quick[ours, theirs], [spellings(word) for _, word in found]
        needed = (floor - (1 - CLOSELY) * scores) / CLOSELY
        alike = closely(scores, self._spellings.nearness_from(spelled, ours, theirs, needed))
        enough = np.flatnonzero(alike >= floor)
        for place, column, score in zip(*(some[enough].tolist() for some in (ours, theirs, alike)), strict=True):
            row = found[place][0]
            row[column] = max(row.get(column, 0.0), score)

    def of_pair(
        self, first: dict[int, float], second: dict[int, float], floor: float, *, swapped: float = 0
    ) -> dict[int, float]:
        """The entries (by their place) with a name made of two tokens, each like one of two given by `near`.

        `swapped` is taken off where the name has the second before the first.
        """
        found: dict[int, float] = {}
        for a, likes_a in first.items():
            beside = self._pairs.get(a, {})
            for b, likes_b in second.items():
                score = (likes_a + likes_b) / 2
                if score < floor:
                    continue
                for name in beside.get(b, ()):
                    off = SPARE * (int(self._widths[name]) - 2)
                    if swapped and (slots := list(self._slots[name])).index(a) > slots.index(b):
                        off += swapped
                    for place in self._bearers[name]:
                        found[place] = max(found.get(place, 0.0), score - off)
        return found

    def of_sound(self, sound: str) -> list[int]:
        """The entries (by their place) with a name that sounds exactly so when written as one word (see `joined`)."""
        return [place for name in self._spelled.get(sound, ()) for place in self._bearers[name]]

    def has_skeleton(self, bare: str) -> bool:
        """Whether any name has these consonants; see `correspondences.skeleton`."""
        return bare in self._skeletons

    def heard(self, word: Spelling, floor: float) -> dict[int, float]:
        """The tokens of the vocabulary that a spelling is near: their numbers, and nearness from `floor` up.

        Of those alone whose consonants are about as many and much the same.
        """
        alike = Levenshtein.normalized_similarity
        bones = cdist([skeleton(word)], self._bones, scorer=alike, score_cutoff=LIKE_BONES, dtype=np.float32)[0]
        rows = np.array([row for bone in np.flatnonzero(bones >= LIKE_BONES) for row in self._boned[bone]], np.intp)
        near = nearness(Encoded.of([word]), self._spellings.first.take(rows)) if len(rows) else np.zeros(0)
        return {int(row): float(score) for row, score in zip(rows, near, strict=True) if score >= floor}

    def of_skeletons(self, heard: Sequence[Spelling], floor: float) -> list[dict[int, float]]:
        """For each spelling the entries (by their place) with a name of the same consonants that is near it.

        With their nearness, from `floor` up.
        """
        found: list[dict[int, float]] = []
        for start in range(0, len(heard), BATCH):
            batch = heard[start : start + BATCH]
            rows = [self._skeletons.get(skeleton(one), []) for one in batch]
            every = np.array([row for some in rows for row in some], np.intp)
            words = [word for one, some in zip(batch, rows, strict=True) for word in [Encoded.of([one])] * len(some)]
            near = iter(nearness_of_pairs(words, one_word(self._spellings.first, self._slots[every])).tolist())
            for some in rows:
                like = [(row, score) for row, score in zip(some, near, strict=False) if score >= floor]
                found.append({place: score for row, score in like for place in self._bearers[row]})
        return found
