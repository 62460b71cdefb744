"""What a text says of a person beside the name, compared with an entry: sex, ethnicity, place, years and age. Pure.

Each clue is worth the log of how much likelier it is for the same person than for another (Fellegi and Sunter, A theory
for record linkage, 1969), set by hand where no data tells: what a talk says by the way is often of somebody else, so
that a clue that fits weighs little and one that does not weighs less, but for sex and age said of the name itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from archive.linking.context.kinship import Kin, Sex
from archive.linking.context.places import shared
from archive.linking.registers.register import Entry
from archive.records import Evidence

SEX_FITS, SEX_OF_KIN, SEX_OF_NAME, SEX_OF_PRONOUN = 0.6, -3.0, -2.0, -0.8
ETHNICITY_FITS, ETHNICITY_DIFFERS = 0.7, -1.5
PLACE_FITS = 1.5
YEAR_FITS, YEAR_DIFFERS = 1.2, -0.4
AGE_FITS, AGE_DIFFERS = 1.5, -1.5
BORN_FITS, BORN_DIFFERS = 2.5, -2.0
WORDS = 60
"""Words of a context that are compared with an entry's location."""

ETHNICITIES = {
    "kazakh": (
        r"kazakhs?|qazaqs?|казах\w{0,4}|казаш\w{0,4}|қазақ\w{0,4}|kazak(?:lar)?|قازاق|كازاخي\w?",
        "哈[萨薩]克(?!斯坦)",
    ),
    "uyghur": (
        r"uyghurs?|uighurs?|uygurs?|уйгур\w{0,4}|ұйғыр\w{0,4}|uygur(?:lar)?|ئۇيغۇر|(?:ال)?[أإ]ويغوري?\w?",
        "维吾尔|維吾爾",
    ),
    "kyrgyz": (r"kyrgyz|kirghiz|киргиз\w{0,4}|кыргыз\w{0,4}|қырғыз\w{0,4}|kırgız|قىرغىز", "柯尔克孜"),
    "hui": (r"hui|dungans?|дунган\w{0,4}|дүнген\w{0,4}|تۇڭگان", "回族"),
    "uzbek": (r"uzbeks?|узбек\w{0,4}|өзбек\w{0,4}|özbek|ئۆزبېك", "乌孜别克"),
    "tatar": (r"tatars?|татар\w{0,4}|تاتار", "塔塔尔"),
    "tajik": (r"tajiks?|таджик\w{0,4}|тәжік\w{0,4}|tacik|تاجىك", "塔吉克(?!斯坦)"),
    "mongol": (r"mongols?|монгол\w{0,4}|моңғол\w{0,4}|moğol|موڭغۇل", "蒙古族"),
    "han": (r"han chinese|ханьц\w{0,3}|خەنزۇ", "[汉漢]族"),
}
"""Names of peoples, in scripts with words and in Han."""

_ETHNICITY = re.compile(
    "|".join(rf"(?P<{name}>(?<!\w)(?:{words})(?!\w)|{han})" for name, (words, han) in ETHNICITIES.items()),
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?<!\w)(?:(?P<m>he|him|his|himself|mr|он|его|ему|него|господин\w?|bay|هو)|"
    r"(?P<f>she|her|herself|hers|mrs|ms|она|её|ее|ей|неё|нее|госпож\w|bayan|هي))(?!\w)|(?P<mh>他|先生)|(?P<fh>她|女士)",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    r"(?:q[yıi]z[yıi]|k[yıi]z[yıi]|[кқ]ызы|قىزى|(?<=\w\w)(?:ova|eva|ovna|evna|ова|ева|овна|евна))$", re.IGNORECASE
)
_MALE = re.compile(
    r"(?:ul[yı]|\buli|ұлы|oghli|oğlu|ogl[yıi]|ئوغلى|(?<=\w\w)(?:ov|ev|ovich|evich|ов|ев|ович|евич))$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BORN = re.compile(
    r"(?:born(?: in| on)?|родил\w{1,3} в|р\.|туған|doğum\w{0,4}|tuğul\w{0,4}|مواليد)"
    r"[^\d\n]{0,16}(?P<a>(?:19|20)\d\d)(?!\d)|"
    r"(?<!\d)(?P<b>(?:19|20)\d\d)(?:[ -]?(?:года рождения|г\.\s?р|жылы туған|жылғы|doğumlu|年出生|年生|-?يىلى تۇغ))",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?<![\d.,:/-])(?P<a>\d{1,3})[ -]?(?:years?[ -]old|year-old|yo\b|лет(?!\w)|года(?!\w)|жаста|жасар|yaşında|岁|歲|"
    r"ياش\w{0,4})|"
    r"(?:aged?|возраст\w{0,3}|عمره|عمرها)[ :]{1,2}(?P<b>\d{1,3})(?!\d)",
    re.IGNORECASE,
)
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


def sex_of_name(name: str) -> Sex | None:
    """The sex that the ending of a name's last word tells: `-qyzy`, `-ova`; `-uly`, `-ov`."""
    name = name.strip()
    if _FEMALE.search(name):
        return "f"
    return "m" if _MALE.search(name) else None


def _sex_of(entry: Entry) -> Sex | None:
    first = (entry.gender or "").strip().lower()[:1]
    known: Sex | None = "f" if first in ("f", "ж", "女", "k") else "m" if first in ("m", "м", "男", "e") else None
    return known or (sex_of_name(entry.latin) if entry.latin else None)


def compare(said: Clues, entry: Entry) -> Iterator[Evidence]:
    """What the clues weigh for or against an entry, where both tell; nothing where either is silent."""
    sex = _sex_of(entry)
    if said.sex and sex:
        fits = said.sex == sex
        yield Evidence(part="sex", weight=SEX_FITS if fits else said.sex_weight, found=said.sex_word)
    if said.ethnicities and (own := _ETHNICITY.search(entry.ethnicity or "")):
        fits = own.lastgroup in said.ethnicities
        found = ", ".join(sorted(said.ethnicities))
        yield Evidence(part="ethnicity", weight=ETHNICITY_FITS if fits else ETHNICITY_DIFFERS, found=found)
    if entry.location and (place := shared(entry.location, said.words, said.text)):
        yield Evidence(part="place", weight=PLACE_FITS, found=place)
    yield from _times(said, entry)


def _times(said: Clues, entry: Entry) -> Iterator[Evidence]:
    when = {int(year) for year in _YEAR.findall(entry.detained or "")}
    if said.years and when:
        both = said.years & when
        found = ", ".join(map(str, sorted(both or said.years)))
        yield Evidence(part="year", weight=YEAR_FITS if both else YEAR_DIFFERS, found=found)
    told = [int(number) for number in _NUMBER.findall(entry.age or "")]
    born = {number for number in told if number > 1900}
    if said.born and born:
        fits = bool(said.born & born)
        found = ", ".join(map(str, sorted(said.born)))
        yield Evidence(part="born", weight=BORN_FITS if fits else BORN_DIFFERS, found=found)
    spans = [(number, number) for number in told if number < 130]
    if decade := _TWENTIES.search(entry.age or ""):
        spans = [(int(decade[1]) * 10, int(decade[1]) * 10 + 9)]
    if said.ages and spans:
        # People grow older between an entry and a talk.
        fits = any(low - 1 <= age <= high + 3 for age in said.ages for low, high in spans)
        found = ", ".join(map(str, sorted(said.ages)))
        yield Evidence(part="age", weight=AGE_FITS if fits else AGE_DIFFERS, found=found)
