"""What a key may be, on every target alike, so that what one target took the others can take too."""

from storage.contract import SCRATCH
from storage.errors import Refused

LONGEST_KEY = 900
"""Characters, prefix left out: S3 allows 1024 bytes for both together."""

MOST_PARTS = 64
"""Folders on the way and the name: an object's files lie ten deep, and a stranger's folders may have no bottom."""

LONGEST_PART = 240
"""Characters between two slashes: file systems allow 255 bytes."""


def fault(key: str) -> str | None:
    """What is wrong with a key, as words that follow "the key", or None if it is a good one.

    Backslashes are refused though they are printable: SeaweedFS 4.48 stores them as slashes.
    """
    if not key:
        return "is empty"
    if len(key) > LONGEST_KEY:
        return f"is longer than {LONGEST_KEY} characters"
    if not (key.isascii() and key.isprintable()):
        return "has characters outside printable ASCII"
    if "\\" in key:
        return "has a backslash"
    if key.count("/") >= MOST_PARTS:
        return f"has more than {MOST_PARTS} parts"
    for part in key.split("/"):
        if part in ("", ".", ".."):
            return "has an empty, `.` or `..` part between slashes"
        if len(part) > LONGEST_PART:
            return f"has a part longer than {LONGEST_PART} characters"
    return None


def validate_key(key: str, *, target: str) -> None:
    """Raise Refused unless `key` is a legal key."""
    if wrong := fault(key):
        raise Refused(f"the key {wrong}; name the file differently", target=target, key=repr(key))


def validate_discard(key: str, *, target: str) -> None:
    """Raise Refused unless `key` is legal and lies under `scratch/`: nothing else is ever removed."""
    validate_key(key, target=target)
    if not key.startswith(SCRATCH):
        raise Refused(f"only keys under {SCRATCH} are ever removed", target=target, key=key)
