"""What is left unwritten has its reason, and what a model made of it is no text."""

import numpy

from transcription.hearing.gaps import LONGEST_GUESS, Left, gaps, joined
from transcription.hearing.speech_spans import Span, Window
from transcription.records import Gap

SOUND = numpy.full(16 * 3000, 0.1, dtype=numpy.float32)
WINDOW = Window(span=Span(0, 3000), samples=SOUND, speech=(Span(500, 2000),), sure=(Span(500, 2000),))


def test_a_guess_is_kept_short_and_only_where_there_is_one() -> None:
    assert Left.of(Span(0, 5), "no_text").guess is None
    assert Left.of(Span(0, 5), "no_text", "  ").guess is None
    assert Left.of(Span(0, 5), "no_text", " I am sorry,").guess == "I am sorry,"
    assert len(Left.of(Span(0, 5), "no_text", "sorry " * 500).guess or "") <= LONGEST_GUESS


def test_a_window_is_covered_by_its_gaps_each_with_its_reason() -> None:
    left = {Span(500, 2000): Left.of(Span(500, 2000), "no_text", "I am sorry")}
    found = list(gaps(WINDOW, (), left, None, lambda span: None))
    assert [(g.start, g.end, g.reason, g.guess) for g in found] == [
        (0, 0.5, "no_speech", None),
        (0.5, 2, "no_text", "I am sorry"),
        (2, 3, "no_speech", None),
    ]
    assert {g.level for g in found} == {-20.0}


def test_gaps_with_different_guesses_stay_apart() -> None:
    def gap(start: float, guess: str | None) -> Gap:
        return Gap(start=start, end=start + 1, reason="no_text", level=-20, guess=guess)

    assert len(joined([gap(0, None), gap(1, None), gap(2, "a"), gap(3, "b")])) == 3
