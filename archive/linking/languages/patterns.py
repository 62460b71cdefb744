"""From the words of the languages' files to regular expressions. Pure.

`лагер*` is any word that begins so, with up to `LETTERS` more; `лагер*3` has at most three more, `родил*1-3` one to
three; both end where the word does. `_` is any white space, a space is one, `'` any apostrophe, `哈萨克!斯坦` is not
before `斯坦`. `…` is a word that may stand between, `…2` up to two.
"""

import re
from collections.abc import Iterable

LETTERS = 8
"""Letters that may follow a `*`: cases and tenses fit."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Han characters, as ranges of a pattern: the blocks of CJK (compatibility) ideographs of Unicode 16.

By their numbers: 豈 at U+F900 becomes the one at U+8C48 wherever a text is normalised, and from there to U+FAFF lie
Yi and Hangul, and letters of Latin and Cyrillic such as Ꞑ.
"""

_HAN = re.compile(f"[{HAN}]")
NOTHING = "(?!)"
"""Matches nothing: stands for no words."""

_STARRED = re.compile(r"\*(?:(?:(\d)-)?(\d))?")
_PARTS = re.compile(r"\*(?:(?:\d-)?\d)?|…\d?[ ]|['_!]|[^*…'_!]+|.")


def is_han(word: str) -> bool:
    """Whether a word has Han characters, and so stands without spaces around it."""
    return _HAN.search(word) is not None


def parted(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The words that stand between spaces, and those in Han."""
    every = list(words)
    return [word for word in every if not is_han(word)], [word for word in every if is_han(word)]


def longest_first(words: Iterable[str]) -> list[str]:
    """The words, each once, so that none is tried before a longer one that begins with it."""
    return sorted(dict.fromkeys(words), key=lambda word: -len(word))


def literal(words: Iterable[str]) -> str:
    """Any of the words exactly as they are."""
    return f"(?:{'|'.join(map(re.escape, longest_first(words))) or NOTHING})"


def begun(words: Iterable[str], *, digits: bool = False) -> str:
    """Ahead is the first letter of any of the words, or a digit: before their pattern, so that most places fail fast.

    Nothing where there are no words, or one does not begin with a letter, since what stands there is not known from it.
    """
    first = sorted({word[:1] for word in words})
    letters = "".join(first) + r"\d" * digits
    return f"(?=[{letters}])" if first and all(map(str.isalpha, first)) else ""


def either(words: Iterable[str], *, letters: int = LETTERS, bounded: bool = True, plural: str = "") -> str:
    """Any of the words. `bounded`: one without a bare `*` ends where a word does; with `plural` after it or not."""
    return f"(?:{'|'.join(_one(word, letters, bounded, plural) for word in longest_first(words)) or NOTHING})"


def words(every: Iterable[str], *, letters: int = LETTERS, plural: str = "") -> str:
    """Any of the words where a word begins, or those in Han anywhere."""
    spaced, han = parted(every)
    found = [rf"(?<!\w){either(spaced, letters=letters, plural=plural)}"] if spaced else []
    return "|".join([*found, *([either(han, bounded=False)] if han else [])]) or NOTHING


def _one(word: str, letters: int, bounded: bool, plural: str) -> str:
    found, open_end = "", False
    for part in _PARTS.findall(word):
        open_end = part == "*"
        if starred := _STARRED.fullmatch(part):
            least, most = starred[1] or "0", starred[2] or str(letters)
            found += rf"\w{{{least},{most}}}" if most != "0" else ""
        elif part[0] == "…":
            found += rf"(?:\w{{1,12}} ){{0,{part[1:-1] or 1}}}"
        elif part == "!":
            before, _, after = word.partition("!")
            return rf"{re.escape(before)}(?!{re.escape(after)})"
        else:
            found += {"'": "['’]", "_": r"\s"}.get(part) or re.escape(part)
    if not bounded or open_end:
        return found
    return found + (f"(?:{re.escape(plural)})?" if plural else "") + r"(?!\w)"


def ending(words: Iterable[str]) -> str:
    """Any of the endings, `'` for any apostrophe."""
    found = (re.escape(one).replace("'", "['’]") for one in longest_first(words))
    return f"(?:{'|'.join(found) or NOTHING})"
