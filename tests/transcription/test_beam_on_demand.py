"""When the beam is asked for: the decision by its figures."""

from dataclasses import replace
from typing import Any

import pytest

from transcription.engines.beam_on_demand import Draft, fair, why_beam

SURE = Draft(text="My brother was taken from our house.", avg_logprob=-0.1, no_speech_prob=0.02)


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
        (draft(text=" "), "no_text"),
        (draft(avg_logprob=-0.9, text="he said " * 12), "logprob"),
    ],
)
def test_a_draft_is_doubted_for_one_reason(doubted: Draft, why: str) -> None:
    assert why_beam(doubted) == why


@pytest.mark.parametrize(
    ("doubted", "stands"),
    [
        (draft(avg_logprob=-0.82, no_speech_prob=0.26), True),
        (draft(avg_logprob=-1.6), False),  # what is written of several voices at once
        (draft(avg_logprob=-0.9, no_speech_prob=0.72), False),
        (draft(text="he said " * 12), False),
    ],
)
def test_a_draft_may_stand_where_the_beam_goes_round_in_circles(doubted: Draft, stands: bool) -> None:
    assert fair(doubted) is stands
