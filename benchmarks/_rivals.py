"""Short texts that each name one person of a register, whose nearest neighbours are planted beside them.

A person is two parts of names of one half (the parts go to a half by lot, so that no part that was tuned on is
reported), or for Chinese also a Hui surname with a given name of two characters. The register has the person as such
registers write (see `_orthographies.in_register`), and beside them, each an entry of its own: the same name with one
vowel changed, in either part; with another ending; a sibling, whose own part is the nearest other one of the half; and
the name in the other order. All share a register with the 76,000 names of `_names.register`, of which those are left
out that are another Latin spelling of a true name.

A text is a sentence in the name's language, or the name alone, with the name in the orthography of the script.

What the spelling tells apart: a text tells a person from all others if no other planted name is written as the true
name is in that script, in Chinese if none sounds so. This is by the orthography of the names alone, and knows nothing
of how the linker compares. No planted name, and no planted Latin spelling, is there twice.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein

from benchmarks._names import HALVES, SEED, register
from benchmarks._orthographies import KAZAKH, UYGHUR, Habits, in_arabic, in_cyrillic, in_han, in_latin, in_register
from benchmarks._rival_words import (
    ENDINGS,
    HUI_GIVEN,
    HUI_SURNAMES,
    KAZAKH_PARTS,
    SENTENCES,
    UYGHUR_PARTS,
    VOWELS,
)

PERSONS, HUI_PERSONS = 1000, 400
HUI = "Hui"
TURNED = 0.25
"""Share of persons beside whom the name in the other order is planted: what the linker never tells apart for sure."""

DIGITS = 4
Name = tuple[str, ...]
"""The parts of a name as its language has them: two, or of a Hui name its characters with their pinyin."""

SCRIPTS: Mapping[str, Sequence[tuple[str, str, float]]] = {
    "Latin": (("ug-Latn", UYGHUR, 0.5), ("kk-Latn", KAZAKH, 0.5)),
    "Cyrillic": (("kk-Cyrl", KAZAKH, 0.5), ("ug-Cyrl", UYGHUR, 0.5)),
    "Arabic, Kazakh": (("kk-Arab", KAZAKH, 1),),
    "Arabic, Uyghur": (("ug-Arab", UYGHUR, 1),),
    "Han": (("Hans", UYGHUR, 0.4), ("Hans", KAZAKH, 0.4), ("Hans", HUI, 1)),
}
"""For each script the orthographies, of which language, and of what share of its persons."""


@dataclass(frozen=True)
class Named:
    """A text, the number of the entry it names, and the numbers of those whose names are written the same."""

    script: str
    text: str
    entry: str
    same: tuple[str, ...]


@dataclass(frozen=True)
class Linked:
    """What a build made of a text: a link's tier and entry, and the entries of its alternatives."""

    tier: str
    entry: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Rivalry:
    """The register as pairs of number and Latin name, and the texts."""

    entries: tuple[tuple[str, str], ...]
    texts: tuple[Named, ...]


def rivalry(half: str) -> Rivalry:
    """The register and the texts of one half."""
    lots = random.Random(f"rivals {SEED} {half}")  # noqa: S311
    planted: dict[str, tuple[str, Name]] = {}
    true: dict[str, list[str]] = {}
    known: set[Name] = set()
    for language, many in ((UYGHUR, PERSONS), (KAZAKH, PERSONS), (HUI, HUI_PERSONS)):
        people, true[language] = _people(language, _parts(language, half), lots), []
        while len(true[language]) < many:
            name, habits = next(people), Habits.drawn(lots)
            latin = _registered(name, language, habits)
            if latin in planted or name in known:
                continue
            true[language].append(latin)
            for one in (name, *_rivals(name, language, _parts(language, half), lots)):
                if one not in known and (spelled := _registered(one, language, habits)) not in planted:
                    known.add(one)
                    planted[spelled] = (language, one)
    taken = {_folded(latin) for names in true.values() for latin in names}
    base = [name for name in register()[0] if _folded(name) not in taken]
    entries = [(str(n), name) for n, name in enumerate((*base, *planted), start=1)]
    numbers = {name: number for number, name in entries[len(base) :]}
    return Rivalry(tuple(entries), tuple(_texts(true, planted, numbers, lots)))


def _texts(
    true: Mapping[str, Sequence[str]],
    planted: Mapping[str, tuple[str, Name]],
    numbers: Mapping[str, str],
    lots: random.Random,
) -> Iterator[Named]:
    for script, systems in SCRIPTS.items():
        looks: dict[str, list[str]] = defaultdict(list)
        for latin, (language, name) in planted.items():
            for look in {_look(name, system, language) for system, spoken, _ in systems if spoken == language}:
                looks[look].append(numbers[latin])
        for system, language, share in systems:
            for latin in true[language][: int(share * len(true[language]))]:
                name, entry = planted[latin][1], numbers[latin]
                same = [number for number in looks[_look(name, system, language)] if number != entry]
                text = lots.choice(SENTENCES[system]).format(_written(name, system, language))
                yield Named(script, text, entry, tuple(same))


def _parts(language: str, half: str) -> list[list[str]]:
    """The given names of one half, and what stands beside them: the same, or of a Hui name the surnames."""
    columns = {UYGHUR: [UYGHUR_PARTS], KAZAKH: [KAZAKH_PARTS], HUI: [HUI_GIVEN, HUI_SURNAMES]}[language]
    found = []
    for column in columns:
        every = sorted(set(column.split()))
        random.Random(f"rival parts {SEED}").shuffle(every)  # noqa: S311
        found.append(every[HALVES.index(half) :: 2])
    return found


def _people(language: str, parts: Sequence[Sequence[str]], lots: random.Random) -> Iterator[Name]:
    while True:
        if language == HUI:
            yield lots.choice(parts[1]), "".join(lots.sample(parts[0], 2))
        else:
            first, last = lots.sample(parts[0], 2)
            yield first, last


def _rivals(name: Name, language: str, parts: Sequence[Sequence[str]], lots: random.Random) -> Iterator[Name]:
    """The neighbours of a name; some may look like it in its script."""
    first, last = name
    if lots.random() < TURNED:
        yield last, first
    if language == HUI:
        given = _SYLLABLES.findall(last)
        for place in range(len(given)):
            other = _nearest(given[place], parts[0])
            yield first, "".join((*given[:place], other, *given[place + 1 :]))
        yield first, given[0]
        yield first, given[0] + lots.choice(parts[0])
        return
    yield _other_vowel(first, language, lots), last
    yield first, _other_vowel(last, language, lots)
    yield _other_ending(first, language, lots), last
    yield _nearest(first, parts[0]), last


def _other_vowel(part: str, language: str, lots: random.Random) -> str:
    vowels = VOWELS[language]
    place = lots.choice([place for place, letter in enumerate(part) if letter in vowels])
    return part[:place] + lots.choice(vowels.replace(part[place], "")) + part[place + 1 :]


def _other_ending(part: str, language: str, lots: random.Random) -> str:
    ending = next((one for one in ENDINGS[language] if part.endswith(one) and len(part) > len(one) + 2), "")
    others = [one for one in ("", *ENDINGS[language]) if one != ending]
    return part.removesuffix(ending) + (lots.choice(others) if ending else lots.choice(others[:-1] or others))


def _nearest(part: str, others: Sequence[str]) -> str:
    """The other part that is written most alike; of several the first."""
    return min((one for one in others if one != part), key=lambda one: Levenshtein.distance(part, one))


_SYLLABLES = re.compile(r"[^a-z][a-z]+")
_ARABIC, _CYRILLIC, _LATIN, _HAN = "Arab", "Cyrl", "Latn", "Hans"


def _written(name: Name, system: str, language: str) -> str:
    if language == HUI:
        return re.sub("[a-z]", "", "".join(name))
    spelled = {_ARABIC: in_arabic, _CYRILLIC: in_cyrillic, _LATIN: in_latin, _HAN: in_han}[system[-4:]]
    return ("·" if system == _HAN else " ").join(spelled(part, language) for part in name)


def _look(name: Name, system: str, language: str) -> str:
    """What a text shows of a name: its letters, or the syllables of its characters."""
    written = _written(name, system, language)
    if language == HUI:
        return " ".join(_SYLLABLES.sub(lambda found: found.group()[1:] + " ", "".join(name)).split())
    return " ".join(lazy_pinyin(list(written))) if system == _HAN else written


def _registered(name: Name, language: str, habits: Habits) -> str:
    if language == HUI:
        return " ".join(re.sub("[^a-z]", "", part).title() for part in name)
    return " ".join(in_register(part, language, habits) for part in name)


def _folded(latin: str) -> str:
    """A name without what spellings of one name differ in by habit; parts in any order."""
    low = latin.lower()
    for one, other in (("kh", "h"), ("x", "h"), ("q", "k"), ("gh", "g"), ("zh", "j"), ("w", "v"), ("y", "i")):
        low = low.replace(one, other)
    return " ".join(sorted(re.sub(r"(.)\1", r"\1", low).split()))


def counted(texts: Sequence[Named], found: Sequence[Sequence[Linked]]) -> dict[str, Any]:
    """The figures of a build's links of the texts, in all and by script."""
    rows = list(zip(texts, found, strict=True))
    by_script = {script: _figures([row for row in rows if row[0].script == script]) for script in SCRIPTS}
    return {**_figures(rows), "by_script": by_script}


def _figures(rows: Sequence[tuple[Named, Sequence[Linked]]]) -> dict[str, float]:
    apart = [(text, links) for text, links in rows if not text.same]
    alike = [(text, links) for text, links in rows if text.same]
    sure = [(text, {link.entry for link in links if link.tier in "AB"}) for text, links in rows]

    def share(hits: Iterable[bool], of: int) -> float:
        return round(sum(hits) / max(1, of), DIGITS)

    return {
        "texts": len(rows),
        "told_apart": len(apart),
        "recall_at_1": share((bool(links) and links[0].entry == text.entry for text, links in apart), len(apart)),
        "shown": share((text.entry in _shown(links) for text, links in rows), len(rows)),
        "both_shown": share(({text.entry, *text.same} <= _shown(links) for text, links in alike), len(alike)),
        "confident_right": share((found == {text.entry} for text, found in sure), len(rows)),
        "confident_wrong": share((bool(found - {text.entry}) for text, found in sure), len(rows)),
    }


def _shown(links: Sequence[Linked]) -> set[str]:
    return {entry for link in links for entry in (link.entry, *link.alternatives)}
