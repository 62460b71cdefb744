"""What a snapshot of a register says of itself, and what differs between two. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from archive.linking.registers.entries import from_line
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


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that is not the same in two snapshots, and which fields differ."""

    entry: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()


def differences(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[Difference]:
    """What differs between the lines of two snapshots, in the order of numbers, in constant memory.

    Raises ValueError for a line that is no entry.
    """
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if old == new:
            old, new = next(olds, None), next(news, None)
            continue
        was, now = from_line(old) if old else None, from_line(new) if new else None
        if was and (now is None or int(was[0]) < int(now[0])):
            yield Difference(was[0], "removed")
            old = next(olds, None)
        elif now and (was is None or int(now[0]) < int(was[0])):
            yield Difference(now[0], "added")
            new = next(news, None)
        elif was and now:
            fields = sorted(was[1].keys() | now[1].keys())
            yield Difference(now[0], "changed", tuple(f for f in fields if was[1].get(f) != now[1].get(f)))
            old, new = next(olds, None), next(news, None)
