"""Chunks in a language that the detector does not know: read by the models of such languages, and decided by reading.

Who is asked and who writes is said here; what is decided of it, in `language_by_reading`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from transcription.engines.engine import Engine, Written
from transcription.engines.repetition import compression_ratio, loops
from transcription.hearing.language_by_reading import (
    ASKED,
    Answer,
    Question,
    Telling,
    Words,
    answers,
    candidates,
)
from transcription.hearing.marks import implausible_speed
from transcription.hearing.segments import Said
from transcription.hearing.speech_spans import Window
from transcription.languages import Languages
from transcription.records import Options


@dataclass(frozen=True)
class _Reading:
    """What the model of one language wrote of a chunk."""

    written: Written
    engine: Engine


class HiddenLanguages:
    """Asks the models of languages that the main one lacks, and says which chunks are in one of them."""

    def __init__(
        self, own_model: Callable[[str], Engine], options: Options, languages: Languages, words: Words
    ) -> None:
        self._own_model = own_model
        self._options = options
        self._languages = languages
        self._words = words

    def found(self, window: Window, said: Sequence[Said], *, before: str | None = None) -> list[Said]:
        """Some consecutive chunks, each in the language that reading decides. `before` is that of the chunk before."""
        own = [dict[str, _Reading]() for _ in said]
        for language, rows in sorted(self._asked(said, before).items()):
            for n, reading in zip(rows, self._read(window, said, own, language, rows), strict=True):
                own[n][language] = reading
        questions = [self._question(one, readings) for one, readings in zip(said, own, strict=True)]
        found = answers(questions, self._languages, self._words, before=before)
        return [_answered(one, answer, readings) for one, answer, readings in zip(said, found, own, strict=True)]

    def _asked(self, said: Sequence[Said], before: str | None) -> dict[str, list[int]]:
        """The chunks that each language's model is to read: those that it may be in, and those beside them."""
        shares = [candidates(one.odds, self._named(one), self._languages) for one in said]
        asked = dict[str, list[int]]()
        for language in self._languages.ears:
            may_be = {n for n, one in enumerate(shares) if one.get(language, 0.0) >= ASKED}
            may_be |= {-1} if before == language else set()
            if rows := [n for n in range(len(said)) if not may_be.isdisjoint((n - 1, n, n + 1))]:
                asked[language] = rows
        return asked

    def _named(self, said: Said) -> str | None:
        return None if self._languages.closed else said.language

    def _read(
        self,
        window: Window,
        said: Sequence[Said],
        own: Sequence[Mapping[str, _Reading]],
        language: str,
        rows: Sequence[int],
    ) -> list[_Reading]:
        """What a language's model makes of some chunks. A CTC model writes the same, whatever it is asked for."""
        engine, options = self._own_model(language), self._options
        if engine.kind == "ctc":
            known = [[_Reading(said[n].written, said[n].engine), *own[n].values()] for n in rows]
            same = [[one for one in readings if one.engine is engine] for readings in known]
            if all(same):
                return [readings[0] for readings in same]
        encoded = engine.encode([said[n].chunk.sound(window) for n in rows])
        told = [options.of(language).token or language] * len(rows)
        prompts = [options.of(language).prompt] * len(rows)
        written = engine.write(encoded, told, prompts=prompts, words=options.word_times)
        return [_Reading(one, engine) for one in written]

    def _question(self, said: Said, own: Mapping[str, _Reading]) -> Question:
        named = self._named(said)
        main = None if named is None else self._telling(said, named, _Reading(said.written, said.engine))
        told = {language: self._telling(said, language, reading) for language, reading in own.items()}
        return Question(said.odds, said.chunk.seconds, named, main, told)

    def _telling(self, said: Said, language: str, reading: _Reading) -> Telling:
        """What was written of a chunk, and whether its engine vouches for it: by limits on that engine's own scale."""
        limits, written, writes = self._options.limits(language), reading.written, reading.engine.languages
        text = written.text
        vouched = (
            written.avg_logprob >= limits.min_avg_logprob
            and (written.no_speech_prob or 0.0) <= limits.max_no_speech_prob
            and compression_ratio(text) <= limits.max_compression_ratio
            and not loops(text)
            and not implausible_speed(text, said.chunk.seconds)
        )
        return Telling(text, writes if language in writes else frozenset({language}), vouched)


def _answered(said: Said, answer: Answer, own: Mapping[str, _Reading]) -> Said:
    """A chunk as it was decided, with the text of the engine whose language it is."""
    if answer.language is None:
        return replace(said, unsupported=True, heard=answer.odds)
    if answer.language not in own:
        hidden = () if answer.decided else None
        return replace(said, by=answer.by or said.by, hidden=hidden, heard=answer.odds)
    reading = own[answer.language]
    return Said(
        said.chunk,
        answer.language,
        said.odds,
        reading.written,
        reading.engine,
        reading.engine.name,
        guessed=not answer.decided,
        by=answer.by or "reading",
        hidden=(),
        heard=answer.odds,
    )
