"""What makes a segment doubtful. Pure: figures in, marks out."""

import re
import zlib
from collections.abc import Iterable

from transcription.languages import mistaken_for
from transcription.records import Options

WEAK_WIDTH = 768
"""Width of the encoder of Whisper small; tiny (384) and base (512) are too weak for testimony outside English."""

_LOOP = re.compile(r"(.{1,40}?)\1{4,}|(.{10,200}?)\2{2,}", re.DOTALL)
_LOOP_LENGTH = 12


def compression_ratio(text: str) -> float:
    """Bytes of the text to bytes of its zlib compression: Whisper's own measure of repetition, 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def loops(text: str) -> bool:
    """Whether the text says one thing over and over: up to 40 characters five times, or a sentence three times."""
    even = re.sub(r"[\s.,!?。，！？،؟]+", " ", text).casefold() + " "
    return any(len(found.group().strip()) >= _LOOP_LENGTH for found in _LOOP.finditer(even))


def marks(
    text: str,
    *,
    language: str,
    language_probability: float,
    outside: tuple[str, float],
    avg_logprob: float,
    no_speech_prob: float,
    missing: Iterable[str],
    width: int,
    options: Options,
) -> tuple[str, ...]:
    """The marks of a speech chunk, in fixed order.

    `outside` is the most probable language that is not allowed, with its probability: it is marked where it beats the
    one that the text is in, which is the likeliest of those allowed. `missing` are the languages that may be
    spoken and that the model lacks; `width` is that of the model's encoder.
    """
    foreign = outside[1] > language_probability
    found = {
        "low_confidence": avg_logprob < options.min_avg_logprob,
        "maybe_no_speech": no_speech_prob > options.max_no_speech_prob,
        "loop": compression_ratio(text) > options.max_compression_ratio or loops(text),
        f"outside:{outside[0]}": foreign,
        "unsure_language": language_probability < options.min_language_probability,
        "weak_model": width < WEAK_WIDTH and language != "en",
    }
    heard = (language, outside[0]) if foreign else (language,)
    likely = [f"may_be:{m}" for m in mistaken_for(heard, missing)]
    return (*(name for name, holds in found.items() if holds), *likely)
