"""What a name sounds like, whatever script it is written in: tokens, and for each token its readings. Pure.

A name is cut into tokens; each token is read in one or two ways. A reading has three forms, from exact to coarse:
`plain` is the ASCII transliteration, `sound` one string for spellings that are read alike (Tokhti, Toxti, Тохти),
`bones` its classes of consonants, which survive scripts that leave vowels out and the syllables of Chinese.
The two readings are the Latin one and, where the token comes from Han or consists of pinyin syllables, the pinyin one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

LONGEST = 40
"""Letters of a token that are read; the rest of a longer one is cut off, so that no input makes a key dear."""

LONGEST_NAME = 400
"""Characters of a name that are read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a token; see the module."""

    plain: str
    sound: str
    bones: str


_HAN = "㐀-䶿一-鿿豈-﫿𠀀-𲎯"
_HAN_ONLY = re.compile(f"[{_HAN}]+")
_PIECE = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+(?:['’ʼʻ`][^\W\d_{_HAN}]+)*")
_UYGHUR = frozenset("ېۇۆۈەۋڭئھ")
_READ_IN_NAMES = {
    "什": "shi", "勒": "le", "的": "di", "茜": "xi", "伽": "jia", "柏": "bo", "佛": "fo", "泊": "bo", "仔": "zi",
    "仇": "qiu", "翟": "zhai", "区": "ou", "區": "ou", "覃": "qin", "解": "xie", "曾": "zeng", "尉": "yu",
}  # fmt: skip
_ABD = re.compile("abd(?:u|[aeou]?[lrsztdn])?|عبد(?:ال)?|абд(?:у|[аеоуэ]?[лрсзтдн]ь?)?|ئابدۇ[لر]?")
_ARTICLES = frozenset(("al", "el", "ul", "ol", "ad", "ar", "as", "at", "az", "an", "аль", "эль", "уль", "ар", "ال"))
_JOINED = frozenset(
    (
        "din",
        "addin",
        "aldin",
        "uddin",
        "ullah",
        "allah",
        "الدين",
        "الدین",
        "الله",
        "дин",
        "джан",
        "jan",
        "jon",
        "جان",
        "ахун",
    )
)
_APART = frozenset(
    (
        "al",
        "el",
        "ul",
        "ad",
        "ar",
        "as",
        "az",
        "аль",
        "эль",
        "уль",
        "uly",
        "uli",
        "ulı",
        "qyzy",
        "kyzy",
        "qizi",
        "kizi",
        "kyz",
        "oghli",
        "ogly",
        "oglu",
        "oghlu",
        "ogli",
    )
)
_ARTICLE = re.compile(r"(?<!\w)ال(?=\w{3})")
_SERVANT = re.compile(r"^abd(?:[aeou]?l(?=[^aeiouly])|[aeiou]?([rstzdn])(?=\1)|[aeiou]?(?=[^aeioul]))")
_PATRONYMIC = re.compile(
    r"(?<=...)(?:ulyi?|uli|qyzy|kyzy|kizy|qizi|kizi|kyz|gizi|gyzy|og(?:h)?l[iuy]|"
    r"(?:ov|ev)(?:ich|ych|iç|na)|(?:[oe](?:v|w|ff))(?:a|aya)?|i?nova)$"
)

_LETTERS = str.maketrans(
    {
        **dict(zip("çşğıəäöüñūžšč", (
            "ch", "sh", "gh", "i", "e", "e", "o", "u", "ng", "u", "zh", "sh", "ch"), strict=True)),
        **dict(zip("әіыүұөңғқһжшчхйщцэёюя", (
            "e", "i", "y", "u", "u", "o", "ng", "gh", "q", "h", "zh", "sh", "ch", "kh", "y", "shch", "ts", "e", "yo",
            "yu", "ya"), strict=True)),
        "ь": "", "ъ": "", "’": "", "ʼ": "", "ʻ": "", "`": "", "'": "",
    }
)  # fmt: skip

_ARABIC = dict(zip("ابپتثجچحخدذرزژسشصضطظعغفقكکگلمنوهيیىةءأإآؤئڤﻻ", (
    "a", "b", "p", "t", "s", "j", "ch", "h", "kh", "d", "z", "r", "z", "zh", "s", "sh", "s", "d", "t", "z", "a", "gh",
    "f", "q", "k", "k", "g", "l", "m", "n", "u", "h", "i", "i", "a", "a", "", "a", "i", "a", "u", "", "v", "la"),
    strict=True))  # fmt: skip
_UYGHUR_LETTERS = _ARABIC | {
    "و": "o", "ۇ": "u", "ۆ": "o", "ۈ": "u", "ې": "e", "ە": "e", "ۋ": "w", "ڭ": "ng", "ھ": "h", "ه": "h",
    "ى": "i", "ي": "y", "ی": "i", "ئ": "", "ع": "",
}  # fmt: skip
_ARABIC_TABLE = str.maketrans(
    _ARABIC | {"ۇ": "u", "ە": "e", "ھ": "h", "ہ": "h", "ے": "e", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r"}
)
_UYGHUR_TABLE = str.maketrans(_UYGHUR_LETTERS)

_SOUNDS = {
    "shch": "S", "tsch": "C", "dsch": "j", "sch": "S", "tch": "C", "dzh": "j", "dj": "j", "zh": "j", "sh": "S",
    "ch": "C", "kh": "h", "gh": "g", "ph": "f", "th": "t", "ck": "k", "ts": "s", "tz": "s", "ng": "n", "ou": "u",
    "oo": "u", "ee": "i", "ae": "e", "oe": "o", "ue": "u", "iy": "i", "yi": "i", "q": "k", "x": "h", "w": "v", "y": "i",
    "c": "k", "ce": "se", "ci": "si",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_TWICE = re.compile(r"(.)\1+")
_BONES = str.maketrans("bdgvzjCSlw", "ptkfssssrf", "aeiouy")

_SYLLABLE = re.compile(
    r"er(?![aeiou])|[jqxyln]ue|(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|a|o|e|i|u|v)"
)
_PINYIN_INITIALS = {"zh": "j", "x": "s", "q": "C", "ch": "C", "sh": "S", "c": "s", "y": "", "w": ""}
_PINYIN_FINALS = {
    "iang": "yan", "iong": "yun", "uang": "uan", "ang": "an", "eng": "en", "ing": "in", "ong": "un", "ian": "yan",
    "iao": "yo", "uai": "ua", "ai": "a", "ei": "e", "ao": "o", "ou": "u", "ie": "e", "iu": "yu", "uo": "o",
    "ui": "ui", "v": "u", "ue": "u", "er": "r",
}  # fmt: skip


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, lower-cased, without marks, digits and patronymic words that stand alone.

    A run of Han that may be a surname with a given name (two to four characters, no dot beside it) is cut after the
    surname; other runs stay whole.
    """
    text = unicodedata.normalize("NFKC", name[:LONGEST_NAME]).lower()
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Mn") or c in "'’")
    text = unicodedata.normalize("NFC", text)
    pieces = [piece.group() for piece in _PIECE.finditer(text)]
    if len(pieces) == 1 and _HAN_ONLY.fullmatch(pieces[0]) and 2 <= len(pieces[0]) <= 4:
        pieces = [pieces[0][0], pieces[0][1:]]
    words: list[str] = []
    servant = ""
    for piece in pieces:
        if _ABD.fullmatch(piece) or (servant and piece in _ARTICLES):
            servant += piece
        elif piece in _JOINED and words:
            words[-1] = (words[-1] + piece)[:LONGEST]
        elif piece not in _APART:
            words.append((servant + piece)[:LONGEST])
            servant = ""
    if servant:
        words.append(servant[:LONGEST])
    return tuple(words) or tuple(piece[:LONGEST] for piece in pieces)


@lru_cache(maxsize=8192)
def pinyin(character: str) -> str:
    """The toneless pinyin of one Han character, always by itself: homophones fold alike wherever they stand.

    A character that is read otherwise in names than alone is read as in names.
    """
    if character in _READ_IN_NAMES:
        return _READ_IN_NAMES[character]
    from pypinyin import lazy_pinyin  # half a second to import, and only for Han

    return lazy_pinyin(character)[0].replace("ü", "v")


@lru_cache(maxsize=8192)
def spoken(character: str) -> str:
    """The sound of one Han character."""
    return _pinyin_sound([pinyin(character)])


def joined(words: Iterable[str]) -> str:
    """The sound of words written as one, each in its last reading (the pinyin one where it has two)."""
    return _TWICE.sub(r"\1", "".join(readings(word)[-1].sound for word in words))


def single(sound: str) -> str:
    """A sound with its doubled letters made single, as `joined` gives it."""
    return _TWICE.sub(r"\1", sound)


@lru_cache(maxsize=65536)
def readings(token: str) -> tuple[Reading, ...]:
    """The one or two ways to read a token as `tokens` gives it; the same token always reads the same."""
    token = token[:LONGEST]
    if is_han(token):
        return (_reading("".join(map(pinyin, token)), "".join(map(spoken, token))),)
    plain = ascii_of(token)
    latin = _reading(plain, _SOUND.sub(lambda m: _SOUNDS[m.group()], stem(plain)))
    cut = syllables(plain) if token.isascii() else None
    if cut:
        chinese = _reading(plain, _pinyin_sound(cut))
        return (latin,) if chinese == latin else (latin, chinese)
    return (latin,)


def ascii_of(token: str) -> str:
    """A token in lower-case ASCII letters: by our tables for Uyghur, Arabic and Kazakh, else as anyascii has it."""
    if is_uyghur(token):
        token = token.translate(_UYGHUR_TABLE)
    elif is_vowelless(token):
        token = _ARTICLE.sub("", token.replace("عبدال", "عبدل")).translate(_ARABIC_TABLE)
    return "".join(c for c in anyascii(token.translate(_LETTERS)).lower() if "a" <= c <= "z")


def is_han(token: str) -> bool:
    """Whether a token is written in Han characters alone."""
    return _HAN_ONLY.fullmatch(token) is not None


def is_uyghur(token: str) -> bool:
    """Whether a token in Arabic letters has one that only Uyghur uses, and so writes every vowel."""
    return not _UYGHUR.isdisjoint(token)


def is_vowelless(token: str) -> bool:
    """Whether a token is in Arabic letters and not in Uyghur ones, and so writes the long vowels alone."""
    return any("؀" <= c <= "ۿ" for c in token) and not is_uyghur(token)


def stem(plain: str) -> str:
    """A word in ASCII letters without the ending of a patronymic, and with one spelling of `servant of the`."""
    return _PATRONYMIC.sub("", _SERVANT.sub("abdu", plain))


def _reading(plain: str, sound: str) -> Reading:
    sound = _TWICE.sub(r"\1", sound)
    bones = sound.translate(_BONES)
    return Reading(plain, sound, "a" + bones if sound[:1] in {*"aeiou"} else bones)


def syllables(plain: str) -> list[str] | None:
    """A word cut into pinyin syllables, or None if it does not consist of them."""
    found: list[str] = []
    at = 0
    while at < len(plain):
        match = _SYLLABLE.match(plain, at)
        if not match:
            return None
        found.append(match.group())
        at = match.end()
    return found


def _pinyin_sound(syllables: list[str]) -> str:
    sound = []
    for syllable in syllables:
        initial = next((i for i in ("zh", "ch", "sh") if syllable.startswith(i)), syllable[:1])
        if initial in {*"aeiouv"}:
            initial = ""
        final = syllable[len(initial) :]
        sound.append(_PINYIN_INITIALS.get(initial, initial) + _PINYIN_FINALS.get(final, final))
    return "".join(sound)
