"""What the words around a name say of its bearer: subject, testifier, relative or somebody else. Pure.

What is found is a role and its weight: how much the words speak for a person of whom the register may have an entry,
in log-odds. The weights are set by hand and checked by `benchmarks/talk` on its tuning split; no study stands behind
them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from archive.linking.context.kinship import Kin, kin_after, kin_before
from archive.linking.context.role_words import (
    BEFORE_CALLING,
    FATE,
    HELD,
    LEAD,
    LEAVING,
    NOT_BEFORE,
    NOT_WITHIN,
    OFFICE,
    OWN_FATE,
    PASSIVE,
    PLACE,
    POSSESSED,
    POSSESSOR,
    SELF_AFTER,
    SELF_BEFORE,
    SOURCE,
    SPEAKS,
    SPOKEN_TO,
    WITNESS,
)
from archive.records.link import Role
from transcription.cutting import beginning, ending

BEFORE, AFTER = 80, 120
"""Code points before and after a name that are looked at: whole words of them, no further than the sentence goes."""

BESIDE = 48
"""Code points before a name in which an office is its bearer's."""

WEIGHTS = {
    "fate": 1.0,
    "own relative": 1.0,
    "own relative, fate": 1.5,
    "named": 0.0,
    "only spoken": -0.5,
    "speaks": 0.0,
    "speaks of own fate": 1.0,
    "somebody's relative": -3.0,
    "somebody's relative, fate": 0.0,
    "holds an office": -4.0,
    "witness": -3.5,
    "speaks of others": -3.0,
    "introduces himself": -3.0,
    "was free": -2.0,
    "known person": -5.0,
}
BYSTANDER = -1.5
"""A role that weighs less is a bystander's: a name alone is then tier C."""

_ENDS = re.compile(r"[.!?…。！？؟\n]")
_LAST_END = re.compile(rf".*{_ENDS.pattern}", re.DOTALL)
"""Matches up to the last end of a sentence."""


@dataclass(frozen=True, slots=True)
class Sense:
    """What the words say of a name's bearer: the role, why (a key of WEIGHTS), and the relative where one is named."""

    role: Role
    why: str
    kin: Kin | None = None

    @property
    def weight(self) -> float:
        """The log-odds that the words give."""
        return WEIGHTS[self.why]

    @property
    def bystander(self) -> bool:
        """Whether the words speak of somebody beside those who are testified for."""
        return self.weight < BYSTANDER


class _Seldom:
    """Words that few texts have, which is quickly known of most by their pieces between spaces, remembered.

    A match lies in one piece, or in two beside each other where the words are two (`taken away`).
    """

    def __init__(self, words: "re.Pattern[str]") -> None:
        self.match, self._words = words.match, words
        first = "|".join(re.findall(r"[|:]([^|:()\\]+)\\s", words.pattern))
        self._first_of_two = re.compile(f"(?:{first})$" if first else "(?!)", words.flags)
        self._may_begin = lru_cache(maxsize=1 << 14)(self._begins)

    def _begins(self, piece: str) -> bool:
        return bool(self._words.search(piece) or self._first_of_two.search(piece))

    def all_in(self, text: str) -> "list[re.Match[str]]":
        """Every match in a text."""
        return list(self._words.finditer(text)) if any(map(self._may_begin, text.split())) else []


_FATE, _OFFICE, _WITNESS = _Seldom(FATE), _Seldom(OFFICE), _Seldom(WITNESS)


def sense(text: str, start: int, end: int, *, spoken: bool) -> Sense:
    """What the words around the name from `start` to `end` say; `spoken` where the text is a transcript.

    A name that a title or a description gives is what it is about; one that is only spoken is anybody's.
    """
    before = ending(text, BEFORE, start)
    after = _up_to(_ENDS, beginning(text, AFTER, end))
    before_here = last_sentence(before)
    fates = [*_fates(before_here), *_fates(after)]
    fate = any(fates)
    kin = kin_before(text, start) or kin_after(text, end)
    mine, theirs = (kin is not None and kin.whose == whose for whose in ("mine", "theirs"))
    if has_something(text, start, end) and SELF_BEFORE.search(before):
        return Sense("subject", "own relative, fate" if fate else "own relative")
    if SELF_BEFORE.search(before) and not (kin and kin.whose):
        own = OWN_FATE.search(beginning(text, 3 * AFTER, end))
        return Sense("testifier", "speaks of own fate" if own else "introduces himself")
    if SELF_AFTER.match(after):
        return Sense("testifier", "introduces himself")
    if theirs:
        return Sense("relative", "somebody's relative, fate" if fate else "somebody's relative", kin)
    if _is(_OFFICE, ending(before_here, BESIDE), after) and not mine and not (fate and PASSIVE.match(after)):
        return Sense("other", "holds an office", kin)
    if SPOKEN_TO.search(_without_calling(before)) or SPEAKS.match(after) or SOURCE.match(text, end):
        return Sense("relative" if mine else "other", "speaks of others", kin)
    if _is(_WITNESS, ending(before_here, BESIDE), after) and not mine and not fate:
        return Sense("other", "witness", kin)
    if mine:
        return Sense("subject", "own relative, fate" if fate else "own relative", kin)
    if fate:
        return Sense("subject", "fate", kin)
    if fates:
        return Sense("other", "was free", kin)
    return Sense("other", "only spoken", kin) if spoken else Sense("subject", "named", kin)


def has_something(text: str, start: int, end: int) -> bool:
    """Whether the name from `start` to `end` is in the case of whoever has what comes next: `Perhat Yolwas's wife`."""
    if POSSESSED.match(text, end):
        return True
    return bool(POSSESSOR.search(text[start:end])) and text[end : end + 1].isspace()


def _fates(text: str) -> list[bool]:
    """For each word for a fate, whether it is told of somebody: not where it is denied."""
    return [
        bool(LEAVING.match(found.group().lower()))
        or not (NOT_BEFORE.search(text, max(0, found.start() - 40), found.start()) or NOT_WITHIN.search(found.group()))
        for found in _FATE.all_in(text)
    ]


def _is(words: _Seldom, before: str, after: str) -> bool:
    """Whether a calling stands right before a name, or right after it as what its bearer is."""
    last = next(reversed(words.all_in(before)), None)
    between = before[last.end() :] if last else ""
    if last and HELD.fullmatch(between) and not FATE.search(PLACE.sub("", between)):
        return True
    if words.match(after):  # 王书记
        return True
    lead = LEAD.match(after)
    following = beginning(after, BESIDE, lead.end()) if lead and lead.group().strip() else ""
    found = next(iter(words.all_in(following)), None)
    return bool(found and len(following[: found.start()].split()) <= 2)


def _without_calling(before: str) -> str:
    """The words before a name without what its bearer is right before it: `according to` of `according to lawyer`."""
    for words in (_WITNESS, _OFFICE):
        last = next(reversed(words.all_in(before)), None)
        if last and not before[last.end() :].strip():
            return BEFORE_CALLING.sub("", before[: last.start()])
    return before


def last_sentence(text: str) -> str:
    """What follows the last end of a sentence in a text; the whole of it where none ends."""
    found = _LAST_END.match(text)
    return text[found.end() :] if found else text


def _up_to(ends: "re.Pattern[str]", text: str) -> str:
    found = ends.search(text)
    return text[: found.start()] if found else text
