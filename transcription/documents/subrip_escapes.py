"""Characters that SubRip has no way to say, written so that players show them, and read back.

Players of SubRip know tags and no references: `&lt;` is shown as it stands. What would begin a tag, a reference, an
arrow or a line break is parted from what follows by a word joiner, which nobody sees; ffmpeg does so itself behind a
backslash that is to be shown (libavcodec/ass.c). Words in braces are hidden by players, and dropped by editors, that
think in ASS, joiner or not: full-width braces stand for them.
"""

import re
from typing import Final

_JOINER: Final = "\u2060"
_WIDE: Final = {"{": "\uff5b", "}": "\uff5d"}

_HOLD = re.compile(rf"<|&(?=[#\w]{{1,40}};)|--(?=>)|\\(?=[nNhH])|(?P<brace>[{{}}])|(?P<own>[{_JOINER}\uff5b\uff5d])")
HELD: Final = (
    rf"(?:(?P<held><|&(?={_JOINER}[#\w]{{1,40}};)|--(?={_JOINER}>)|\\(?={_JOINER}[nNhH])|[\uff5b\uff5d](?={_JOINER}))"
    rf"{_JOINER}|{_JOINER}(?P<own>[{_JOINER}\uff5b\uff5d]))"
)
"""The pattern of one character, or `--`, as `held` writes it."""

_NARROW: Final = {wide: narrow for narrow, wide in _WIDE.items()}
_REFERENCES: Final = {"<": "&lt;", "&": "&amp;"}
_IN_VTT = re.compile(rf"(?P<held><|&(?={_JOINER}[#\w]{{1,40}};)|--(?={_JOINER}>)|[\uff5b\uff5d]){_JOINER}")


def held(text: str) -> str:
    """A text as SubRip is to have it; a word joiner of its own is doubled."""

    def hold(found: re.Match[str]) -> str:
        if found["own"]:
            return _JOINER + found["own"]
        return _WIDE.get(found[0], found[0]) + _JOINER

    return _HOLD.sub(hold, text)


def let_go(found: re.Match[str]) -> str:
    """What a match of `HELD` stands for."""
    return found["own"] or _NARROW.get(found["held"], found["held"])


def in_references(markup: str) -> str:
    """The markup of WebVTT that a converter made of such SubRip, as WebVTT says the same."""

    def said(found: re.Match[str]) -> str:
        one = found["held"]
        return _REFERENCES.get(one) or _NARROW.get(one) or one

    return _IN_VTT.sub(said, markup)
