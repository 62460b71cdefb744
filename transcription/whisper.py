"""From one audio track to a transcript that accounts for every moment of it.

The track is read in windows of some minutes, so that memory does not grow with its length. In each, the detector says
where speech is, and the model reads it in batches of chunks, each in its own language.
"""

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from transcription.errors import MediaError, ModelError
from transcription.languages import short, unheard
from transcription.marks import compression_ratio, marks
from transcription.media import Media, MediaStream, cut_short, decode, probe
from transcription.model import Model, Reading
from transcription.records import Gap, Options, Reason, Segment, Transcript
from transcription.spans import Piece, Span, Window, holes, level, settled, windows

Progress = Callable[[float, float], None]
"""Called with the seconds of sound that are done, and those in all."""

TOO_SHORT_MS = 100
"""Whisper answers `en` at 0.5 to a blink of sound: that is no language."""

_SOFTWARE = ("ctranslate2", "faster-whisper", "thirdcopy")


@dataclass(frozen=True)
class _Languages:
    """What may be spoken: the `allowed` that the model knows, the `declared`, and those `missing` from the model."""

    allowed: frozenset[str]
    declared: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def readable(self) -> bool:
        """Whether writing anything is honest: not if all that is declared is unknown to the model."""
        return bool(self.allowed) and (not self.declared or not set(self.declared) <= set(self.missing))

    def hidden(self, language: str) -> tuple[str, ...]:
        """The missing languages that may hide behind one: where that is declared, only such as are declared too."""
        return tuple(m for m in self.missing if m in self.declared or language not in self.declared)


class Whisper:
    """Reads audio tracks with one Whisper model, loaded once. Loading takes seconds and memory: keep one a process.

    Raises ModelError if `options.model` cannot be had. `clock`, in seconds, is what time budgets are measured by.
    """

    def __init__(self, options: Options, *, clock: Callable[[], float] = monotonic) -> None:
        self.options = options
        self._model = Model(options)
        self.model = self._model.name
        """The name of the model, or of its folder."""
        self.model_digest = self._model.digest
        """The sha256 of its weights."""
        self._clock = clock

    def transcribe(
        self,
        path: Path,
        *,
        media_sha256: str,
        track: int,
        track_language: str | None = None,
        declared: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Transcript:
        """Transcribe one audio track, each chunk of speech in its own language.

        `track` is the stream's index as `probe` gives it, `declared` the languages that the source says are spoken.
        If the model knows none of these, nothing is written: a guess in a neighbouring language would be a forgery.
        Raises MediaError if the track is missing, cannot be decoded, or ends before its announced end.
        """
        media = probe(path)
        stream = next((s for s in media.audio if s.index == track), None)
        if stream is None:
            raise MediaError(path, f"stream {track} is no audio track")
        languages = self._languages(declared)
        segments: list[Segment] = []
        gaps: list[Gap] = []
        end = 0

        def tell(milliseconds: int) -> None:
            if progress is not None:
                progress(milliseconds / 1000, max(media.duration, milliseconds / 1000))

        pieces = decode(path, track, seconds=self.options.window_seconds, timeout=60 + media.duration)
        for window in windows(pieces, self._model.speech):
            try:
                found, left = self._window(window, languages, tell)
            except RuntimeError as error:  # CTranslate2's word for a device out of memory, and for much else
                raise ModelError(self.model, f"failed while reading {path.name}: {error}") from error
            segments += found
            gaps += left
            end = window.span.end
            _refuse_overlong(path, end / 1000, media)
            tell(end)
        _refuse_cut(path, end / 1000, stream)
        return Transcript(
            media_sha256=media_sha256,
            track=track,
            track_language=track_language,
            declared=languages.declared,
            duration=end / 1000,
            model=self.model,
            model_digest=self.model_digest,
            device=self._model.device,
            compute_type=self._model.compute_type,
            options=self.options.model_copy(update={"model": self.model}),
            versions={name: importlib.metadata.version(name) for name in _SOFTWARE},
            segments=tuple(segments),
            gaps=_joined(gaps),
        )

    def _languages(self, declared: Sequence[str]) -> _Languages:
        spoken = tuple(short(code) for code in self.options.languages)
        said = tuple(dict.fromkeys(short(code) for code in declared))
        return _Languages(
            allowed=self._model.languages & set(spoken),
            declared=said,
            missing=unheard((*said, *spoken), self._model.languages),
        )

    def _window(
        self, window: Window, languages: _Languages, tell: Callable[[int], None]
    ) -> tuple[list[Segment], list[Gap]]:
        """The segments and gaps of a window, which together cover it."""
        began = self._clock()
        budget = self.options.time_budget * (window.span.end - window.span.start) / 1000
        left: list[tuple[Span, Reason]] = [(hole, "no_speech") for hole in holes(window.speech, window.span)]
        left += [(s, "too_short") for s in window.speech if s.end - s.start < TOO_SHORT_MS]
        chunks = [s for s in window.speech if s.end - s.start >= TOO_SHORT_MS]
        refusal: Reason | None = None if languages.readable else "unsupported_language"
        segments: list[Segment] = []
        while chunks and not refusal:
            if self._clock() - began > budget:
                refusal = "time_budget"
                break
            batch, chunks = chunks[: self.options.batch_size], chunks[self.options.batch_size :]
            readings = self._model.read([window.sound(s) for s in batch], languages.allowed)
            for span, reading in zip(batch, readings, strict=True):
                pieces = self._pieces(span, reading)
                segments += self._segments(pieces, reading, languages)
                left += [(hole, "no_text") for hole in holes((Span(p.start, p.end) for p in pieces), span)]
            tell(batch[-1].end)
        if refusal:
            left += [(s, refusal) for s in chunks]
        gaps = [
            Gap(start=s.start / 1000, end=s.end / 1000, reason=reason, level=level(window.sound(s)))
            for s, reason in sorted(left)
        ]
        return segments, gaps

    def _pieces(self, span: Span, reading: Reading) -> list[Piece]:
        timed = (Piece(span.start + p.start, span.start + p.end, p.text) for p in reading.pieces)
        return settled(timed, span, slack=self.options.min_silence_ms)

    def _segments(self, pieces: Sequence[Piece], reading: Reading, languages: _Languages) -> list[Segment]:
        found = marks(
            reading.text,
            language=reading.language,
            language_probability=reading.language_probability,
            outside=reading.outside,
            avg_logprob=reading.avg_logprob,
            no_speech_prob=reading.no_speech_prob,
            missing=languages.hidden(reading.language),
            width=reading.width,
            options=self.options,
        )
        return [
            Segment(
                start=piece.start / 1000,
                end=piece.end / 1000,
                text=piece.text.strip(),
                language=reading.language,
                language_probability=reading.language_probability,
                avg_logprob=reading.avg_logprob,
                no_speech_prob=reading.no_speech_prob,
                compression_ratio=compression_ratio(reading.text),
                marks=found,
            )
            for piece in pieces
        ]


def _refuse_cut(path: Path, reached: float, stream: MediaStream) -> None:
    if stream.duration is not None and cut_short(stream.duration, reached):
        raise MediaError(
            path, f"track {stream.index} announces {stream.duration:.1f} seconds and ends at {reached:.1f}"
        )


def _refuse_overlong(path: Path, reached: float, media: Media) -> None:
    """Refuse a track whose timestamps leap: the decoder fills such a hole with silence, however many years long."""
    if media.duration and reached > 2 * media.duration + 3600:
        raise MediaError(path, f"announces {media.duration:.1f} seconds and has not ended after {reached:.0f}")


def _joined(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Make one gap of those that follow one another for the same reason, as at the seam of two windows."""
    joined: list[Gap] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        if last and last.end == gap.start and last.reason == gap.reason:
            levels = [g.level for g in (last, gap) if g.level is not None]
            joined[-1] = last.model_copy(update={"end": gap.end, "level": max(levels, default=None)})
        else:
            joined.append(gap)
    return tuple(joined)
