"""A transcript and what it is made of, as frozen records.

Times are seconds from the start of the media, to the millisecond; probabilities have four digits. A transcript says
nothing of the moment it was made, so that the same media, model and options give the same bytes again.
"""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from transcription.languages import language_code

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(lambda x: round(x, 3) + 0.0)]
Figure = Annotated[float, Field(allow_inf_nan=False), AfterValidator(lambda x: round(x, 4) + 0.0)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), AfterValidator(lambda x: round(x, 4) + 0.0)]
MARGIN_S = 2
"""Seconds of silence that are encoded after the longest chunk at least: of other values none was tried."""

LanguageCode = Annotated[str, AfterValidator(language_code)]
"""A language, by its short code."""

Channel = Annotated[int, Field(ge=0, le=255)]
"""A channel of a track, counted from 0."""

ClockDoubt = Literal["gap", "no_index"]
"""Why a player may be at other seconds than a transcript, which has those of the packets.

`gap`: there is a hole in the sound, which some players play through. `no_index`: players guess where a second is, as in
MP3 of varying bit rate without an index (Xing, VBRI) and raw AAC.
"""

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

Clock = Annotated[float, Field(allow_inf_nan=False), AfterValidator(lambda x: round(x, 3) + 0.0)]
"""Seconds on a container's own clock, which may begin before zero."""

EngineKind = Literal["whisper", "ctc"]
"""What kind of model reads speech: `transcription.engines` has a file for each."""

LanguageBy = Literal["only", "detector", "neighbours", "reading"]
"""How a segment's language was decided.

`only`: no other was allowed, or it alone is declared. `detector`: the model heard it. `neighbours`: the model heard
another one, and the chunks around it decided. `reading`: what engines wrote of it decided, as where Uyghur or Kyrgyz is
declared, which Whisper's detector does not know.
"""

Reason = Literal[
    "no_speech",
    "maybe_speech",
    "no_text",
    "too_short",
    "unsupported_language",
    "time_budget",
    "unread_channel",
    "read_before",
]
"""Why nothing is written for a span.

`no_speech`: neither the detector nor the second look heard speech; the gap's `level` says how loud it is.
`maybe_speech`: the second look alone heard speech, and what the model made of it is no text. `no_text`: the detector
heard speech, the model wrote nothing, or went round in circles. `too_short`: speech too short to tell a language by.
`unsupported_language`: the clip is declared to be in languages that no model here knows, and a guess in another one
would be a forgery. `time_budget`: the time for this part ran out. `unread_channel`: the detector heard speech in a
channel that was not read, and that is not in what was; such a gap stands beside the others, which have its time too.
`read_before`: the transcript that this one completes has text there, or a gap for a reason that has not changed.
"""

SPEECH_LEFT_OUT: frozenset[Reason] = frozenset(
    {"maybe_speech", "no_text", "unsupported_language", "time_budget", "unread_channel"}
)
"""Reasons of gaps that hold, or may hold, speech which a person would have to write down."""

MARKS = (
    "low_confidence",
    "maybe_no_speech",
    "loop",
    "repeated",
    "stock_phrase",
    "implausible_speed",
    "outside_speech",
    "second_look",
    "unsure_language",
    "weak_model",
    "unpunctuated",
    "engines_differ",
)
"""Why a segment is not to be trusted as it stands; `transcription.hearing.marks` decides.

`low_confidence`: the model's own log-probability is low. `maybe_no_speech`: the model thinks that nobody speaks here.
`loop`: the text repeats itself as a model does that has lost its way. `repeated`: the same text as segments before it.
`stock_phrase`: what models write into silence, such as thanks for watching. `implausible_speed`: more or less text than
anybody says in that time. `outside_speech`: most of its time is where the detector heard no speech. `second_look`: the
detector passed it over at first. `unsure_language`: no language is probable. `weak_model`: a tiny or base model on
any language but English. `unpunctuated`: its engine writes neither punctuation nor capitals. `engines_differ`: another
engine read it otherwise, as `second` says. Two more name a language: `outside:XX`, the model found XX, which is not
allowed, likelier than the one it had to write in; `may_be:XX`, the speech may be XX, which the model does not know and
writes as one of its neighbours.
"""

Mark = Annotated[str, Field(pattern=f"^({'|'.join(MARKS)}|(outside|may_be):[a-z]{{2,3}})$")]
"""One of `MARKS`, or `outside:XX` or `may_be:XX`."""


class Record(BaseModel):
    """Base of every record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LanguageOptions(Record):
    """What is different for speech in one language. What is None is as in Options.

    `model` is another model, a name or a folder, that reads this language alone, and `engine` of which kind it is;
    `token` is the language that a Whisper was told in training, where it has none for this one (fine-tuned Uyghur is
    often trained as `uz`). `prompt` is given to a Whisper before each chunk. `script` is what the text is converted to,
    for Chinese. Thresholds decide the marks.
    """

    engine: EngineKind = "whisper"
    model: str | None = None
    token: str | None = None
    prompt: str = ""
    script: Literal["simplified", "traditional"] | None = None
    min_avg_logprob: float | None = None
    max_no_speech_prob: float | None = Field(default=None, ge=0, le=1)
    max_compression_ratio: float | None = Field(default=None, gt=0)
    min_language_probability: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _fits_its_engine(self) -> Self:
        if self.engine == "ctc":
            if not self.model:
                raise ValueError('engine = "ctc" needs a model: the folder of an ONNX model')
            if self.token or self.prompt:
                raise ValueError(f'{"token" if self.token else "prompt"} is for a Whisper, and engine is "ctc"')
        return self


def _with_chinese(given: dict[str, LanguageOptions]) -> dict[str, LanguageOptions]:
    own = given.get("zh", LanguageOptions())
    told = own.model_dump(exclude_unset=True) | ({"prompt": ""} if own.engine == "ctc" else {})
    return dict(sorted({**given, "zh": _CHINESE.model_copy(update=told)}.items()))


_CHINESE = LanguageOptions(prompt="以下是普通话的句子。", script="simplified")


class Limits(Record):
    """Thresholds that decide the marks of a segment."""

    min_avg_logprob: float
    max_no_speech_prob: float
    max_compression_ratio: float
    min_language_probability: float


class Options(Record):
    """How to transcribe. The defaults are those that were measured best over several languages in one recording.

    `model` is a name that faster-whisper knows or a folder; `languages` are those that may be spoken in the archive,
    also such that no model knows. `compute_type` `default` is float16 on CUDA and int8 on a CPU, `threads` 0 lets
    the engine choose. Speech is cut at silences of `min_silence_ms`, at most `max_speech_seconds` long, widened by
    `pad_ms` on each side; where one language has settled, pieces are packed to `pack_seconds`. A batch without
    long chunks is encoded as `context_seconds`, or half of them, instead of 30; `batch_size` counts chunks of 30
    seconds; of 20, twice as many are read at once. `quick` is whether a Whisper model writes greedily, and with
    `beam_size` beams only what is doubtful then, and encodes no more silence than a chunk needs, whatever
    `context_seconds`: `measured` is where that was found no worse for this very model (decision 59), and a transcript
    says what came of it. Sound is read `window_seconds` at a time. `time_budget` is
    how many seconds of work each second of a window may cost. `word_times` gives every word its time and probability,
    for a twentieth more work. `translate` adds an English translation as a reading aid. `per_language` says what is
    different for one language; what it says of Chinese adds to simplified characters.
    Speech in a language that has a model of its own and that the main one knows too may be read by both: never, where
    the first text is doubtful, or always (`second_opinion`); `stands_first` says whose text is the segment's.
    Thresholds decide the marks of a segment.
    """

    model: str = "large-v3"
    languages: tuple[LanguageCode, ...] = ("kk", "ug", "zh", "ru", "tr", "ar", "ky", "fr", "en")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str = "default"
    threads: int = Field(default=0, ge=0)
    beam_size: int = Field(default=5, ge=1)
    batch_size: int = Field(default=8, ge=1)
    window_seconds: int = Field(default=600, ge=1)
    min_silence_ms: int = Field(default=700, ge=1)
    max_speech_seconds: int = Field(default=15, ge=2, le=29)
    pad_ms: int = Field(default=200, ge=0)
    pack_seconds: int = Field(default=18, ge=2, le=30)
    context_seconds: int = Field(default=20, ge=10, le=30)
    quick: Literal["measured", "always", "never"] = "measured"
    time_budget: float = Field(default=10, gt=0)
    word_times: bool = True
    translate: bool = False
    second_opinion: Literal["off", "doubtful", "all"] = "off"
    stands_first: Literal["own", "main"] = "own"
    per_language: Annotated[dict[LanguageCode, LanguageOptions], AfterValidator(_with_chinese)] = {"zh": _CHINESE}
    min_avg_logprob: float = -1.0
    max_no_speech_prob: float = Field(default=0.6, ge=0, le=1)
    max_compression_ratio: float = Field(default=2.4, gt=0)
    min_language_probability: float = Field(default=0.5, ge=0, le=1)

    def is_quick(self, measured: bool) -> bool:
        """Whether a model reads quickly, of which it is known whether that was measured."""
        return measured if self.quick == "measured" else self.quick == "always"

    @property
    def at_once(self) -> int:
        """Chunks in a batch: `batch_size`, or, if none is longer than the context, twice that for 20 seconds.

        Attention takes the square of the context. With the base model on two cores, 16 chunks of 20 seconds instead of
        8 take a quarter off the time of several languages, 0 to 12 % off that of one, and a third more memory in all.
        """
        fit = max(self.pack_seconds, self.max_speech_seconds) + MARGIN_S <= self.context_seconds
        return self.batch_size * (30**2 // self.context_seconds**2 if fit else 1)

    @property
    def model_name(self) -> str:
        """What the model is called in transcripts: its name, or its folder's, never a path."""
        return Path(self.model).name if Path(self.model).is_dir() else self.model

    def without_paths(self) -> Self:
        """The same, with models by what they are called: as a transcript says it."""
        per = {
            language: one.model_copy(update={"model": Path(one.model).name})
            if one.model and Path(one.model).is_dir()
            else one
            for language, one in self.per_language.items()
        }
        return self.model_copy(update={"model": self.model_name, "per_language": per})

    def of(self, language: str) -> LanguageOptions:
        """What is different for speech in one language."""
        return self.per_language.get(language, LanguageOptions())

    def packs(self, language: str) -> bool:
        """Whether stretches of speech in a language are read as one, without the silence between them.

        A CTC model gains nothing by it, and what it hears on both sides of such a seam becomes one word.
        """
        return self.of(language).engine == "whisper"

    def limits(self, language: str) -> Limits:
        """The thresholds that hold for speech in one language."""
        own = self.of(language)
        return Limits(
            **{
                name: getattr(self, name) if getattr(own, name) is None else getattr(own, name)
                for name in Limits.model_fields
            }
        )


class Word(Record):
    """A word as the model wrote it, when it was said, and how probable the model found it."""

    start: Seconds
    end: Seconds
    text: str
    probability: Share


class SecondReading(Record):
    """What another engine wrote of a segment, and how much of it differs.

    `rate` is the share of characters in which both differ after normalization (Levenshtein distance to the length of
    the longer text): 0 where they agree character by character.
    """

    model: str
    text: str
    rate: Share


class Segment(Record):
    """A stretch of speech with one text in one language.

    Language, probabilities and `compression_ratio` are those of the speech chunk that the segment was read in: the
    model gives one answer a chunk. `language_probability` is among all languages of the model, 0 where its engine tells
    none, and where what engines wrote decided, the share that this gave; `outside` is that of all which are not
    allowed. `channel` counts from 0, None where the channels of the track were mixed. `model` names the language's own
    model, None where it was the transcript's. `no_speech_prob` is None where the engine cannot tell. The third form of
    a transcript says `language_by` and, where another engine read the segment too, its `second` reading.
    """

    start: Seconds
    end: Seconds
    text: str
    language: str
    language_probability: Share
    outside: Share = 0.0
    avg_logprob: Figure
    no_speech_prob: Share | None
    compression_ratio: Figure
    marks: tuple[Mark, ...] = ()
    words: tuple[Word, ...] = ()
    channel: Channel | None = None
    model: str | None = None
    language_by: LanguageBy | None = None
    second: SecondReading | None = None


class Gap(Record):
    """A stretch for which nothing is written, and why.

    `level` is the loudness of its loudest tenth of a second in dB below full scale (RMS), None for digital silence, and
    of channels that were mixed, or not read, that of the loudest: lost speech is found by listening to the loud gaps
    first. `guess` is the beginning of what the model made of it,
    where that was rather made up than said: no text, and shown nowhere as one.
    """

    start: Seconds
    end: Seconds
    reason: Reason
    level: float | None = None
    guess: str | None = None
    channel: Channel | None = None


class OwnModel(Record):
    """A model that read one language alone, the sha256 of its weights, and whether it was read quickly (`Options`)."""

    language: str
    model: str
    digest: Sha256
    engine: EngineKind = "whisper"
    quick: bool = False


SECOND_FORM = ("container", "codec", "start", "channels", "read", "clock_doubts")
"""What the second form of a transcript's schema says beyond the first one."""

THIRD_FORM = ("completes",)
"""What the third form says beyond the second one."""

OF_SEGMENTS_SINCE_THREE = ("language_by", "second")
"""The same of its segments."""

OF_OPTIONS_SINCE_THREE = ("second_opinion", "stands_first", "quick")
"""The same of its options."""


class Transcript(Record):
    """One reading of one audio track.

    `track` is the stream's index in the media file, `track_language` the container's tag, `declared` the languages that
    the source declares. `model_digest` is the sha256 of the weights (`model.bin`); `options.model` is a name, never a
    path; `own_models` are those of single languages. Segments and gaps follow one another from 0 to `duration`
    without hole or overlap: every moment is either written down or says why not. Where channels are read each by
    itself, that holds for each `channel`.

    In its second form it also says: `container` and `codec`, as ffprobe calls them; `start`, where the container's own
    clock stands when the transcript's is 0, in seconds; `channels`, how many the track
    has, and `read`, those of them that were read each by itself, none where they were mixed; `clock_doubts`.
    The first form has channels 0 and 1 where the two sides of a stereo track held different voices.

    A `translation` is an English reading aid, made by the same model of the same chunks; `of` is the sha256 of the JSON
    of the transcript that it goes with. It is never evidence of what was said.

    In its third form it also says of each segment how its language was decided, and what a second engine made of it; of
    own models and languages, which kind of engine read them; and `completes`, the sha256 of the JSON of the transcript
    whose gaps it fills: what that one wrote is a gap `read_before` here.
    """

    schema_version: Literal[1, 2, 3] = 3
    kind: Literal["whisper", "translation"] = "whisper"
    of: Sha256 | None = None
    completes: Sha256 | None = None
    media_sha256: Sha256
    track: int = Field(ge=0)
    track_language: str | None = None
    container: str | None = None
    codec: str | None = None
    start: Clock | None = None
    channels: int | None = Field(default=None, ge=0)
    read: tuple[Channel, ...] = ()
    clock_doubts: tuple[ClockDoubt, ...] = ()
    declared: tuple[str, ...] = ()
    duration: Seconds
    model: str
    model_digest: Sha256
    device: str
    compute_type: str
    own_models: tuple[OwnModel, ...] = ()
    options: Options
    versions: dict[str, str]
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]

    @model_validator(mode="after")
    def _covers_the_track(self) -> Self:
        self._fits_its_form()
        spans: list[Segment | Gap] = [*self.segments, *self.gaps]
        if any(b.start < a.start for a, b in pairwise(spans) if type(a) is type(b)):
            raise ValueError("segments and gaps must be in order of time")
        if self.kind == "translation":
            return self
        tiles = [s for s in spans if not (isinstance(s, Gap) and s.reason == "unread_channel")]
        channels = {span.channel for span in tiles} or {None}
        if channels not in self._readings():
            raise ValueError("each channel that was read is there, or none by itself")
        for channel in channels:
            reached = 0.0
            for span in sorted((s for s in tiles if s.channel == channel), key=lambda s: s.start):
                if span.start != reached or span.end <= span.start:
                    raise ValueError(f"segments and gaps must follow one another: {span.start} comes after {reached}")
                reached = span.end
            if reached != self.duration:
                raise ValueError(f"segments and gaps end at {reached}, the track at {self.duration}")
        return self

    def _fits_its_form(self) -> None:
        later = {
            1: (*SECOND_FORM, *THIRD_FORM, "unread_channel", *OF_SEGMENTS_SINCE_THREE, "read_before"),
            2: (*THIRD_FORM, *OF_SEGMENTS_SINCE_THREE, "read_before"),
        }
        told = {name for name in (*SECOND_FORM, *THIRD_FORM) if getattr(self, name) not in (None, ())}
        told |= {gap.reason for gap in self.gaps}
        told |= {name for name in OF_SEGMENTS_SINCE_THREE for s in self.segments if getattr(s, name) is not None}
        if surplus := [name for name in later.get(self.schema_version, ()) if name in told]:
            raise ValueError(f"form {self.schema_version} of the schema has no {surplus[0]}")
        if self.schema_version > 1 and None in (self.container, self.codec, self.start, self.channels):
            raise ValueError(f"form {self.schema_version} of the schema says container, codec, start and channels")

    def _readings(self) -> list[set[int | None]]:
        """The channels that spans may be of."""
        return [{None}, {0, 1}] if self.schema_version == 1 else [{*self.read}] if self.read else [{None}]

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
