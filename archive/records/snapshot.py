"""Snapshots of registers: what is kept of one, and what it says of itself."""

from typing import Literal

from pydantic import Field

from archive.records.record import Moment, Record

ENTRIES, REPORT, SNAPSHOT = "entries.jsonl", "report.json", "snapshot.json"
"""The files of a version of a register's object."""


class EntryLine(Record):
    """A line of `entries.jsonl`: an entry's number, and its fields, each a list of texts with private numbers masked.

    A line is canonical JSON (RFC 8785); lines stand in the order of their numbers. The sha256 of a line without its
    newline is the entry's digest, which links and judgements name.
    """

    entry: str
    fields: dict[str, tuple[str, ...]]


class Snapshot(Record):
    """`snapshot.json`: what a register was when it was imported, from which file, by whom.

    `source_sha256` is of the file that was read, which is kept nowhere; `entries_sha256` of `entries.jsonl`, which
    links name as their register. `columns` are the file's columns by the field that they became, `secret` those that
    were left out.
    """

    schema_version: Literal[1] = 1
    register_name: str
    taken: Moment
    by: str
    agent: str
    file: str = Field(description="the file's name, without its folder")
    form: Literal["csv", "xlsx", "json"]
    size: int = Field(description="bytes of the file")
    source_sha256: str
    entries: int
    entries_sha256: str
    columns: dict[str, tuple[str, ...]]
    secret: tuple[str, ...]
    read: int = Field(description="rows")
    counts: dict[str, int] = Field(description="what was skipped or odd, by kind; report.json tells where")

    @property
    def sha256(self) -> str:
        """The digest that links name."""
        return self.entries_sha256
