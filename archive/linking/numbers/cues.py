"""The words that say that a number is an entry's, by language: tables of phrases. Pure.

Only what the authors are sure of; a language is added by adding phrases here. A strong cue speaks of the register
itself (`entry`), a weak one numbers anything (`number`, `№`). A word that ends in `*` stands for all that begin
so, with up to `ENDING` letters more: Turkic languages and Russian put their endings there.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from archive.linking.numbers.numerals.folding import fold
from archive.linking.numbers.wording import Wording

ENDING = 7


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase says of the number beside it.

    `numbering`: the phrase has the word for number in it. `many`: several numbers may follow. `ordinary`: the word
    means a recording too, so small numbers and years beside it are not meant. `dotted`: an abbreviation, which only
    holds with its dot or another mark. `listing`: a plural that may count what is beside it (`Victims: 358`), so that
    only two numbers or more are meant.
    """

    language: str | None
    strong: bool
    numbering: bool = False
    many: bool = False
    ordinary: bool = False
    dotted: bool = False
    listing: bool = False


# Each line: words that may take the first place | words that may take the second | …
_NO_EN = "number num no nr # №"
_NO_RU = "номер* № #"
_NO_KK = "нөмір* номер* № #"
_NO_TR = "numara* no nu № #"
_NO_UG = "نومۇر* № #"
_NO_UL = "nomur* № #"

BEFORE: tuple[tuple[Cue, tuple[str, ...]], ...] = (
    (
        Cue("en", strong=True, numbering=True),
        (
            f"entry case victim profile database register registry list shahit | {_NO_EN}",
            "number no | in | the | register registry database list",
            "number no | on | the | site website list",
        ),
    ),
    (
        Cue("en", strong=True, numbering=True, many=True),
        ("entry entries case victim | numbers nos", f"entries | {_NO_EN}"),
    ),
    (Cue("en", strong=True), ("entry",)),
    (Cue("en", strong=True, many=True), ("entries",)),
    (Cue("en", strong=False, numbering=True), ("number",)),
    (Cue("en", strong=False, numbering=True, many=True), ("numbers",)),
    (Cue("en", strong=False, numbering=True, dotted=True), ("no nr num nos",)),
    (Cue("en", strong=False), ("case victim profile",)),
    (Cue("en", strong=False, many=True, listing=True), ("cases victims profiles",)),
    (Cue(None, strong=False, numbering=True), ("# №",)),
    (Cue(None, strong=False, numbering=True, many=True), ("№ | №",)),
    (
        Cue("ru", strong=True, numbering=True),
        (
            f"запись записи записью дело дела делом случай случая жертва жертвы анкета карточка досье | {_NO_RU}",
            f"запись записи записью дело дела делом случай случая жертва жертвы | под за | {_NO_RU}",
            "номер* | записи анкеты дела жертвы",
            "номер* | в | базе реестре списке регистре",
            "номер* | в | базе | данных",
            "номер* | на | сайте",
        ),
    ),
    (Cue("ru", strong=True, numbering=True, many=True), ("записи дела | номера",)),
    (Cue("ru", strong=True, ordinary=True), ("запись записью",)),
    (Cue("ru", strong=True, many=True, ordinary=True), ("записи записях",)),
    (Cue("ru", strong=False, numbering=True), ("номер номером номеру номере",)),
    (Cue("ru", strong=False, numbering=True, many=True), ("номера номерами номерах",)),
    (Cue("ru", strong=False), ("жертва досье",)),
    (Cue("ru", strong=False, many=True, listing=True), ("жертвы жертвах жертвам",)),
    (
        Cue("kk", strong=True, numbering=True, many=True),
        (
            f"тіркеу жазба* іс тізім тізілім | {_NO_KK}",
            "тізімдегі тізілімдегі базадағы дерекқордағы | нөмір* номер*",
        ),
    ),
    (Cue("kk", strong=True, many=True, ordinary=True), ("жазба жазбасы жазбалар*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмірі нөмір номері номерім нөмірім",)),
    (
        Cue("tr", strong=True, numbering=True, many=True),
        (f"kayıt kaydı dosya vaka kurban mağdur | {_NO_TR}", "listedeki veritabanındaki | numara*"),
    ),
    (Cue("tr", strong=True, many=True, ordinary=True), ("kayıt kaydı kayıtlar*",)),
    (Cue("tr", strong=False, numbering=True), ("numara numarası numarasi numaram",)),
    (Cue("tr", strong=False), ("kurban mağdur vaka",)),
    (
        Cue("ug", strong=True, numbering=True, many=True),
        (
            f"خاتىرە* دېلو* تىزىم* | {_NO_UG}",
            f"xatire* delo* tizim* | {_NO_UL}",
        ),
    ),
    (Cue("ug", strong=True, many=True, ordinary=True), ("خاتىرە خاتىرىسى خاتىرىلەر*", "xatire xatirisi xatiriler*")),
    (Cue("ug", strong=False, numbering=True), ("نومۇرى نومۇر نومۇرۇم", "nomuri nomur nomurum")),
    (
        Cue("ar", strong=True, numbering=True),
        (
            "القيد قيد المدخل مدخل السجل سجل الحالة حالة الملف ملف الضحية ضحية | رقم رقمها رقمه الرقم № #",
            "رقم رقمه رقمها | القيد قيد المدخل مدخل السجل الملف الضحية الحالة",
            "رقم رقمه رقمها الرقم | في | السجل القائمة",
            "رقم رقمه رقمها الرقم | في | قاعدة | البيانات",
        ),
    ),
    (
        Cue("ar", strong=True, numbering=True, many=True),
        ("القيود المداخل السجلات الحالات الملفات | رقم ارقام أرقام الارقام",),
    ),
    (Cue("ar", strong=True, ordinary=True), ("القيد المدخل",)),
    (Cue("ar", strong=True, many=True, ordinary=True), ("القيود المداخل",)),
    (Cue("ar", strong=False, numbering=True), ("رقم الرقم رقمه رقمها برقم",)),
    (Cue("ar", strong=False, numbering=True, many=True), ("أرقام الأرقام",)),
)

AFTER: tuple[tuple[Cue, tuple[str, ...]], ...] = (
    (Cue("kk", strong=True, numbering=True), ("нөмірлі номерлі | жазба* іс",)),
    (Cue("kk", strong=True, numbering=True), ("нөмірмен номермен | тіркелген*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмірлі номерлі нөмір нөмірмен нөмірі нөмірдегі",)),
    (
        Cue("tr", strong=True, numbering=True),
        (
            "numaralı nolu | kayıt* kaydı* vaka* dosya* kurban* mağdur*",
            "no | lu | kayıt* kaydı* vaka* dosya* kurban* mağdur*",
            "numarada numarayla numarasıyla | kayıtlı*",
        ),
    ),
    (Cue("tr", strong=False, numbering=True), ("numaralı nolu numarayla numaradaki",)),
    (
        Cue("ug", strong=True, numbering=True),
        ("نومۇرلۇق نومۇردىكى | خاتىرە* خاتىرى* دېلو*", "nomurluq nomurdiki | xatire* xatiri* delo*"),
    ),
    (Cue("ug", strong=False, numbering=True), ("نومۇرلۇق نومۇر نومۇردىكى", "nomurluq nomur nomurdiki")),
)

ORDINAL: tuple[tuple[Cue, tuple[str, ...]], ...] = (
    (Cue("ru", strong=False), ("запись записи записью",)),
    (Cue("ru", strong=False, numbering=True), ("номер номером",)),
    (Cue("kk", strong=False), ("жазба*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмір нөмірі нөмірмен номер номері",)),
    (Cue("tr", strong=False), ("kayıt* kaydı*",)),
    (Cue("ug", strong=False), ("خاتىرە* خاتىرى*", "xatire* xatiri*")),
)
"""After an ordinal alone: `1358. kayıt`; without the ordinal they count (`15 kayıt`)."""

_Table = dict[str, list[tuple[tuple[str, ...], Cue]]]


def _table(rows: tuple[tuple[Cue, tuple[str, ...]], ...]) -> _Table:
    """Phrases by their first word, the longest first."""
    table: _Table = {}
    for cue, lines in rows:
        for line in lines:
            places = [[fold(word) for word in place.split()] for place in line.split("|")]
            for first, *rest in product(*places):
                table.setdefault(first, []).append((tuple(rest), cue))
    for phrases in table.values():
        phrases.sort(key=lambda phrase: -len(phrase[0]))
    return table


_TABLES = {"before": _table(BEFORE), "after": _table(AFTER), "ordinal": _table(ORDINAL)}
_WORDS = {
    word for table in _TABLES.values() for first, phrases in table.items()
    for word in (first, *(word for rest, _ in phrases for word in rest))
}  # fmt: skip
_STEMS = {word[:-1] for word in _WORDS if word.endswith("*")}
_SHORTEST = min(map(len, _STEMS))
_PROCLITICS = "وفبلك"


@lru_cache(maxsize=1 << 14)
def _spellings(word: str) -> tuple[str, ...]:
    """The entries of the tables that a folded word may stand for: itself, its stem, itself without `and`, `in`."""
    found = [word] if word in _WORDS else []
    for size in range(min(len(word), 20), _SHORTEST - 1, -1):
        if word[:size] in _STEMS and len(word) - size <= ENDING:
            found.append(word[:size] + "*")
    if not found and word[:1] in _PROCLITICS and len(word) > 3 and word[1:] in _WORDS:
        found.append(word[1:])
    return tuple(found)


def cue_at(wording: Wording, index: int, where: str) -> tuple[Cue, int] | None:
    """The longest phrase of a table (`before`, `after`, `ordinal`) at a word, and the index of the word after it."""
    best: tuple[Cue, int] | None = None
    for first in _spellings(wording.words[index]):
        for rest, cue in _TABLES[where].get(first, ()):
            end = index + 1 + len(rest)
            if best and end <= best[1]:
                break
            if end <= len(wording.words) and all(_follows(wording, index + 1 + n, w) for n, w in enumerate(rest)):
                best = cue, end
    return best


def _follows(wording: Wording, index: int, word: str) -> bool:
    gap = wording.between(index)
    return len(gap) <= 3 and not gap.strip(" \t\n\xa0:-'’") and word in _spellings(wording.words[index])
