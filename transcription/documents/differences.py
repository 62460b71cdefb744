"""Where two transcripts of one recording differ, word by word, and in how many characters. Pure.

Both texts are normalized first: NFKC, case folded, and of what is left only letters, their marks and digits; words
are parted by single blanks. So neither punctuation nor spelling in capitals makes a difference. Han characters are
compared one by one, as they are written without blanks.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from transcription.errors import DocumentError
from transcription.records import Record, Seconds

NORMALIZATION = "NFKC, case folded; letters, marks and digits only, single blanks between words"
_WORD = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\s\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
MAX_CHARACTERS = 1_000_000
"""More than a day of speech: what is longer is no transcript of it, and would take hours to compare."""

_NEAR = 2
"""Differences with so few equal words between them are shown as one."""


class Difference(Record):
    """Words of the one and of the other where they differ; `start` and `end` are seconds, by estimate in a segment."""

    start: Seconds
    end: Seconds
    a: str
    b: str


class Comparison(Record):
    """How far `b` is from `a`: `edits` of single characters make the one text the other, `characters` is how long a is.

    Both counts are of normalized texts.
    """

    normalization: str = NORMALIZATION
    characters: int
    edits: int
    differences: tuple[Difference, ...]

    @property
    def character_error_rate(self) -> float:
        """Edits for each character of `a`; above 1 where `b` has much that `a` lacks."""
        return round(self.edits / max(1, self.characters), 4)


@dataclass(frozen=True)
class Speech:
    """A text and the seconds in which it is said."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class _Word:
    start: float
    end: float
    text: str
    normal: str


def normalized(text: str) -> str:
    """A text as it is compared."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in folded if c != "\u0640")
    return " ".join("".join(kept).split())


def compare(a: Iterable[Speech], b: Iterable[Speech]) -> Comparison:
    """Compare two transcripts of one recording. Raises DocumentError for texts longer than anybody speaks."""
    ours, theirs = _words(a), _words(b)
    text, other = (" ".join(word.normal for word in words) for words in (ours, theirs))
    if max(len(text), len(other)) > MAX_CHARACTERS:
        raise DocumentError(f"a transcript of more than {MAX_CHARACTERS:,} characters is not compared")
    blocks = [
        (block.src_start, block.src_end, block.dest_start, block.dest_end)
        for block in Levenshtein.opcodes([w.normal for w in ours], [w.normal for w in theirs])
        if block.tag != "equal"
    ]
    differences = tuple(_difference(ours, theirs, block) for block in _joined(blocks))
    return Comparison(characters=len(text), edits=Levenshtein.distance(text, other), differences=differences)


def _words(told: Iterable[Speech]) -> list[_Word]:
    """Words in order of time, each with its share of its segment's seconds. Mere punctuation is none."""
    words = list[_Word]()
    for speech in sorted(told, key=lambda one: (one.start, one.end)):
        length = max(1, len(speech.text))
        each = (speech.end - speech.start) / length
        for found in _WORD.finditer(speech.text):
            if normal := normalized(found[0]):
                start, end = (speech.start + at * each for at in found.span())
                words.append(_Word(start, end, found[0], normal))
    return words


def _joined(blocks: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    joined = list(blocks[:1])
    for before, block in pairwise(blocks):
        if block[0] - before[1] <= _NEAR:
            joined[-1] = (joined[-1][0], block[1], joined[-1][2], block[3])
        else:
            joined.append(block)
    return joined


def _difference(ours: list[_Word], theirs: list[_Word], block: tuple[int, int, int, int]) -> Difference:
    mine, other = ours[block[0] : block[1]], theirs[block[2] : block[3]]
    both = [*mine, *other]
    return Difference(
        start=min(word.start for word in both),
        end=max(word.end for word in both),
        a=" ".join(word.text for word in mine),
        b=" ".join(word.text for word in other),
    )
