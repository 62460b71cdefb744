"""Which of several entries that a name may mean its spelling tells from one another. Pure.

Likeness alone does not: siblings and neighbours are alike, and a letter counts the same whether the script has it or
not. Of candidates that are about as alike the slips decide that each would take (see `renderings`): those within a slip
of the least are rivals still, and who takes more is told apart by what is written. What a script does not write costs
nothing, so that it tells nobody apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np

from archive.linking.finding.names.correspondences import Encoded, Spelled, Spelling, distance, spellings
from archive.linking.finding.names.dotted import ANY_CHARACTER, DOT
from archive.linking.finding.names.phonetics import tokens
from archive.linking.finding.names.renderings import FARTHEST, slips
from archive.linking.finding.names.search import WIDTH
from archive.linking.registers.entries import Entry

NET = 0.1
"""Candidates by likeness as near as this to the best are compared by their slips."""

MARGIN = 0.06
"""Candidates as near as this to the best are its rivals, where slips do not decide."""

APART = 0.8
"""Slips by which a candidate is told from the best."""

HEARD_APART = 0.35
"""The same of what Chinese characters are heard as, whose distances are smaller: 1.75 nats."""

DECIDING = 2.0
"""Slips of the best from which it is no rendering at all, such as pinyin of a Uyghur name, and likeness decides."""

TURNED = 0.5
"""Slips that another order of a name's parts counts as: less than tells apart, since families write either first."""

HEARD_TURNED = 0.2
"""The same in Chinese."""

SPARE = 0.4
"""Slips for each part that one side has and the other has not."""

JOINED = 0.3
"""Slips that parts count as which go together only when written as one, though both sides have as many."""

ONE_SLIP = 0.06
"""Likeness that a slip takes: that of a vowel in a name of two parts of five letters."""

SHOWN = 3
"""Candidates that are told apart and named all the same, those that are nearest."""

COMPARED = 100
"""Candidates that are compared, the likeliest first."""

NAT = 0.2
"""Slips that a nat is, of what Chinese characters are heard as (see `correspondences`)."""

Writing = Sequence[tuple[str, float]]
"""The ways in which one word of a text may be meant, each with what it takes: a case ending less, for one."""

Scores = Mapping[int, float]


def told_apart(
    scores: Scores, readings: Sequence[Sequence[Writing]], entries: Sequence[Entry], written: str
) -> tuple[dict[int, float], dict[int, float]]:
    """The candidates that nothing tells apart and those that the spelling does, by their place, with their likeness.

    `readings` are those of the words as they are `written`, each a row of words; Han has none.
    """
    best = max(scores.values())
    near = {place: score for place, score in scores.items() if score >= best - NET}
    if len({entries[place].names for place in near}) > 1:
        ranked = sorted(near, key=lambda place: (-near[place], place))[:COMPARED]
        names = [entries[place].names for place in ranked]
        taken = dict(zip(ranked, _slips(readings, names) if readings else _heard(written, names), strict=True))
        least = min(taken.values())
        if least < DECIDING or not readings:
            top = max(near[place] for place in ranked if taken[place] == least)
            if readings or (DOT.search(written) and top > ANY_CHARACTER):
                top = max(top, 1 - ONE_SLIP * least)
            alike = {place: max(0.0, top - ONE_SLIP * (some - least)) for place, some in taken.items()}
            most = least + (APART if readings else HEARD_APART)
            told = [place for place in ranked if taken[place] >= most]
            shown = sorted(told, key=lambda place: taken[place])[:SHOWN]
            rivals = [place for place in ranked if taken[place] < most]
            return {place: alike[place] for place in rivals}, {place: alike[place] for place in shown}
    return {place: score for place, score in near.items() if score >= best - MARGIN}, {}


@lru_cache(maxsize=1 << 14)
def _parts(name: str) -> tuple[str, ...]:
    return tokens(name)[:WIDTH]


def _slips(readings: Sequence[Sequence[Writing]], names: Iterable[Sequence[str]]) -> Iterator[float]:
    """The fewest slips that make of any reading any of an entry's names, for each entry."""
    for some in names:
        cuts = [cut for name in some if (cut := _parts(name))]
        yield min((_between(words, cut) for cut in cuts for words in readings), default=FARTHEST)


def _heard(written: str, names: Iterable[Sequence[str]]) -> Iterator[float]:
    """The same of Han characters, by what they are heard as: part by part where a dot joins them, else as one."""
    parts = [Encoded.of(spellings(part)[:1]) for part in DOT.split(written)]
    known: dict[tuple[int, str], float] = {}

    def far(part: int, word: str) -> float:
        if (part, word) not in known:
            known[part, word] = NAT * float(distance(parts[part], Spelled.of(spellings(word))).min())
        return known[part, word]

    whole = Encoded(parts[0].script, np.concatenate([part.codes for part in parts]))
    for some in names:
        found = [float("inf")]
        for cut in map(_parts, some):
            if len(cut) == len(parts) == 2:
                found.append(far(0, cut[0]) + far(1, cut[1]))
                found.append(far(0, cut[1]) + far(1, cut[0]) + HEARD_TURNED)
            elif cut:
                layers = zip(*(spellings(word) for word in cut), strict=False)
                whole_name = [Spelling(row[0].script, tuple(u for one in row for u in one.units)) for row in layers]
                found.append(NAT * float(distance(whole, Spelled.of(whole_name)).min()))
        yield min(found)


def _between(words: Sequence[Writing], name: Sequence[str]) -> float:
    """The fewest slips between words and a name's parts: part by part in any order, or all written as one."""
    few, many = min(len(words), len(name)), max(len(words), len(name))
    found = FARTHEST
    if few > 1 or many == 1:
        found = _assigned(words, name, few) + SPARE * (many - few)
    joined = JOINED * (len(words) == len(name))
    if found > joined:
        found = min(found, slips("".join(word[0][0] for word in words), "".join(name)) + joined)
    return found


def _assigned(words: Sequence[Writing], name: Sequence[str], few: int) -> float:
    """The same part by part; another order is looked at only where it may be nearer."""

    def far(word: Writing, part: str) -> float:
        return min(slips(way, part) + cost for way, cost in word)

    if len(words) == len(name) == 2:
        found = sum(map(far, words, name))
        if found <= TURNED or (turned := far(words[0], name[1]) + TURNED) >= found:
            return found
        return min(found, turned + far(words[1], name[0]))
    return min(
        sum(map(far, some, others)) + TURNED * (places != tuple(sorted(places)))
        for some in combinations(words, few)
        for places in permutations(range(len(name)), few)
        for others in [[name[place] for place in places]]
    )
