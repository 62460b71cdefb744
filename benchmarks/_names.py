"""Name pairs and a register to look for them in: where they come from, and the split that keeps tuning honest.

The register is `register/*.csv.gz` of the folder that the variable DATA names, else of `../shared/data` beside the
checkout, or one made on the spot from a seed. The pairs are those of the file that DATA names, or persons made of the
clusters in `names` of that folder. None of it is part of the project.

A cluster is one given or family name as Wikidata spells it in Latin, Cyrillic, Arabic and Han. A person is two clusters
drawn by lot, both of which have the script of the query; the register has a Latin spelling of each, the query another
one, or one in the other script. Clusters that share a spelling stay together, and go to one half by lot.
"""

import csv
import gzip
import json
import os
import random
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CLUSTERS = "names/wikidata-name-clusters.json"
SEED, ROUNDS = 5, 2
HALVES = ("tuning", "held-out")
SCRIPTS = {"lat": "Latin", "cyr": "Cyrillic", "arab": "Arabic", "han": "Han"}
MADE = 76_000

Cluster = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Query:
    """A spelling, and the name as the register has it."""

    text: str
    name: str

    @property
    def script(self) -> str:
        """The script of most of its letters; Latin where there are none."""
        counts = dict.fromkeys(SCRIPTS.values(), 0)
        for letter in filter(str.isalpha, self.text):
            word = unicodedata.name(letter, "").split(" ")[0].capitalize()
            counts[{"Cjk": "Han"}.get(word, word)] = counts.get({"Cjk": "Han"}.get(word, word), 0) + 1
        return max(SCRIPTS.values(), key=lambda script: counts[script])


@dataclass(frozen=True)
class Trial:
    """What is measured: the register's names with the true ones among them, the queries, and how both were had."""

    names: tuple[str, ...]
    queries: tuple[Query, ...]
    about: str


def data() -> Path:
    """The folder of the register and the clusters."""
    told = os.environ.get("DATA")
    return Path(told) if told and Path(told).is_dir() else SHARED


def trial(half: str) -> Trial | None:
    """The register with the true names, and the queries of DATA or of one half; None if there are no names at hand.

    Ends with status 2 where DATA names something else.
    """
    told = os.environ.get("DATA")
    if told and Path(told).is_dir():
        told = None
    if not told and not (data() / CLUSTERS).is_file():
        return None
    if told:
        queries = tuple(_rows(Path(told)))
        about = f"{len(queries)} queries of {told}, all of them reported: nothing was tuned on them"
    else:
        rest = random.Random(f"persons {SEED} {half}")  # noqa: S311
        queries = tuple(persons(clusters(half), rest))
        about = (
            f"{len(queries)} queries of persons made of two name parts of the {half} half, by the lots of seed {SEED}; "
            f"the {HALVES[0]} half alone was tuned on"
        )
    if not queries:
        _stop(f"{told or 'the names'} has no pair: a row is the register's name, a tab, and other spellings")
    listed, whence = register()
    names = (*listed, *dict.fromkeys(query.name for query in queries))
    return Trial(names, queries, f"{whence}; {about}")


def _rows(path: Path) -> Iterator[Query]:
    """The pairs of a tab-separated file; a first row that names no person but columns is passed over."""
    if not path.is_file():
        _stop(f"DATA={path} is no file; it has a row for each person: the register's name, then other spellings")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        _stop(f"DATA={path} is not UTF-8 at byte {error.start}")
    for number, line in enumerate(text.split("\n")):
        name, *others = (" ".join(cell.split()) for cell in line.split("\t"))
        if number == 0 and not _HEADINGS.isdisjoint(re.findall(r"[a-z]+", line.casefold())):
            continue
        for other in dict.fromkeys(others):
            if name and other and other != name:
                yield Query(other, name)


_HEADINGS = frozenset(("name", "register", "spelling", "spellings", "query", "latin", "variant", "variants", "person"))


def clusters(half: str) -> list[Cluster]:
    """The name parts of one half. Ends with status 2 if the data is not there."""
    path = data() / CLUSTERS
    if not path.is_file():
        _stop(f"No names: {path} is not there, and DATA names no file of pairs")
    every: list[Cluster] = json.loads(path.read_text(encoding="utf-8"))
    head = list(range(len(every)))

    def root(place: int) -> int:
        while head[place] != place:
            head[place] = head[head[place]]
            place = head[place]
        return place

    first: dict[str, int] = {}
    for place, cluster in enumerate(every):
        for spelling in (s.casefold() for script in SCRIPTS for s in cluster[script]):
            head[root(place)] = root(first.setdefault(spelling, place))
    lots = random.Random(f"halves {SEED}")  # noqa: S311
    drawn: dict[int, str] = {}
    return [c for place, c in enumerate(every) if drawn.setdefault(root(place), lots.choice(HALVES)) == half]


def persons(parts: Sequence[Cluster], lots: random.Random) -> Iterator[Query]:
    """Persons for each script, each part borne by one of them in each of `ROUNDS` rounds."""
    for script in SCRIPTS:
        usable = [c for c in parts if c["lat"] and len(c[script]) > (script == "lat")]
        for _ in range(ROUNDS):
            order = lots.sample(usable, len(usable))
            for given, family in zip(order[::2], order[1::2], strict=False):
                pairs = [_spellings(part, script, lots) for part in (given, family)]
                between = "·" if script == "han" else " "
                yield Query(between.join(p[1] for p in pairs).title(), " ".join(p[0] for p in pairs).title())


def _spellings(part: Cluster, script: str, lots: random.Random) -> tuple[str, str]:
    if script == "lat":
        one, other = lots.sample(list(part["lat"]), 2)
        return one, other
    return lots.choice(part["lat"]), lots.choice(part[script])


def register() -> tuple[list[str], str]:
    """The names of the register, one for each entry, and where they are from."""
    files = sorted((data() / "register").glob("*.csv.gz"))
    if files:
        with gzip.open(files[0], "rt", encoding="utf-8", newline="") as file:
            return [row["Victim's Name"] for row in csv.DictReader(file)], f"the register {files[0].name}"
    lots = random.Random(f"register {SEED}")  # noqa: S311
    syllables = _SYLLABLES.split()
    stems = ["".join(lots.choice(syllables) for _ in range(lots.choice((2, 2, 3)))) for _ in range(3500)]
    weights = [1 / (place + 4) for place in range(len(stems))]
    given, family = (lots.choices(lots.sample(stems, len(stems)), weights, k=MADE) for _ in range(2))
    return [f"{a} {b}".title() for a, b in zip(given, family, strict=True)], f"a register of {MADE} made on the spot"


_SYLLABLES = (
    "ab al am ar as at ay ba bek bi bu da dil din du er ez fa ga ghu gul ha hal il im is ja jan ju ka kam ke ku la "
    "li mah me mi mu na ne nur o oma pa per qa qu ra re ri ru sa se shi su ta ten ti tu um ur xa ya yu za ze zu"
)


def distinct(names: Iterable[str]) -> dict[str, list[int]]:
    """The names that differ, each with the places that it has in the list."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        found[name].append(place)
    return found


def _stop(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise SystemExit(2)
