"""From what a model wrote of a chunk to segments with their marks, or to the reason why there are none. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from transcription.engines.engine import Engine, Piece, TimedWord, Written
from transcription.engines.repetition import compression_ratio
from transcription.hearing.chunks import Chunk, words_of
from transcription.hearing.gaps import Left
from transcription.hearing.language_choice import Odds
from transcription.hearing.marks import Figures, fabricated, marks
from transcription.hearing.scripts import Script, to_script
from transcription.hearing.speech_spans import Window, settled, share_in
from transcription.languages import Languages
from transcription.records import Options, Reason, Segment, Word


@dataclass(frozen=True)
class Said:
    """One chunk, what was heard in it, and what was written of it by which model."""

    chunk: Chunk
    language: str
    odds: Odds
    written: Written
    engine: Engine
    own: str | None
    guessed: bool
    translated: Written | None = None


def segments_of(
    window: Window, said: Said, options: Options, languages: Languages
) -> tuple[list[Segment], list[Segment], list[Left]]:
    """A chunk's segments, those of its translation, and what is left out of it."""
    chunk, limits = said.chunk, options.limits(said.language)
    allowed = languages.allowed
    outside = {language: odd for language, odd in said.odds.items() if language not in allowed}
    probability = min(1.0, said.odds.get(said.language, max(said.odds.values(), default=0.0)))
    likeliest, its_probability = max(outside.items(), key=lambda one: one[1], default=("und", 0.0))
    figures = Figures(
        language=said.language,
        language_probability=probability,
        avg_logprob=said.written.avg_logprob,
        no_speech_prob=said.written.no_speech_prob,
        outside=likeliest,
        outside_probability=its_probability,
    )
    found = marks(
        said.written.text,
        figures,
        missing=() if said.own else languages.hidden(said.language),
        weak=said.engine.weak,
        limits=limits,
    )
    if said.guessed:
        found = tuple(dict.fromkeys((*found, "unsure_language")))
    sure = share_in(window.sure, chunk.span) > 0
    if fabricated(said.written.text, chunk.seconds, found, sure=sure):
        reason: Reason = "no_text" if sure else "maybe_speech"
        first, *others = chunk.pieces
        left = [Left.of(first, reason, said.written.text), *(Left.of(span, reason) for span in others)]
        return [], [], left
    common: dict[str, Any] = {
        "language_probability": probability,
        "outside": min(1.0, sum(outside.values())),
        "model": said.own,
        "slack": options.min_silence_ms,
    }
    segments = list(
        _timed(
            chunk,
            said.written,
            marks=found,
            language=said.language,
            script=options.of(said.language).script,
            **common,
        )
    )
    aid: list[Segment] = []
    if said.translated is not None:
        figures = Figures(
            language="en",
            language_probability=1.0,
            avg_logprob=said.translated.avg_logprob,
            no_speech_prob=said.translated.no_speech_prob,
        )
        limits = options.limits("en")
        own = marks(said.translated.text, figures, missing=(), weak=said.engine.weak, limits=limits)
        aid = list(_timed(chunk, said.translated, marks=own, language="en", script=None, **common))
    return segments, aid, []


def _timed(
    chunk: Chunk,
    written: Written,
    *,
    marks: tuple[str, ...],
    language: str,
    script: Script | None,
    slack: int,
    **figures: Any,
) -> Iterable[Segment]:
    pieces = settled(chunk.placed(written.pieces), chunk.span, slack=slack)
    words = words_of(pieces, chunk.placed_words(written.words))
    for piece, own in zip(pieces, words, strict=True):
        yield Segment(
            start=piece.start / 1000,
            end=piece.end / 1000,
            text=to_script(piece.text.strip(), script),
            language=language,
            avg_logprob=written.avg_logprob,
            no_speech_prob=written.no_speech_prob,
            compression_ratio=compression_ratio(written.text),
            marks=marks,
            words=tuple(_word(piece, word, script) for word in own if word.text.strip()),
            **figures,
        )


def _word(piece: Piece, word: TimedWord, script: Script | None) -> Word:
    """A word within its segment: the model's times are rough, and cross the segment's by a little."""
    start = min(max(word.start, piece.start), piece.end)
    end = min(max(word.end, start), piece.end)
    return Word(
        start=start / 1000, end=end / 1000, text=to_script(word.text.strip(), script), probability=word.probability
    )
