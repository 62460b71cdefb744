"""When the beam is asked for: the decision by its figures."""

from dataclasses import replace
from typing import Any

import pytest

from transcription.engines.beam_on_demand import Draft, longest_open, why_beam
from transcription.engines.engine import Piece

SURE = Draft(text="My brother was taken from our house.", avg_logprob=-0.1, no_speech_prob=0.02, open_ms=300)


def draft(**figures: Any) -> Draft:
    return replace(SURE, **figures)


def test_a_draft_that_nothing_speaks_against_stands() -> None:
    assert why_beam(SURE) is None


@pytest.mark.parametrize(
    ("doubted", "why"),
    [
        (draft(avg_logprob=-0.9), "logprob"),
        (draft(text="he said " * 12), "loop"),
        (draft(text="алғағағағағағағағағағағағағағ"), "loop"),
        (draft(no_speech_prob=0.7), "no_speech"),
        (draft(open_ms=4000), "passed_over"),
        (draft(text="", open_ms=2600), "passed_over"),
        (draft(avg_logprob=-0.9, text="he said " * 12), "logprob"),
    ],
)
def test_a_draft_is_doubted_for_one_reason(doubted: Draft, why: str) -> None:
    assert why_beam(doubted) == why


@pytest.mark.parametrize(
    ("pieces", "length", "longest"),
    [
        ((), 3000, 3000),
        ((Piece(0, 3000, " All of it."),), 3000, 0),
        ((Piece(800, 2000, " In the middle."),), 2500, 800),
        ((Piece(0, 1000, " First."), Piece(2500, 2900, " then.")), 3000, 1500),
        ((Piece(0, 1000, " First."), Piece(500, 2900, " over it.")), 3000, 100),
        ((Piece(0, 1000, " First."), Piece(1000, 3000, " ")), 3000, 2000),  # no text is no cover
        ((Piece(2000, 3000, " Later"), Piece(0, 1000, " than this.")), 3000, 1000),  # the model's times may go back
    ],
)
def test_the_longest_stretch_without_text(pieces: tuple[Piece, ...], length: int, longest: int) -> None:
    assert longest_open(pieces, length) == longest
