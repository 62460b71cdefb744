"""Whose OCFL root lies at a target: looked at before a byte is written beside another tool's."""

import json
from itertools import islice

from archive.objects import ocfl
from storage.contract import OCFL, Target
from storage.errors import NotFound, Refused
from storage.mirrors import read_small

_MOVE = "choose another `prefix` or folder for this target"


def refuse_foreign_root(target: Target, *, ours: bool) -> None:
    """Raise Refused unless nothing lies at `ocfl/`, or a root of our declaration and layout that is `ours`.

    `ours` says that a `writer.json` of a ledger like ours lies beside it, or that a person takes the target over.
    """
    declarations = [stat.key.removeprefix(OCFL) for stat in target.list(f"{OCFL}0=")]
    if other := [name for name in declarations if name != ocfl.ROOT_DECLARATION]:
        raise _refused(target, f"is an OCFL root of another kind ({other[0][2:60]})")
    if not declarations:
        if not ours and any(islice(target.list(OCFL), 1)):
            raise _refused(target, "are files that no OCFL root declares")
        return
    if _read(target, ocfl.ROOT_DECLARATION) != ocfl.root_files()[ocfl.ROOT_DECLARATION]:
        raise _refused(target, f"is a root whose {ocfl.ROOT_DECLARATION} says something else")
    layout = _layout(_read(target, "ocfl_layout.json"))
    if layout != ocfl.LAYOUT:
        raise _refused(target, f"is an OCFL root of another layout (its ocfl_layout.json names {layout or 'none'})")
    if not ours:
        raise Refused(
            "an OCFL root of our layout lies there, and no writer.json says whose it is: if it is this archive's, run "
            f"again with --take-over; else {_MOVE}",
            target=target.name,
            setting="prefix",
        )


def _refused(target: Target, what: str) -> Refused:
    said = f"under {OCFL} {what}, and nothing is written into it: {_MOVE}"
    return Refused(said, target=target.name, setting="prefix")


def _read(target: Target, name: str) -> bytes | None:
    try:
        return read_small(target, OCFL + name, limit=64 * 1024)
    except NotFound:
        return None


def _layout(data: bytes | None) -> str | None:
    """The extension that an `ocfl_layout.json` names (section 4.1); None where there is none, or it names none."""
    try:
        return str(json.loads(data or b"{}")["extension"])[:80]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
