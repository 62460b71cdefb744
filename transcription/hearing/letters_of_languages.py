"""Which letters languages are written with, and how well a text fits each of them. Pure.

The alphabets are those of the languages' own orthographies: Uyghur in the Arabic letters of 1983, Kazakh in Cyrillic of
1957 and in the Arabic letters of Kazakhs in China, Kyrgyz, Russian and the others as they are taught.
"""

from collections.abc import Collection
from math import log
from typing import Final

_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_ENGLISH = "abcdefghijklmnopqrstuvwxyz"

ALPHABETS: Final[dict[str, tuple[frozenset[str], ...]]] = {
    language: tuple(frozenset(letters) for letters in alphabets)
    for language, alphabets in {
        "ar": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةى",),
        "az": ("abcçdeəfgğhxıijkqlmnoöprsştuüvyz",),
        "ba": (_RUSSIAN + "ғҙҡңөҫүһә",),
        "en": (_ENGLISH,),
        "fa": ("ءآابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیئأؤ",),
        "fr": (_ENGLISH + "àâæçéèêëîïôœùûüÿ",),
        "kk": (_RUSSIAN + "әғқңөұүһі", "اٵبۆگعدەجزيىكقلمنڭوٶپرستۋۇٷفحھچشٴ"),
        "ky": (_RUSSIAN + "ңөү",),
        "mn": (_RUSSIAN + "өү",),
        "ru": (_RUSSIAN,),
        "tg": (_RUSSIAN + "ғӣқӯҳҷ",),
        "tk": ("abçdeäfghijžklmnňoöprsştuüwyýz",),
        "tr": ("abcçdefgğhıijklmnoöprsştuüvyzâîû",),
        "tt": (_RUSSIAN + "әҗңөүһ",),
        "ug": ("ئاەبپتجچخدرزژسشغفقكگڭلمنھوۇۆۈۋېىي",),
        "uz": ("abdefghijklmnopqrstuvxyzʻ", _RUSSIAN + "ўқғҳ"),
    }.items()
}
"""Small letters by language, an alphabet for each script. A language that is not here is not told by its letters."""

_STRAY = 0.0005
"""How often one letter comes that the language does not have: names, words of others, misreadings. By hand."""

_TEMPERED = 0.5
"""Letters of a word do not come independently, and no alphabet's letters are equally frequent: half of what they would
say if they did. So two letters of its own tell a language, or, from Kyrgyz, 39 without any of the nine that Kazakh has
beyond it (in Kazakh a letter in seven or eight is one of these, which leaves out so many once in 200 times)."""


def fits(text: str, languages: Collection[str]) -> dict[str, float]:
    """How well the letters of a text fit each of some languages: natural log-likelihoods, to be compared alone.

    Each letter of an alphabet is taken to be as frequent as any other, so that letters which are missing count as well.
    What is a letter of none of these languages says nothing. A language without an alphabet here is left out.
    """
    known = {language: ALPHABETS[language] for language in languages if language in ALPHABETS}
    every = frozenset[str]().union(*(letters for alphabets in known.values() for letters in alphabets))
    told = [letter for letter in text.casefold() if letter in every]
    return {language: max(_fit(told, letters) for letters in alphabets) for language, alphabets in known.items()}


def _fit(told: Collection[str], alphabet: frozenset[str]) -> float:
    strays = sum(letter not in alphabet for letter in told)
    return _TEMPERED * (strays * log(_STRAY) - (len(told) - strays) * log(len(alphabet)))
