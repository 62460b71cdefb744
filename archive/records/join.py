"""Joins: that two clips may be one recording, with the reasons, and people's judgements on them."""

from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archive.records.clip import File, Stream
from archive.records.object_ids import CLIP
from archive.records.record import Moment, Record

JoinKind = Literal["bytes", "streams", "likely"]
JoinVerdict = Literal["same", "different", "unsure"]
JoinDecision = Literal["same", "different", "unsure", "withdrawn"]


_Clip = Annotated[str, Field(pattern=f"^{CLIP}$")]


def join_id(one: str, other: str) -> str:
    """The id of the join of two clips, whichever is named first: 16 hex digits of the sha256 over both."""
    return sha256("\n".join(sorted((one, other))).encode()).hexdigest()[:16]


class HeldMedia(BaseModel):
    """What is compared of a clip: its newest capture, without all that was said of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    clip: str
    container: str
    duration: float
    streams: tuple[Stream, ...]
    files: tuple[File, ...]

    @property
    def media(self) -> File:
        """The original."""
        return next(file for file in self.files if file.role == "media")

    @property
    def form(self) -> str:
        """The form of the original as its name ends: ffprobe has one name for MP4, MOV and 3GP together."""
        return self.media.path.rpartition(".")[2]


class Shared(Record):
    """What the sounds of two clips share, as they were compared.

    `seconds` are those of the sound that is the same. `offset` is how many seconds later it comes in the other clip,
    in the middle of it; `one` and `other` the share that they are of each clip's sound, silence and steady tones left
    out. `error` is the share of the bits of the fingerprints that differ within. `speed` is how much faster the other
    clip runs, 1.01 is one per cent; null where it is too short to say. `breaks` is how often the offset leaps:
    something was cut out or put in between.
    """

    seconds: float
    offset: float
    one: float = Field(ge=0, le=1)
    other: float = Field(ge=0, le=1)
    error: float = Field(ge=0, le=1)
    speed: float | None = None
    breaks: int = 0


class Pictures(Record):
    """What pictures of two clips at moments that belong together show: a witness beside the sound.

    `distance` is the median of the bits, of 64, in which their hashes differ; null where no two could be compared, and
    then `why` says so. `moments` is how many pairs were compared.
    """

    distance: float | None
    moments: int
    why: str | None = None


class Join(Record):
    """The claim that two clips are one recording: proposed to a person, and made by nobody else.

    `one` is the clip whose id comes first, and `media` the sha256 of the media that were compared, in the same order.
    `kind` says how it was found: `bytes`, the same file; `streams`, the same packets of sound and picture in another
    container; `likely`, the same sound, re-encoded or cut. `reasons` are sentences. `proposed` is false where the
    latest comparison proposes it no more, and only its judgements keep it.
    """

    id: str
    one: _Clip
    other: _Clip
    media: tuple[str, str]
    kind: JoinKind
    shared: Shared | None = None
    pictures: Pictures | None = None
    reasons: tuple[str, ...] = ()
    rules: str = Field(description="name and version of the rules that proposed it")
    proposed: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.one < self.other or self.id != join_id(self.one, self.other):
            raise ValueError("a join is of two clips in the order of their ids, under the id of both")
        return self

    @property
    def clips(self) -> tuple[str, str]:
        """Both clips."""
        return self.one, self.other


class JoinJudgement(Record):
    """What a person decided about two clips: append-only; the newest one of each person counts.

    `withdrawn` takes that person's verdict back. `was` is their verdict before, null where they had none. `seen` is how
    the join was proposed when they judged it, null where it was not proposed.
    """

    one: _Clip
    other: _Clip
    verdict: JoinDecision
    by: str
    at: Moment
    why: str | None = None
    was: JoinVerdict | None = None
    seen: Join | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.one < self.other or (self.seen and self.seen.clips != (self.one, self.other)):
            raise ValueError("a judgement is of two clips in the order of their ids")
        return self

    @property
    def join(self) -> str:
        """The id of the join that is judged."""
        return join_id(self.one, self.other)
