"""Makes `correspondences.tsv` of `archive/linking/finding/names/`: which unit stands where another spelling has which.

Counted on the tuning half of the name clusters (see `benchmarks._names`): each spelling beside the Latin one of its
cluster that is nearest, all alignments of both weighted by how likely they are, by expectation maximization (Ristad and
Yianilos, 1998). Pairs that are no spellings of one another, such as a Japanese name read in Japanese, are left out
after the third round: the tenth that is least likely.

What is rare is smoothed with phonology: vowels pass for vowels, consonants of one place or manner for one another, and
in Chinese the syllables that the transcription of Uyghur and Kazakh names uses for sounds that Chinese has not. Those
are written here, from the practice of transcription, and no count can make them dearer than they are here. They were
settled within the tuning half, one part of it against the other, and on persons made of 118 common Uyghur and Kazakh
name parts, of which tests/archive/linking/spellings.py has some.

    python -m benchmarks._correspondences
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from archive.linking.finding.names import correspondences
from archive.linking.finding.names.correspondences import DEAREST, NONE, SCRIPTS, Spelling, spellings
from archive.linking.finding.names.phonetics import tokens
from benchmarks._names import HALVES, Cluster, clusters

ROUNDS, SMOOTHING = 8, 0.5
FARTHEST = 0.55
"""Distance by phonology alone, a unit, beyond which two spellings are not taken for one name."""
LEFT_OUT = 0.1
FREE = 0.3
"""Surprise, in nats, that costs nothing: that of units which stand for one another regularly."""

_VOWELS = "a e i o u v y ai ei ao ou ia ie iao iu io ua uo uai ui ue"
VOWELS = frozenset(_VOWELS.split())
KIN = tuple(
    frozenset(group.split())
    for group in (
        "b p", "d t", "g k q gh", "h kh x gh", "r l er", "s sh x c z ts", "zh j q ch z y x dz g", "m n ng",
        "f p v w b", "z s zh dz", "y i", "w u o v",
    )
)  # fmt: skip
CHINESE = {
    "a": "e:1.5", "i": "e:1.2 y:0.2", "e": "i:1.6", "ai": "e:0.6", "ou": "o:1.2", "uo": "u:1.5", "er": "r:0.3 l:0.6",
    "r": "r:0.2",
    "l": "r:0.4", "q": "ch:0.3 q:1.0 j:1.5", "x": "sh:0.5 s:0.5 h:1.5", "sh": "sh:0.3 s:1.0", "s": "s:0.0",
    "zh": "j:0.5 zh:0.3", "j": "j:0.2 zh:0.6 g:1.0", "k": "q:0.4 k:0.0 kh:1.0 g:1.5", "g": "gh:0.4 g:0.0 q:1.5",
    "h": "h:0.0 kh:0.3 gh:1.2 q:1.5 x:0.5", "d": "t:1.4", "t": "d:2.0", "b": "p:1.8", "p": "p:0.0 f:2.0 b:2.0",
    "w": "w:0.2 v:0.4 gh:1.5 u:0.6 -:0.8", "f": "p:1.5 f:0.0 w:2.0", "y": "y:0.3 j:0.8", "ng": "ng:0.3 n:0.4",
    "z": "z:0.2",
    "c": "ts:0.8 s:1.5",
}  # fmt: skip

Pair = tuple[tuple[str, ...], tuple[str, ...]]
Weights = Mapping[tuple[str, str], float]


def main() -> None:
    """Count, and write the table."""
    parts = clusters(HALVES[0])
    lines = [
        "# A script, a unit, and what each Latin unit costs in its place; see correspondences.py.",
        f"# Made by `python -m benchmarks._correspondences` from {len(parts)} name clusters of Wikidata (CC0).",
    ]
    for script, pairs in sorted(_pairs(parts).items(), key=lambda item: SCRIPTS.index(item[0])):
        table = costs(counts(pairs, symmetric=script == "latin"), CHINESE if script == "han" else {})
        for unit in sorted({unit for unit, _ in table}):
            listed = sorted((cost, other) for (one, other), cost in table.items() if one == unit and cost < DEAREST)
            lines.append(f"{script}\t{unit}\t" + " ".join(f"{other}:{cost:.1f}" for cost, other in listed))
        print(f"{script}: {len(pairs)} pairs")
    path = Path(correspondences.__file__).with_suffix(".tsv")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pairs(parts: Iterable[Cluster]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for part in parts:
        latin = [s.units for s in _spelled(part["lat"])]
        for n, one in enumerate(latin):
            found["latin"] += [(one, other) for other in latin[:n] if _phonology(one, other) <= FARTHEST]
        for key in ("cyr", "arab", "han"):
            for spelling in _spelled(part[key]):
                near = min(latin, key=lambda units: _phonology(spelling.units, units), default=None)
                if near and _phonology(spelling.units, near) <= FARTHEST:
                    found[spelling.script].append((spelling.units, near))
    return found


def _spelled(names: Sequence[str]) -> Iterator[Spelling]:
    """The first spelling of each name's words written as one, each once."""
    yield from dict.fromkeys(s for name in names for s in spellings("".join(tokens(name)))[:1] if s.units)


def _kinship(one: str, other: str) -> float:
    """How much more likely than by chance two units stand for one another, before anything was counted."""
    if one == other:
        return 8.0
    if one in VOWELS and other in VOWELS:
        return 1.5 if one[0] == other[0] else 0.5
    return 0.5 if any(one in group and other in group for group in KIN) else 0.01


def _phonology(one: Sequence[str], other: Sequence[str]) -> float:
    """The distance of two spellings by phonology alone, a unit of the longer."""
    before = [0.0]
    for unit in other:
        before.append(before[-1] + _alone(unit))
    for unit in one:
        row = [before[0] + _alone(unit)]
        for place, across in enumerate(other):
            swapped = before[place] - math.log(_kinship(unit, across) / 8) / 6
            row.append(min(swapped, before[place + 1] + _alone(unit), row[-1] + _alone(across)))
        before = row
    return before[-1] / max(len(one), len(other), 1)


def _alone(unit: str) -> float:
    return 0.4 if unit in VOWELS else 0.8


def counts(pairs: Sequence[Pair], *, symmetric: bool) -> dict[tuple[str, str], float]:
    """How often each unit stands for which, with `SMOOTHING` times the phonology added."""
    ones = sorted({unit for one, _ in pairs for unit in one})
    others = sorted({unit for _, other in pairs for unit in other})
    if symmetric:
        ones = others = sorted({*ones, *others})
    known = {(a, b): _kinship(a, b) for a in ones for b in others}
    known |= {(a, NONE): 0.6 if a in VOWELS else 0.1 for a in ones}
    known |= {(NONE, b): 0.6 if b in VOWELS else 0.1 for b in others}
    found = dict(known)
    kept = list(pairs)
    for number in range(ROUNDS):
        total = sum(found.values())
        likely = {pair: count / total for pair, count in found.items()}
        seen: defaultdict[tuple[str, str], float] = defaultdict(float)
        fits = []
        for one, other in kept:
            expected, chance = _expected(one, other, likely)
            for pair, count in expected.items():
                seen[pair] += count
            fits.append(math.log(chance) / (len(one) + len(other)))
        if number == 2:
            least = sorted(fits)[int(LEFT_OUT * len(fits))]
            kept = [pair for pair, fit in zip(kept, fits, strict=True) if fit >= least]
        found = {pair: seen[pair] + SMOOTHING * weight for pair, weight in known.items()}
        if symmetric:
            found = {(a, b): (count + found[b, a]) / 2 for (a, b), count in found.items()}
    return found


def _expected(one: Sequence[str], other: Sequence[str], likely: Weights) -> tuple[Weights, float]:
    """How often each pair of units is expected in the alignments of two spellings, and how likely all are together."""
    rows, columns = len(one), len(other)
    before = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    after = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    before[0][0] = after[rows][columns] = 1.0
    steps = [
        (i, j, down, right, (one[i] if down else NONE, other[j] if right else NONE))
        for i in range(rows + 1)
        for j in range(columns + 1)
        for down, right in ((1, 0), (0, 1), (1, 1))
        if i + down <= rows and j + right <= columns
    ]
    for i, j, down, right, pair in steps:
        before[i + down][j + right] += before[i][j] * likely[pair]
    for i, j, down, right, pair in reversed(steps):
        after[i][j] += after[i + down][j + right] * likely[pair]
    chance = before[rows][columns]
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for i, j, down, right, pair in steps:
        found[pair] += before[i][j] * likely[pair] * after[i + down][j + right] / chance
    return found, chance


def costs(found: Weights, told: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """The mean surprise both ways of each pair, less what is free; never more than `told` says."""
    first: defaultdict[str, float] = defaultdict(float)
    second: defaultdict[str, float] = defaultdict(float)
    for (a, b), count in found.items():
        first[a] += count
        second[b] += count
    table = {
        (a, b): min(max(0.0, (math.log(first[a]) + math.log(second[b])) / 2 - math.log(count) - FREE), DEAREST)
        for (a, b), count in found.items()
        if (a, b) != (NONE, NONE)
    }
    for unit, listed in told.items():
        for other, most in (pair.rsplit(":", 1) for pair in listed.split(" ")):
            table[unit, other] = min(float(most), table.get((unit, other), DEAREST))
    return table


if __name__ == "__main__":
    main()
