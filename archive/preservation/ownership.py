"""Which ledger writes to a target: a small document at its root, looked at before a run and at each copy."""

import json

from storage.contract import Target
from storage.errors import AnotherPlace, NotFound
from storage.mirrors import read_small

WRITER = "writer.json"
LIMIT = 64 * 1024
"""Bytes that it may have."""


def writer_of(target: Target) -> str | None:
    """The id of the ledger that writes to a target, None if none does."""
    try:
        data = read_small(target, WRITER, limit=LIMIT)
    except NotFound:
        return None
    try:
        return str(json.loads(data)["ledger"])[:80]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable writer.json"


def validate_writer(target: Target, ledger: str) -> None:
    """Raise AnotherPlace if a target is no longer a ledger's: unmounted, emptied, another bucket, taken over.

    What was read back just now may have been read from what lies in its place.
    """
    writer = writer_of(target)
    if writer != ledger:
        now = f"has no {WRITER}" if writer is None else f"has the {WRITER} of another ledger ({writer})"
        raise AnotherPlace(
            f"is no longer the place this run began with: it {now}; see whether the disk is mounted and the bucket the"
            " right one, then run again",
            target=target.name,
        )
