"""Whether words of a text agree with an entry's name: of one entry, and closely, beside its number. Pure."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, permutations

from rapidfuzz.distance import Levenshtein

from archive.linking.context.groups import is_nobody, is_nobodys
from archive.linking.names.alphabets import languages
from archive.linking.names.likeness import CLOSELY, Words, closely_alike, likeness
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
    where there is nothing to compare, or nothing can agree as well as `least`. Words that name a people, a place or the
    like, and nobody (see `groups`), agree with nothing.
    """
    best: tuple[float, int, int] | None = None
    told = languages(" ".join(word for word, *_ in spans))
    cuts = [(_tokens(span[0], told), *span) for span in spans]
    written = [word for cut, word, _, _ in cuts if cut]
    spans = [("".join(cut), start, end) for cut, _, start, end in cuts if cut]
    near = [after[1] - before[2] <= APART for before, after in pairwise(spans)]
    for name in names:
        words = tokens(name)[:WIDTH]
        if not words or not spans or is_nobodys(name):
            continue
        if exact := _exactly(words, spans, near, written):
            return exact
        ones = [word for word, _, _ in spans]
        twos = [before + after for before, after in pairwise(ones)]
        whole = joined(words)
        if not _may_agree(ones, twos, words, whole, least):
            continue
        alike = closely_alike(ones, words)
        two = closely_alike(twos, words) if near else alike
        for i, (word, start, end) in enumerate(spans):
            options = [(_as_one([word], whole), end, 1)]
            pairs = list(permutations(range(len(words)), 2))
            if i + 1 < len(spans) and near[i]:
                after, _, after_end = spans[i + 1]
                options.append((_as_one([word, after], whole), after_end, 2))
                both = [(alike[i, a], alike[i + 1, b]) for a, b in pairs]
                options += [(float(sum(two_of)) / 2, after_end, 2) for two_of in both if min(two_of) >= LEAST]
            if i + 2 < len(spans) and near[i] and near[i + 1]:
                split = [max(two[i, a] + alike[i + 2, b], alike[i, a] + two[i + 1, b]) for a, b in pairs]
                options += [(float(score) / 2 - SPLIT, spans[i + 2][2], 3) for score in split]
            for score, stop, taken in options:
                if score > (best[0] if best else 0) and not is_nobody(written[i : i + taken]):
                    best = (score, start, stop)
    return best


_tokens = lru_cache(maxsize=1 << 14)(tokens)


def _may_agree(ones: Sequence[str], twos: Sequence[str], words: Sequence[str], whole: str, least: float) -> bool:
    """Whether any words can be as like a name as `least`, by their quick likeness alone: ten times as quick."""
    every = [*ones, *twos]
    if not least or any(map(is_vowelless, every)):
        return True
    parts = sorted(likeness(Words.of(every), Words.of(words)).max(axis=0))[-2:]
    if len(parts) == 2 and (1 - CLOSELY) * float(sum(parts)) / 2 + CLOSELY >= least:
        return True
    return any(_as_one(some, whole) >= least for some in (*zip(ones), *pairwise(ones)))


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
