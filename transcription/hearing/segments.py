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
from transcription.hearing.second_opinion import Opinion, parts, rate
from transcription.hearing.speech_spans import Window, settled, share_in
from transcription.languages import Languages
from transcription.records import LanguageBy, Options, Reason, SecondReading, Segment, Word


@dataclass(frozen=True)
class Said:
    """One chunk, what was heard in it, and what was written of it by which model.

    `odds` are the detector's; `heard` are those that the language was decided by, where texts were weighed too.
    `hidden` are the languages that it may be in all the same, None for those that hide behind its language. A chunk is
    `unsupported` where no model here knows what may be spoken.
    """

    chunk: Chunk
    language: str
    odds: Odds
    written: Written
    engine: Engine
    own: str | None
    guessed: bool
    translated: Written | None = None
    by: LanguageBy = "detector"
    hidden: tuple[str, ...] | None = None
    heard: Odds | None = None
    unsupported: bool = False
    second: Opinion | None = None

    @property
    def probability(self) -> float:
        """The probability of its language, as it was decided; 0 where its engine tells none."""
        if self.heard is not None:
            return min(1.0, self.heard.get(self.language, 0.0))
        return min(1.0, self.odds.get(self.language, max(self.odds.values(), default=0.0)))


def _outside(said: Said, languages: Languages) -> dict[str, float]:
    """What the detector heard beyond the languages that are allowed; nothing where reading decided against it."""
    if said.by == "reading" and said.own is not None:
        return {}
    return {language: odd for language, odd in said.odds.items() if language not in languages.allowed}


def marks_of(said: Said, options: Options, languages: Languages) -> tuple[str, ...]:
    """The marks of what was written of a chunk."""
    likeliest, its_probability = max(_outside(said, languages).items(), key=lambda one: one[1], default=("und", 0.0))
    figures = Figures(
        language=said.language,
        language_probability=said.probability if said.odds else None,
        avg_logprob=said.written.avg_logprob,
        no_speech_prob=said.written.no_speech_prob,
        outside=likeliest,
        outside_probability=its_probability,
    )
    asked = said.own is None or said.heard is not None
    hidden = languages.hidden(said.language) if asked else ()
    found = marks(
        said.written.text,
        figures,
        missing=hidden if said.hidden is None else said.hidden,
        weak=said.engine.weak,
        limits=options.limits(said.language),
    )
    more = {"unsure_language": said.guessed, "unpunctuated": "punctuation" in said.engine.lacks}
    return tuple(dict.fromkeys((*found, *(name for name, holds in more.items() if holds))))


def segments_of(
    window: Window, said: Said, options: Options, languages: Languages
) -> tuple[list[Segment], list[Segment], list[Left]]:
    """A chunk's segments, those of its translation, and what is left out of it."""
    chunk = said.chunk
    if said.unsupported:
        return [], [], [Left.of(piece, "unsupported_language") for piece in chunk.pieces]
    found = marks_of(said, options, languages)
    sure = share_in(window.sure, chunk.span) > 0
    if fabricated(said.written.text, chunk.seconds, found, sure=sure):
        reason: Reason = "no_text" if sure else "maybe_speech"
        first, *others = chunk.pieces
        left = [Left.of(first, reason, said.written.text), *(Left.of(span, reason) for span in others)]
        return [], [], left
    common: dict[str, Any] = {
        "language_probability": said.probability,
        "outside": min(1.0, sum(_outside(said, languages).values())),
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
            second=said.second,
            language_by=said.by,
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
    second: Opinion | None = None,
    **figures: Any,
) -> Iterable[Segment]:
    pieces = settled(chunk.placed(written.pieces), chunk.span, slack=slack)
    words = words_of(pieces, chunk.placed_words(written.words))
    others = parts([piece.text for piece in pieces], second.text) if second and pieces else [""] * len(pieces)
    for piece, own, other in zip(pieces, words, others, strict=True):
        text, reading = to_script(piece.text.strip(), script), None
        if second:
            other = to_script(other, script)
            reading = SecondReading(model=second.model, text=other, rate=rate(text, other))
        differ = ("engines_differ",) if reading and reading.rate else ()
        yield Segment(
            start=piece.start / 1000,
            end=piece.end / 1000,
            text=text,
            second=reading,
            language=language,
            avg_logprob=written.avg_logprob,
            no_speech_prob=written.no_speech_prob,
            compression_ratio=compression_ratio(written.text),
            marks=(*marks, *differ),
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
