"""When a chunk that was written greedily is written again with the beam. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from transcription.engines.engine import Piece
from transcription.engines.repetition import compression_ratio, loops

LEAST_LOGPROB: Final = -0.3
"""Mean log-probability of the tokens below which the beam is asked for."""

MOST_COMPRESSION: Final = 2.0
MOST_NO_SPEECH: Final = 0.4
LONGEST_OPEN_MS: Final = 1000
"""A stretch of the chunk of this length or more that no text was written for."""

Doubt = Literal["logprob", "loop", "no_speech", "passed_over"]


@dataclass(frozen=True)
class Draft:
    """What was written greedily of a chunk; `open_ms` is the longest stretch of it without text."""

    text: str
    avg_logprob: float
    no_speech_prob: float
    open_ms: int


def why_beam(draft: Draft) -> Doubt | None:
    """Why a draft is doubted, so that the chunk is written again with the beam; None where it stands."""
    if draft.avg_logprob < LEAST_LOGPROB:
        return "logprob"
    if circles(draft.text):
        return "loop"
    if draft.no_speech_prob > MOST_NO_SPEECH:
        return "no_speech"
    return "passed_over" if draft.open_ms >= LONGEST_OPEN_MS else None


def circles(text: str) -> bool:
    """Whether a text goes round in circles, which the beam may make of a fair draft where little silence is encoded."""
    return loops(text) or compression_ratio(text) > MOST_COMPRESSION


def longest_open(pieces: Iterable[Piece], length: int) -> int:
    """The longest stretch, in ms, of a chunk of `length` ms that no piece of text covers."""
    longest = at = 0
    for piece in sorted(piece for piece in pieces if piece.text.strip()):
        longest, at = max(longest, piece.start - at), max(at, piece.end)
    return max(longest, length - at)
