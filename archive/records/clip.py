"""Clips as they are listed and captured: their ids, their files, and what was cut."""

from hashlib import sha256
from typing import Literal, Self

from pydantic import Field, model_validator

from archive.records.record import LogicalPath, Moment, Record

Access = Literal["restricted", "public"]
FileRole = Literal["media", "blocks", "capture", "info", "description", "thumbnail", "caption"]


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
    stated: StatedAddress | None = Field(default=None, description="of a file from a disk, where the disk says one")
    dates: tuple[StatedDate, ...] = Field(default=(), description="when it was recorded, as a file from a disk says")

    @model_validator(mode="after")
    def _one_original(self) -> Self:
        if [file.role for file in self.files].count("media") != 1:
            raise ValueError("a capture has one file of role media")
        return self

    @property
    def media(self) -> File:
        """The original: the one file of role `media`."""
        return next(f for f in self.files if f.role == "media")
