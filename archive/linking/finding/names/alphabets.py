"""Which language the names of a text are spelled in, where letters mean another sound in another language. Pure.

Uyghur, Kazakh and Arabic share letters that each reads in its own way: ى is a vowel in Uyghur and Kazakh wherever it
stands, and ends an Arabic word in `a`; ع is a Kazakh ғ; ۆ is an Uyghur ö and a Kazakh v; ا without a hamza opens no
Uyghur word. A word often does not tell which of them it is, the words around it do. What is neither is read as Arabic,
Persian among it. The Cyrillic ә and the Latin ä, too, stand in a Kazakh name mostly for an `a` of the registers and
in a Uyghur one for an `e`.

A Uyghur or Kazakh word in Arabic letters is respelled in the Cyrillic ones of its language, so that whatever reads
Cyrillic reads it too. Of a Kazakh word the hamza at its start says that its vowels are front, and so does any ە, ك
or گ. A Uyghur ә becomes ӓ, and a Kazakh ä becomes ə: letters that no other language of the room has.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Language = Literal["ug", "kk", "ar"]
"""Uyghur, Kazakh, or what else is written in Arabic letters."""

LANGUAGES: tuple[Language, ...] = ("ar", "ug", "kk")

SHARE = 0.2
"""Share of the words that tell a language which one of several languages of a text has at least."""

ENOUGH = 20
"""Letters of a Cyrillic text without an і, ұ or ы from which it is not Kazakh: an eighth of the letters would be."""

_ARABIC_WORD = re.compile(r"[\u0621-\u063f\u0641-\u064a\u0671-\u06d3\u06d5]+")
_AMBIGUOUS = re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefcәӘäÄ]")
_UNSEEN = re.compile(r"[\u0640\u064b-\u0652\u0670]")
_PRESENTED = re.compile(r"[\ufb50-\ufdff\ufe70-\ufefc]")
_ALPHABET: dict[Language, str] = {
    "ug": "ابپتجچخدرزژسشغفقكکگڭلمنھهوۇۆۈۋېىيیەئ",
    "kk": "ٴءابۆگعدەجزيىیكکقلمنڭوپرستۋۇفحھهچش",
    "ar": "ءآأؤإئابةتثجحخدذرزژسشصضطظعغفقكکگلمنهوىيیپچڤہےںٹڈڑ",
}
_OUTSIDE = {language: re.compile(f"[^{letters}]") for language, letters in _ALPHABET.items()}
_NOT: dict[Language, re.Pattern[str]] = {
    # A vowel opens no Uyghur word by itself, and ئ stands before a vowel alone.
    "ug": re.compile("^[اەۇۆۈېى]|ئ(?![اەوۇۆۈېى])"),
    # A hamza opens a Kazakh word or is not there.
    "kk": re.compile("(?<=.)[ٴء]"),
    "ar": re.compile("ى(?=.)|^ئ"),
}
_KAZAKH_CYRILLIC, _UYGHUR_CYRILLIC = re.compile("[іұ]"), re.compile("җ")
_KAZAKH_LATIN = re.compile("[ıūşğñ]")
_LATIN = re.compile("[a-zäöüë]")
_CYRILLIC = re.compile("[а-яёіүұөәғқңһҗ]")


@lru_cache(maxsize=1 << 15)
def possible(word: str) -> tuple[Language, ...]:
    """The languages whose spelling allows a word in Arabic letters; all of them where none does."""
    found = tuple(one for one in LANGUAGES if not _OUTSIDE[one].search(word) and not _NOT[one].search(word))
    return found or LANGUAGES


def languages(text: str) -> tuple[Language, ...]:
    """The languages that a text's words may be in, of those that spell alike and mean another sound; none mostly.

    Each word that only one language can have tells that one; a text is in each that a fifth of those words tell. Where
    no word tells, it is in what all words allow, and in what any does if they agree on none.
    """
    if _PRESENTED.search(text):
        text = unicodedata.normalize("NFKC", text)
    words = [possible(found) for found in _ARABIC_WORD.findall(_UNSEEN.sub("", text))]
    told: list[Language] = [found[0] for found in words if len(found) == 1]
    told += _told_by_front_vowels(text.lower())
    if told:
        return tuple(one for one in LANGUAGES if told.count(one) >= max(1, SHARE * len(told)))
    common = tuple(one for one in LANGUAGES if all(one in found for found in words))
    return (common or LANGUAGES) if words else ()


def _told_by_front_vowels(low: str) -> list[Language]:
    """What a text with ә or ä tells, a word of Cyrillic or Latin letters for each that does."""
    kazakh = uyghur = 0
    if "ә" in low:
        kazakh, uyghur = len(_KAZAKH_CYRILLIC.findall(low)), len(_UYGHUR_CYRILLIC.findall(low))
        if not kazakh + uyghur:
            kazakh, uyghur = "ы" in low or len(_CYRILLIC.findall(low)) < ENOUGH, "ы" not in low
    if "ä" in low:
        told = len(_KAZAKH_LATIN.findall(low))
        kazakh += told or len(_LATIN.findall(low)) < ENOUGH
        uyghur += not told
    found: list[Language] = ["kk"] * kazakh
    more: list[Language] = ["ug"] * uyghur
    return found + more


def ambiguous(word: str) -> bool:
    """Whether a word has letters that mean another sound in another language."""
    return not word.isascii() and _AMBIGUOUS.search(word) is not None


def respelled(word: str, text: Sequence[Language]) -> str:
    """A word of lower-case letters as it is meant in the first of a text's languages that its own spelling allows."""
    if not text and not _ARABIC_WORD.search(word):
        return word
    if _ARABIC_WORD.search(word):
        word = _UNSEEN.sub("", word)
        allowed = possible(word)
        return _SPELL[next((one for one in text if one in allowed), allowed[0])](word)
    return word.replace("ә", "ӓ") if text[0] == "ug" else word.replace("ä", "ə") if text[0] == "kk" else word


_UYGHUR = str.maketrans(
    dict(zip("ابپتجچخدرزژسشغفقكکگڭلمنھهوۇۆۈۋېىيیە", "абптҗчхдрзжсшғфқккгңлмнһһоуөүвеиййӓ", strict=True)) | {"ئ": ""}
)
_KAZAKH = str.maketrans(
    dict(zip("ابۆگعدەجزيیكکقلمنڭوپرستۋۇفحھهچشىغخ", "абвгғдежзййккқлмнңопрстуұфхһһчшығх", strict=True))
    | {"ٴ": "", "ء": "", "ئ": ""}
)
_FRONT = str.maketrans("аоұы", "әөүі")
_FRONTED = re.compile("^[ٴء]|[ەكکگ]")
_BETWEEN = re.compile("(?<![аәоөұүыіеуи])й(?![аәоөұүыіеу])")


def _uyghur(word: str) -> str:
    return word.translate(_UYGHUR)


def _kazakh(word: str) -> str:
    spelled = word.translate(_KAZAKH)
    spelled = spelled.translate(_FRONT) if _FRONTED.search(word) else spelled
    return _BETWEEN.sub("и", spelled)


def _arabic(word: str) -> str:
    return word


_SPELL = {"ug": _uyghur, "kk": _kazakh, "ar": _arabic}
