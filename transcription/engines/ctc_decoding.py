"""From the frames of a CTC model to words: greedy decoding. Pure.

In each frame a model gives every token of its vocabulary, and a blank, a probability. The likeliest token of each frame
makes a path; what repeats in it without a blank between is one token, and blanks are nothing (Graves et al. 2006,
Connectionist Temporal Classification, section 3.2: best path decoding). No beam and no language model: what is written
is what was heard, letter by letter.

A token's probability is that of the frame of its run where it is highest, since the others say the same token again. A
word's is the geometric mean of its tokens', so that long words are not worse for being long (of frames' probabilities
and ways to put them together for a word: Laptev and Ginsburg 2022, arXiv:2212.08703). A CTC model is sure of itself
also where it is wrong: these figures order the words of one model, and are not those of another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy
from numpy.typing import NDArray

from transcription.engines.engine import Piece, TimedWord

FRAME: Final = numpy.dtype([("token", "<i4"), ("logprob", "<f4")])
"""What is kept of a frame: its likeliest token, and the natural logarithm of its probability."""

UNSPACED: Final = frozenset({"bo", "ja", "km", "lo", "my", "th", "yue", "zh"})
"""Languages written without spaces between words: each token is taken for a word, as Whisper's tokenizer does."""

_FRAMES_AT_ONCE: Final = 256

Frames = NDArray[Any]
"""Frames of one chunk, of type FRAME."""


@dataclass(frozen=True)
class Token:
    """A token that was written: its text, its first and last frame, and its log-probability."""

    text: str
    first: int
    last: int
    logprob: float


def best_path(scores: NDArray[Any]) -> Frames:
    """The likeliest token of each frame. `scores` are logits or log-probabilities, frames by tokens.

    Some frames at a time: the vocabulary of one model has ten thousand tokens.
    """
    path = numpy.empty(len(scores), FRAME)
    for begin in range(0, len(scores), _FRAMES_AT_ONCE):
        part = scores[begin : begin + _FRAMES_AT_ONCE].astype(numpy.float32)
        found = part.argmax(axis=-1)
        top = part[numpy.arange(len(part)), found]
        path["token"][begin : begin + len(part)] = found
        path["logprob"][begin : begin + len(part)] = -numpy.log(numpy.exp(part - top[:, None]).sum(axis=-1))
    return path


def tokens_of(path: Frames, texts: Sequence[str], blank: int) -> list[Token]:
    """The tokens that a path writes, in order. Those whose text is empty, as controls have, are left out."""
    if not len(path):
        return []
    numbers, logprobs = path["token"], path["logprob"]
    begins = numpy.flatnonzero(numpy.diff(numbers, prepend=numbers[0] - 1))
    ends = numpy.append(begins[1:], len(numbers))
    return [
        Token(texts[number], int(begin), int(end) - 1, float(logprobs[begin:end].max()))
        for begin, end in zip(begins, ends, strict=True)
        if (number := int(numbers[begin])) != blank and texts[number]
    ]


def words_of_tokens(tokens: Iterable[Token], *, step: float, length: int, spaced: bool) -> list[TimedWord]:
    """Words with their times, from the first frame of the first token to the end of the last frame of the last.

    `step` is the ms of a frame, `length` those of the chunk, which no word outlasts. A word has the space before it,
    the first one too, where the language is `spaced`; else each token is a word.
    """
    words: list[TimedWord] = []
    own: list[Token] = []
    letters, gap = "", spaced

    def close() -> None:
        nonlocal letters, gap
        if letters:
            start = min(round(own[0].first * step), length)
            end = min(round((own[-1].last + 1) * step), length)
            probability = exp(sum(token.logprob for token in own) / len(own))
            words.append(TimedWord(start, end, (" " if gap else "") + letters, min(1.0, probability)))
            own.clear()
            letters, gap = "", False

    for token in tokens:
        if not spaced:
            close()
        for letter in token.text:
            if letter.isspace():
                close()
                gap = spaced or bool(words)
                continue
            letters += letter
            if not own or own[-1] is not token:
                own.append(token)
    close()
    return words


def pieces_of(words: Iterable[TimedWord], *, pause: int) -> tuple[Piece, ...]:
    """The words in pieces, cut where nothing is written for `pause` ms or more."""
    pieces: list[Piece] = []
    for word in words:
        if pieces and word.start - pieces[-1].end < pause:
            pieces[-1] = Piece(pieces[-1].start, word.end, pieces[-1].text + word.text)
        else:
            pieces.append(Piece(*word[:3]))
    return tuple(pieces)
