"""Words in one spelling each: without case, accents, vowel signs, or the many shapes of one Arabic letter. Pure."""

import unicodedata

_ARABIC = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیې", "ي"),
        **dict.fromkeys("ةەہھ", "ه"),
        "ک": "ك",
        "ؤ": "و",
        "ـ": None,
        **dict.fromkeys(map(chr, (*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670))),
    }
)
_LETTERS = _ARABIC | {
    **dict.fromkeys(map(ord, "\xad\u2060")),
    ord("ё"): "е",
    ord("ı"): "i",
    **dict.fromkeys(range(0x0300, 0x0370)),
    **{
        code: base
        for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00))
        if (base := unicodedata.normalize("NFD", chr(code))[0]).isascii()
    },
}


def fold(word: str) -> str:
    """A word in the spelling that tables of words are compared in; tables are folded by it too."""
    if word.isascii():
        return word.lower()
    if word == "№":  # NFKC would make it `No`, which is a word
        return word
    return unicodedata.normalize("NFKC", word).casefold().translate(_LETTERS)
