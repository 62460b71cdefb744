"""Ids of OCFL objects: one strict form, checked wherever an id enters from a target. Pure.

An id becomes part of keys and of local paths, so nothing but these forms is ever used for either.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Self

from archive.errors import LeadsOut


class Kind(StrEnum):
    """What an object holds: originals, what was understood of them, a register, a list, a disk, a run, a report."""

    EVIDENCE = "evidence"
    WORK = "work"
    REGISTER = "register"
    LIST = "list"
    DISK = "disk"
    RUN = "run"
    REPORT = "report"

    @property
    def prefix(self) -> str:
        """What the ids of its objects begin with, and no other id."""
        return f"{self}-"


CLIP = r"[a-z0-9]{1,60}-[A-Za-z0-9_-]{1,80}"
"""A clip's id, as `archive.records.clip.clip_id` makes it."""

NAME = r"(?=.{1,63}$)[a-z0-9]+(?:[-_][a-z0-9]+)*"
"""The name of a register, a list or a disk."""

_MADE_AT = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}-[0-9]{1,15}"
_FORMS: dict[str, re.Pattern[str]] = {
    Kind.EVIDENCE: re.compile(CLIP),
    Kind.WORK: re.compile(CLIP),
    Kind.REGISTER: re.compile(NAME),
    Kind.LIST: re.compile(NAME),
    Kind.DISK: re.compile(NAME),
    Kind.RUN: re.compile(_MADE_AT),
    Kind.REPORT: re.compile(_MADE_AT),
}
_SOUND = re.compile(r"[a-z]{1,20}-[A-Za-z0-9_-]{1,150}")


class ObjectId(str):
    """The id of an object of ours; it is the text that stands in the ledger, in documents and in keys."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raises LeadsOut for a text that is of no kind that we know, or not of its kind's form."""
        if kind_of(text) is None:
            raise LeadsOut(f"{text[:100]!r} is no id of an object of ours: no key and no path is made of it")
        return super().__new__(cls, text)

    @classmethod
    def evidence_of(cls, clip: str) -> Self:
        """The object of a clip's captures."""
        return cls(Kind.EVIDENCE.prefix + clip)

    @classmethod
    def work_of(cls, clip: str) -> Self:
        """The object of what was understood of a clip."""
        return cls(Kind.WORK.prefix + clip)

    @classmethod
    def both_of(cls, clip: str) -> tuple[Self, Self]:
        """The objects of a clip: its evidence, its work."""
        return cls.evidence_of(clip), cls.work_of(clip)

    @classmethod
    def register_of(cls, name: str) -> Self:
        """The object of a register's snapshots."""
        return cls(Kind.REGISTER.prefix + name)

    @classmethod
    def list_of(cls, name: str) -> Self:
        """The object of a list of what should be there."""
        return cls(Kind.LIST.prefix + name)

    @classmethod
    def disk_of(cls, name: str) -> Self:
        """The object of what a disk held."""
        return cls(Kind.DISK.prefix + name)

    @classmethod
    def run_of(cls, ledger: str, at: datetime, number: int) -> Self:
        """The object of a run record: when a ledger wrote it, in UTC, and the number of the last event by then."""
        return cls(f"{Kind.RUN.prefix}{_made_at(ledger, at, number)}")

    @classmethod
    def report_of(cls, ledger: str, at: datetime, number: int) -> Self:
        """The object of a report: when a ledger made it, in UTC, and the number of the last event by then."""
        return cls(f"{Kind.REPORT.prefix}{_made_at(ledger, at, number)}")


def _made_at(ledger: str, at: datetime, number: int) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}-{ledger[:8]}-{number}"


def kind_of(object_id: str) -> Kind | None:
    """What kind of object an id is of; None if it is of a kind that we do not know, or not of its kind's form."""
    word, _, rest = object_id.partition("-")
    form = _FORMS.get(word)
    return Kind(word) if form and form.fullmatch(rest) else None


def is_sound(object_id: str) -> bool:
    """Whether an id has a form that may be used at all: that of its kind, or for an unknown kind a plain word's."""
    known = object_id.partition("-")[0] in _FORMS
    return kind_of(object_id) is not None if known else _SOUND.fullmatch(object_id) is not None


def clip_of(object_id: str) -> str | None:
    """The clip that an evidence or work object is of; None for other objects."""
    return object_id.partition("-")[2] if kind_of(object_id) in (Kind.EVIDENCE, Kind.WORK) else None
