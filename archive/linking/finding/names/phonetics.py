"""What a name sounds like, whatever script it is written in: tokens, and for each token its readings. Pure.

A name is cut into tokens; each token is read in one or two ways. A reading has three forms, from exact to coarse:
`plain` is the ASCII transliteration, `sound` one string for spellings that are read alike (Tokhti, Toxti, Тохти),
`bones` its classes of consonants, which survive scripts that leave vowels out and the syllables of Chinese.
The two readings are the Latin one and, where the token comes from Han or consists of pinyin syllables, the pinyin one.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from anyascii import anyascii

from archive.linking.finding.names.alphabets import Language, ambiguous, languages, respelled
from archive.linking.finding.names.surnames import SURNAMES
from archive.linking.languages.patterns import HAN

LONGEST = 40
"""Letters of a token that are read; the rest of a longer one is cut off, so that no input makes a key dear."""

LONGEST_HAN = 4
"""Characters of a Chinese name, with its surname."""

LONGEST_NAME = 400
"""Characters of a name that are read."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way to read a token; see the module."""

    plain: str
    sound: str
    bones: str


_HAN_ONLY = re.compile(f"[{HAN}]+")
_PIECE = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}]+(?:['’ʼʻ`][^\W\d_{HAN}]+)*")
_READ_IN_NAMES = {
    "什": "shi", "勒": "le", "的": "di", "茜": "xi", "伽": "jia", "柏": "bo", "佛": "fo", "泊": "bo", "仔": "zi",
    "都": "du",
}  # fmt: skip
_ABD = re.compile("abd(?:u|[aeou]?[lrsztdn])?|عبد(?:ال)?|абд(?:[уұі]|[аеоуұіэ]?[лрсзтдн]ь?)?")
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
        "җ": "j", "ӓ": "e", "ь": "", "ъ": "", "’": "", "ʼ": "", "ʻ": "", "`": "", "'": "",
    }
)  # fmt: skip

_ARABIC = dict(zip("ابپتثجچحخدذرزژسشصضطظعغفقكکگلمنوهيیىةءأإآؤئڤﻻ", (
    "a", "b", "p", "t", "s", "j", "ch", "h", "kh", "d", "z", "r", "z", "zh", "s", "sh", "s", "d", "t", "z", "a", "gh",
    "f", "q", "k", "k", "g", "l", "m", "n", "u", "h", "i", "i", "a", "a", "", "a", "i", "a", "u", "", "v", "la"),
    strict=True))  # fmt: skip
_ARABIC_TABLE = str.maketrans(
    _ARABIC | {"ۇ": "u", "ە": "e", "ھ": "h", "ہ": "h", "ے": "e", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r"}
)

_KAZAKH_A = "әə"
_FRONT_A = re.compile(f"[{_KAZAKH_A}ӓä]")
"""A vowel between a and e, which some registers spell with one and some with the other; Kazakh ones with a."""

_SOUNDS = {
    "shch": "S", "tsch": "C", "dsch": "j", "sch": "S", "tch": "C", "dzh": "j", "dj": "j", "zh": "j", "sh": "S",
    "ch": "C", "kh": "h", "gh": "g", "ph": "f", "th": "t", "ck": "k", "ts": "s", "tz": "s", "ng": "n", "ou": "u",
    "oo": "u", "ee": "i", "ae": "e", "oe": "o", "ue": "u", "iy": "i", "yi": "i", "q": "k", "x": "h", "w": "v", "y": "i",
    "c": "k", "ce": "se", "ci": "si",
}  # fmt: skip
_SOUND = re.compile("t(?=zh)|" + "|".join(sorted(_SOUNDS, key=len, reverse=True)))
_LETTER_OF_RUN = itemgetter(0)
_BONES = str.maketrans("bdgvzjCSlw", "ptkfssssrf", "aeiouy")

_FINAL = "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|a|o|e|i|u|v"
_SYLLABLE = re.compile(
    "er(?![aeiou])|[jqxyln]ue|(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:"
    # A final n or ng begins the next syllable where a vowel follows: zhen'guo, and not zheng'uo.
    + "|".join(f"{final}(?![aeiouv])" if final[-1] in "ng" else final for final in _FINAL.split("|"))
    + ")"
)
_PINYIN_INITIALS = {"zh": "j", "x": "s", "q": "C", "ch": "C", "sh": "S", "c": "s", "y": "", "w": ""}
_PINYIN_FINALS = {
    "iang": "yan", "iong": "yun", "uang": "uan", "ang": "an", "eng": "en", "ing": "in", "ong": "un", "ian": "yan",
    "iao": "yo", "uai": "ua", "ai": "a", "ei": "e", "ao": "o", "ou": "u", "ie": "e", "iu": "yu", "uo": "o",
    "ui": "ui", "v": "u", "ue": "u", "er": "r",
}  # fmt: skip


def tokens(name: str, spelled: Sequence[Language] | None = None) -> tuple[str, ...]:
    """The words of a name, lower-cased, without marks, digits and patronymic words that stand alone.

    Words whose letters mean another sound in another language are respelled (see `alphabets`), by the languages that
    the text around the name is `spelled` in, or else by those of the name itself.

    A run of Han that may be a surname with a given name (two to four characters, no dot beside it) is cut after the
    surname; other runs stay whole.
    """
    text = unicodedata.normalize("NFKC", name[:LONGEST_NAME]).lower()
    if not text.isalpha():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Mn") or c in "'’")
    text = unicodedata.normalize("NFC", text)
    pieces = [text] if text.isascii() and text.isalpha() else _PIECE.findall(text)
    if ambiguous(text):
        told = languages(text) if spelled is None else spelled
        pieces = [respelled(piece, told) for piece in pieces]
    if len(pieces) == 1 and _HAN_ONLY.fullmatch(pieces[0]) and 2 <= len(pieces[0]) <= LONGEST_HAN:
        cut = 2 if len(pieces[0]) > 2 and pieces[0][:2] in SURNAMES else 1
        pieces = [pieces[0][:cut], pieces[0][cut:]]
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

    A character that is read otherwise in names than alone is read as in names; of surnames see `syllables_of`.
    """
    if character in _READ_IN_NAMES:
        return _READ_IN_NAMES[character]
    from pypinyin import lazy_pinyin  # half a second to import, and only for Han

    return lazy_pinyin(character)[0].replace("ü", "v")


@lru_cache(maxsize=65536)
def syllables_of(characters: str) -> tuple[tuple[str, ...], ...]:
    """The pinyin of Han characters that stand by themselves, a surname as one first, then as the characters are alone.

    What may be a personal name has up to four.
    """
    alone = tuple(map(pinyin, characters))
    if len(characters) > LONGEST_HAN:
        return (alone,)
    cut = 2 if characters[:2] in SURNAMES else 1
    surnames = SURNAMES.get(characters[:cut], ())
    return tuple(dict.fromkeys((*((*read, *alone[cut:]) for read in surnames), alone)))


@lru_cache(maxsize=8192)
def spoken(character: str) -> str:
    """The sound of one Han character."""
    return _pinyin_sound([pinyin(character)])


def joined(words: Sequence[str]) -> str:
    """The sound of words written as one, each in its last reading (the pinyin one where it has two).

    Of Han, the first word is read as a surname where it may be one.
    """
    found = ""
    for at, word in enumerate(words):
        sound = readings(word)[0 if not at and is_han(word) else -1].sound
        found += sound[1:] if found[-1:] == sound[:1] else sound  # a sound by itself has no doubled letters
    return found


def every_joined(words: Sequence[str]) -> tuple[str, ...]:
    """What `joined` gives, and beside it the same with a surname in its other readings."""
    if not words or not is_han(words[0]):
        return (joined(words),)
    rest = "".join(readings(word)[-1].sound for word in words[1:])
    return tuple(dict.fromkeys(single(reading.sound + rest) for reading in readings(words[0])))


def single(sound: str) -> str:
    """A sound or a word with its doubled letters made single, as `joined` gives it."""
    return "".join(map(_LETTER_OF_RUN, groupby(sound)))


@lru_cache(maxsize=65536)
def readings(token: str) -> tuple[Pronunciation, ...]:
    """The ways to read a token, mostly one or two, as `tokens` gives it; the same token always reads the same."""
    token = token[:LONGEST]
    if is_han(token):
        return tuple(_reading("".join(read), _pinyin_sound(read)) for read in syllables_of(token))
    plain = ascii_of(token)
    latin = _reading(plain, _sound(plain))
    if fronted := _FRONT_A.search(token):
        a, e = (_reading(p, _sound(p)) for p in (_front_as_a(token), plain))
        return (e, a) if fronted.group() in _KAZAKH_A else (a, e)
    cut = syllables(plain) if token.isascii() else None
    if cut:
        chinese = _reading(plain, _pinyin_sound(cut))
        return (latin,) if chinese == latin else (latin, chinese)
    return (latin,)


def _sound(plain: str) -> str:
    return _SOUND.sub(lambda m: _SOUNDS.get(m.group(), m.group()), stem(plain))


def _front_as_a(token: str) -> str:
    return ascii_of(_FRONT_A.sub("a", token))


def ascii_of(token: str) -> str:
    """A token in lower-case ASCII letters: by our tables for Arabic and Kazakh, else as anyascii has it."""
    if token.isascii() and token.isalpha():
        return token.lower()
    if is_vowelless(token):
        token = _ARTICLE.sub("", token.replace("عبدال", "عبدل")).translate(_ARABIC_TABLE)
    return "".join(c for c in anyascii(token.translate(_LETTERS)).lower() if "a" <= c <= "z")


def is_han(token: str) -> bool:
    """Whether a token is written in Han characters alone."""
    return not token.isascii() and _HAN_ONLY.fullmatch(token) is not None


def is_vowelless(token: str) -> bool:
    """Whether a token is in Arabic letters, and so writes the long vowels alone: Uyghur and Kazakh are respelled."""
    return not token.isascii() and any("؀" <= c <= "ۿ" for c in token)


def stem(plain: str) -> str:
    """A word in ASCII letters without the ending of a patronymic, and with one spelling of `servant of the`."""
    return _PATRONYMIC.sub("", _SERVANT.sub("abdu", plain))


def _reading(plain: str, sound: str) -> Pronunciation:
    sound = single(sound)
    bones = sound.translate(_BONES)
    return Pronunciation(plain, sound, "a" + bones if sound[:1] in {*"aeiou"} else bones)


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


def _pinyin_sound(syllables: Iterable[str]) -> str:
    sound = []
    for syllable in syllables:
        initial = next((i for i in ("zh", "ch", "sh") if syllable.startswith(i)), syllable[:1])
        if initial in {*"aeiouv"}:
            initial = ""
        final = syllable[len(initial) :]
        sound.append(_PINYIN_INITIALS.get(initial, initial) + _PINYIN_FINALS.get(final, final))
    return "".join(sound)
