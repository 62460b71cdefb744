"""A transcript and what it is made of, as frozen records.

Times are seconds from the start of the media, to the millisecond; probabilities have four digits. A transcript says
nothing of the moment it was made, so that the same media, model and options give the same bytes again.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(lambda x: round(x, 3) + 0.0)]
Figure = Annotated[float, Field(allow_inf_nan=False), AfterValidator(lambda x: round(x, 4) + 0.0)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), AfterValidator(lambda x: round(x, 4) + 0.0)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

Reason = Literal["no_speech", "no_text", "too_short", "unsupported_language", "time_budget"]
"""Why nothing is written for a span.

`no_speech`: the detector heard no speech; it does lose some, so look at the gap's `level`. `no_text`: the detector
heard speech, the model wrote nothing. `too_short`: speech too short to tell a language by. `unsupported_language`: the
clip is declared to be in languages that the model does not know, and a guess in another one would be a forgery.
`time_budget`: the time for this part ran out.
"""

SPEECH_LEFT_OUT: frozenset[Reason] = frozenset({"no_text", "unsupported_language", "time_budget"})
"""Reasons of gaps that hold speech which a person would have to write down."""

Mark = Annotated[
    str, Field(pattern="^(low_confidence|maybe_no_speech|loop|unsure_language|weak_model|(outside|may_be):[a-z]{2,3})$")
]
"""Why a segment is not to be trusted as it stands; `transcription.marks` decides.

`low_confidence`: the model's own log-probability is low. `maybe_no_speech`: the model thinks that nobody speaks here.
`loop`: the text repeats itself as a model does that has lost its way. `unsure_language`: no language is probable.
`outside:XX`: the model found language XX, which is not allowed, likelier than the one it had to write in. `may_be:XX`:
the speech may be XX, which the model does not know and writes as one of its neighbours. `weak_model`: a tiny or base
model on any language but English.
"""


class Record(BaseModel):
    """Base of every record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Options(Record):
    """How to transcribe. The defaults are those that were measured best over several languages in one recording.

    `model` is a name that faster-whisper knows or a folder; `languages` are those that may be spoken in the archive,
    also such that no model knows. `compute_type` `default` is float16 on CUDA and int8 on a CPU, `threads` 0 lets
    the engine choose. Speech is cut at silences of `min_silence_ms`, at most `max_speech_seconds` long, widened by
    `pad_ms` on each side; sound is read `window_seconds` at a time. `time_budget` is how many seconds of work each
    second of a window may cost. `prompts` are given to speech of that language alone: the Chinese one asks
    for simplified characters. Thresholds decide the marks of a segment.
    """

    model: str = "large-v3"
    languages: tuple[str, ...] = ("kk", "ug", "zh", "ru", "tr", "ar", "ky", "fr", "en")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str = "default"
    threads: int = Field(default=0, ge=0)
    beam_size: int = Field(default=5, ge=1)
    batch_size: int = Field(default=8, ge=1)
    window_seconds: int = Field(default=600, ge=1)
    min_silence_ms: int = Field(default=700, ge=1)
    max_speech_seconds: int = Field(default=15, ge=2, le=29)
    pad_ms: int = Field(default=200, ge=0)
    time_budget: float = Field(default=10, gt=0)
    prompts: dict[str, str] = Field(default={"zh": "以下是普通话的句子。"})
    min_avg_logprob: float = -1.0
    max_no_speech_prob: float = Field(default=0.6, ge=0, le=1)
    max_compression_ratio: float = Field(default=2.4, gt=0)
    min_language_probability: float = Field(default=0.5, ge=0, le=1)


class Segment(Record):
    """A stretch of speech with one text in one language.

    Language, probabilities and `compression_ratio` are those of the speech chunk that the segment was read in: the
    model gives one answer a chunk. `language_probability` is among all languages of the model, not only those allowed.
    """

    start: Seconds
    end: Seconds
    text: str
    language: str
    language_probability: Share
    avg_logprob: Figure
    no_speech_prob: Share
    compression_ratio: Figure
    marks: tuple[Mark, ...] = ()


class Gap(Record):
    """A stretch for which nothing is written, and why.

    `level` is the loudness of its loudest tenth of a second in dB below full scale (RMS), None for digital silence:
    lost speech is found by listening to the loud gaps first.
    """

    start: Seconds
    end: Seconds
    reason: Reason
    level: float | None = None


class Transcript(Record):
    """One reading of one audio track.

    `track` is the stream's index in the media file, `track_language` the container's tag, `declared` the languages that
    the source declares. `model_digest` is the sha256 of the weights (`model.bin`); `options.model` is a name, never a
    path. Segments and gaps follow one another from 0 to `duration` without hole or overlap: every moment is either
    written down or says why not.
    """

    schema_version: Literal[1] = 1
    kind: Literal["whisper"] = "whisper"
    media_sha256: Sha256
    track: int = Field(ge=0)
    track_language: str | None = None
    declared: tuple[str, ...] = ()
    duration: Seconds
    model: str
    model_digest: Sha256
    device: str
    compute_type: str
    options: Options
    versions: dict[str, str]
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]

    @model_validator(mode="after")
    def _covers_the_track(self) -> Self:
        reached = 0.0
        spans: list[Segment | Gap] = [*self.segments, *self.gaps]
        for span in sorted(spans, key=lambda s: s.start):
            if span.start != reached or span.end <= span.start:
                raise ValueError(f"segments and gaps must follow one another: {span.start} comes after {reached}")
            reached = span.end
        if reached != self.duration:
            raise ValueError(f"segments and gaps end at {reached}, the track at {self.duration}")
        if any(b.start < a.start for a, b in pairwise(spans) if type(a) is type(b)):
            raise ValueError("segments and gaps must be in order of time")
        return self

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the segments, most spoken first."""
        seconds: dict[str, float] = {}
        for s in self.segments:
            seconds[s.language] = seconds.get(s.language, 0.0) + s.end - s.start
        return tuple(sorted(seconds, key=lambda language: (-seconds[language], language)))

    @property
    def doubtful(self) -> bool:
        """Whether a person should listen before anyone relies on it: a segment is marked, or speech was left out."""
        return any(s.marks for s in self.segments) or any(g.reason in SPEECH_LEFT_OUT for g in self.gaps)
