"""Two engines' texts of the same speech: how much of them differs, and which parts belong together. Pure.

Where two engines that were trained apart write the same, character by character, that is the best sign of truth
that a machine can give.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rapidfuzz.distance import Levenshtein, Opcode

from transcription.documents.differences import normalized
from transcription.records import Record


class Opinion(Record):
    """What another engine wrote of a chunk, and what that is called."""

    model: str
    text: str


_NO_DOUBT = frozenset({"weak_model", "unpunctuated"})
"""Marks that say something of an engine, and nothing of what it read."""


def doubted(marks: Iterable[str]) -> bool:
    """Whether marks say that a text is doubtful, so that another engine is asked."""
    return not _NO_DOUBT.issuperset(marks)


def rate(text: str, other: str) -> float:
    """The share of characters in which two texts differ after the normalization of `differences`: 0 to 1.

    Levenshtein distance to the length of the longer text; of two empty ones 0.
    """
    return Levenshtein.normalized_distance(normalized(text), normalized(other))


def parts(pieces: Sequence[str], other: str) -> list[str]:
    """The part of another text for each piece of one: cut where the pieces end by the best alignment of characters.

    It is cut between words; where words are written together, between characters. All of it is given to some piece.
    """
    whole = "".join(pieces)
    ends = [len("".join(pieces[: n + 1])) for n in range(len(pieces) - 1)]
    ops = Levenshtein.opcodes(whole.casefold(), other.casefold()) if _as_long(whole, other) else ()
    cuts = [0, *(_between_words(other, _aligned(ops, end, len(other))) for end in ends), len(other)]
    for n in range(1, len(cuts)):
        cuts[n] = max(cuts[n], cuts[n - 1])
    return [other[a:b].strip() for a, b in pairwise(cuts)]


def _as_long(*texts: str) -> bool:
    """Whether folding case leaves every character in its place, as it does but for a few letters such as ß and İ."""
    return all(len(text.casefold()) == len(text) for text in texts)


def _aligned(ops: Iterable[Opcode], at: int, length: int) -> int:
    """Where in the other text a place of the one is; its end where nothing is known."""
    for op in ops:
        if op.src_start <= at <= op.src_end and (at < op.src_end or op.tag != "insert"):
            if at == op.src_end:
                return int(op.dest_end)
            share = (at - op.src_start) / (op.src_end - op.src_start)
            return int(op.dest_start + round(share * (op.dest_end - op.dest_start)))
    return length


def _between_words(text: str, at: int) -> int:
    """The end of a word that is nearest, or where it is if no word is cut there."""
    if at <= 0 or at >= len(text) or text[at - 1].isspace() or text[at].isspace() or " " not in text:
        return at
    before, after = text.rfind(" ", 0, at), text.find(" ", at)
    after = len(text) if after < 0 else after
    return max(before, 0) if at - before <= after - at else after
