"""One form for each word, however its letters are written: by this words of texts and of questions meet. Pure.

A word is folded by NFKC, by case, and by the marks of Latin letters; Arabic, Uyghur and Persian letters that writers
and keyboards take for one another are one (ي ى ې ی, ك ک, ه ە ہ ھ ة, alif with its hamzas), hamzas by themselves, their
seat in Uyghur, tatweel and vowel signs are left out; Chinese is simplified. Letters of Cyrillic stay what they are:
й is no и, and ғ no г. Digits are those of ASCII. So two spellings that a reader takes for one word are one, also where
one is composed and the other not (NFC and NFD). Words that only sound alike are the matter of `sound_keys`.
"""

import re
import unicodedata
from functools import lru_cache

from transcription.hearing.scripts import to_script

UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
"""What is not seen within a word: soft hyphens, joiners, marks of direction, variation selectors."""

MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u08d3-\u08ff\u093c\u093e-\u094d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
"""Marks that combine with the letter before them: they end no word."""

APOSTROPHES = "'’ʼʻ`‘"

LONGEST = 64
"""Characters of a word that are read; what a longer one has beyond them finds nothing and costs nothing."""

_LATIN_LEFT = str.maketrans({
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŋ": "n", "ŧ": "t",
})  # fmt: skip
"""Latin letters whose mark Unicode takes for a part of them."""

_ARABIC = str.maketrans({
    **dict.fromkeys("ىېیےئ", "ي"), "ک": "ك", **dict.fromkeys("ەہھةۀ", "ه"), **dict.fromkeys("أإآٱ", "ا"), "ؤ": "و",
    **dict.fromkeys("ءٴـٔ", ""), **dict.fromkeys("ۇۆۈ", "و"),
})  # fmt: skip
_UYGHUR_SEAT = re.compile("ئ(?=[اەوۇۆۈېى])")
_DROPPED = re.compile(f"[{UNSEEN}\u0610-\u061a\u064b-\u0653\u0656-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]")
_ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
_AFTER_LATIN = re.compile("([a-z])[\u0300-\u036f]+")
_NOT_OF_A_WORD = re.compile(rf"[\s_{APOSTROPHES}]+")


@lru_cache(maxsize=1 << 17)
def folded(word: str) -> str:
    """The one form of a word; empty for what is no more than marks."""
    if word.isascii():
        return _NOT_OF_A_WORD.sub("", word[:LONGEST].lower())
    text = unicodedata.normalize("NFKC", word[:LONGEST]).casefold()
    text = _DROPPED.sub("", text)
    text = _AFTER_LATIN.sub(r"\1", unicodedata.normalize("NFD", text)).translate(_LATIN_LEFT)
    text = unicodedata.normalize("NFC", text)
    if _ARABIC_LETTER.search(text):
        text = _UYGHUR_SEAT.sub("", text).translate(_ARABIC)
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)
    return _NOT_OF_A_WORD.sub("", text)[:LONGEST]


@lru_cache(maxsize=1 << 15)
def simplified(character: str) -> str:
    """A Han character in its simplified form; one that has a form for compatibility, in the one it stands for."""
    return to_script(unicodedata.normalize("NFKC", character), "simplified")
