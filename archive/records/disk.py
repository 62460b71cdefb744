"""Disks: what one held when it was visited, file by file, and what each file became. Paths leave in no export."""

from typing import Annotated, Literal

from pydantic import Field

from archive.records.record import Moment, Record

EXTRACTOR = "file"
"""What the ids of clips begin with that are files of a disk; 32 hex digits of their sha256 follow."""

FILES, VISIT = "files.jsonl", "disk.json"
"""The files of a version of a disk's object."""

LARGEST = 2**53 - 1
"""Bytes: what JSON holds exactly."""

FileState = Literal["media", "other", "unread", "later"]
"""What a file of a disk is: sound or picture by its first bytes, anything else, unreadable, or left for a later visit
since it was being written."""


class DiskFile(Record):
    """A line of `files.jsonl`: one file that lay on a disk.

    `path` is below the folder that was visited; `%` and each byte that is no printable UTF-8 is written `%XX`, so that
    percent-decoding gives the name's own bytes. `modified` is the file system's, in UTC, as far as a calendar goes.
    Digests are of files that were read: those that begin as sound or picture. `clip` is the clip of the same bytes that
    the archive holds, `why` why there is none.
    """

    path: str
    size: int = Field(ge=0, le=LARGEST)
    modified: str | None
    sha512: Annotated[str, Field(pattern="^[0-9a-f]{128}$")] | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    clip: str | None = None
    why: str | None = None


class Visit(Record):
    """`disk.json`: one visit of a disk that found it otherwise than the one before.

    `serial` is the file system's own (UUID or volume serial) where `serial_of` says so; `facts` is a digest of its
    kind, its device's name and its size, `label` the label that the settings give, where the system tells no serial.
    `folder` is the visited folder below the root of that file system, `mount` where the disk was mounted. Folders that
    were not looked into, and why, are in `aside`, at most a thousand of them.
    """

    schema_version: Literal[1] = 1
    disk: str = Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=63)
    label: str
    serial: str = Field(max_length=200)
    serial_of: Literal["filesystem", "facts", "label"]
    filesystem: str
    folder: str
    mount: str
    source: str = Field(max_length=64)
    begun: Moment
    ended: Moment
    agent: str
    files: int = Field(ge=0, description="in all")
    bytes: int = Field(ge=0, description="of all files")
    media: int = Field(ge=0, description="files that begin as sound or picture")
    unread: int = Field(ge=0, description="files that could not be read")
    later: int = Field(ge=0, description="files that were being written")
    skipped: int = Field(ge=0, default=0, description="links, devices, sockets and pipes, which are never opened")
    aside: tuple[str, ...] = ()
    files_sha256: str = ""
