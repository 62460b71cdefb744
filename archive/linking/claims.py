"""What the readings of a clip's texts claim: which passage points at which entry, and how strongly. Pure.

An address is tier A, and so is a number beside a name that agrees; a number with its cue, one close name without rival,
or an address that only one disk states of its file, is B; several candidates, a bystander's name, and a number and a
name that disagree are C. No weight of evidence lifts a name alone above B. A doubtful number without a name that agrees
is C.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.linking.context.clues import compare
from archive.linking.context.kinship import relation_class
from archive.linking.context.voices import Voices
from archive.linking.finding.cited.addresses import canonical
from archive.linking.index import RegisterIndex
from archive.linking.material import Material
from archive.linking.registers.entries import Entry
from archive.linking.text_reading import CLOSE, Named, Numbered, TextReading
from archive.linking.weighing import (
    AGREES,
    CITED,
    DISAGREES,
    STATED,
    Weighed,
    likeness_weight,
    number_weight,
    rarity_weight,
    rivals_weights,
)
from archive.records.link import Alternative, Evidence, Method, Passage, Role, Tier

FLOOR = 0.1
"""Score below which one close name is only tier C: its parts are too common, or the context speaks against it."""

UNLIKELY = 0.05
"""Score below which a bystander's name makes no claim, and a namesake that is not the likeliest is an alternative."""

CROWD = 5
"""A name that more entries bear is proposed once, with the others as alternatives, not once for each."""

COMPARED = 50
"""Candidates of one name that are weighed, the closest first."""

ALTERNATIVES = 20
TESTIFIER_FITS, RELATION_FITS = 3.0, 1.0
SURE = 4.0
"""What it weighs for a name that its entry is surely linked by other words of the clip."""


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
    """One passage's claim for one entry. `namesakes` and `margin` are as in a Link."""

    entry: Entry
    method: Method
    tier: Tier
    role: Role
    passage: Passage
    weighed: Weighed
    namesakes: int = 0
    margin: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    conflict: Conflict | None = None

    @property
    def score(self) -> float:
        """0 to 1; of a name alone, what its bearers share."""
        return self.weighed.score


@dataclass(frozen=True)
class _Clip:
    """What a clip's readings know together: the numbers of entries surely linked, who speaks and who testified."""

    index: RegisterIndex
    sure: frozenset[str]
    voices: Voices


def claims(material: Material, readings: Sequence[TextReading], index: RegisterIndex) -> list[Claim]:
    """Every claim of a clip's address and of its texts, in their order; numbers before names."""
    found = [*_cited_clip(material, index)]
    sure = {claim.entry.number: claim.entry for claim in found if claim.tier == "A"}
    for reading in readings:
        sure |= {address.entry: index.numbers[address.entry] for address in reading.cited}
        sure |= {one.entry.number: one.entry for one in reading.numbers if one.agreed}
    speakers = [words for reading in readings for words in reading.speakers]
    asked = [entry for reading in readings for one in reading.names for entry, _ in one.mention.candidates[:COMPARED]]
    clip = _Clip(index, frozenset(sure), Voices(speakers, sure.values(), asked))
    for reading in readings:
        found.extend(_of_text(reading, clip))
    return found


def _cited_clip(material: Material, index: RegisterIndex) -> Iterator[Claim]:
    """The entries that cite the clip: one of its own addresses, or another that names it by its id beyond doubt."""
    cited: set[str] = set()
    keys = [(url, canonical(url) or "") for url in material.urls]
    for quote, key in (*keys, (next(iter(material.urls), material.clip), material.clip)):
        for entry in index.citing.get(key, ()):
            if key != material.clip or entry.number not in cited:
                cited.add(entry.number)
                passage = Passage(where="url", quote=quote, offset=0)
                yield Claim(entry, "cited", "A", "subject", passage, _cited("the entry cites the clip"))
    yield from _stated(material, index, cited)


def _stated(material: Material, index: RegisterIndex, cited: set[str]) -> Iterator[Claim]:
    """The entries that cite the address which a disk says the clip's file came from, and not the clip itself.

    A file may be called after another video than it is, so that one disk's word alone is tier B.
    """
    for word in material.stated:
        for key in dict.fromkeys((canonical(word.url) or "", word.clip)):
            for entry in index.citing.get(key, ()):
                if entry.number not in cited:
                    cited.add(entry.number)
                    passage = Passage(where="stated", quote=word.url, offset=0)
                    disks = " and ".join(word.sources[:2])
                    says = "say" if len(word.sources) > 1 else "says"
                    found = f"on the disk's word: {disks} {says} that the file is of the address which the entry cites"
                    weighed = Weighed((Evidence(part="address", weight=STATED, found=found),))
                    tier: Tier = "A" if len(word.sources) > 1 else "B"
                    yield Claim(entry, "cited", tier, "subject", passage, weighed)


def _cited(found: str) -> Weighed:
    return Weighed((Evidence(part="address", weight=CITED, found=found),))


def _of_text(reading: TextReading, clip: _Clip) -> Iterator[Claim]:
    for address in reading.cited:
        passage = reading.text.passage(address.start, address.end)
        yield Claim(
            clip.index.numbers[address.entry],
            "cited",
            "A",
            "subject",
            passage,
            _cited("the clip gives the entry's address"),
        )
    disputed: dict[int, Conflict] = {}
    taken: set[int] = set()
    for number in reading.numbers:
        yield from _numbered(reading, number, clip, disputed, taken)
    for name in reading.names:
        if id(name) not in taken:
            yield from _named(reading, name, clip, disputed.get(id(name)))


def _numbered(
    reading: TextReading, number: Numbered, clip: _Clip, disputed: dict[int, Conflict], taken: set[int]
) -> Iterator[Claim]:
    """A number's claims, with the name that agrees; notes which names are accounted for, and which are disputed."""
    text, entry, mention = reading.text, number.entry, number.mention
    passage = text.passage(mention.start, mention.end)
    weighed = Weighed((Evidence(part="number", weight=number_weight(mention), found=passage.quote),))
    if number.agreed:
        start, end = number.agreed.start, number.agreed.end
        over = list(reading.placed.touching(start, end))
        taken.update(id(one) for one in over)
        words = text.passage(start, end)
        weight = round(AGREES + likeness_weight(number.agreed.likeness), 4)
        weighed = weighed.plus(Evidence(part="name", weight=weight, found=words.quote))
        others = {c.number for one in over for c, _ in one.mention.candidates if c is not entry}
        weighed = weighed.plus(*(e for one in over[:1] for e in _context(one, entry, clip)))
        role: Role = "testifier" if any(one.sense.role == "testifier" for one in over) else "subject"
        for place in (passage, words):
            yield Claim(entry, "numbered", "A", role, place, weighed, namesakes=len(others))
        return
    if told := clip.voices.of(entry):
        weighed = weighed.plus(Evidence(part="testifier", weight=TESTIFIER_FITS, found=told))
    if number.rival is None:
        yield Claim(entry, "numbered", "C" if mention.doubtful else "B", "subject", passage, weighed)
        return
    rival = number.rival.mention
    conflict = Conflict(
        start=min(mention.start, rival.start),
        end=max(mention.end, rival.end),
        number_entry=entry.number,
        name_entries=tuple(candidate.number for candidate, _ in rival.candidates),
    )
    disputed[id(number.rival)] = conflict
    weighed = weighed.plus(
        Evidence(part="another's name", weight=DISAGREES, found=text.masked[rival.start : rival.end])
    )
    theirs = [(candidate, one.score) for candidate, one in _weigh(number.rival, clip)]
    alternatives = tuple(Alternative(entry=c.number, score=s) for c, s in theirs[:ALTERNATIVES])
    yield Claim(entry, "numbered", "C", "subject", passage, weighed, alternatives=alternatives, conflict=conflict)


def _named(reading: TextReading, name: Named, clip: _Clip, conflict: Conflict | None) -> Iterator[Claim]:
    """A name's claims: tier B for one close candidate, else C for each of a few or once for a crowd."""
    mention = name.mention
    passage = reading.text.passage(mention.start, mention.end)
    ranked = _weigh(name, clip)
    role, bystander = _role(name, ranked[0][0], clip, spoken=bool(reading.text.utterances))
    if conflict:
        against = Evidence(part="another's number", weight=DISAGREES, found=f"entry {conflict.number_entry}")
        ranked = [(entry, weighed.plus(against)) for entry, weighed in ranked]
    told = _weigh_apart(name, ranked, clip)
    likeness = {entry.number: like for entry, like in (*mention.candidates, *mention.apart)}
    settled = [pair for pair in (*ranked, *told) if pair[0].number in clip.sure]
    chosen = settled or (ranked if len(ranked) <= CROWD else ranked[:1])
    single = len(settled or mention.candidates) == 1
    for entry, weighed in chosen:
        if weighed.score < UNLIKELY and not conflict and (bystander or entry is not chosen[0][0]):
            continue
        rest = [(other, one) for other, one in (*ranked, *told) if other is not entry]
        alternatives = [Alternative(entry=other.number, score=one.score) for other, one in rest]
        if conflict:
            alternatives.insert(0, Alternative(entry=conflict.number_entry, score=_number_score(reading, conflict)))
        close = likeness[entry.number] >= CLOSE and weighed.score >= FLOOR
        tier: Tier = "B" if single and close and not bystander and not conflict else "C"
        yield Claim(
            entry,
            "named",
            tier,
            role,
            passage,
            weighed,
            namesakes=len(mention.candidates) - 1,
            margin=round(weighed.score - rest[0][1].score, 6) if rest else None,
            alternatives=tuple(alternatives[:ALTERNATIVES]),
            conflict=conflict,
        )


def _number_score(reading: TextReading, conflict: Conflict) -> float:
    said = [number_weight(one.mention) for one in reading.numbers if one.entry.number == conflict.number_entry]
    return Weighed((Evidence(part="number", weight=max(said) + DISAGREES, found=""),)).score


def _weigh(name: Named, clip: _Clip) -> list[tuple[Entry, Weighed]]:
    """Each entry that a name may mean with its evidence, the likeliest first; of a crowd, the closest few."""
    alone = _alone(name, name.mention.candidates, clip)
    others = len(name.mention.candidates) - 1
    if not others:
        return alone
    totals = [weighed.total for _, weighed in alone]
    # Those of a crowd that were not compared weigh as its last.
    losses = rivals_weights([*totals, *[totals[-1]] * (others + 1 - len(alone))])
    shared = [
        (entry, weighed.plus(Evidence(part="namesakes", weight=loss, found=f"{others} others")))
        for (entry, weighed), loss in zip(alone, losses, strict=False)
    ]
    return sorted(shared, key=lambda pair: -pair[1].total)


def _weigh_apart(name: Named, ranked: Sequence[tuple[Entry, Weighed]], clip: _Clip) -> list[tuple[Entry, Weighed]]:
    """Entries near a name that its spelling tells from the candidates, each against those; the likeliest first."""
    if not name.mention.apart:
        return []
    totals = [sum(part.weight for part in weighed.parts if part.part != "namesakes") for _, weighed in ranked]
    found = [
        (entry, weighed.plus(Evidence(part="namesakes", weight=loss, found=f"{len(ranked)} others")))
        for entry, weighed in _alone(name, name.mention.apart, clip)
        for loss in rivals_weights([*totals, weighed.total])[-1:]
    ]
    return sorted(found, key=lambda pair: -pair[1].total)


def _alone(name: Named, candidates: Sequence[tuple[Entry, float]], clip: _Clip) -> list[tuple[Entry, Weighed]]:
    """The evidence of each by itself. All are as rare as the nearest: what is written is one name, whoever is meant."""
    expected = clip.index.rarity.expected(name.mention.candidates[0][0])
    rarity = Evidence(part="rarity", weight=rarity_weight(expected), found=f"{expected:.2g} others by chance")
    role = Evidence(part="role", weight=name.sense.weight, found=name.sense.why)
    return [
        (
            entry,
            Weighed(
                (
                    _likeness(likeness),
                    rarity,
                    role,
                    *_context(name, entry, clip),
                )
            ),
        )
        for entry, likeness in candidates[:COMPARED]
    ]


@lru_cache(maxsize=1 << 14)
def _likeness(likeness: float) -> Evidence:
    return Evidence(part="likeness", weight=likeness_weight(likeness), found=f"{likeness:.2f}")


def _context(name: Named, entry: Entry, clip: _Clip) -> list[Evidence]:
    parts = list(compare(name.clues, entry))
    if entry.number in clip.sure:
        parts.append(Evidence(part="linked elsewhere", weight=SURE, found=f"entry {entry.number}"))
    if told := clip.voices.of(entry):
        parts.append(Evidence(part="testifier", weight=TESTIFIER_FITS, found=told))
    kin = name.sense.kin
    if kin and kin.whose == "mine":
        relations = {relation_class(t.relation) for t in entry.testimonies if t.relation}
        if kin.kin_class in relations:
            parts.append(Evidence(part="relation", weight=RELATION_FITS, found=kin.word))
    return parts


def _role(name: Named, best: Entry, clip: _Clip, *, spoken: bool) -> tuple[Role, bool]:
    """The role of a name's bearer, and whether that is a bystander's, with what the register knows.

    Who testified for an entry that is surely linked is its testifier; beside such an entry a speaker's own relative of
    whose fate nothing is said, or a name that is only spoken, is no second subject.
    """
    sense = name.sense
    if best.number in clip.sure:
        return ("subject" if sense.role == "other" else sense.role), False
    if clip.voices.testified(best):
        return "testifier", True
    if clip.sure and sense.why == "own relative":
        return "relative", True
    return sense.role, sense.bystander
