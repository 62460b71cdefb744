"""Which change makes which step due again: one table, which the ledger applies in the transaction of the change.

A mark says that a step is done with a clip, and with what. What a step read has changed since: its mark goes, and the
next run does it again. So what is new in a clip goes its whole way: words are linked, and all of it is sealed.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.sql_conditions import among

Step = Literal["captions", "joins", "transcribe", "link", "work", "search"]
"""A step that leaves marks, by the name it has in the ledger; `work` seals the work object, `search` takes into the
search index what is found there."""

Cause = Literal[
    "access",
    "capture",
    "correction",
    "correction in conflict",
    "declaration",
    "join",
    "judgement",
    "links",
    "looked at",
    "meanwhile",
    "reading",
    "sighting",
    "transcript",
]
"""What changed of a clip.

`join`: that it may be one recording with another one, or what a person decided of that. `looked at`: of a reading by
an earlier build, that nothing was lost in it. `meanwhile`: what was said while a work object was sealed or taken in,
and is not in it. `sighting`: that its source says otherwise than it did.
"""

DUE_AGAIN: Mapping[Cause, frozenset[Step]] = {
    # Neither `transcribe` nor `joins`: which media were read is in their marks, and other media are due by that.
    "capture": frozenset({"captions", "link", "work", "search"}),
    "transcript": frozenset({"link", "work", "search"}),
    "reading": frozenset({"link", "work"}),
    "looked at": frozenset({"work"}),
    "correction": frozenset({"link", "work", "search"}),
    "correction in conflict": frozenset({"work"}),  # it is kept and not applied: no words changed
    # Not `transcribe`: with which languages media were read is in its mark too.
    "declaration": frozenset({"work"}),
    "join": frozenset({"work"}),
    "links": frozenset({"work", "search"}),
    "judgement": frozenset({"work", "search"}),  # judgements make no proposals
    "access": frozenset({"work", "search"}),
    "sighting": frozenset({"search"}),
    "meanwhile": frozenset({"work"}),
}


def undo(connection: sa.Connection, clip: str, cause: Cause) -> None:
    """Make due again what a change of a clip concerns. Call it in the transaction of the change."""
    again = t.done.c.step.in_(sorted(DUE_AGAIN[cause]))
    connection.execute(sa.delete(t.done).where(t.done.c.clip == clip, again))


def undo_each(connection: sa.Connection, clips: Iterable[str], cause: Cause) -> None:
    """As `undo`, of several clips that changed at once."""
    again = t.done.c.step.in_(sorted(DUE_AGAIN[cause]))
    connection.execute(sa.delete(t.done).where(among(t.done.c.clip, clips), again))
