"""The archive's words as frozen records; docs/architecture.md defines each.

Times are UTC and carry a zone; spans are seconds from the start of the media. A record never changes:
a step takes one and returns another.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from storage.keys import fault
from transcription.corrections import Change
from transcription.records import ClockDoubt


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError("a time that no calendar has") from None


def _plain_path(path: str) -> str:
    if wrong := fault(path):
        raise ValueError(f"the path {wrong}")
    return path


Moment = Annotated[datetime, AfterValidator(_utc)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
"""Of a version."""
LogicalPath = Annotated[str, AfterValidator(_plain_path)]
TranscriptName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")]
"""A part of file names in the work object."""
Access = Literal["restricted", "public"]
Verdict = Literal["positive", "negative", "unsure"]
Decision = Literal["positive", "negative", "unsure", "withdrawn"]
Method = Literal["cited", "numbered", "named"]
Tier = Literal["A", "B", "C"]
Role = Literal["subject", "testifier", "relative", "other"]
TranscriptKind = Literal["whisper", "translation", "captions"]
FileRole = Literal["media", "blocks", "capture", "info", "description", "thumbnail", "caption"]


class Record(BaseModel):
    """Base of every record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def clip_id(extractor: str, platform_id: str) -> str:
    """The id of a clip: `EXTRACTOR-ID`, safe as a file name and as an OCFL object id.

    The platform's id stays as it is if made of letters, digits, `-` and `_` and at most 80 long, else it is
    the first 32 hex digits of its sha256. The extractor key is lower-cased and loses what is neither letter nor digit.
    """
    key = "".join(c for c in extractor.lower() if c.isascii() and c.isalnum()) or "unknown"
    plain = platform_id.isascii() and all(c.isalnum() or c in "-_" for c in platform_id)
    if not platform_id or not plain or len(platform_id) > 80:
        platform_id = sha256(platform_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{key}-{platform_id}"


def link_id(clip: str, register: str, entry: str) -> str:
    """The id of the link between a clip and an entry: the first 16 hex digits of the sha256 over both."""
    return sha256("\n".join((clip, register, entry)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Listing(Record):
    """What a source says of one video, before any byte is fetched. Title and address are a stranger's words."""

    source: str
    extractor: str
    platform_id: str
    url: str
    title: str | None = None
    duration: float | None = Field(default=None, description="seconds, as the source says")

    @property
    def clip(self) -> str:
        """The id of the clip that is listed."""
        return clip_id(self.extractor, self.platform_id)


class File(Record):
    """One file of a capture: its logical path in the evidence object, its size and digests (lower-case hex)."""

    path: LogicalPath
    role: FileRole
    size: int = Field(ge=0)
    sha512: str
    sha256: str
    language: str | None = None


class Stream(Record):
    """One audio or video stream of the media, and the sha256 of its packets as ffmpeg's streamhash gives it."""

    index: int
    kind: str
    codec: str
    language: str | None = None
    sha256: str


class Cut(Record):
    """Something that was cut from a document before it was kept, and why. Never the value itself."""

    path: str
    why: str


class UnreadTrack(Record):
    """A track of a film that nobody here can read, by its stream's index, and why."""

    index: int
    why: str


class Capture(Record):
    """One fetching of a clip: when, from where, with which tool, and the files it gave.

    `duration` is what the packets of sound and picture span. `disagreements` are sentences on what the film's own index
    or its platform say otherwise, `unread` the tracks that cannot be read, as they were found when it was fetched.
    """

    schema_version: Literal[1] = 1
    clip: str
    source: str
    url: str
    extractor: str
    platform_id: str
    title: str | None
    description: str | None = None
    tags: tuple[str, ...] = ()
    uploader: str | None = None
    uploaded: str | None = Field(default=None, description="YYYYMMDD, as the platform says")
    fetched: Moment
    tool: str
    tool_version: str
    format_id: str | None
    container: str
    duration: float = Field(description="seconds, as ffprobe measures")
    streams: tuple[Stream, ...]
    files: tuple[File, ...]
    cut: tuple[Cut, ...] = ()
    disagreements: tuple[str, ...] = ()
    unread: tuple[UnreadTrack, ...] = ()

    @model_validator(mode="after")
    def _one_original(self) -> Self:
        if [file.role for file in self.files].count("media") != 1:
            raise ValueError("a capture has one file of role media")
        return self

    @property
    def media(self) -> File:
        """The original: the one file of role `media`."""
        return next(f for f in self.files if f.role == "media")


class TranscriptRef(Record):
    """A transcript as the sidecar names it: the file in the work object, and its digest.

    Captions of the platform have neither track nor model. `starts_at` is where a browser's clock stands at the
    transcript's zero, in seconds: what is added to a link's seconds to find them in the original (see
    `transcription.players`). `clock_doubts` says why a player may be elsewhere.
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


class Alternative(Record):
    """Another entry that the same mention could mean."""

    entry: str
    score: float


class Passage(Record):
    """Where a mention stands.

    `where` is a field of the capture (`title`, `description`, `tags`), a transcript by its name, or `url`, the clip's
    own address that an entry cites.

    `start` and `end` are seconds in the media, absent for words that nobody said; `offset` counts code points in
    the passage's text.
    """

    where: str
    quote: str
    offset: int
    start: float | None = None
    end: float | None = None


class Evidence(Record):
    """One part of what a link's score is made of: what it is, what was found, and what that weighs.

    `weight` is in log-odds to the base e: above 0 it speaks for the link, below 0 against it. `found` is masked.
    """

    part: str
    weight: float
    found: str


class Link(Record):
    """The claim that a clip, or seconds of it, concerns an entry of a register: one link a clip and entry.

    `where`, `quote`, `offset`, `start` and `end` are those of the strongest passage (see Passage), `further` the other
    passages that support it. `score` is 0 to 1, ordered within a tier; `evidence` says what it is made of. `namesakes`
    counts the other entries whose name the passage fits as well, `margin` is the score's distance to the next one's.
    `entry_sha256` is the digest of the entry as it was linked, so that a change of it is seen; it is empty where the
    register has the entry no more. At no judgement until a
    person gives one. `proposed` is false where the latest rules propose it no more, and only its judgements keep it.
    """

    id: str
    clip: str
    register_name: str
    register_sha256: str
    entry: str
    entry_sha256: str | None = None
    method: Method
    tier: Tier
    role: Role
    score: float = Field(ge=0, le=1)
    where: str
    quote: str
    offset: int
    start: float | None = None
    end: float | None = None
    further: tuple[Passage, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    namesakes: int = Field(default=0, ge=0)
    margin: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    conflict: str | None = Field(
        default=None, description="what disagrees, where a number and a name point at two entries"
    )
    rules: str = Field(description="name and version of the rules that proposed it")
    proposed: bool = True


class Judgement(Record):
    """What a person decided about a link: append-only; the newest one of each person counts.

    `withdrawn` takes that person's verdict back. `was` is their verdict before, null where they had none.
    `entry_sha256` is the digest of the entry as that person saw it, null where nobody noted it. `evidence` are the
    digests of the pieces of evidence that they saw (see archive/linking/deciding/novelty.py), none where nobody noted
    them.
    """

    link: str
    verdict: Decision
    by: str
    at: Moment
    why: str | None = None
    was: Verdict | None = None
    entry_sha256: str | None = None
    evidence: tuple[str, ...] = ()


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


EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType/"
CAPTURE, CREATION, PACKAGE, REPLICATION = (EVENT_TYPES + code for code in ("cap", "cre", "ipc", "rep"))
FIXITY_CHECK, POLICY, DISSEMINATION, METADATA = (EVENT_TYPES + code for code in ("fix", "poa", "dis", "mem"))
RECOVERY = EVENT_TYPES + "rec"


class Event(Record):
    """What happened to an object, when, by whom, with what outcome.

    `type` is the URI of a Library of Congress preservation event type; `agent` a person, or software@version.
    """

    object: str
    version: Number | None = None
    type: str
    at: Moment
    agent: str
    outcome: Literal["success", "failure", "warning"] = "success"
    target: str | None = None
    detail: str | None = None


class Head(Record):
    """The newest version of an OCFL object: its number and the sha512 of its inventory."""

    object: str
    version: Number
    sha512: str
