"""Whether words of a text agree with an entry's name: of one entry, and closely, beside its number. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, permutations

from rapidfuzz.distance import Levenshtein

from archive.linking.names.alphabets import languages
from archive.linking.names.likeness import closely_alike
from archive.linking.names.phonetics import joined, tokens
from archive.linking.names.search import WIDTH

SPLIT = 0.03
"""Taken off where a part of a name is written as two words beside the other: some such pair is like anything."""

LEAST = 0.6
"""Likeness that each of two parts needs: siblings share all but a given name (`Aynur` and `Aygul` are .44 alike)."""

WHOLE = 0.81
"""Likeness from which words written as one agree with a whole name, of which nobody knows the parts."""

APART = 3
"""Code points between neighbouring words of one name."""


def agreement(names: Iterable[str], spans: Sequence[tuple[str, int, int]]) -> tuple[float, int, int] | None:
    """How well any of an entry's names agrees with words of a text: the score, and the words' span in the text.

    `spans` are the text's words with where they start and end. Two neighbours are compared with two tokens of a name,
    one or two neighbours joined with the whole of it; of three, two joined are one token (`Rizwan Gul Memtimin`). None
    where there is nothing to compare.
    """
    best: tuple[float, int, int] | None = None
    told = languages(" ".join(word for word, *_ in spans))
    spans = [("".join(cut), start, end) for word, start, end in spans if (cut := tokens(word, told))]
    near = [after[1] - before[2] <= APART for before, after in pairwise(spans)]
    for name in names:
        words = tokens(name)[:WIDTH]
        if not words or not spans:
            continue
        alike = closely_alike([word for word, _, _ in spans], words)
        two = closely_alike([before[0] + after[0] for before, after in pairwise(spans)], words) if near else alike
        whole = joined(words)
        for i, (word, start, end) in enumerate(spans):
            options = [(_as_one([word], whole), end)]
            pairs = list(permutations(range(len(words)), 2))
            if i + 1 < len(spans) and near[i]:
                after, _, after_end = spans[i + 1]
                options.append((_as_one([word, after], whole), after_end))
                both = [(alike[i, a], alike[i + 1, b]) for a, b in pairs]
                options += [(float(sum(two_of)) / 2, after_end) for two_of in both if min(two_of) >= LEAST]
            if i + 2 < len(spans) and near[i] and near[i + 1]:
                split = [max(two[i, a] + alike[i + 2, b], alike[i, a] + two[i + 1, b]) for a, b in pairs]
                options += [(float(score) / 2 - SPLIT, spans[i + 2][2]) for score in split]
            for score, stop in options:
                if score > (best[0] if best else 0):
                    best = (score, start, stop)
    return best


def _as_one(words: Sequence[str], whole: str) -> float:
    return Levenshtein.normalized_similarity(joined(words), whole, score_cutoff=WHOLE)
