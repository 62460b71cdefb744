"""From one audio track to a transcript that accounts for every moment of it.

The track is read in windows of some minutes, so that memory does not grow with its length. In each, the detector says
where speech is, and the model reads it in batches of chunks, each in its own language. Decoding and detection run
ahead of the model, and what was read is kept in a checkpoint after each batch.
"""

import importlib.metadata
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from transcription.documents.formats import to_json
from transcription.engines.engine import Engine
from transcription.engines.whisper_engine import WhisperEngine
from transcription.errors import ModelError
from transcription.hearing.channels import Unread
from transcription.hearing.checkpoint import Checkpoint
from transcription.hearing.decoded_track import DecodedTrack
from transcription.hearing.gaps import Left, gaps, joined
from transcription.hearing.marks import repeated, segment_marks
from transcription.hearing.speech_spans import Span, Window, near, share_in
from transcription.hearing.window_reading import TOO_SHORT_MS, Batch, HeardChunk, Reader
from transcription.languages import Languages, languages_of
from transcription.records import Gap, Options, OwnModel, Reason, Segment, Transcript

Progress = Callable[[float, float], None]
"""Called with the seconds of sound that are done, and those in all."""

_SOFTWARE = ("ctranslate2", "faster-whisper", "thirdcopy")


@dataclass(frozen=True)
class Result:
    """What came of a track: its transcript, and the translation if one was asked for."""

    transcript: Transcript
    translation: Transcript | None = None


class TrackReader:
    """Reads audio tracks with one Whisper model, loaded once, and with the models of single languages.

    Loading takes seconds and memory: keep one a process.

    Raises ModelError if `options.model` cannot be had. `clock`, in seconds, is what time budgets are measured by.
    """

    def __init__(self, options: Options, *, clock: Callable[[], float] = monotonic) -> None:
        self.options = options
        self._model = WhisperEngine(options.model, options)
        self.model = self._model.name
        """The name of the model, or of its folder."""
        self.model_digest = self._model.digest
        """The sha256 of its weights."""
        self._own: dict[str, Engine] = {}
        self._clock = clock

    def open(self, path: Path, *, media_sha256: str, track: int, checkpoint: Path | None = None) -> DecodedTrack:
        """Look at a track and begin to decode it.

        `track` is the stream's index as `probe` gives it. `checkpoint` is a file that keeps what was read of it.
        Raises MediaError as `DecodedTrack` does.
        """
        identity = {
            "form": Transcript.model_fields["schema_version"].default,
            "media_sha256": media_sha256,
            "track": track,
            "options": self.options.model_dump(mode="json", exclude={"threads", "device", "time_budget"}),
            "model_digest": self.model_digest,
            "quick": _is_quick(self._model),
            "own_models": {language: _state_of(one.model) for language, one in self.options.per_language.items()},
            "versions": _versions(),
        }
        return DecodedTrack(path, track, media_sha256, self.options, Checkpoint(checkpoint, identity))

    def read(
        self,
        opened: DecodedTrack,
        *,
        track_language: str | None = None,
        declared: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Result:
        """Transcribe a track that `open` opened, each chunk of speech in its own language.

        `track_language` is what the container says of it, `declared` the languages that the source says are spoken.
        If no model here knows any of these, nothing is written: a guess in a neighbouring language would be a forgery.
        The track is closed in the end, and its checkpoint removed once all was read. Raises MediaError if it cannot be
        decoded.
        """
        own = {language for language, one in self.options.per_language.items() if one.model}
        languages = languages_of(self.options.languages, declared, self._model.languages, own)
        reader = Reader(self._model, self._own_model, self.options, languages)
        track_reading = _Track(opened, reader, self.options, languages, self._clock, progress)
        with closing(opened):
            try:
                end = track_reading.run()
            except RuntimeError as error:  # CTranslate2's word for a device out of memory, and for much else
                raise ModelError(self.model, f"failed while reading {opened.path.name}: {error}") from error
        transcript = Transcript(
            media_sha256=opened.media_sha256,
            track=opened.stream.index,
            track_language=track_language,
            container=opened.media.container,
            codec=opened.stream.codec,
            start=opened.media.start,
            channels=opened.stream.channels or 0,
            read=opened.plan.channels,
            clock_doubts=opened.clock_doubts,
            declared=languages.declared,
            duration=end / 1000,
            model=self.model,
            model_digest=self.model_digest,
            device=self._model.device,
            compute_type=self._model.compute_type,
            own_models=tuple(
                OwnModel(language=language, model=model.name, digest=model.digest, quick=_is_quick(model))
                for language, model in sorted(self._own.items())
                if any(s.language == language and s.model for s in track_reading.segments)
            ),
            options=self._told_options(),
            versions=_versions(),
            segments=tuple(track_reading.segments),
            gaps=track_reading.gaps_with(opened.plan.unread),
        )
        translation = None
        if self.options.translate:
            of = sha256(to_json(transcript).encode()).hexdigest()
            aid = tuple(track_reading.translated)
            told = {"kind": "translation", "of": of, "segments": aid, "gaps": ()}
            translation = Transcript.model_validate(dict(transcript) | told)
        opened.checkpoint.discard()
        return Result(transcript, translation)

    def _own_model(self, language: str) -> Engine:
        if language not in self._own:
            self._own[language] = WhisperEngine(self.options.of(language).model or self.options.model, self.options)
        return self._own[language]

    def _told_options(self) -> Options:
        """The options without a path of this machine, and with what came of them for the model."""
        per = {
            language: one.model_copy(update={"model": Path(one.model).name if Path(one.model).is_dir() else one.model})
            if one.model
            else one
            for language, one in self.options.per_language.items()
        }
        quick = "always" if _is_quick(self._model) else "never"
        return self.options.model_copy(update={"model": self.model, "per_language": per, "quick": quick})


class _Track:
    """The reading of one track: its segments, gaps and translation, as they come."""

    def __init__(
        self,
        opened: DecodedTrack,
        reader: Reader,
        options: Options,
        languages: Languages,
        clock: Callable[[], float],
        progress: Progress | None,
    ) -> None:
        self.segments: list[Segment] = []
        self.gaps: list[Gap] = []
        self.translated: list[Segment] = []
        self._opened = opened
        self._reader = reader
        self._options = options
        self._languages = languages
        self._clock = clock
        self._progress = progress
        self._heard: tuple[HeardChunk, ...] = ()

    def run(self) -> int:
        """Read it: how many ms it has."""
        end, before, channel, speech, sure = 0, 0, None, list[Span](), list[Span]()
        segments: dict[int | None, list[Segment]] = {}
        for number, (side, window) in enumerate(self._opened.windows):
            if side != channel:
                self._mark(segments.get(channel, []), speech, sure)
                channel, before, self._heard = side, before + end, ()
                speech, sure = [], []
            segments.setdefault(side, []).extend(self._window(number, side, window, before))
            speech += window.speech
            sure += window.sure
            end = window.span.end
            self._tell(before + end, before)
        self._mark(segments.get(channel, []), speech, sure)
        self.segments.sort(key=_by_time)
        self.translated.sort(key=_by_time)
        self.gaps.sort(key=_by_time)
        return end

    def gaps_with(self, unread: Sequence[Unread]) -> tuple[Gap, ...]:
        """The gaps, and beside them the speech in channels that were not read."""
        plan = self._opened.plan
        beside = [
            Gap(
                start=one.start / 1000,
                end=one.end / 1000,
                reason="unread_channel",
                level=plan.loudest(Span(one.start, one.end)),
                channel=one.channel,
            )
            for one in unread
        ]
        return tuple(sorted((*joined(self.gaps), *beside), key=_by_time))

    def _mark(self, segments: Sequence[Segment], speech: Sequence[Span], sure: Sequence[Span]) -> None:
        """Add the marks that need the whole track: what repeats, and what lies outside speech."""
        again = repeated([s.text for s in segments])
        for segment, repeats in zip(segments, again, strict=True):
            span = Span(round(segment.start * 1000), round(segment.end * 1000))
            own = segment_marks(
                segment.text,
                segment.end - segment.start,
                spoken=share_in(near(speech, span), span),
                sure=share_in(near(sure, span), span),
                again=repeats,
            )
            self.segments.append(segment.model_copy(update={"marks": (*segment.marks, *own)}))

    def _window(self, number: int, channel: int | None, window: Window, before: int) -> list[Segment]:
        """Read a window: its segments. Its gaps are kept; together they cover it."""
        began = self._clock()
        budget = self._options.time_budget * (window.span.end - window.span.start) / 1000
        spans = [s for s in window.speech if s.end - s.start >= TOO_SHORT_MS]
        left = {s: Left.of(s, "no_text" if s in spans else "too_short") for s in window.speech}
        refusal: Reason | None = None if self._languages.readable else "unsupported_language"
        segments: list[Segment] = []
        taken = apart = count = 0
        while taken < len(spans) and not refusal:
            key = f"batch {','.join(self._languages.declared)} {channel} {number} {count}"
            batch: Batch | None = _load_batch(self._opened.checkpoint.get(key))
            if batch is None:
                if self._clock() - began > budget:
                    refusal = "time_budget"
                    break
                batch = self._reader.batch(window, spans[taken:], self._heard, apart)
                self._opened.checkpoint.keep(key, batch.model_dump(mode="json"))
            taken, apart, count, self._heard = taken + batch.took, batch.apart, count + 1, batch.heard
            segments += (s.model_copy(update={"channel": channel}) for s in batch.segments)
            self.translated += (s.model_copy(update={"channel": channel}) for s in batch.translated)
            left |= {Span(one.start, one.end): one for one in batch.left}
            if batch.took:
                self._tell(before + spans[taken - 1].end, before)
        if refusal:
            left |= {span: Left.of(span, refusal) for span in spans[taken:]}
        self.gaps += gaps(window, segments, left, channel, self._opened.plan.loudest)
        return segments

    def _tell(self, milliseconds: int, before: int) -> None:
        if self._progress is not None:
            whole = self._opened.survey.duration * max(1, len(self._opened.plan.channels))
            self._progress(milliseconds / 1000, max(whole, milliseconds / 1000))


def _state_of(model: str | None) -> list[int] | None:
    """What changes with the weights in a folder: a model's digest is known only once it is loaded."""
    weights = Path(model) / "model.bin" if model else None
    return [weights.stat().st_size, weights.stat().st_mtime_ns] if weights and weights.is_file() else None


def _is_quick(engine: Engine) -> bool:
    return isinstance(engine, WhisperEngine) and engine.quick


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _SOFTWARE}


def _load_batch(known: Any | None) -> Batch | None:
    return None if known is None else Batch.model_validate(known)


def _by_time(span: Segment | Gap) -> tuple[float, int]:
    return span.start, span.channel or 0
