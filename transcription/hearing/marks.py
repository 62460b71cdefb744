"""What makes a segment doubtful. Pure: figures in, marks out."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from transcription.engines.repetition import compression_ratio, loops
from transcription.hearing.phrases import is_stock, plain
from transcription.languages import mistaken_for
from transcription.records import Limits

FASTEST = 30.0
"""Letters a second in alphabetic scripts: set by hand, well above quick speech; not measured."""

FASTEST_HAN = 12.0
"""Han characters a second, each a syllable: set by hand likewise."""

SLOWEST = 0.7
"""Letters a second, over `SLOW_SECONDS` or more: so little text for so much speech has lost most of it."""

SLOW_SECONDS = 8.0
TWICE = 15
"""Letters that a text needs to be suspicious when it comes twice; a shorter one must come three times."""

_HAN = re.compile(r"[\u3400-\u9fff]")


def implausible_speed(text: str, seconds: float) -> bool:
    """Whether nobody says so much in that time, or so little in so much."""
    letters = sum(map(str.isalnum, text))
    han = len(_HAN.findall(text))
    if letters == 0 or seconds <= 0:
        return letters > 0
    fast = (letters - han) / FASTEST + han / FASTEST_HAN > max(seconds, 0.5)
    return fast or (seconds >= SLOW_SECONDS and (letters + 2 * han) / seconds < SLOWEST)


def repeated(texts: Sequence[str]) -> list[bool]:
    """Of each text in a row, whether it is one that came just before: twice if long, three times if short."""
    found = [False] * len(texts)
    said = [plain(text) for text in texts]
    begin = 0
    for end in range(1, len(said) + 1):
        if end == len(said) or said[end] != said[begin]:
            many = 2 if len(said[begin]) >= TWICE else 3
            if said[begin] and end - begin >= many:
                found[begin + 1 : end] = [True] * (end - begin - 1)
            begin = end
    return found


def fabricated(text: str, seconds: float, found: Collection[str], *, sure: bool) -> bool:
    """Whether what was written of a chunk was rather made up than said, so that it is a guess and no text.

    Where the detector is `sure` of speech, it is only where the text is a loop and another sign says the same: nobody
    speaks so fast, no language is probable, or the model itself hears nobody. Babble comes out so. Where the second
    look alone heard speech, any one sign will do.
    """
    hurried = implausible_speed(text, seconds)
    doubted = hurried or not {"maybe_no_speech", "unsure_language"}.isdisjoint(found)
    if sure:
        return "loop" in found and doubted
    return doubted or not {"low_confidence", "loop"}.isdisjoint(found) or is_stock(text)


def segment_marks(text: str, seconds: float, *, spoken: float, sure: float, again: bool) -> tuple[str, ...]:
    """The marks of one segment: `again` says that it repeats.

    `spoken` is the share of its time in which speech was heard, `sure` that in which the first look heard it.
    """
    found = {
        "repeated": again,
        "stock_phrase": is_stock(text),
        "implausible_speed": implausible_speed(text, seconds),
        "outside_speech": spoken < 0.5,
        "second_look": sure < 0.5 <= spoken,
    }
    return tuple(name for name, holds in found.items() if holds)


@dataclass(frozen=True)
class Figures:
    """What the model says of a speech chunk: the language of its text, and how sure it is of that and of the text.

    `outside` is the most probable language that is not allowed. `language_probability` is None where the engine tells
    no language.
    """

    language: str
    language_probability: float | None
    avg_logprob: float
    no_speech_prob: float | None
    outside: str = "und"
    outside_probability: float = 0.0


def marks(text: str, figures: Figures, *, missing: Iterable[str], weak: bool, limits: Limits) -> tuple[str, ...]:
    """The marks of a speech chunk, in fixed order.

    The language outside is marked where it beats the one that the text is in, which is the likeliest of those allowed.
    `missing` are the languages that may be spoken and that the model lacks; `weak` is whether the model is too
    weak for other languages than English, `limits` are those of the language.
    """
    certainty = 1.0 if figures.language_probability is None else figures.language_probability
    foreign = figures.outside_probability > certainty
    found = {
        "low_confidence": figures.avg_logprob < limits.min_avg_logprob,
        "maybe_no_speech": (figures.no_speech_prob or 0.0) > limits.max_no_speech_prob,
        "loop": compression_ratio(text) > limits.max_compression_ratio or loops(text),
        f"outside:{figures.outside}": foreign,
        "unsure_language": certainty < limits.min_language_probability,
        "weak_model": weak and figures.language != "en",
    }
    heard = (figures.language, figures.outside) if foreign else (figures.language,)
    likely = [f"may_be:{m}" for m in mistaken_for(heard, missing)]
    return (*(name for name, holds in found.items() if holds), *likely)
