"""Ids of OCFL objects: one strict form, checked wherever an id enters from a target. Pure.

An id becomes part of keys and of local paths, so nothing but these forms is ever used for either.
"""

import re
from typing import Literal, get_args

Kind = Literal["evidence", "work", "register", "run"]

CLIP = r"[a-z0-9]{1,60}-[A-Za-z0-9_-]{1,80}"
"""A clip's id, as `archive.records.clip_id` makes it."""

_FORMS: dict[str, str] = {
    "evidence": CLIP,
    "work": CLIP,
    "register": r"(?=.{1,63}$)[a-z0-9]+(?:[-_][a-z0-9]+)*",
    "run": r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}-[0-9]{1,15}",
}
_SOUND = re.compile(r"[a-z]{1,20}-[A-Za-z0-9_-]{1,150}")


def kind_of(object_id: str) -> Kind | None:
    """What kind of object an id is of; None if it is of a kind that we do not know, or not of its kind's form."""
    kind, _, rest = object_id.partition("-")
    for known in get_args(Kind):
        if kind == known and re.fullmatch(_FORMS[kind], rest):
            found: Kind = known
            return found
    return None


def is_sound(object_id: str) -> bool:
    """Whether an id has a form that may be used at all: that of its kind, or for an unknown kind a plain word's."""
    kind = object_id.partition("-")[0]
    return kind_of(object_id) is not None or (kind not in _FORMS and _SOUND.fullmatch(object_id) is not None)


def clip_of(object_id: str) -> str | None:
    """The clip that an evidence or work object is of; None for other objects."""
    return object_id.partition("-")[2] if kind_of(object_id) in ("evidence", "work") else None
