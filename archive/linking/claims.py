"""What the words of one text claim: an address, a number or a name, and the entry it points at. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archive.linking import cues
from archive.linking.addresses import canonical, entry_addresses
from archive.linking.index import RegisterIndex
from archive.linking.material import Material, Text
from archive.linking.mentions import NumberMention, number_mentions
from archive.linking.names import agreement
from archive.linking.register import Entry
from archive.linking.spotting import MARGIN, NameMention, name_mentions, words_of
from archive.records import Alternative, Method, Passage, Role, Tier

NEARBY = 200
"""Code points to each side of a number in which a name is looked for that agrees with it."""

BESIDE = 40
"""Code points between a number and a name of someone else that make the two disagree."""

AGREES = 0.78
"""Likeness from which a name near a number agrees with it: lower than for a name alone, which has no number."""

CLOSE = 0.9
"""Likeness from which one name without rival is tier B."""

CROWD = 5
"""A name that more entries bear is proposed once, with the others as alternatives, not once for each."""

ALTERNATIVES = 20
FURTHER = 50
"""Most alternatives and further passages that a link carries; the best are kept."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A number and a name that disagree, and the code points of the text that hold the two."""

    start: int
    end: int
    number_entry: str
    name_entries: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.name_entries[:3]) + (" and others" if len(self.name_entries) > 3 else "")
        return f"the number points at entry {self.number_entry}, the name beside it at {shown}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One passage's claim for one entry."""

    entry: Entry
    method: Method
    tier: Tier
    role: Role
    score: float
    passage: Passage
    alternatives: tuple[Alternative, ...] = ()
    conflict: Conflict | None = None


def cited_clip(material: Material, index: RegisterIndex) -> Iterator[Claim]:
    """The entries that cite the clip itself."""
    for url in material.urls:
        for entry in index.citing.get(canonical(url) or "", ()):
            passage = Passage(where="url", quote=url, offset=0)
            yield Claim(entry, "cited", "A", "subject", 1.0, passage)


def in_text(text: Text, index: RegisterIndex) -> Iterator[Claim]:
    """The claims of one text: its addresses, then its numbers with the names beside them, then the other names."""
    for address in entry_addresses(text.text):
        if address.entry in index.numbers:
            passage = text.passage(address.start, address.end)
            yield Claim(index.numbers[address.entry], "cited", "A", "subject", 1.0, passage)
    names = name_mentions(text.text, index.names)
    spoken_for: set[tuple[int, int]] = set()
    seen: Counter[str] = Counter()
    for number in number_mentions(text.text):
        entry = index.numbers.get(number.entry)
        seen[number.entry] += 1
        if entry is not None and seen[number.entry] <= FURTHER:
            yield from _numbered(text, number, entry, names, spoken_for)
    for name in names:
        if (name.start, name.end) not in spoken_for:
            yield from _named(text, name)


def _numbered(
    text: Text, number: NumberMention, entry: Entry, names: Iterable[NameMention], spoken_for: set[tuple[int, int]]
) -> Iterator[Claim]:
    """A number's evidence, with the name beside it: agreeing, someone else's, or none. Notes names it accounts for."""
    begin = max(0, number.start - NEARBY)
    around = words_of(text.text[begin : number.start]) + [
        (word, start + number.end - begin, end + number.end - begin)
        for word, start, end in words_of(text.text[number.end : number.end + NEARBY])
    ]
    agreed = agreement(entry.names, around)
    passage = text.passage(number.start, number.end)
    found = (begin + agreed[1], begin + agreed[2], agreed[0]) if agreed and agreed[0] >= AGREES else None
    found = found or next(
        ((n.start, n.end, s) for n in names if _gap(n, number) <= NEARBY for e, s in n.candidates if e is entry), None
    )
    if found and not any(_is_rather(name, found, entry) for name in names):
        start, end, likeness = found
        spoken_for.update((n.start, n.end) for n in names if n.start < end and start < n.end)
        role = _role(text, start, number)
        yield Claim(entry, "numbered", "A", role, round(0.5 + likeness / 2, 4), passage)
        yield Claim(entry, "numbered", "A", role, round(likeness / 2, 4), text.passage(start, end))
        return
    beside = (n for n in names if _gap(n, number) <= BESIDE and n.candidates[0][1] >= CLOSE)
    rival = min((n for n in beside if (n.start, n.end) not in spoken_for), key=lambda n: _gap(n, number), default=None)
    if rival is None or not entry.names:
        score = 0.7 if number.strong else 0.5
        yield Claim(entry, "numbered", "B", "subject", score, passage)
        return
    spoken_for.add((rival.start, rival.end))
    conflict = Conflict(
        start=min(number.start, rival.start),
        end=max(number.end, rival.end),
        number_entry=entry.number,
        name_entries=tuple(other.number for other, _ in rival.candidates),
    )
    alternatives = tuple(Alternative(entry=o.number, score=s) for o, s in rival.candidates[:ALTERNATIVES])
    yield Claim(entry, "numbered", "C", "subject", 0.5, passage, alternatives, conflict)
    here = Alternative(entry=entry.number, score=0.5)
    for item in _named(text, rival):
        alternatives = (here, *item.alternatives)[:ALTERNATIVES]
        yield replace(item, tier="C", conflict=conflict, alternatives=alternatives)


def _is_rather(name: NameMention, found: tuple[int, int, float], entry: Entry) -> bool:
    """Whether the words found to agree with an entry are plainly another's name."""
    start, end, likeness = found
    best = name.candidates[0][1]
    return (
        name.start < end
        and start < name.end
        and best >= CLOSE
        and best > likeness + MARGIN
        and all(candidate is not entry for candidate, _ in name.candidates)
    )


def _gap(name: NameMention, number: NumberMention) -> int:
    return max(name.start - number.end, number.start - name.end)


def _named(text: Text, name: NameMention) -> Iterator[Claim]:
    """A name's evidence: tier B for one close candidate, else C for each of a few or once for a crowd."""
    passage = text.passage(name.start, name.end)
    role = _role(text, name.start, None)
    count = len(name.candidates)
    tier: Tier = "B" if count == 1 and name.candidates[0][1] >= CLOSE else "C"
    for entry, score in name.candidates if count <= CROWD else name.candidates[:1]:
        others = (Alternative(entry=o.number, score=s) for o, s in name.candidates if o is not entry)
        alternatives = tuple(others)[:ALTERNATIVES]
        yield Claim(entry, "named", tier, role, round(score / count, 4), passage, alternatives)


def _role(text: Text, start: int, number: NumberMention | None) -> Role:
    """What the words before a name say of its bearer; without any, a name only spoken is anybody's."""
    before = text.text[max(0, start - 80) : start]
    if cues.SELF.search(before):
        return "testifier"
    kin = cues.kin(before)
    if kin is not None:
        return "subject" if kin == "mine" or number else "relative"
    return "subject" if number or not text.utterances else "other"


def with_roles(evidence: list[Claim]) -> list[Claim]:
    """The evidence with what the register knows: who testified for an entry that is surely linked is its testifier.

    Beside such an entry a speaker's own relative is a relative, no second subject.
    """
    sure = {item.entry.number: item.entry for item in evidence if item.tier == "A"}
    tellers = [words_of(t.testifier) for entry in sure.values() for t in entry.testimonies if t.testifier]
    told: list[Claim] = []
    for item in evidence:
        if item.method == "named" and item.entry.number not in sure:
            matches = (agreement(item.entry.names, teller) for teller in tellers)
            if any(match and match[0] >= CLOSE for match in matches):
                item = replace(item, role="testifier")
            elif sure and item.role == "subject" and item.passage.start is not None:
                item = replace(item, role="relative")
        told.append(item)
    return told
