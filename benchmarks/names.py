"""Names found in a register across scripts and spellings, beside three peers, and among planted rivals.

The register and the pairs are described in `benchmarks._names`; the half that was not tuned on is reported, unless
`tuning` is asked for. A system answers with names, best first, and a name that several entries have is one answer: it
is right if it is the true name letter by letter, since of namesakes the name tells no more.

The peers compare the transliteration that anyascii makes, in lower case, with all names of the register: rapidfuzz's
WRatio, token_sort_ratio and Jaro-Winkler. Time and memory are of our own search; the peak is that of the process
before any peer ran, with the register in it. Where there are no names at hand, these figures are null.

`rivals` is of short texts that each name one person beside whose entry its nearest neighbours are planted; made on the
spot, by `benchmarks._rivals`, which says how and what counts as told apart. The whole linker runs on each text. Of all
texts: `shown`, in how many the true entry is a link or an alternative; `confident_right`, in how many it alone is tier
B or better, and `confident_right_before` the same of the build of commit 6f5c6d2; `confident_wrong`, in how many any
other is. Of those whose spelling tells the person from all others: `recall_at_1`, the first link is the true one. Of
the rest: `both_shown`, all who are written alike are shown. The other half's parts of names were tuned on.

    DATA=pairs.tsv python -m benchmarks.names [held-out|tuning]
    DATA=folder-of-names-and-register python -m benchmarks.names [held-out|tuning]
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from archive.linking.finding.names.search import NameIndex
from archive.linking.registers.entries import Entry
from benchmarks._mirroring import ROOT, build_before
from benchmarks._names import HALVES, Query, Trial, distinct, trial
from benchmarks._rivals import Linked, counted, rivalry

DEPTH = 5
BEFORE = "6f5c6d2"
"""The commit whose build is measured beside this one, among rivals."""

PLAIN = ("recall_at_1", "recall_at_5", "by_script", "ms_per_query", "index_s", "peak_mb", "peers")
AT_A_TIME = 64
PEERS: dict[str, Callable[..., float]] = {
    "WRatio": fuzz.WRatio,
    "token_sort_ratio": fuzz.token_sort_ratio,
    "Jaro-Winkler": JaroWinkler.normalized_similarity,
}

Answers = Sequence[Sequence[str]]


def main() -> None:
    """Measure, print a table by script, and the figures as JSON."""
    half = sys.argv[1] if len(sys.argv) > 1 else HALVES[1]
    if half not in HALVES:
        print(f"There is no half {half!r}; it is one of {', '.join(HALVES)}", file=sys.stderr)
        raise SystemExit(2)
    asked = trial(half)
    if asked is None:
        print("No names at hand: DATA names neither a file of pairs nor a folder with names/. Those figures are null")
    plain = _plain(asked) if asked else dict.fromkeys(PLAIN)
    print(json.dumps({**plain, "rivals": _rivals(half)}))


def _plain(asked: Trial) -> dict[str, Any]:
    """The figures without rivals, and a table of them."""
    print(f"{len(asked.names):,} entries: {asked.about}")
    ours, figures = _ours(asked)
    results = {"thirdcopy": recall(asked.queries, ours)}
    results |= {name: recall(asked.queries, _peer(asked, scorer)) for name, scorer in PEERS.items()}
    for script, many in [("all", len(asked.queries)), *_counts(asked.queries).items()]:
        print(f"{script}, {many} queries")
        for name, found in results.items():
            one = found if script == "all" else found["by_script"][script]
            print(f"  {name:<18} recall@1 {one['recall_at_1']:.3f}   recall@5 {one['recall_at_5']:.3f}")
    first = results.pop("thirdcopy")
    print("{ms_per_query} ms a query, index made in {index_s} s, peak {peak_mb} MB".format(**figures))
    return {**first, **figures, "peers": results}


def _rivals(half: str) -> dict[str, Any]:
    """The figures among rivals, and a table of them."""
    asked = rivalry(half)
    print(f"{len(asked.texts):,} texts that name one of {len(asked.entries):,} entries beside planted rivals")
    with TemporaryDirectory(prefix="thirdcopy-names-") as folder, build_before(Path(folder) / "source", BEFORE) as tree:
        source = Path(folder) / "asked.json"
        texts = [one.text for one in asked.texts]
        source.write_text(json.dumps({"entries": asked.entries, "texts": texts}), encoding="utf-8")
        ours = counted(asked.texts, _linked(ROOT, source))
        before = counted(asked.texts, _linked(tree, source)) if tree else None
    for script, one in (("all", ours), *ours["by_script"].items()):
        was = (before if script == "all" else before["by_script"][script]) if before else None
        one["confident_right_before"] = was["confident_right"] if was else None
        print(
            f"{script:<15} {one['texts']:5} texts   recall@1 {one['recall_at_1']:.3f}   sure and right "
            f"{one['confident_right']:.3f}, before {was['confident_right'] if was else '-'}   sure and wrong "
            f"{one['confident_wrong']:.4f}, before {was['confident_wrong'] if was else '-'}"
        )
    return ours


def _linked(tree: Path, source: Path) -> list[list[Linked]]:
    """The links that a build makes of the texts asked."""
    target = source.with_name("found.json")
    command = [sys.executable, str(Path(__file__).with_name("_linked.py")), str(source), str(target)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(tree)}, check=True)
    found = json.loads(target.read_text(encoding="utf-8"))
    return [[Linked(tier, entry, tuple(others)) for tier, entry, others in row] for row in found]


def _ours(asked: Trial) -> tuple[Answers, dict[str, float]]:
    entries = [Entry(number=str(n), latin=name) for n, name in enumerate(asked.names, start=1)]
    began = time.monotonic()
    index = NameIndex(entries)
    made = time.monotonic() - began
    index.search(asked.queries[0].text)
    began = time.monotonic()
    found = [index.namesakes(query.text, DEPTH) for query in asked.queries]
    took = time.monotonic() - began
    answers = [[[entry.names[0] for entry in one.entries] for one in row] for row in found]
    flat = [[_right(query, names) for names in row] for query, row in zip(asked.queries, answers, strict=True)]
    return flat, {
        "ms_per_query": round(1000 * took / len(asked.queries), 2),
        "index_s": round(made, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _right(query: Query, names: Sequence[str]) -> str:
    """The true name if it is among those that one answer stands for, else the first of them."""
    return query.name if query.name in names else names[0]


def _peer(asked: Trial, scorer: Callable[..., float]) -> Answers:
    names = list(distinct(asked.names))
    folded = [anyascii(name).lower() for name in names]
    answers: list[list[str]] = []
    for start in range(0, len(asked.queries), AT_A_TIME):
        batch = [anyascii(query.text).lower() for query in asked.queries[start : start + AT_A_TIME]]
        scores = cdist(batch, folded, scorer=scorer, dtype=numpy.float32, workers=-1)
        for row in scores:
            # Stable, so that of equal scores the name that comes first in the register is first.
            least = numpy.partition(row, -DEPTH)[-DEPTH]
            near = numpy.flatnonzero(row >= least)
            answers.append([names[i] for i in near[numpy.argsort(-row[near], kind="stable")][:DEPTH]])
    return answers


def recall(queries: Sequence[Query], answers: Answers) -> dict[str, Any]:
    """The share of queries whose true name is the first answer, and one of the first five; in all and by script."""
    ranks: dict[str, list[int]] = defaultdict(list)
    for query, row in zip(queries, answers, strict=True):
        ranks[query.script].append(row.index(query.name) if query.name in row else DEPTH)
    every = [rank for row in ranks.values() for rank in row]
    return {**_shares(every), "by_script": {script: _shares(row) for script, row in sorted(ranks.items())}}


def _shares(ranks: Sequence[int]) -> dict[str, float]:
    return {
        "recall_at_1": round(sum(rank < 1 for rank in ranks) / len(ranks), 4),
        "recall_at_5": round(sum(rank < DEPTH for rank in ranks) / len(ranks), 4),
    }


def _counts(queries: Sequence[Query]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for query in queries:
        counts[query.script] += 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    main()
