"""Languages of transcripts as tags of BCP 47 (RFC 5646), and what other tools want to know of a language. Pure."""

import re
from typing import Final, Literal

UNDETERMINED: Final = "und"
_WELL_FORMED = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*", re.I
)
_OF_WHISPER: Final = {"jw": "jv"}
"""Whisper's own code for Javanese, which no registry has."""

_FROM_RIGHT: Final = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_RIGHT_SCRIPTS: Final = frozenset(("arab", "hebr", "thaa"))
"""Uyghur and others are written in Arabic letters unless a tag says otherwise (suppressed scripts, and CLDR)."""


def tag_of(language: str) -> str:
    """The tag of a language as a transcript names it: `und` where it is none, or none that is well formed."""
    if not _WELL_FORMED.fullmatch(language):
        return UNDETERMINED
    primary, *rest = language.split("-")
    primary = primary.lower()
    parts = [part.title() if len(part) == 4 and part.isalpha() else part for part in rest]
    return "-".join([_OF_WHISPER.get(primary, primary), *(p.upper() if len(p) == 2 else p for p in parts)])


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """In which direction a language is written, by its script where the tag has one."""
    primary, *rest = language.lower().split("-")
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RIGHT_SCRIPTS else "ltr"
    return "rtl" if primary in _FROM_RIGHT else "ltr"
