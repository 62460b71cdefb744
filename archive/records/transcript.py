"""Transcripts as the sidecar names them, what people corrected in them, and what they declared to be spoken."""

from typing import Annotated, Literal

from pydantic import Field

from archive.records.record import Moment, Record
from transcription.documents.corrections import Change
from transcription.records import ClockDoubt

TranscriptName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")]
"""A part of file names in the work object."""
TranscriptKind = Literal["whisper", "translation", "captions", "completion"]
"""`completion`: what was read later of the gaps of another transcript, which it names."""


class TranscriptRef(Record):
    """A transcript as the sidecar names it: the file in the work object, and its digest.

    Captions of the platform have neither track nor model; that of a completion is the one that wrote in it. `starts_at`
    is where a browser's clock stands at the transcript's zero, in seconds: what is added to a link's seconds to find
    them in the original. `clock_doubts` says why a player may be elsewhere.
    """

    name: TranscriptName
    kind: TranscriptKind = "whisper"
    sha512: str
    media_sha256: str
    track: int | None = None
    model: str | None = None
    model_digest: str | None = None
    languages: tuple[str, ...]
    segments: int
    gaps: int
    doubtful: bool
    starts_at: float = 0.0
    clock_doubts: tuple[ClockDoubt, ...] = ()

    @property
    def stands_alone(self) -> bool:
        """Whether it says by itself what was said: no translation, and no completion of another."""
        return self.kind not in ("translation", "completion")


class Correction(Record):
    """What a person changed in a transcript: append-only, a layer over the one transcript that has this digest.

    With `conflict`, which says why, it is kept and not applied.
    """

    transcript: str
    sha512: str
    by: str
    at: Moment
    why: str | None = None
    changes: tuple[Change, ...]
    conflict: str | None = None


class Declaration(Record):
    """What a person says is spoken in a clip: append-only, the newest counts. No language takes it back."""

    languages: tuple[str, ...]
    by: str
    at: Moment
    why: str | None = None
