"""How far what a model wrote is what was said: no test rests on one word of it.

What a model writes of the same sound differs between processors, since int8 arithmetic does (`tests.kernels`).
"""

from collections.abc import Sequence

from rapidfuzz.distance import LCSseq, Levenshtein

from transcription.hearing.phrases import plain


def words_of(text: str) -> list[str]:
    """Its words, without capitals and punctuation."""
    return plain(text).split()


def words_kept(written: str, said: str) -> float:
    """The share of the words said that were written, in their order; what was written beside them does not count."""
    return float(LCSseq.similarity(words_of(said), words_of(written))) / len(words_of(said))


def words_wrong(written: str, said: str) -> float:
    """The word error rate: words wrong, lost and added to those that were said."""
    return float(Levenshtein.distance(words_of(written), words_of(said))) / len(words_of(said))


def words_paired(written: Sequence[str], said: Sequence[str]) -> list[tuple[int, int]]:
    """Which word written is which word said, by position in both: those that are the same, in order."""
    return [
        (block.a + n, block.b + n)
        for block in Levenshtein.opcodes(written, said).as_matching_blocks()
        for n in range(block.size)
    ]
