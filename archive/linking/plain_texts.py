"""A plain text linked against a register, without an archive: for trying and for teaching. Pure."""

from collections import Counter
from collections.abc import Iterable

from archive.linking.claims import Claim, claims
from archive.linking.index import RegisterIndex
from archive.linking.material import Material, Text
from archive.linking.proposals import FURTHER
from archive.linking.text_reading import read_text
from archive.masks import mask
from archive.records.link import Alternative, Method, Role, Tier
from archive.records.record import Record


class TextLink(Record):
    """A passage that concerns an entry: code points `start` ≤ i < `end` of the text; the quote is masked."""

    entry: str
    start: int
    end: int
    quote: str
    method: Method
    tier: Tier
    role: Role
    score: float
    alternatives: tuple[Alternative, ...] = ()


class TextConflict(Record):
    """A number and a name that disagree, and the passage that holds the two."""

    start: int
    end: int
    quote: str
    number_entry: str
    name_entry: str


class TextLinks(Record):
    """All that a text says of a register's entries, in order of the text."""

    links: tuple[TextLink, ...] = ()
    conflicts: tuple[TextConflict, ...] = ()


def link_text(text: str, index: RegisterIndex) -> TextLinks:
    """The passages of a text that concern entries, and where a number and a name disagree.

    Each passage has the tier it would have by itself: a name is B or C, also where another passage is A. An entry has
    its 50 strongest passages. Offsets count the text's code points as they are given.
    """
    whole = Text("text", text, mask(text))
    found = claims(Material(clip="text"), [read_text(whole, index)], index)
    conflicts = dict.fromkeys(claim.conflict for claim in found if claim.conflict)
    return TextLinks(
        links=tuple(
            TextLink(
                entry=claim.entry.number,
                start=claim.passage.offset,
                end=claim.passage.offset + len(claim.passage.quote),
                quote=claim.passage.quote,
                method=claim.method,
                tier=claim.tier,
                role=claim.role,
                score=claim.score,
                alternatives=claim.alternatives,
            )
            for claim in _kept(found)
        ),
        conflicts=tuple(
            TextConflict(
                start=one.start,
                end=one.end,
                quote=whole.masked[one.start : one.end],
                number_entry=one.number_entry,
                name_entry=one.name_entries[0],
            )
            for one in sorted(conflicts, key=lambda one: (one.start, one.end))
        ),
    )


def _kept(found: Iterable[Claim]) -> list[Claim]:
    """The strongest claim of each passage for each entry, of each entry's strongest passages, in the text's order."""
    kept: dict[tuple[str, int, int], Claim] = {}
    count: Counter[str] = Counter()
    for claim in sorted(found, key=lambda claim: (claim.tier, -claim.score, claim.passage.offset)):
        place = claim.passage.offset, len(claim.passage.quote)
        key = (claim.entry.number, *place)
        if key not in kept and count[claim.entry.number] < FURTHER:
            count[claim.entry.number] += 1
            kept[key] = claim
    return sorted(
        kept.values(), key=lambda c: (c.passage.offset, len(c.passage.quote), c.tier, -c.score, c.entry.number)
    )
