"""What a text says of a person beside the name, compared with an entry: sex, ethnicity, place, years and age. Pure.

Each clue is worth the log of how much likelier it is for the same person than for another (Fellegi and Sunter, A theory
for record linkage, 1969), set by hand where no data tells: what a talk says by the way is often of somebody else, so
that a clue that fits weighs little and one that does not weighs less, but for sex and age said of the name itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import get_args

from archive.linking.context.kinship import Kin, Sex
from archive.linking.context.places import shared
from archive.linking.languages.loading import together
from archive.linking.languages.patterns import begun, either, literal, parted, words
from archive.linking.languages.schema import Clues as Said
from archive.linking.languages.schema import People
from archive.linking.registers.entries import Entry
from archive.records.link import Evidence

SEX_FITS, SEX_OF_KIN, SEX_OF_NAME, SEX_OF_PRONOUN = 0.6, -3.0, -2.0, -0.8
ETHNICITY_FITS, ETHNICITY_DIFFERS = 0.7, -1.5
PLACE_FITS = 1.5
YEAR_FITS, YEAR_DIFFERS = 1.2, -0.4
AGE_FITS, AGE_DIFFERS = 1.5, -1.5
BORN_FITS, BORN_DIFFERS = 2.5, -2.0
WORDS = 60
"""Words of a context that are compared with an entry's location."""


def _said(pick: Callable[[Said], Iterable[str]]) -> tuple[str, ...]:
    return together(lambda one: pick(one.clues))


def _people(name: People) -> str:
    """The names of a people, in scripts with words and in Han."""
    return words(_said(lambda said: said.peoples.get(name, ())))


_ETHNICITY = re.compile("|".join(f"(?P<{name}>{_people(name)})" for name in get_args(People)), re.IGNORECASE)
_HE, _SHE = parted(_said(lambda said: said.he)), parted(_said(lambda said: said.she))
_PRONOUN = re.compile(
    rf"(?<!\w)(?:(?P<m>{either(_HE[0])})|(?P<f>{either(_SHE[0])}))|(?P<mh>{literal(_HE[1])})|(?P<fh>{literal(_SHE[1])})",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    rf"(?:{literal(_said(lambda said: said.daughters))}|"
    rf"(?<=\w\w){literal(_said(lambda said: said.surnames_of_women))})$",
    re.IGNORECASE,
)
_MALE = re.compile(
    rf"(?:{literal(_said(lambda said: said.sons))}|\b{literal(_said(lambda said: said.son_words))}|"
    rf"(?<=\w\w){literal(_said(lambda said: said.surnames_of_men))})$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BORN = re.compile(
    rf"{begun(_said(lambda said: said.born), digits=True)}(?:"
    rf"{either(_said(lambda said: said.born), bounded=False)}[^\d\n]{{0,16}}(?P<a>(?:19|20)\d\d)(?!\d)|"
    rf"(?<!\d)(?P<b>(?:19|20)\d\d)[ -]?{either(_said(lambda said: said.born_after), bounded=False)})",
    re.IGNORECASE,
)
_OLD = parted(_said(lambda said: said.years_old))
_AGE = re.compile(
    rf"{begun(_said(lambda said: said.aged), digits=True)}(?:"
    rf"(?<![\d.,:/-])(?P<a>\d{{1,3}})[ -]?(?:{either(_OLD[0], letters=0)}|{literal(_OLD[1])})|"
    rf"{either(_said(lambda said: said.aged), bounded=False)}[ :]{{1,2}}(?P<b>\d{{1,3}})(?!\d))",
    re.IGNORECASE,
)
_F, _M = frozenset(_said(lambda said: said.female)), frozenset(_said(lambda said: said.male))
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_TWENTIES = re.compile(r"(\d)0s")
_SPACED = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Clues:
    """What a passage says of the person it names; `text` is the passage's context, without other people's."""

    text: str
    sex: Sex | None = None
    sex_weight: float = 0.0
    sex_word: str = ""
    ethnicities: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    born: frozenset[int] = frozenset()
    ages: frozenset[int] = frozenset()
    words: tuple[str, ...] = field(default=())


def clues(name: str, after: str, around: str, kin: Kin | None) -> Clues:
    """What is said of the bearer of a name: `after` are the words after it, `around` all of its context."""
    sex, weight, word = _sex(name, after, kin)
    dated = "19" in around or "20" in around
    born = frozenset(int(found["a"] or found["b"]) for found in _BORN.finditer(around)) if dated else frozenset[int]()
    return Clues(
        text=around,
        sex=sex,
        sex_weight=weight,
        sex_word=word,
        ethnicities=ethnicities_of(around),
        years=frozenset(map(int, _YEAR.findall(around) if dated else ())) - born,
        born=born,
        ages=frozenset(
            int(found["a"] or found["b"]) for found in (_AGE.finditer(around) if _NUMBER.search(around) else ())
        ),
        words=tuple(_SPACED.findall(around)[:WORDS]),
    )


def ethnicities_of(text: str) -> frozenset[str]:
    """The peoples that a text names, by their keys in ETHNICITIES."""
    words = text.split(" ")
    found = {people for word in words for people in _peoples(word)}
    for word, after in pairwise(words):
        if word[-3:].lower() == "han":  # the one name of two words
            found.update(_peoples(f"{word} {after}"))
    return frozenset(found)


@lru_cache(maxsize=1 << 14)
def _peoples(word: str) -> tuple[str, ...]:
    return tuple(found.lastgroup for found in _ETHNICITY.finditer(word) if found.lastgroup)


@lru_cache(maxsize=1 << 14)
def _pronoun(word: str) -> tuple[Sex, str] | None:
    found = _PRONOUN.search(word)
    return ("f" if found["f"] or found["fh"] else "m", found.group()) if found else None


def _sex(name: str, after: str, kin: Kin | None) -> tuple[Sex | None, float, str]:
    """The sex that is said, what it weighs against an entry of the other, and the word that says it."""
    if kin and kin.sex:
        return kin.sex, SEX_OF_KIN, kin.word
    if sex := sex_of_name(name):
        return sex, SEX_OF_NAME, name.split()[-1]
    if found := next(filter(None, map(_pronoun, after.split(" "))), None):
        return found[0], SEX_OF_PRONOUN, found[1]
    return None, 0.0, ""


@lru_cache(maxsize=1 << 12)
def sex_of_name(name: str) -> Sex | None:
    """The sex that the ending of a name's last word tells: `-qyzy`, `-ova`; `-uly`, `-ov`."""
    name = name.strip()
    if _FEMALE.search(name):
        return "f"
    return "m" if _MALE.search(name) else None


def _sex_of(entry: Entry) -> Sex | None:
    first = (entry.gender or "").strip().lower()[:1]
    known: Sex | None = "f" if first in _F else "m" if first in _M else None
    return known or (sex_of_name(entry.latin) if entry.latin else None)


@lru_cache(maxsize=1 << 12)
def _people_of(ethnicity: str) -> str | None:
    own = _ETHNICITY.search(ethnicity)
    return own.lastgroup if own else None


def compare(said: Clues, entry: Entry) -> Iterator[Evidence]:
    """What the clues weigh for or against an entry, where both tell; nothing where either is silent."""
    sex = _sex_of(entry)
    if said.sex and sex:
        fits = said.sex == sex
        yield Evidence(part="sex", weight=SEX_FITS if fits else said.sex_weight, found=said.sex_word)
    if said.ethnicities and (own := _people_of(entry.ethnicity or "")):
        fits = own in said.ethnicities
        found = ", ".join(sorted(said.ethnicities))
        yield Evidence(part="ethnicity", weight=ETHNICITY_FITS if fits else ETHNICITY_DIFFERS, found=found)
    if entry.location and (place := shared(entry.location, said.words, said.text)):
        yield Evidence(part="place", weight=PLACE_FITS, found=place)
    yield from _times(said, entry)


def _times(said: Clues, entry: Entry) -> Iterator[Evidence]:
    when = _years(entry.detained or "")
    if said.years and when:
        both = said.years & when
        found = ", ".join(map(str, sorted(both or said.years)))
        yield Evidence(part="year", weight=YEAR_FITS if both else YEAR_DIFFERS, found=found)
    born, spans = _births_and_ages(entry.age or "")
    if said.born and born:
        fits = bool(said.born & born)
        found = ", ".join(map(str, sorted(said.born)))
        yield Evidence(part="born", weight=BORN_FITS if fits else BORN_DIFFERS, found=found)
    if said.ages and spans:
        # People grow older between an entry and a talk.
        fits = any(low - 1 <= age <= high + 3 for age in said.ages for low, high in spans)
        found = ", ".join(map(str, sorted(said.ages)))
        yield Evidence(part="age", weight=AGE_FITS if fits else AGE_DIFFERS, found=found)


@lru_cache(maxsize=1 << 12)
def _years(detained: str) -> frozenset[int]:
    return frozenset(map(int, _YEAR.findall(detained)))


@lru_cache(maxsize=1 << 12)
def _births_and_ages(age: str) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
    """The years of birth that an entry's age tells, and the ages, each from and to."""
    told = [int(number) for number in _NUMBER.findall(age)]
    spans = tuple((number, number) for number in told if number < 130)
    if decade := _TWENTIES.search(age):
        spans = ((int(decade[1]) * 10, int(decade[1]) * 10 + 9),)
    return frozenset(number for number in told if number > 1900), spans
