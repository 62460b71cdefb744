"""Search of 1,000,000 segments of 11,000 clips on both engines, beside SQLite's FTS5 trigram index and LIKE.

The texts are made up (`_found_texts`). Half of the clips are public. The index is made of the ledger by the archive's
own `catch_up`, which reads the transcripts too (`build_s`), and measured with all that it holds, the texts for its
snippets among them (`index_ratio`, of its bytes on disk and those of the segments' texts in UTF-8). A new clip is put
into the ledger, taken in and found (`new_clip_s`); `nothing_new_ms` is `catch_up` where nothing changed.

The mix of questions, each with 20 hits, their texts and what of them matched, by a reader of all clips and by one of
the public ones in turn: names in each language's script, words of middling frequency, one that stands in 10 % of the
segments, by itself and with another word, one and two Han characters, phrases of three words, prefixes of four letters,
an exclusion, and filters of language, source and date on a word and on the frequent one. `p50_ms` and `p95_ms` are of
one process, over all of them in an order by lot, after one question of each kind; where others use the machine too,
`p95_cpu_ms` and `build_cpu_s` say what this process takes of a processor.

`recall`: of words and pairs of Han that at most 1,000 segments have, by a look at every text, the share of those
segments that are found; `recall_frequent`: the count that is given for the frequent word, of the true one.
`recall_names`: of a person that is asked for in one script, the share of the segments that name them, in any script,
among 60 times as many hits as there are; `precision_10`: of the first ten hits, or as many as there are mentions if
they are fewer, the share that names them. The parts of names are of the half that nothing was chosen by; `tuning` has
the other.

Peers: an FTS5 table with the trigram tokenizer over the same texts (words of less than three characters are left to it
as they are: it finds nothing), and LIKE over a plain table, which is asked each sixteenth question alone. Both are
asked for 20 texts and a count, of all clips. Names are asked for as they are written.

    python -m benchmarks.search [SEGMENTS] [held-out|tuning] [sqlite] [postgresql]
"""

import gc
import os
import random
import sqlite3
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.opening.archive import Archive, opened
from archive.records.clip import Access
from archive.searching.hits import Asked
from archive.searching.search_index import Index, open_index
from archive.settings.settings import load
from benchmarks._found_texts import COMMON, LANGUAGES, MENTIONS, SEED, SOURCES, Person, Texts, fill, texts
from benchmarks._large_ledger import written_settings
from benchmarks._mirroring import dump
from tests.support.archives import keep, transcript
from tests.world.servers.postgresql import postgresql

SEGMENTS = 1_000_000
OF_A_KIND = 40
ALL: frozenset[Access] = frozenset(("public", "restricted"))
PUBLIC: frozenset[Access] = frozenset(("public",))
OFTEN = 1_000


@dataclass(frozen=True)
class Question:
    """One of the mix: its kind, what is asked, and where the answer is known which segments it is."""

    kind: str
    asked: Asked
    person: Person | None = None
    truth: frozenset[tuple[str, int]] | None = None


def main() -> None:
    """Make the texts, measure both engines and the peers, print all, and the figures as JSON."""
    gc.set_threshold(50_000)  # as the command does
    many = next((int(one) for one in sys.argv[1:] if one.isdigit()), SEGMENTS)
    half = "tuning" if "tuning" in sys.argv else "held-out"
    made = texts(many, half)
    asked = questions(made)
    print(f"{len(made.clips):,} clips, {made.size / 1e6:,.0f} MB of text, {len(asked)} questions", flush=True)
    with TemporaryDirectory(prefix="thirdcopy-search-") as folder, postgresql(()) as server:
        database = server.database()
        urls = {"sqlite": None, "postgresql": server.url(database)}
        urls = {name: url for name, url in urls.items() if name in sys.argv} or urls
        found = dict[str, Any]()
        for name, url in urls.items():
            file = written_settings(Path(folder) / name, url)
            fill(file, made)
            if url:
                server.ask("VACUUM ANALYZE", database)
            with opened(load(file)) as archive, open_index(archive) as index:
                found[name] = measured(name, archive, index, made, asked)
        found["peers"] = peers(Path(folder), made, asked)
    dump(found)


def questions(made: Texts) -> list[Question]:
    """The mix."""
    lots = random.Random(f"questions {SEED}")  # noqa: S311
    every = list(made.segments())
    some = [every[lots.randrange(len(every))] for _ in range(40 * OF_A_KIND)]
    told = [(language, text.rstrip(".。").split()) for _, _, language, text in some if language != "zh"]
    words = [lots.choice(row) for _, row in told if len(row) > 3]
    han = [text for _, _, language, text in some if language == "zh"]
    pairs = [text[at : at + 2] for text in han for at in [lots.randrange(max(1, len(text) - 3))]]
    pairs = [pair for pair in pairs if len(pair) == 2 and not any(c.isascii() or c in "。·" for c in pair)]
    found = [Question("word", Asked(word)) for word in _known(words, every)[:OF_A_KIND]]
    found += [Question("Han pair", Asked(pair)) for pair in _known(pairs, every, within=True)[:OF_A_KIND]]
    found += [Question("Han", Asked(pair[0])) for pair in pairs[:OF_A_KIND]]
    found += [Question("frequent", Asked(COMMON))] * (OF_A_KIND // 2)
    found += [Question("frequent and a word", Asked(f"{COMMON} {word}")) for word in words[:OF_A_KIND]]
    found += [Question("phrase", Asked(f'"{" ".join(row[1:4])}"')) for _, row in told[:OF_A_KIND] if len(row) > 3]
    found += [Question("prefix", Asked(f"{word[:4]}*")) for word in words if len(word) > 4][:OF_A_KIND]
    found += [Question("exclusion", Asked(f"{one} -{COMMON}")) for one in words[: OF_A_KIND // 2]]
    found += [
        Question("filter", Asked(word, languages=(lots.choice(LANGUAGES),), sources=(lots.choice(SOURCES),)))
        for word in [*words[:OF_A_KIND], *[COMMON] * (OF_A_KIND // 2)]
    ]
    found += [
        Question("filter of date", Asked(word, since=date(2020, 1, 1), until=date(2023, 6, 30)))
        for word in [*words[: OF_A_KIND // 2], COMMON]
    ]
    found += list(_names(made, lots))
    return [_with_truth(question, made, every) for question in found]


def _known(words: Sequence[str], every: Sequence[tuple[str, int, str, str]], *, within: bool = False) -> list[str]:
    """Those of some words that no more than OFTEN segments have."""
    candidates = list(dict.fromkeys(words))[: 8 * OF_A_KIND]
    counts = dict.fromkeys(candidates, 0)
    for _, _, language, text in every:
        if within:
            if language == "zh":
                for pair in {text[at : at + 2] for at in range(len(text) - 1)}.intersection(counts):
                    counts[pair] += 1
        else:
            for word in set(text.rstrip(".。").split()).intersection(counts):
                counts[word] += 1
    return [word for word in candidates if 0 < counts[word] <= OFTEN]


def _names(made: Texts, lots: random.Random) -> Iterable[Question]:
    people = [person for person, named in made.named.items() if 1 < len(named) <= MENTIONS]
    for script in LANGUAGES:
        for person in lots.sample(people, min(len(people), OF_A_KIND // 2)):
            asked = Asked(person.written(script, lots).replace("·", " "))
            yield Question("name", asked, person, frozenset(made.named[person]))


def _with_truth(question: Question, made: Texts, every: Sequence[tuple[str, int, str, str]]) -> Question:
    if question.kind not in ("word", "Han pair"):
        return question
    word = question.asked.text
    if question.kind == "word":
        truth = {(clip, at) for clip, at, _, text in every if word in text and word in text.rstrip(".。").split()}
    else:
        truth = {(clip, at) for clip, at, _, text in every if word in text}
    return Question(question.kind, question.asked, None, frozenset(truth))


def measured(name: str, archive: Archive, index: Index, made: Texts, asked: Sequence[Question]) -> dict[str, float]:
    """The figures of one engine."""
    print(f"{name}: load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    began, spent = time.perf_counter(), time.process_time()
    index.catch_up(archive)
    build, cpu = time.perf_counter() - began, time.process_time() - spent
    times = [_timed(lambda: index.catch_up(archive)) for _ in range(7)]
    figures = {
        "build_s": build,
        "build_cpu_s": cpu,
        "nothing_new_ms": 1000 * statistics.median(times),
        "index_ratio": index.size() / made.size,
    }
    figures |= _quality(index, made, asked)
    figures |= _speed(name, asked, lambda question, levels: index.search(question.asked, levels, proposals=True))
    figures["new_clip_s"] = _new_clip(archive, index)
    print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)
    return {key: round(value, 4) for key, value in figures.items()}


def _timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def _quality(index: Index, made: Texts, asked: Sequence[Question]) -> dict[str, float]:
    shares, names, precise = defaultdict[str, list[float]](list), list[float](), list[float]()
    for question in asked:
        if question.truth is None:
            continue
        limit = 1_000 if question.person is None else 60 * len(question.truth)
        found = index.search(question.asked, ALL, proposals=True, limit=limit)
        hits = [(hit.clip, int((hit.start or 0) // 5)) for hit in found.hits if hit.kind == "segment"]
        share = len(question.truth.intersection(hits)) / len(question.truth)
        if question.person is None:
            shares[question.kind].append(share)
        else:
            names.append(share)
            first = hits[: min(10, len(question.truth))]
            precise.append(sum(hit in question.truth for hit in first) / max(1, len(first)))
    frequent = index.search(Asked(COMMON), ALL, proposals=True)
    by_kind = {kind: statistics.mean(some) for kind, some in shares.items()}
    print("  recall " + ", ".join(f"{kind} {share:.4f}" for kind, share in by_kind.items()))
    return {
        "recall": statistics.mean(share for some in shares.values() for share in some),
        "recall_frequent": min(1.0, frequent.count / made.common),
        "recall_names": statistics.mean(names),
        "precision_10": statistics.mean(precise),
    }


def _speed(
    name: str, asked: Sequence[Question], ask: Callable[[Question, frozenset[Access]], object]
) -> dict[str, float]:
    order = list(asked)
    random.Random(SEED).shuffle(order)  # noqa: S311
    for question in {question.kind: question for question in asked}.values():
        ask(question, ALL)
    times, spent = defaultdict[str, list[float]](list), list[float]()
    for number, question in enumerate(order):
        before = time.process_time()
        times[question.kind].append(1000 * _timed(lambda: ask(question, (ALL, PUBLIC)[number % 2])))  # noqa: B023
        spent.append(1000 * (time.process_time() - before))
    for kind, some in times.items():
        print(f"  {name:>10} {kind:<20} p50 {statistics.median(some):7.2f} ms  most {max(some):7.2f} ms", flush=True)
    every = sorted(one for some in times.values() for one in some)
    p95 = int(len(every) * 0.95)
    return {"p50_ms": statistics.median(every), "p95_ms": every[p95], "p95_cpu_ms": sorted(spent)[p95]}


def _new_clip(archive: Archive, index: Index) -> float:
    keep(archive, "peertube-new", targets={})
    began = time.perf_counter()
    archive.ledger.readings.add_transcript("peertube-new", *transcript("peertube-new", "Unheardof words."), event=None)
    index.catch_up(archive)
    assert index.search(Asked("unheardof"), ALL, proposals=True).count == 1
    return time.perf_counter() - began


def peers(folder: Path, made: Texts, asked: Sequence[Question]) -> dict[str, dict[str, float]]:
    """FTS5's trigram index and LIKE over the same texts."""
    found = dict[str, dict[str, float]]()
    tables = {
        "fts5_trigram": "CREATE VIRTUAL TABLE texts USING fts5(text, clip UNINDEXED, at UNINDEXED, tokenize='trigram')",
        "like": "CREATE TABLE texts (text TEXT, clip TEXT, at INTEGER)",
    }
    for name, table in tables.items():
        file = folder / f"{name}.sqlite"
        with closing(sqlite3.connect(file)) as connection:
            began = time.perf_counter()
            connection.execute(table)
            rows = ((text, clip, at) for clip, at, _, text in made.segments())
            connection.executemany("INSERT INTO texts VALUES (?, ?, ?)", rows)
            connection.commit()
            build = time.perf_counter() - began
            few = asked if name == "fts5_trigram" else asked[::16]
            ask = _peer(connection, name)
            shares, names = list[float](), list[float]()
            for question in few:
                if question.truth is not None:
                    hits = {(clip, int(at)) for _, clip, at in ask(question.asked.text, 1_000)}
                    share = len(question.truth & hits) / len(question.truth)
                    (shares if question.person is None else names).append(share)
            figures = {"build_s": build, "index_ratio": file.stat().st_size / made.size}
            figures |= {"recall": _mean(shares), "recall_names": _mean(names)}
            figures |= _speed(name, few, lambda question, _: ask(question.asked.text, 20))  # noqa: B023
        print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)
        found[name] = {key: round(value, 4) for key, value in figures.items()}
    return found


def _mean(shares: Sequence[float]) -> float:
    return statistics.mean(shares) if shares else 0.0


def _peer(connection: sqlite3.Connection, name: str) -> Callable[[str, int], list[Any]]:
    def ask(text: str, limit: int) -> list[Any]:
        words = text.replace('"', "").replace("*", "").split()
        if name == "like":
            where, given = " AND ".join("text LIKE ?" for _ in words), [f"%{word}%" for word in words]
        else:
            where, given = "texts MATCH ?", [" ".join(f'"{word}"' for word in words)]
        connection.execute(f"SELECT count(*) FROM texts WHERE {where}", given).fetchone()  # noqa: S608
        return connection.execute(f"SELECT text, clip, at FROM texts WHERE {where} LIMIT {limit}", given).fetchall()  # noqa: S608

    return ask


if __name__ == "__main__":
    main()
