"""Clips as they are listed and captured: their ids, their files, and what was cut."""

import re
from hashlib import sha256
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from archive.records.record import LogicalPath, Moment, Record

Access = Literal["restricted", "readers", "public"]
"""Who may read a clip: those who work on it; `readers`, whoever has signed in to the reading room; anybody."""
FileRole = Literal[
    "media", "lesser", "blocks", "capture", "info", "platform", "description", "thumbnail", "caption", "comments"
]
NOT_HAD = "could not be had"
"""How the reason begins for which a caption or thumbnail is wanting that may be had another time."""
LIST_NOT_HAD = "their list could not be read"
"""That of captions of which nobody knows which there are."""


def clip_id(extractor: str, platform_id: str) -> str:
    """The id of a clip: `EXTRACTOR-ID`, safe as a file name and as an OCFL object id.

    The platform's id stays as it is if made of letters, digits, `-` and `_` and at most 80 long, else it is
    the first 32 hex digits of its sha256. The extractor key is lower-cased and loses what is neither letter nor digit.
    """
    if not _PLAIN.fullmatch(platform_id):
        platform_id = sha256(platform_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{_NOT_PLAIN.sub('', extractor.lower()) or 'unknown'}-{platform_id}"


_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")


class Listing(Record):
    """What a source says of one video, before any byte is fetched. Title and address are a stranger's words."""

    source: str
    extractor: str
    platform_id: str
    url: str
    title: str | None = None
    duration: float | None = Field(default=None, description="seconds, as the source says")
    shown: bool = Field(default=True, description="false where the list only keeps the place of one that is not shown")
    description: str | None = Field(default=None, description="as a feed says; of a platform, its page says it")
    uploaded: str | None = Field(default=None, description="YYYYMMDD, as a feed says")
    earlier: tuple[str, ...] = Field(default=(), exclude=True, description="ids that earlier builds gave it; not kept")

    @property
    def clip(self) -> str:
        """The id of the clip that is listed."""
        return clip_id(self.extractor, self.platform_id)


class File(Record):
    """One file of a capture: its logical path in the evidence object, its size and digests (lower-case hex).

    `lesser` is a film that the source gave later, and that is worse than the one held, or no better.
    """

    path: LogicalPath
    role: FileRole
    size: int = Field(ge=0)
    sha512: str
    sha256: str
    language: str | None = None
    automatic: bool | None = Field(default=None, description="of captions: a machine's, as the platform says")
    picture: str | None = Field(default=None, description="of a thumbnail: what it shows, see media.pictures")


class Stream(Record):
    """One audio or video stream of the media, and the sha256 of its packets as ffmpeg's streamhash gives it."""

    index: int
    kind: str
    codec: str
    language: str | None = None
    sha256: str
    height: int | None = Field(default=None, description="pixels of a picture; null where it was not noted")


class Cut(Record):
    """Something that was cut from a document before it was kept, and why. Never the value itself."""

    path: str
    why: str


class UnreadTrack(Record):
    """A track of a film that nobody here can read, by its stream's index, and why."""

    index: int
    why: str


class StatedAddress(Record):
    """The address that whoever kept a file says it came from: the word of the disk, and of nobody else.

    `basis` is where it is said: in metadata that lay beside the file, or in its name. `certain` is not the truth of it:
    only that no other address can be meant.
    """

    extractor: str
    platform_id: str
    url: str
    basis: Literal["info.json", "name"]
    certain: bool

    @property
    def clip(self) -> str:
        """The id of the clip at that address."""
        return clip_id(self.extractor, self.platform_id)


class Chapter(Record):
    """A chapter as the platform names it; `start` in seconds."""

    start: float
    title: str | None = None


class Offer(Record):
    """What the platform said of the film that was chosen, before any byte of it was asked for.

    `duration` in seconds, `size` in bytes, `height` in pixels, `bit_rate` in kbit/s; null where it does not say.
    """

    format_id: str | None = None
    duration: float | None = None
    size: int | None = None
    height: int | None = None
    bit_rate: float | None = None


class Context(Record):
    """How a capture came here: which network asked, by which of the platform's clients, and what the server was.

    `headers` are those worth keeping of the answer that `of` names, `certificate` the sha256 of the certificate (DER)
    that its host showed; null where none was seen.
    """

    network: str = "unnamed"
    clients: tuple[str, ...] = ()
    of: Literal["film", "page"] = "page"
    headers: dict[str, str] = Field(default_factory=dict)
    certificate: str | None = None


DateOrigin = Literal["quicktime_creationdate", "creation_time", "avi_idit", "file_time"]
DateWorth = Literal["zoned", "utc", "no_zone", "least", "unset"]
"""What a date is worth: `zoned` has its offset; `utc` is UTC by the format, and the local time of many cameras in
truth; `no_zone` says no zone; `least` is the file system's, which copying changes; `unset` a clock that nobody set."""


class StatedDate(Record):
    """A date that a file of a disk has, as it is written there, where it stands, and what it is worth."""

    value: str = Field(max_length=80)
    origin: DateOrigin
    worth: DateWorth


class Capture(Record):
    """One fetching of a clip, or one look at it again: when, from where, with which tool, and the files it gave.

    `duration` is what the packets of sound and picture span. `disagreements` are sentences on what the film's own index
    or its platform say otherwise, `unread` the tracks that cannot be read, as they were found when it was fetched.
    What is said of the film is of its `media`, which may have come with an earlier version; `offer` is what the
    platform offers by now. Of `visibility`, `chapters` and `offer`, null is what nobody asked for, or nobody said.
    `degraded` are the reasons for which a better film may be had another time.
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
    stated: StatedAddress | None = Field(default=None, description="of a file from a disk, where the disk says one")
    first_published: str | None = Field(default=None, description="elsewhere and before, as the platform says")
    visibility: str | None = Field(default=None, description="such as public or unlisted, as the platform says")
    chapters: tuple[Chapter, ...] | None = None
    offer: Offer | None = None
    degraded: tuple[str, ...] = ()
    context: Context | None = None
    dates: tuple[StatedDate, ...] = Field(default=(), description="when it was recorded, as a file from a disk says")

    @model_validator(mode="after")
    def _one_original(self) -> Self:
        if [file.role for file in self.files].count("media") != 1:
            raise ValueError("a capture has one file of role media")
        return self

    @property
    def owes(self) -> bool:
        """Whether something is wanting that is to be asked for again: captions, or a better film."""
        lost = [cut for cut in self.cut if cut.path.startswith("captions/")]
        return bool(self.degraded) or any(cut.why.startswith((NOT_HAD, LIST_NOT_HAD)) for cut in lost)

    @property
    def media(self) -> File:
        """The original: the one file of role `media`."""
        return next(f for f in self.files if f.role == "media")
