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
    only two numbers or more are meant. `file`: courts and offices have such numbers too (`case`). `own`: the speaker's
    (`my number`), which a prisoner has as well.
    """

    language: str | None
    strong: bool
    numbering: bool = False
    many: bool = False
    ordinary: bool = False
    dotted: bool = False
    listing: bool = False
    file: bool = False
    own: bool = False


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
            f"entry victim profile database register registry list shahit | {_NO_EN}",
            "number no id | in on under | the | register registry database list",
            "entry case victim | number no | in on | the | register registry database list",
            "number no id | in on under | the | victims xinjiang shahit | register registry database list",
            "number no id | in on under | the | xinjiang | victims | database register",
            "register registry database | under as | number no",
            "number no | on | the | site website",
        ),
    ),
    (Cue("en", strong=True, numbering=True, file=True), (f"case | {_NO_EN}",)),
    (
        Cue("en", strong=True, numbering=True, many=True),
        ("entry entries victim | numbers nos", f"entries | {_NO_EN}"),
    ),
    (Cue("en", strong=True, numbering=True, many=True, file=True), ("case | numbers nos",)),
    (Cue("en", strong=True), ("register registry database | under", "in | the | register registry database | under")),
    (Cue("en", strong=True), ("entry",)),
    (Cue("en", strong=True, many=True), ("entries",)),
    (Cue("en", strong=False, numbering=True), ("number",)),
    (Cue("en", strong=False, numbering=True, own=True), ("my | number num no",)),
    (Cue("en", strong=False, numbering=True, many=True), ("numbers",)),
    (Cue("en", strong=False, numbering=True, dotted=True), ("no nr num nos",)),
    (
        Cue("en", strong=False),
        ("victim profile", "listed registered | as", "in | the | database register registry | as"),
    ),
    (Cue("en", strong=False, file=True), ("case",)),
    (Cue("en", strong=False, many=True, listing=True), ("victims profiles",)),
    (Cue("en", strong=False, many=True, listing=True, file=True), ("cases",)),
    (Cue(None, strong=False, numbering=True), ("# №",)),
    (Cue(None, strong=False, numbering=True, many=True), ("№ | №",)),
    (
        Cue("ru", strong=True, numbering=True),
        (
            f"запись записи записью жертва жертвы анкета карточка досье | {_NO_RU}",
            f"запись записи записью жертва жертвы анкета карточка досье | под за | {_NO_RU}",
            "номер* | записи анкеты жертвы",
            "номер* | в | базе реестре списке регистре",
            "номер* | записи анкеты жертвы | в | базе реестре списке",
            "номер* | записи анкеты жертвы | в | базе | данных",
            "номер* | в | базе реестре списке | жертв",
            "номер* | в | базе | данных",
            "номер* | в | базе | данных | жертв",
            f"базе реестре списке | под за | {_NO_RU}",
            f"базе | данных | под за | {_NO_RU}",
            "номер* | на | сайте",
        ),
    ),
    (
        Cue("ru", strong=True, numbering=True, file=True),
        (
            f"дело дела делом случай случая | {_NO_RU}",
            f"дело дела делом случай случая | под за | {_NO_RU}",
            "номер* | дела",
        ),
    ),
    (Cue("ru", strong=True, numbering=True, many=True), ("записи | номера",)),
    (Cue("ru", strong=True, numbering=True, many=True, file=True), ("дела | номера",)),
    (Cue("ru", strong=True, ordinary=True), ("запись записью",)),
    (Cue("ru", strong=True, many=True, ordinary=True), ("записи записях",)),
    (Cue("ru", strong=False, numbering=True), ("номер номером номеру номере",)),
    (Cue("ru", strong=False, numbering=True, own=True), ("мой моим моему моём моем | номер номером номеру номере",)),
    (Cue("ru", strong=False, numbering=True, many=True), ("номера номерами номерах",)),
    (Cue("ru", strong=False), ("жертва досье",)),
    (Cue("ru", strong=False, many=True, listing=True), ("жертвы жертвах жертвам",)),
    (
        Cue("kk", strong=True, numbering=True, many=True),
        (
            f"тіркеу жазба* тізім тізілім | {_NO_KK}",
            "тізімдегі тізілімдегі базадағы дерекқордағы | нөмір* номер*",
        ),
    ),
    (Cue("kk", strong=True, numbering=True, many=True, file=True), (f"іс | {_NO_KK}",)),
    (Cue("kk", strong=True, many=True, ordinary=True), ("жазба жазбасы жазбалар*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмірі нөмір номері",)),
    (Cue("kk", strong=False, numbering=True, own=True), ("номерім нөмірім",)),
    (Cue("kk", strong=False), ("жәбірленуші", "базада тізімде тізілімде дерекқорда")),
    (
        Cue("tr", strong=True, numbering=True, many=True),
        (f"kayıt kaydı kurban mağdur | {_NO_TR}", "listedeki veritabanındaki | numara*"),
    ),
    (Cue("tr", strong=True, numbering=True, many=True, file=True), (f"dosya vaka dava | {_NO_TR}",)),
    (Cue("tr", strong=True, many=True, ordinary=True), ("kayıt kaydı kayıtlar*",)),
    (Cue("tr", strong=False, numbering=True), ("numara numarası numarasi",)),
    (Cue("tr", strong=False, numbering=True, own=True), ("numaram",)),
    (Cue("tr", strong=False), ("kurban mağdur", "veritabanında listede")),
    (Cue("tr", strong=False, file=True), ("vaka",)),
    (
        Cue("ug", strong=True, numbering=True, many=True),
        (
            f"خاتىرە* تىزىم* زىيانكەش | {_NO_UG}",
            f"xatire* tizim* ziyankesh | {_NO_UL}",
        ),
    ),
    (
        Cue("ug", strong=True, numbering=True, many=True, file=True),
        (f"دېلو* ئەنزە* ئەنزى* | {_NO_UG}", f"delo* enze* enzi* | {_NO_UL}"),
    ),
    (Cue("ug", strong=True, many=True, ordinary=True), ("خاتىرە خاتىرىسى خاتىرىلەر*", "xatire xatirisi xatiriler*")),
    (Cue("ug", strong=False, numbering=True), ("نومۇرى نومۇر", "nomuri nomur")),
    (Cue("ug", strong=False, numbering=True, own=True), ("نومۇرۇم", "nomurum")),
    (Cue("ug", strong=False), ("زىيانكەش سانداندا تىزىملىكتە", "ziyankesh sandanda tizimlikte")),
    (
        Cue("ar", strong=True, numbering=True),
        (
            "القيد قيد المدخل مدخل السجل سجل الضحية ضحية | رقم رقمها رقمه الرقم № #",
            "رقم رقمه رقمها | القيد قيد المدخل مدخل السجل الضحية",
            "رقم رقمه رقمها الرقم | في | السجل القائمة",
            "رقم رقمه رقمها الرقم | في | قاعدة | البيانات",
            "رقم رقمه رقمها الرقم | في | قاعدة سجل قائمة | الضحايا",
            "رقم رقمه رقمها | القيد المدخل الضحية | في | السجل القائمة",
            "رقم رقمه رقمها | القيد المدخل الضحية | في | قاعدة | البيانات",
            "رقم رقمه رقمها الرقم | في | قاعدة | بيانات | الضحايا",
        ),
    ),
    (
        Cue("ar", strong=True, numbering=True, file=True),
        ("الحالة حالة الملف ملف | رقم رقمها رقمه الرقم № #", "رقم رقمه رقمها | الملف الحالة"),
    ),
    (
        Cue("ar", strong=True, numbering=True, many=True),
        ("القيود المداخل السجلات القيدين الضحيتين | رقم ارقام أرقام الارقام",),
    ),
    (
        Cue("ar", strong=True, numbering=True, many=True, file=True),
        ("الحالات الملفات الحالتين الملفين | رقم ارقام أرقام الارقام",),
    ),
    (Cue("ar", strong=False), ("الضحية ضحية",)),
    (Cue("ar", strong=True, ordinary=True), ("القيد المدخل",)),
    (Cue("ar", strong=True, many=True, ordinary=True), ("القيود المداخل",)),
    (Cue("ar", strong=False, numbering=True), ("رقم الرقم رقمه رقمها برقم",)),
    (Cue("ar", strong=False, numbering=True, many=True), ("أرقام الأرقام",)),
)

AFTER: tuple[tuple[Cue, tuple[str, ...]], ...] = (
    (Cue("kk", strong=True, numbering=True), ("нөмірлі номерлі | жазба* іс",)),
    (Cue("kk", strong=True, numbering=True), ("нөмірмен номермен нөмірімен номерімен | тіркелген*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмірлі номерлі нөмір нөмірмен нөмірі нөмірдегі",)),
    (
        Cue("tr", strong=True, numbering=True),
        (
            "numaralı nolu | kayıt* kaydı* vaka* dosya* kurban* mağdur*",
            "no | lu | kayıt* kaydı* vaka* dosya* kurban* mağdur*",
            "numarada numarayla numarasıyla | kayıtlı*",
            "numara numarası | ile | kayıtlı*",
        ),
    ),
    (Cue("tr", strong=False, numbering=True), ("numaralı nolu numara numarayla numaradaki",)),
    (
        Cue("ug", strong=True, numbering=True),
        (
            "نومۇرلۇق نومۇردىكى | خاتىرە* خاتىرى* دېلو* ئەنزە* ئەنزى*",
            "نومۇردا نومۇرغا نومۇر | تىزىملان*",
            "nomurluq nomurdiki | xatire* xatiri* delo* enze* enzi*",
            "nomurda nomurgha nomur | tizimlan*",
        ),
    ),
    (
        Cue("ug", strong=False, numbering=True),
        ("نومۇرلۇق نومۇر نومۇردىكى نومۇردا نومۇرغا", "nomurluq nomur nomurdiki nomurda nomurgha"),
    ),
)

ORDINAL: tuple[tuple[Cue, tuple[str, ...]], ...] = (
    (Cue("ru", strong=False), ("запись записи записью",)),
    (Cue("ru", strong=False, numbering=True), ("номер номером",)),
    (Cue("kk", strong=False), ("жазба*",)),
    (Cue("kk", strong=False, numbering=True), ("нөмір нөмірі нөмірмен номер номері",)),
    (Cue("kk", strong=False), ("болып | тіркелген*", "іс")),
    (Cue("tr", strong=False), ("kayıt* kaydı*", "sırada | kayıtlı*")),
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
            if end <= len(wording.words) and _follow(wording, index + 1, rest):
                best = cue, end
    return best


def _follow(wording: Wording, index: int, rest: tuple[str, ...]) -> bool:
    for at, word in enumerate(rest, start=index):
        if word not in _spellings(wording.words[at]):
            return False
        gap = wording.between(at)
        if len(gap) > 3 or gap.strip(" \t\n\xa0:-'’"):
            return False
    return True
