"""Greedy CTC decoding, against the rule of Graves et al. 2006 written plainly: repeats made one, blanks dropped."""

from itertools import groupby, pairwise

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.engines.ctc_decoding import FRAME, Frames, best_path, pieces_of, tokens_of, words_of_tokens

TEXTS = ("", "a", "b", " ", "", "ab")
"""The blank, letters, a space, a control that writes nothing, a token of two letters."""


def path_of(numbers: list[int], logprob: float = -0.1) -> Frames:
    path = numpy.zeros(len(numbers), FRAME)
    path["token"], path["logprob"] = numbers, logprob
    return path


@given(st.lists(st.integers(0, len(TEXTS) - 1)))
def test_tokens_are_those_of_the_rule(numbers: list[int]) -> None:
    plain = "".join(TEXTS[number] for number, _ in groupby(numbers) if number != 0)
    tokens = tokens_of(path_of(numbers), TEXTS, 0)
    assert "".join(token.text for token in tokens) == plain
    for token in tokens:
        assert {TEXTS[number] for number in numbers[token.first : token.last + 1]} == {token.text}
    assert all(before.last < after.first for before, after in pairwise(tokens))


@given(st.lists(st.integers(0, len(TEXTS) - 1)), st.booleans())
def test_words_are_the_text_and_stand_where_their_tokens_do(numbers: list[int], spaced: bool) -> None:
    tokens = tokens_of(path_of(numbers), TEXTS, 0)
    length = len(numbers) * 20
    words = words_of_tokens(tokens, step=20, length=length, spaced=spaced)
    text = "".join(token.text for token in tokens)
    assert "".join(word.text for word in words).split() == text.split() or not spaced
    assert "".join(word.text.strip() for word in words) == "".join(text.split())
    if spaced:
        assert [word.text for word in words] == [f" {word}" for word in text.split()]
    assert all(0 <= word.start < word.end <= length for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))
    pieces = pieces_of(words, pause=60)
    assert "".join(piece.text for piece in pieces) == "".join(word.text for word in words)
    assert all(after.start - before.end >= 60 for before, after in pairwise(pieces))


def test_a_token_is_as_probable_as_its_best_frame_and_a_word_as_its_tokens_together() -> None:
    path = path_of([1, 1, 0, 2, 2, 2])
    path["logprob"] = numpy.log([0.3, 0.8, 0.9, 0.2, 0.1, 0.05])
    tokens = tokens_of(path, TEXTS, 0)
    assert [round(float(numpy.exp(token.logprob)), 6) for token in tokens] == [0.8, 0.2]
    [word] = words_of_tokens(tokens, step=20, length=120, spaced=True)
    assert word.probability == pytest.approx((0.8 * 0.2) ** 0.5)
    assert (word.start, word.end) == (0, 120)


@pytest.mark.parametrize("frames", [0, 1, 255, 256, 257, 600])
def test_a_path_is_the_likeliest_token_of_each_frame_by_its_own_probability(frames: int) -> None:
    """Logits and log-probabilities give the same, however many frames there are at once."""
    logits = numpy.random.default_rng(1).normal(0, 4, (frames, 30)).astype(numpy.float32)
    exact = logits.astype(numpy.float64)
    exact -= numpy.log(numpy.exp(exact).sum(axis=-1, keepdims=True))
    for scores in (logits, exact.astype(numpy.float32)):
        path = best_path(scores)
        assert list(path["token"]) == list(exact.argmax(axis=-1)) if frames else len(path) == 0
        assert numpy.allclose(path["logprob"], exact.max(axis=-1, initial=-numpy.inf), atol=1e-4)
