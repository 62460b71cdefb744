"""Made-up talks about made-up people, with the truth of whom they are about. All from a seed.

A talk is a row of testimonies, each in one language: a speaker gives a name, speaks of one to three people of the
register, and names bystanders. Names are written in the language's script by plain letter tables (Han by syllable, any
character of it) and misheard as recognisers do: a vowel or a consonant taken for its neighbour, a letter lost or
doubled, a name cut in two. None of it knows the rules that are measured.
"""

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from archive.linking.registers.entries import Entry
from archive.linking.registers.testimonies import Testimony
from benchmarks._talk_words import KIN, Sentences

WORDS = 10_000
MISHEARD = 0.35
"""Share of names that are misheard; Han is all misheard, as any character of the sound stands for it."""

PLANTED = 0.6
"""Share of speakers and bystanders whose name some entry bears."""

KINDS = {"both": 0.5, "only": 0.12, "named": 0.22, "namesakes": 0.08, "slip": 0.08}
"""Ways in which a subject is spoken of; `slip` is a number of somebody else beside the right name."""

LANGUAGES = {"en": 0.4, "ru": 0.2, "kk": 0.14, "tr": 0.1, "zh": 0.08, "ug": 0.08}
RELATIONS = ("brother", "sister", "father", "husband")
PLACES = {
    "Ghulja": ("Ghulja", "Кульджа", "伊宁"), "Tacheng": ("Tacheng", "Тачэн", "塔城"),
    "Altay": ("Altay", "Алтай", "阿勒泰"), "Turpan": ("Turpan", "Турфан", "吐鲁番"),
    "Kashgar": ("Kashgar", "Кашгар", "喀什"), "Hotan": ("Hotan", "Хотан", "和田"), "Aksu": ("Aksu", "Аксу", "阿克苏"),
    "Urumqi": ("Urumqi", "Урумчи", "乌鲁木齐"), "Korla": ("Korla", "Корла", "库尔勒"),
}  # fmt: skip
_CYRILLIC = (
    "shch щ zh ж sh ш ch ч kh х gh ғ ng ң ya я yu ю yo ё a а b б c ц d д e е f ф g г h х i и j ж k к l л m м n н o о "
    "p п q қ r р s с t т u у v в w в x х y й z з ö ө ü ү é е"
)
_RUSSIAN = {"ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ү": "у"}
_ARABIC = (
    "sh ش ch چ zh ژ gh غ ng ڭ kh خ a ا b ب c ك d د e ە f ف g گ h ھ i ى j ج k ك l ل m م n ن o و p پ q ق r ر s س t ت u ۇ "
    "v ۋ w ۋ x خ y ي z ز ö ۆ ü ۈ é ې"
)
_MISTAKES = (
    "a e",
    "e i",
    "i y",
    "o u",
    "u o",
    "q k",
    "k q",
    "h kh",
    "kh h",
    "gh g",
    "zh j",
    "j zh",
    "d t",
    "t d",
    "b p",
    "z s",
)


@dataclass
class Talk:
    """What was said, a sentence an utterance; the entries it is about; those of bystanders' namesakes."""

    sentences: list[str] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    bystanders: set[str] = field(default_factory=set)


class Names:
    """A register by its names: whom to speak of and whose names to plant."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.by_name: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.latin and len(entry.latin.split()) == 2:
                self.by_name[entry.latin].append(entry)
        self.alone = [bearers[0] for bearers in self.by_name.values() if len(bearers) == 1]
        self.shared = [bearers[0] for bearers in self.by_name.values() if 2 <= len(bearers) <= 4]
        self.first = [name.split()[0] for name in self.by_name]
        self.last = [name.split()[1] for name in self.by_name]

    def nobody(self, lots: random.Random) -> str:
        """A name that no entry bears."""
        while (name := f"{lots.choice(self.first)} {lots.choice(self.last)}") in self.by_name:
            pass
        return name


def talk(names: Names, split: Mapping[str, Sentences], lots: random.Random) -> Talk:
    """A talk of about `WORDS` words; a Han character is a word."""
    made = Talk()
    said = 0
    while said < WORDS:
        language = lots.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        begin = len(made.sentences)
        _testimony(made, names, split[language], language, lots)
        said += words_of(made.sentences[begin:])
    made.bystanders -= made.subjects
    return made


def words_of(sentences: Sequence[str]) -> int:
    """How many words were said; a Han character is one."""
    return sum(len(re.findall(r"[㐀-鿿]|[^\s㐀-鿿]+", sentence)) for sentence in sentences)


def _testimony(made: Talk, names: Names, words: Sentences, language: str, lots: random.Random) -> None:
    def say(kind: str, **facts: object) -> None:
        decoys = {
            "n": lots.randint(2, 60),
            "sum": lots.randint(3, 90) * 500,
            "phone": f"+7 70{lots.randint(1, 9)} {lots.randint(100, 999)} {lots.randint(1000, 9999)}",
            "year": lots.randint(2009, 2021),
            "age": lots.randint(19, 80),
        }
        made.sentences.append(lots.choice(words[kind]).format(**{**decoys, **facts}))

    def bystander() -> str:
        if lots.random() >= PLANTED:
            return written(names.nobody(lots), language, lots)
        entry = lots.choice(names.alone)
        made.bystanders.add(entry.number)
        return written(entry.latin or "", language, lots)

    def fill(low: int, high: int) -> None:
        for _ in range(lots.randint(low, high)):
            say("filler")

    subjects = [_subject(names, lots) for _ in range(lots.randint(1, 3))]
    teller = next((t.testifier for _, entry in subjects for t in entry.testimonies if t.testifier), None)
    told = teller is not None and lots.random() < 0.7
    say("self", name=written(teller or "", language, lots) if told else bystander())
    fill(1, 3)
    for kind, entry in subjects:
        made.subjects.add(entry.number)
        relation = next((t.relation for t in entry.testimonies if t.relation in RELATIONS), None)
        facts = {
            "kin": KIN[language][RELATIONS.index(relation) if relation else lots.randrange(len(RELATIONS))],
            "year": entry.detained or lots.randint(2016, 2020),
        }
        number = lots.choice(names.entries).number if kind == "slip" else entry.number
        form = "both" if kind == "slip" else "named" if kind == "namesakes" else kind
        figure = f"{int(number):,}" if lots.random() < 0.25 and len(number) > 3 else number
        say(form, name=written(entry.latin or "", language, lots), number=figure, **facts)
        place = PLACES[entry.location or lots.choice(list(PLACES))][_column(language)]
        if lots.random() < 0.6:
            say("more", place=place, year=facts["year"], age=entry.age or lots.randint(20, 80))
        fill(1, 4)
        if lots.random() < 0.5 and kind != "only":
            say("again", name=written(entry.latin or "", language, lots))
        for role in ("kin", "office", "asks"):
            if lots.random() < 0.35:
                say(role, name=bystander())
                fill(0, 2)
    fill(2, 6)


def _subject(names: Names, lots: random.Random) -> tuple[str, Entry]:
    kind = lots.choices(list(KINDS), list(KINDS.values()))[0]
    return kind, lots.choice(names.shared if kind == "namesakes" else names.alone)


def _column(language: str) -> int:
    return 1 if language in ("ru", "kk") else 2 if language == "zh" else 0


def written(name: str, language: str, lots: random.Random) -> str:
    """A name as a recogniser of a language may write it."""
    if language == "zh":
        return "".join(_han(part.lower(), lots) for part in name.split())
    if lots.random() < MISHEARD:
        name = _misheard(name, lots)
    if language in ("ru", "kk"):
        name = _spelled(name, _CYRILLIC)
        return "".join(_RUSSIAN.get(c, c) for c in name).title() if language == "ru" else name.title()
    return _spelled(name, _ARABIC) if language == "ug" else name


def _misheard(name: str, lots: random.Random) -> str:
    parts = name.split()
    at = lots.randrange(len(parts))
    part = parts[at]
    lower = part.lower()
    kind = lots.random()
    options = [pair.split() for pair in _MISTAKES if pair.split()[0] in lower[1:]]
    if kind < 0.6 and options:
        old, new = lots.choice(options)
        part = part[0] + part[1:].replace(old, new, 1)
    elif kind < 0.75 and len(part) > 4:
        place = lots.randrange(2, len(part) - 1)
        part = part[:place] + part[place + 1 :]
    elif kind < 0.9 and len(part) > 3:
        place = lots.randrange(1, len(part) - 1)
        part = part[:place] + part[place] + part[place:]
    elif len(part) > 7:
        place = len(part) // 2
        part = f"{part[:place]} {part[place:].title()}"
    parts[at] = part
    return " ".join(parts)


def _spelled(name: str, table: str) -> str:
    pairs = table.split()
    letters = dict(zip(pairs[::2], pairs[1::2], strict=True))
    pattern = re.compile("|".join(sorted(letters, key=len, reverse=True)))
    return pattern.sub(lambda found: letters[found.group()], name.lower())


@lru_cache(maxsize=1)
def _characters() -> dict[str, list[str]]:
    """The characters of everyday Chinese (GB 2312, level 1) by their syllable."""
    from pypinyin import lazy_pinyin

    codes = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        try:
            character = code.decode("gb2312")
        except UnicodeDecodeError:
            continue
        found[lazy_pinyin(character)[0]].append(character)
    return found


def _han(part: str, lots: random.Random) -> str:
    """A part of a name by Chinese syllables: its own where it is pinyin, else the nearest that begin alike."""
    made, rest = "", part
    known = _characters()
    while rest:
        size = next((n for n in range(6, 0, -1) if rest[:n] in known), 0)
        if size:
            made += lots.choice(known[rest[:size]])
            rest = rest[size:]
        else:
            near = next((s for s in (rest[0] + "e", rest[0] + "i", rest[0] + "u") if s in known), "e")
            made += lots.choice(known[near])
            rest = rest[1:]
    return made


def extended(entries: Sequence[Entry], size: int, lots: random.Random) -> list[Entry]:
    """The entries, and made-up ones of their names' parts up to a size; facts are made up where an entry has none.

    Two thirds have a place and a year, half an age, a third a testifier with a relation.
    """
    made = list(entries)
    first, last = ([e.latin.split()[i] for e in entries if e.latin and len(e.latin.split()) > 1] for i in (0, -1))
    highest = max(int(entry.number) for entry in entries)
    while len(made) < size:
        highest += 1
        made.append(Entry(number=str(highest), latin=f"{lots.choice(first)} {lots.choice(last)}"))
    return [_with_facts(entry, first, last, lots) for entry in made[:size]]


def _with_facts(entry: Entry, first: Sequence[str], last: Sequence[str], lots: random.Random) -> Entry:
    known = lots.random() < 2 / 3
    teller = Testimony(
        ("1",), f"{lots.choice(first)} {lots.choice(last)}", relation=lots.choice((*RELATIONS, "cousin"))
    )
    return Entry(
        number=entry.number,
        latin=entry.latin,
        chinese=entry.chinese,
        ethnicity=entry.ethnicity,
        gender=entry.gender,
        age=str(lots.randint(19, 80)) if lots.random() < 0.5 else None,
        location=lots.choice(list(PLACES)) if known else None,
        detained=str(lots.randint(2016, 2020)) if known else None,
        testimonies=(teller,) if lots.random() < 1 / 3 else (),
    )


_SYLLABLES = "a bo da er ga ha il jan ka lo ma nur or pat qa ra sa tur us war ya za bek gul ay dil mu rim shi tem"


def on_the_spot(size: int, lots: random.Random) -> list[Entry]:
    """A register of made-up syllables, where there is none at hand: parts of names, some far commoner than others."""

    def parts(count: int) -> list[str]:
        return ["".join(lots.choices(_SYLLABLES.split(), k=lots.randint(2, 3))).title() for _ in range(count)]

    first, last = parts(1500), parts(3000)
    weights_first, weights_last = ([1 / (n + 3) for n in range(len(some))] for some in (first, last))
    firsts = lots.choices(first, weights_first, k=size)
    lasts = lots.choices(last, weights_last, k=size)
    return [
        Entry(number=str(n), latin=f"{a} {b}", gender=lots.choice("MF"), ethnicity=lots.choice(("Uyghur", "Kazakh")))
        for n, (a, b) in enumerate(zip(firsts, lasts, strict=True), 1)
    ]
