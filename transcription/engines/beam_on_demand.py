"""When a chunk that was written greedily is written again with the beam. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from transcription.engines.repetition import compression_ratio, loops

LEAST_LOGPROB: Final = -0.3
"""Mean log-probability of the tokens below which the beam is asked for."""

MOST_COMPRESSION: Final = 2.0
MOST_NO_SPEECH: Final = 0.4

FAIR_LOGPROB: Final = -1.0
FAIR_NO_SPEECH: Final = 0.6
"""Where Whisper's own decoding fails and where it takes a chunk for silence: openai/whisper, `transcribe`."""

Doubt = Literal["logprob", "loop", "no_speech", "no_text"]


@dataclass(frozen=True)
class Draft:
    """What was written greedily of a chunk."""

    text: str
    avg_logprob: float
    no_speech_prob: float


def why_beam(draft: Draft) -> Doubt | None:
    """Why a draft is doubted, so that the chunk is written again with the beam; None where it stands.

    Speech that a draft with text passes over is no reason: the beam passes over it too, and whoever asked for the text
    has such a stretch read by itself.
    """
    if draft.avg_logprob < LEAST_LOGPROB:
        return "logprob"
    if circles(draft.text):
        return "loop"
    if draft.no_speech_prob > MOST_NO_SPEECH:
        return "no_speech"
    return None if draft.text.strip() else "no_text"


def fair(draft: Draft) -> bool:
    """Whether a doubted draft is better than a text that goes round in circles."""
    return not circles(draft.text) and draft.avg_logprob >= FAIR_LOGPROB and draft.no_speech_prob <= FAIR_NO_SPEECH


def circles(text: str) -> bool:
    """Whether a text goes round in circles, which the beam may make of a fair draft where little silence is encoded."""
    return loops(text) or compression_ratio(text) > MOST_COMPRESSION
