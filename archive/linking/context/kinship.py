"""Words of kinship beside a name. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from archive.linking.context.kin_words import BARE, HAN, KINDS, OTHERS, OWN, REGISTERED
from archive.linking.languages import loading
from archive.linking.languages.loading import together
from archive.linking.languages.patterns import literal
from archive.linking.languages.schema import Kind
from transcription.cutting import beginning, ending

Sex = Literal["m", "f"]
Whose = Literal["mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Kin:
    """A relative: the kind (see KINDS), whose (`mine` is the speaker's; None where no word says), the word itself."""

    kind: Kind
    whose: Whose | None
    word: str

    @property
    def kin_class(self) -> str:
        """The class of the kind, the same for both sides of a relation."""
        return KINDS[self.kind][0]

    @property
    def sex(self) -> Sex | None:
        """The bearer's sex, where the word tells."""
        sex = KINDS[self.kind][1]
        return "m" if sex == "m" else "f" if sex == "f" else None


_MINE = frozenset(together(lambda one: one.kin.mine))
_THEIRS = frozenset(together(lambda one: one.kin.theirs))
_FILL = frozenset(together(lambda one: one.kin.fill))
"""Words that may stand between a relative and the relative's name."""

_DESCRIBING = frozenset(together(lambda one: one.kin.describing))
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_LAST_END = re.compile(r".*[.!?;。！？؟\n]", re.DOTALL)
"""Matches up to the last end of a clause."""
_HAN = loading.han()
_OF, _PEOPLE = _HAN.of, _HAN.plural
_HAN_KIN = rf"(?P<kin>{literal(HAN)})"
_HAN_BEFORE = re.compile(
    rf"(?:(?P<mine>{_HAN.me}{_PEOPLE}?{_OF}?)|(?P<theirs>[{_HAN.them}]{_PEOPLE}?{_OF}?|{_OF}))?[{_HAN.kin_described}]?"
    rf"{_HAN_KIN}{literal(_HAN.kin_name)}?{literal(_HAN.kin_named)}?[，,、 ]?$"
)
_HAN_AFTER = re.compile(
    rf"[，, ]?{literal(_HAN.is_kin)}?(?:(?P<mine>{_HAN.me}{_PEOPLE}?{_OF}?)|(?P<theirs>[{_HAN.them}]{_PEOPLE}?{_OF}?))"
    rf"{_HAN_KIN}"
)
_COPULA = re.compile(
    rf"\s{{0,2}}(?:[,،—–-]\s{{0,2}})?(?:{literal(together(lambda one: one.roles.who))}\s)?"
    rf"(?:{literal(together(lambda one: one.lists.copulas))}\s)?"
)
NEAR = 60
"""Code points to each side of a name, at most, in which a relative's word is looked for."""


def kin_before(text: str, start: int) -> Kin | None:
    """The relative that the words before a name make its bearer: `my older brother`, `інім`, `他的妻子叫`."""
    before = ending(text, NEAR, start)
    if han := _HAN_BEFORE.search(before[-16:]):
        return _han(han)
    last = _LAST_END.match(before)
    clause = before[last.end() :] if last else before
    words = [found.group().lower() for found in _WORD.finditer(clause)]
    at = len(words) - 1
    while at >= 0 and len(words) - at <= 4 and words[at] in _FILL:
        at -= 1
    return _read(words, at) if at >= 0 else None


def kin_after(text: str, end: int) -> Kin | None:
    """The same of the words after a name, where they say no more: `, my brother`, `— мой брат`, `是我的哥哥`."""
    after = beginning(text, NEAR, end)
    if han := _HAN_AFTER.match(after):
        return _han(han)
    link = _COPULA.match(after)
    at = link.end() if link else 0
    words: list[str] = []
    while len(words) < 4 and (word := _WORD.match(after, at)):
        words.append(word.group().lower())
        at = word.end() + (after[word.end() : word.end() + 1] == " ")
        found = _read(words, len(words) - 1)
        if found and found.whose:
            follows = after[at : at + 1]
            # `her husband Y`: the relative is Y, who comes after. `my brother's son`: somebody else.
            return None if follows.isupper() or word.group().endswith(("'s", "’s")) else found
        if words[-1] not in _MINE and words[-1] not in _THEIRS and words[-1] not in _DESCRIBING:
            return None
    return None


def _read(words: list[str], at: int) -> Kin | None:
    """The relative that the word at a place is, with whose from its ending or from the words before it."""
    word = words[at]
    own, others = OWN.get(word), OTHERS.get(word)
    if own:
        return Kin(own, "mine", word)
    if others and word not in BARE:
        mine = any(before in _MINE for before in words[max(0, at - 2) : at])
        return Kin(others, "mine" if mine else "theirs", word)
    plain = re.sub(r"['’]s$", "", word)
    kind = BARE.get(plain)
    if not kind or (plain != word and words[at + 1 : at + 2] != ["name"]):
        return None
    for back in range(at - 1, max(-1, at - 4), -1):
        if words[back] in _MINE:
            return Kin(kind, "mine", plain)
        if words[back] in _THEIRS or words[back].endswith(("'s", "’s")):
            return Kin(kind, "theirs", plain)
        if words[back] not in _DESCRIBING:
            break
    return Kin(kind, None, plain)


def _han(found: "re.Match[str]") -> Kin:
    whose: Whose | None = "mine" if found["mine"] else "theirs" if found["theirs"] else None
    return Kin(HAN[found["kin"]], whose, found["kin"])


def relation_class(relation: str) -> str | None:
    """The class of kin that a register's words for a relation name: `older brother` and `sister` are siblings."""
    words = [word.lower() for word in _WORD.findall(relation)]
    kinds = [REGISTERED[word] for word in words if word in REGISTERED]
    return KINDS[kinds[-1]][0] if kinds else None
