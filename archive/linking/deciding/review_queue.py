"""Which links wait for a person, why, and in which order. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import rfc8785

from archive.linking.deciding.judgements import counting, joint_verdict, stale
from archive.linking.deciding.novelty import unseen
from archive.records.link import Judgement, Link, Method, Tier

Reason = Literal["disagreement", "conflict", "entry changed", "new evidence", "proposed", "judged by others"]
"""Why a link waits: two people disagree; a number and a name do; the entry changed since it was judged; it was refused
or left open, and has evidence that nobody saw; nobody judged it; others did, and all were asked for."""

_ORDER: dict[Reason, int] = {
    "disagreement": 0,
    "conflict": 1,
    "entry changed": 2,
    "new evidence": 2,
    "proposed": 3,
    "judged by others": 4,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which links somebody wants to see: None is any. `conflicts` are those of people and those of number and name.

    With `everybody`, also what others have judged already.
    """

    tier: Tier | None = None
    entry: str | None = None
    clip: str | None = None
    register: str | None = None
    method: Method | None = None
    conflicts: bool = False
    everybody: bool = False

    def fits(self, link: Link) -> bool:
        """Whether a link is of the tier, entry, clip, register and method that are wanted."""
        pairs = (
            (self.tier, link.tier),
            (self.entry, link.entry),
            (self.clip, link.clip),
            (self.register, link.register_name),
            (self.method, link.method),
        )
        return all(wanted in (None, found) for wanted, found in pairs)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link that waits for a person, with all judgements of it, why it waits, and what is new, in words."""

    link: Link
    judgements: tuple[Judgement, ...]
    reason: Reason
    new: tuple[str, ...] = ()


def waiting(
    links: Iterable[Link], judgements: Mapping[str, Sequence[Judgement]], by: str, wanted: Wanted
) -> list[Waiting]:
    """What waits for one person: disagreements, conflicts and what changed first, then by tier and falling score."""
    found = [look(link, judgements.get(link.id, ()), by, wanted) for link in links]
    return sorted((one for one in found if one), key=_place)


def look(link: Link, judgements: Sequence[Judgement], by: str, wanted: Wanted) -> Waiting | None:
    """Why a link waits for a person, or None if it does not.

    What they judged themselves does not, unless somebody has contradicted them since, the entry changed, or there is
    new evidence; what another judged does not, unless the two disagree or the same holds.
    """
    if not wanted.fits(link):
        return None
    reason, new = _reason(link, judgements, by, everybody=wanted.everybody)
    if reason is None or (wanted.conflicts and reason != "disagreement" and link.conflict is None):
        return None
    return Waiting(link, tuple(judgements), reason, new)


def has_returned(link: Link, judgements: Sequence[Judgement]) -> bool:
    """Whether a link that was judged waits again, for anybody: its entry has changed, or there is new evidence."""
    return stale(link, judgements) or bool(_new(link, judgements))


def proposal_digest(link: Link) -> str:
    """What a row of a spreadsheet is checked with: 16 hex digits of the sha256 over the link's canonical JSON."""
    return sha256(rfc8785.dumps(link.model_dump(mode="json"))).hexdigest()[:16]


def _reason(
    link: Link, judgements: Sequence[Judgement], by: str, *, everybody: bool
) -> tuple[Reason | None, tuple[str, ...]]:
    found = counting(judgements)
    stands = joint_verdict(judgements)
    mine = [judgement for judgement in found if judgement.by == by]
    if stands == "conflict" and (everybody or found[-1].by != by):
        return "disagreement", ()
    if stale(link, judgements):
        return "entry changed", ()
    if new := _new(link, judgements):
        return "new evidence", new
    if not found:
        if not link.proposed:
            return None, ()
        return ("conflict" if link.conflict else "proposed"), ()
    return ("judged by others" if everybody and not mine else None), ()


def _new(link: Link, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    return unseen(link, judgements) if joint_verdict(judgements) in ("negative", "unsure") else ()


def _place(one: Waiting) -> tuple[object, ...]:
    link = one.link
    return (_ORDER[one.reason], link.tier, -link.score, link.clip, link.offset, link.id)
