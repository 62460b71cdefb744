"""Linking a talk of 10,000 words to a register of 100,000 entries: time, memory, precision and recall by tier.

Each talk is made on the spot from a seed (see `benchmarks._talks`): testimonies in six languages about people of the
register, by number and name, by number, by name, by a name that others bear too, and with a number that was somebody
else's; names misheard; years, ages, sums, rooms, telephones as decoys; and bystanders by name (speakers, relatives who
are free, officials, interviewers), of whom six in ten have a namesake in the register.

What is true: an entry is rightly linked if somebody in the talk testifies for it. A namesake of a speaker, a relative,
an official or an interviewer is wrong, whatever role the link gives it. Precision is the share of links that are right,
recall the share of those testified for that have a link, over tier A, A and B, and all. `subjects_only` is the same
over links whose role is `subject`; `offered` is the recall where an alternative counts as well.

The rules were tuned on talks of the split `TUNING`; reported are talks of `REPORTED`, which has other sentences, other
people and other seeds. `reliability` says how often links were right by their score, in fifths: scores are not
probabilities of a real archive, and this is how far they are ones of these talks. Beside ours are two bare ways
(see `benchmarks._bare`): `bare` takes every number after a cue word, and every pair of words that is an entry's name
letter by letter; `tolerant` takes pairs that are nearly one too, since a third of the names is misheard.

Time is that of one talk as text to its links, on one thread, with what is made once for a register made before, for all
three alike: the index, the look-up tables. The three take each talk in turn, so that what else the machine does weighs
on all; machines differ threefold, and seconds say little beside the ratios. `time_ratio` is our time over that of
`tolerant` on the same talk, which does like work, and is to be at most 1; `time_ratio_bare` is ours over that of
`bare`, which looks words up in a table and compares nothing. Both are of processor seconds, the steadier ones on a busy
machine, and medians over the talks. As in an archive, a talk finds in memory what the linker remembers of the words of
those before; the first finds nothing. Python looks for garbage as seldom as under the command line (`flows.cli.app`),
for all three alike.

The register is `synthetic-76000.csv.gz` of the folder or the file that DATA names, else of `../shared/data/register`,
else made on the spot; it is extended to 100,000 with made-up entries, places, years, ages and testifiers. Index, links
and peak memory are of a process of its own.

    python -m benchmarks.talk [TALKS [tuning]]
"""

import csv
import gc
import gzip
import io
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.linking.index import RegisterIndex
from archive.linking.material import Material, Utterance
from archive.linking.proposals import propose
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register
from archive.records.link import Link
from benchmarks._bare import Bare, Pair
from benchmarks._talk_words import REPORTED, TUNING
from benchmarks._talks import Names, Talk, extended, on_the_spot, talk, words_of

FILE = "synthetic-76000.csv.gz"
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "register"
SIZE = 100_000
TALKS = 5
LEVELS = {"A": "A", "A+B": "AB", "A+B+C": "ABC"}
SEEDS = {"reported": 2026, "tuning": 1}


def main() -> None:
    """Run the benchmark and print a table, then one JSON object."""
    talks = int(sys.argv[1]) if len(sys.argv) > 1 else TALKS
    split = "tuning" if "tuning" in sys.argv[2:] else "reported"
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "out.json"
        command = [sys.executable, "-m", "benchmarks.talk", "--child", str(talks), split, str(out)]
        process = subprocess.Popen(command)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(process.returncode)
        report: dict[str, Any] = json.loads(out.read_text())
    report["peak_mb"] = round(used.ru_maxrss / 1024, 1)
    _show(report)
    print(json.dumps(report))


def _show(report: Mapping[str, Any]) -> None:
    print(f"{report['talks']} talks of the split {report['split']}, {report['subjects']} subjects", file=sys.stderr)
    for name, one in (("ours", report), *report["peers"].items()):
        for level, precision in one["precision"].items():
            print(f"{name:>8} {level:<6} precision {precision:.3f}  recall {one['recall'][level]:.3f}", file=sys.stderr)
        print(f"{name:>8} {one['seconds']:.3f} s a talk, {one['processor_s']:.3f} of a processor", file=sys.stderr)
    print(
        f"time_ratio {report['time_ratio']:.2f} of tolerant, {report['time_ratio_bare']:.1f} of bare", file=sys.stderr
    )


def _child(talks: int, split: str, out: Path) -> None:
    """What the measured process does: the index, the links; the talks are made between the two."""
    gc.set_threshold(50_000)
    lots = random.Random(SEEDS[split])  # noqa: S311
    entries = extended(_register(lots), SIZE, lots)
    began = time.perf_counter()
    index = RegisterIndex(Register("made-up", "0" * 64, tuple(entries)))
    index_s = time.perf_counter() - began
    names = Names(entries)
    words = TUNING if split == "tuning" else REPORTED
    made = [talk(names, words, lots) for _ in range(talks)]
    bare = Bare(entries)
    ways: dict[str, Callable[[Talk], Any]] = {
        "ours": lambda one: propose(Material("talk", transcripts=(("talk", _utterances(one)),)), index),
        "bare": lambda one: bare.exactly(" ".join(one.sentences)),
        "tolerant": lambda one: bare.nearly(" ".join(one.sentences)),
    }
    results: dict[str, list[Any]] = {way: [] for way in ways}
    took: dict[str, list[float]] = {way: [] for way in ways}
    worked: dict[str, list[float]] = {way: [] for way in ways}
    for one in made:
        for way, link in ways.items():
            began, busy = time.perf_counter(), time.process_time()
            results[way].append(link(one))
            took[way].append(time.perf_counter() - began)
            worked[way].append(time.process_time() - busy)
    found, seconds = results["ours"], took["ours"]
    ratios = {
        way: _median([ours / theirs for ours, theirs in zip(worked["ours"], worked[way], strict=True)])
        for way in ("bare", "tolerant")
    }
    pairs = [[(link.tier, link.entry) for link in links] for links in found]
    subjects = [[(link.tier, link.entry) for link in links if link.role == "subject"] for links in found]
    offered = [
        [(k.tier, entry) for k in links for entry in (k.entry, *(a.entry for a in k.alternatives))] for links in found
    ]
    report = {
        "split": split,
        "talks": talks,
        "words": sum(words_of(one.sentences) for one in made) // talks,
        "subjects": sum(len(one.subjects) for one in made),
        "seconds": _median(seconds),
        "slowest_s": round(max(seconds), 3),
        "index_s": round(index_s, 3),
        "processor_s": _median(worked["ours"]),
        "time_ratio": ratios["tolerant"],
        "time_ratio_bare": ratios["bare"],
        **_counted(made, pairs),
        "subjects_only": _counted(made, subjects),
        "offered": _counted(made, offered)["recall"],
        "reliability": _reliability(made, found),
        "peers": {
            way: {
                "seconds": _median(took[way]),
                "processor_s": _median(worked[way]),
                **_counted(made, results[way]),
            }
            for way in ratios
        },
    }
    if os.environ.get("WRONG"):
        _explain(made, found, index)
    out.write_text(json.dumps(report))


def _median(figures: Sequence[float]) -> float:
    return round(sorted(figures)[len(figures) // 2], 3)


def _register(lots: random.Random) -> list[Entry]:
    data = Path(os.environ.get("DATA") or DEFAULT)
    file = data / FILE if data.is_dir() else data
    if not file.is_file():
        if os.environ.get("DATA"):
            print(f"There is no register at {file}: DATA names {FILE}, or its folder.", file=sys.stderr)
            raise SystemExit(2)
        return on_the_spot(SIZE, lots)
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [
        Entry(
            number=row["Entry"],
            latin=row["Victim's Name"] or None,
            chinese=row["Chinese name"] or None,
            gender=row["Gender"] or None,
            ethnicity=row["Ethnicity"] or None,
        )
        for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    ]


def _utterances(one: Talk) -> tuple[Utterance, ...]:
    return tuple(Utterance(5.0 * n, 5.0 * n + 4, sentence) for n, sentence in enumerate(one.sentences))


def _counted(made: Sequence[Talk], found: Sequence[Iterable[Pair]]) -> dict[str, dict[str, float]]:
    """Precision and recall by tier over all talks; an entry counts once a talk."""
    precision, recall = {}, {}
    for level, tiers in LEVELS.items():
        linked = [{entry for tier, entry in pairs if tier in tiers} for pairs in found]
        right = sum(len(some & one.subjects) for some, one in zip(linked, made, strict=True))
        precision[level] = round(right / max(1, sum(map(len, linked))), 4)
        recall[level] = round(right / max(1, sum(len(one.subjects) for one in made)), 4)
    return {"precision": precision, "recall": recall}


def _reliability(made: Sequence[Talk], found: Sequence[Sequence[Link]]) -> dict[str, list[float]]:
    """By fifths of the score: how many links, their mean score, and the share that is right."""
    fifths: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one, links in zip(made, found, strict=True):
        for link in links:
            fifths[min(4, int(link.score * 5))].append((link.score, link.entry in one.subjects))
    return {
        f"{fifth / 5:.1f}": [
            len(pairs),
            round(sum(score for score, _ in pairs) / len(pairs), 3),
            round(sum(right for _, right in pairs) / len(pairs), 3),
        ]
        for fifth, pairs in sorted(fifths.items())
    }


def _explain(made: Sequence[Talk], found: Sequence[Sequence[Link]], index: RegisterIndex) -> None:
    """With WRONG set: the links of A and B that are wrong, and the subjects without one."""
    for one, links in zip(made, found, strict=True):
        text = " ".join(one.sentences)
        for link in links:
            if link.tier in "AB" and link.entry not in one.subjects:
                around = text[max(0, link.offset - 60) : link.offset + len(link.quote) + 60]
                print(
                    f"wrong {link.tier} {link.method} {link.role} {link.score} {index.numbers[link.entry].latin}: "
                    f"{around}",
                    file=sys.stderr,
                )
        linked = {link.entry: link for link in links}
        for number in sorted(one.subjects):
            if number not in linked or linked[number].tier == "C":
                print(
                    f"missed {number} {index.numbers[number].latin} {linked.get(number) and linked[number].evidence}",
                    file=sys.stderr,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    else:
        main()
