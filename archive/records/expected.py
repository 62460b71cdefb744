"""Lists of what should be there: an item, what a version of a list says of itself, and what became of its rows."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from archive.records.clip import StatedAddress
from archive.records.record import Moment, Record

EXPECTED, LIST_REPORT, LIST = "expected.jsonl", "report.json", "list.json"
"""The files of a version of a list's object."""

ListForm = Literal["csv", "xlsx", "json", "lines"]
ListKind = Literal[
    "no video", "no address", "other address", "any page", "unreadable date", "above the list", "column not read",
    "sheet not read", "not read", "cut short",
]  # fmt: skip
"""`no video` is a cell that names none, `no address` a row without any cell there, `other address` one in a column
that is not the list's; `any page` is on a platform that nobody here knows, and looked for as it stands."""


class Expected(Record):
    """A line of `expected.jsonl`: a video that should be there.

    `form` is its address in canonical form, under which two spellings are one; `clips` are the ids that its clip may
    have, none where the address does not tell; `address` is the first that was read. `date` is as YYYY, YYYY-MM or
    YYYY-MM-DD where it can be read. Title and date are the first that were given. `rows` are those of the file.
    """

    form: str
    clips: tuple[str, ...] = ()
    address: str
    title: str | None = None
    date: str | None = None
    rows: tuple[int, ...] = ()


class ListNote(Record):
    """Something of a file that is no item, or odd: the row or line that it stands at, and what. `cell` as `B12`."""

    kind: ListKind
    line: int
    what: str
    cell: str | None = None


class ListReport(Record):
    """What became of a file's rows: so many `read`, `items` in them, `again` of items that an earlier row has.

    `counts` has every kind of note with how many there were, of which the first hundred are among `notes`.
    """

    read: int = 0
    items: int = 0
    again: int = 0
    notes: tuple[ListNote, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)


class ListImport(Record):
    """`list.json`: what a list was when it was imported, from which file, by whom, if they said so.

    `source_sha256` is of the file, which is kept nowhere, `expected_sha256` of `expected.jsonl`. `columns` are the
    file's own names of those that were read, by what they are: `address`, `title`, `date`.
    """

    schema_version: Literal[1] = 1
    list_name: str
    taken: Moment
    by: str | None
    agent: str
    file: str = Field(description="the file's name, without its folder")
    form: ListForm
    size: int = Field(description="bytes of the file")
    source_sha256: str
    items: int
    expected_sha256: str
    platform: str | None = Field(default=None, description="whose ids bare ones are, as somebody said")
    columns: dict[str, str]
    read: int = Field(description="rows")
    counts: dict[str, int] = Field(description="what is no item or odd, by kind; report.json tells where")


class Holding(BaseModel):
    """What is needed of a held clip's capture to find it: its address, its title and day, and what a disk states.

    Read from a whole capture, whose other fields are passed over.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    clip: str
    source: str
    url: str
    title: str | None = None
    uploaded: str | None = None
    stated: StatedAddress | None = None
