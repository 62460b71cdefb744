"""What targets say and nobody vouches for: kept in the ledger, shown, and in force only when a person accepts it."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from archive.ledger import Ledger
from archive.ledger.waiting import Waits
from archive.records.record import Number, Record

SHORT = 12
"""Digits of a digest that a person is shown."""


class Unaccepted(Record):
    """A version of an object that only the named targets have, and why it waits.

    `sha512` is its inventory's, and `ours` the one that the ledger has under that version, if any: another one makes it
    a fork, and with the same one the `words` alone wait, which is what people said in it (access, judgements,
    corrections, declared languages), counted.
    """

    object: str
    version: Number
    sha512: str
    targets: tuple[str, ...]
    why: str
    words: str = ""
    ours: str | None = None

    @property
    def is_fork(self) -> bool:
        """Whether the ledger has another content of this version."""
        return self.ours not in (None, self.sha512)

    def __str__(self) -> str:
        said = f" ({self.words})" if self.words else ""
        against = f"; this ledger has {self.ours[:SHORT]}…" if self.ours and self.is_fork else ""
        at = ", ".join(self.targets)
        return f"{self.object} v{self.version}, {self.sha512[:SHORT]}…, at {at}{said}: {self.why}{against}"


def unaccepted(ledger: Ledger) -> list[Unaccepted]:
    """What waits, by object."""
    rows = ledger.waiting.rows()
    return [_one(list(some)) for _, some in groupby(rows, lambda row: (row.object, row.version, row.sha512))]


def _one(rows: list[Waits]) -> Unaccepted:
    """One content of a version, of whom each target has a row."""
    return Unaccepted(
        object=rows[0].object,
        version=rows[0].version,
        sha512=rows[0].sha512,
        targets=tuple(row.target for row in rows),
        why="; ".join(dict.fromkeys(row.why for row in rows)),
        words="; ".join(dict.fromkeys(row.words for row in rows if row.words)),
        ours=rows[0].ours,
    )


def contested(waiting: Iterable[Unaccepted]) -> list[Unaccepted]:
    """Of what waits, that of which there are two contents: another one waits, or is in the ledger."""
    every = list(waiting)
    contents = Counter((one.object, one.version) for one in every)
    return [one for one in every if one.is_fork or contents[one.object, one.version] > 1]


def keep_unaccepted(ledger: Ledger, waiting: Iterable[Unaccepted]) -> None:
    """Keep what waits, beside what waits already."""
    ledger.waiting.add(
        [
            Waits(one.object, one.version, one.sha512, name, one.why, one.words)
            for one in waiting
            for name in one.targets
        ]
    )


def what_to_do(object_id: str) -> str:
    """What a person does about another content of a version that the ledger has, as a clause."""
    return (
        f"`thirdcopy audit --all` lists it: compare both; `thirdcopy refuse {object_id}` says that it is not ours, and "
        "`repair` then moves it aside"
    )
