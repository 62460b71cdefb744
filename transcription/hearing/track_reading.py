"""From one audio track to a transcript that accounts for every moment of it.

The track is read in windows of some minutes, so that memory does not grow with its length. In each, the detector says
where speech is, and the model reads it in batches of chunks, each in its own language. Decoding and detection run
ahead of the model, and what was read is kept in a checkpoint after each batch.
"""

import importlib.metadata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Self

from transcription.documents.formats import to_json
from transcription.engines.engine_loading import load_engine, state_of
from transcription.errors import MediaError, ModelError
from transcription.hearing.channels import Unread
from transcription.hearing.checkpoint import Checkpoint
from transcription.hearing.decoded_track import DecodedTrack
from transcription.hearing.gaps import Left, gaps, joined
from transcription.hearing.language_by_reading import Words
from transcription.hearing.marks import repeated, segment_marks
from transcription.hearing.own_engines import OwnEngines
from transcription.hearing.speech_spans import Span, Window, holes, near, share_in, within
from transcription.hearing.window_reading import TOO_SHORT_MS, Batch, HeardChunk, Reader
from transcription.languages import Languages, languages_of
from transcription.records import Gap, Options, OwnModel, Reason, Segment, Transcript

Progress = Callable[[float, float], None]
"""Called with the seconds of sound that are done, and those in all."""

_OTHERWISE = "its channels are read otherwise by this build: have the whole clip transcribed again"

_SOFTWARE = ("ctranslate2", "faster-whisper", "thirdcopy")
_SOFTWARE_OF_CTC = ("onnx-asr", "onnxruntime")


@dataclass(frozen=True)
class Result:
    """What came of a track: its transcript, and the translation if one was asked for."""

    transcript: Transcript
    translation: Transcript | None = None


@dataclass(frozen=True)
class Completed:
    """A transcript of which certain gaps alone are to be read: the sha256 of its JSON, and those gaps by channel.

    `read` are the channels that it was read of, as it says.
    """

    sha256: str
    read: tuple[int, ...]
    gaps: Mapping[int | None, tuple[Span, ...]]

    @classmethod
    def of(cls, body: bytes, transcript: Transcript, gaps: Iterable[Gap]) -> Self:
        """Some gaps of a transcript, `body` being its JSON as it is kept."""
        spans = dict[int | None, tuple[Span, ...]]()
        for gap in gaps:
            span = Span(round(gap.start * 1000), round(gap.end * 1000))
            spans[gap.channel] = (*spans.get(gap.channel, ()), span)
        read = transcript.read or tuple(sorted({g.channel for g in transcript.gaps if g.channel is not None}))
        return cls(sha256(body).hexdigest(), read, spans)


class TrackReader:
    """Reads audio tracks with one Whisper model, loaded once, and with the engines of single languages.

    Loading takes seconds and memory: keep one a process. Of the engines of single languages one at a time stays loaded
    beside the main one.

    Raises ModelError if `options.model` cannot be had. `measured` are Whisper models of which it was measured that they
    may read quickly, by the sha256 of their weights, beside those that are known to: no option, since a transcript
    says what came of it. `clock`, in seconds, is what time budgets are measured by.
    """

    def __init__(
        self, options: Options, *, measured: Collection[str] = (), clock: Callable[[], float] = monotonic
    ) -> None:
        self.options = options
        self._words: Words = {}
        self._model = load_engine("whisper", options.model, options, measured)
        self.model = self._model.name
        """The name of the model, or of its folder."""
        self.model_digest = self._model.digest
        """The sha256 of its weights."""
        self._own = OwnEngines(options, measured)
        whispers = [one for one in options.per_language.values() if one.model and one.engine == "whisper"]
        self._measured = sorted(measured) if whispers else []
        self._clock = clock

    @property
    def hidden(self) -> tuple[str, ...]:
        """Languages that have a model of their own and that the main one lacks: which of them is spoken is read."""
        own = (language for language, one in self.options.per_language.items() if one.model)
        return tuple(language for language in own if language not in self._model.languages)

    def know(self, words: Words) -> None:
        """Decide by these words of languages, among other signs, which one is spoken in what is opened from now on."""
        self._words = {language: frozenset(known) for language, known in words.items() if known}

    def open(
        self,
        path: Path,
        *,
        media_sha256: str,
        track: int,
        checkpoint: Path | None = None,
        completes: Completed | None = None,
    ) -> DecodedTrack:
        """Look at a track and begin to decode it.

        `track` is the stream's index as `probe` gives it. `checkpoint` is a file that keeps what was read of it; where
        gaps of another transcript alone will be read, it knows which. Raises MediaError as `DecodedTrack` does.
        """
        identity = {
            "form": Transcript.model_fields["schema_version"].default,
            "media_sha256": media_sha256,
            "track": track,
            "options": self.options.model_dump(mode="json", exclude={"threads", "device", "time_budget"}),
            "model_digest": self.model_digest,
            "quick": self._model.quick,
            "own_models": {language: state_of(one.model) for language, one in self.options.per_language.items()},
            **({"measured": self._measured} if self._measured else {}),
            "versions": _versions(self.options),
            **({"completes": completes.sha256, "gaps": sorted(completes.gaps.items(), key=str)} if completes else {}),
        }
        return DecodedTrack(path, track, media_sha256, self.options, Checkpoint(checkpoint, identity))

    def read(
        self,
        opened: DecodedTrack,
        *,
        track_language: str | None = None,
        declared: Sequence[str] = (),
        progress: Progress | None = None,
        completes: Completed | None = None,
    ) -> Result:
        """Transcribe a track that `open` opened, each chunk of speech in its own language.

        `track_language` is what the container says of it, `declared` the languages that the source says are spoken.
        If no model here knows any of these, nothing is written: a guess in a neighbouring language would be a forgery.
        With `completes` the gaps that it names are read alone, and all else is a gap `read_before`; no translation is
        made. The track is closed in the end, and its checkpoint removed once all was read. Raises MediaError if it
        cannot be decoded, or if its channels are not read as in the transcript that is to be completed.
        """
        own = {language for language, one in self.options.per_language.items() if one.model}
        languages = languages_of(self.options.languages, declared, self._model.languages, own)
        words = self._words_for(opened, languages)
        reader = Reader(self._model, self._own.of, self.options, languages, words)
        track_reading = _Track(opened, reader, self.options, languages, self._clock, progress, completes)
        with closing(opened):
            try:
                end = track_reading.run()
            except RuntimeError as error:  # CTranslate2's word for a device out of memory, and for much else
                raise ModelError(self.model, f"failed while reading {opened.path.name}: {error}") from error
        transcript = Transcript(
            completes=completes.sha256 if completes else None,
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
            own_models=self._told_own(track_reading.read_by_own),
            options=self._told_options(),
            versions=_versions(self.options) | _lists(words),
            segments=tuple(track_reading.segments),
            gaps=track_reading.gaps_with(() if completes else opened.plan.unread),
        )
        translation = None
        if self.options.translate and not completes:
            of = sha256(to_json(transcript).encode()).hexdigest()
            aid = tuple(track_reading.translated)
            told = {"kind": "translation", "of": of, "segments": aid, "gaps": ()}
            translation = Transcript.model_validate(dict(transcript) | told)
        opened.checkpoint.discard()
        return Result(transcript, translation)

    def _told_own(self, languages: Sequence[str]) -> tuple[OwnModel, ...]:
        """Which models read some languages; one whose whole work came from a checkpoint is loaded to be told."""
        for language in {*languages} - {one.language for one in self._own.told(languages)}:
            self._own.of(language)
        return self._own.told(languages)

    def _words_for(self, opened: DecodedTrack, languages: Languages) -> Words:
        """The words that tell languages apart in a track: those that its reading began with, where it was broken off.

        None where nothing is told by reading.
        """
        if not languages.ears or languages.forced:
            return {}
        told = languages.allowed | {*languages.missing}
        known = {language: sorted(words) for language, words in self._words.items() if language in told}
        kept: dict[str, list[str]] = opened.checkpoint.once(
            f"words {','.join(languages.declared)}", lambda: known, dict, dict
        )
        return {language: frozenset(words) for language, words in kept.items()}

    def _told_options(self) -> Options:
        """The options without a path of this machine, and with what came of them for the model."""
        quick = "always" if self._model.quick else "never"
        return self.options.without_paths().model_copy(update={"model": self.model, "quick": quick})


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
        completes: Completed | None,
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
        self._completes = completes
        self._heard: tuple[HeardChunk, ...] = ()

    def run(self) -> int:
        """Read it: how many ms it has."""
        end, before, channel, speech, sure = 0, 0, None, list[Span](), list[Span]()
        segments: dict[int | None, list[Segment]] = {}
        for number, (side, window) in enumerate(self._opened.windows):
            if self._completes and self._completes.read != self._opened.plan.channels:
                raise MediaError(self._opened.path, _OTHERWISE)
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

    @property
    def read_by_own(self) -> list[str]:
        """Languages of which something was read by a model of their own, first or as a second opinion, in order."""
        return sorted({s.language for s in self.segments if s.model or s.second})

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
        elsewhere, speech = self._to_read(channel, window)
        spans = [s for s in speech if s.end - s.start >= TOO_SHORT_MS]
        left = {s: Left.of(s, "no_text" if s in spans else "too_short") for s in speech}
        left |= {s: Left.of(s, "read_before") for s in elsewhere}
        refusal: Reason | None = None if self._languages.readable else "unsupported_language"
        segments: list[Segment] = []
        taken = count = 0
        apart = len(spans) if self._completes else 0  # a pack would reach over what lies between two gaps
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

    def _to_read(self, channel: int | None, window: Window) -> tuple[list[Span], list[Span]]:
        """What of a window is not to be read, since another transcript has it; and the speech that is."""
        if self._completes is None:
            return [], list(window.speech)
        open_ = list(within(self._completes.gaps.get(channel, ()), window.span))
        return list(holes(open_, window.span)), [part for gap in open_ for part in within(window.speech, gap)]

    def _tell(self, milliseconds: int, before: int) -> None:
        if self._progress is not None:
            whole = self._opened.survey.duration * max(1, len(self._opened.plan.channels))
            self._progress(milliseconds / 1000, max(whole, milliseconds / 1000))


def _versions(options: Options) -> dict[str, str]:
    """The versions of what reads; of what reads CTC models, where one is named and it is installed."""
    found = {name: importlib.metadata.version(name) for name in _SOFTWARE}
    if any(one.engine == "ctc" for one in options.per_language.values()):
        for name in _SOFTWARE_OF_CTC:
            with suppress(importlib.metadata.PackageNotFoundError):
                found[name] = importlib.metadata.version(name)
    return dict(sorted(found.items()))


def _lists(words: Words) -> dict[str, str]:
    """The lists of words that decisions by reading were made with: each by its language, and the sha256 of it."""
    return {
        f"words of {language}": sha256("\n".join(sorted(known)).encode()).hexdigest()
        for language, known in sorted(words.items())
    }


def _load_batch(known: Any | None) -> Batch | None:
    return None if known is None else Batch.model_validate(known)


def _by_time(span: Segment | Gap) -> tuple[float, int]:
    return span.start, span.channel or 0
