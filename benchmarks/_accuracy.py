"""How far a text is from what was said, whatever made it: the same normalization and alignment for every system.

Normalization: Unicode NFKC, casefold, traditional characters made simplified, apostrophes
dropped, all other punctuation and symbols made a space, white space collapsed, and no space beside a Han character.
Digits stay as they are. Errors are Levenshtein's, and a figure is errors to length over the whole, so that long clips
weigh more.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from benchmarks._speech import Piece, Placed
from transcription.hearing.scripts import to_script

_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
_BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")
_UNITS = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")


def normal(text: str) -> str:
    """A text as it is compared."""
    even = to_script(unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES), "simplified")
    words = "".join(" " if unicodedata.category(c)[0] in "PSZC" else c for c in even).split()
    return _BESIDE_HAN.sub("", " ".join(words))


def units(text: str) -> list[str]:
    """The words of a text, of which each Han character is one."""
    return _UNITS.findall(normal(text))


@dataclass
class Tally:
    """Errors and what they are errors of, by language."""

    errors: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.errors + other.errors, self.letters + other.letters)

    @property
    def rate(self) -> float:
        """Errors in a hundred, over all languages."""
        return 100 * self.errors.total() / max(1, self.letters.total())

    @property
    def by_language(self) -> dict[str, float]:
        """Errors in a hundred, of each language."""
        return {language: 100 * self.errors[language] / many for language, many in sorted(self.letters.items())}


def whole(said: Sequence[Placed], pieces: Iterable[Piece]) -> Tally:
    """Letters of the recording's whole text, aligned with what was said: times do not matter, only order does.

    Each error counts for the clip that it lies in by that alignment.
    """
    texts = [normal(one.clip.text) for one in said]
    reference = normal(" ".join(texts))
    inked = iter([one.clip.language for one, text in zip(said, texts, strict=True) for _ in text.replace(" ", "")])
    tally, owner = Tally(), list[str]()
    for letter in reference:
        owner.append(owner[-1] if letter == " " else next(inked))
    tally.letters.update(owner)
    for edit in Levenshtein.editops(reference, normal(" ".join(p.text for p in pieces))):
        tally.errors[owner[min(edit.src_pos, len(owner) - 1)]] += 1
    return tally


def by_time(said: Sequence[Placed], pieces: Iterable[Piece]) -> Tally:
    """Letters of each clip, compared with what was written for its time.

    No system but ours gives the time of words by default, so for all a piece's letters are spread evenly over it; a
    word belongs to the clip in which its middle lies, or to the nearest.
    """
    texts: list[list[str]] = [[] for _ in said]
    ends = [(a.end + b.start) / 2 for a, b in pairwise(said)]
    for piece in pieces:
        words = units(piece.text)
        letters, at = sum(map(len, words)), 0.0
        for word in words:
            middle = piece.start + (piece.end - piece.start) * (at + len(word) / 2) / letters
            texts[sum(end <= middle for end in ends)].append(word)
            at += len(word)
    tally = Tally()
    for one, words in zip(said, texts, strict=True):
        reference = normal(one.clip.text)
        tally.letters[one.clip.language] += len(reference)
        tally.errors[one.clip.language] += Levenshtein.distance(reference, normal(" ".join(words)))
    return tally


def lost(said: Sequence[Placed], pieces: Iterable[Piece]) -> tuple[int, int]:
    """Words that nothing was written for, by the alignment of the whole text's words, and all that were said."""
    reference = [word for one in said for word in units(one.clip.text)]
    written = [word for piece in pieces for word in units(piece.text)]
    gone = sum(edit.tag == "delete" for edit in Levenshtein.editops(reference, written))
    return gone, len(reference)


def language_right(said: Sequence[Placed], pieces: Iterable[Piece]) -> tuple[float, float]:
    """Seconds of the clips that were written in their language, and seconds that were written at all."""
    right = written = 0.0
    for piece in pieces:
        for one in said:
            shared = min(piece.end, one.end) - max(piece.start, one.start)
            if shared > 0:
                written += shared
                right += shared if piece.language == one.clip.language else 0.0
    return right, written
