"""From what a clip says of itself and what is said in it to proposed links. Pure: no network, no clock.

Rules `thirdcopy-linking/1`: an address (the entry cites the clip, or the clip cites the entry) and a number beside
a name that agrees are tier A; a number with its cue, or one close name without rival, is B; several candidates are C.
A number and a name that point at two entries make a conflict at tier C on both, for a person to settle. A name alone
is never better than B, however well it fits: fewer than half of the people in the register have a name of their own.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate

from archive.linking import cues
from archive.linking.addresses import canonical, entry_addresses
from archive.linking.index import RegisterIndex
from archive.linking.masks import mask
from archive.linking.mentions import NumberMention, number_mentions
from archive.linking.names import agreement
from archive.linking.register import Entry
from archive.linking.spotting import MARGIN, NameMention, name_mentions, words_of
from archive.records import Alternative, Link, Method, Passage, Role, Tier

RULES = "thirdcopy-linking/1"

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
class Utterance:
    """A piece of a transcript: `start` and `end` in seconds, and what was said."""

    start: float
    end: float
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What linking reads of a clip: its addresses, its own words, and its transcripts by name."""

    clip: str
    urls: tuple[str, ...] = ()
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    transcripts: tuple[tuple[str, tuple[Utterance, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """A field or a transcript as one text; `starts` are the offsets at which its utterances begin."""

    where: str
    text: str
    masked: str
    utterances: tuple[Utterance, ...] = ()
    starts: tuple[int, ...] = ()

    def passage(self, start: int, end: int) -> Passage:
        quote = self.masked[start:end]
        if not self.utterances:
            return Passage(where=self.where, quote=quote, offset=start)
        first = self.utterances[bisect_right(self.starts, start) - 1]
        last = self.utterances[bisect_right(self.starts, max(start, end - 1)) - 1]
        return Passage(where=self.where, quote=quote, offset=start, start=first.start, end=max(last.end, first.start))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One passage's claim for one entry."""

    entry: Entry
    method: Method
    tier: Tier
    role: Role
    score: float
    passage: Passage
    alternatives: tuple[Alternative, ...] = ()
    conflict: str | None = None


def propose(material: Material, index: RegisterIndex) -> list[Link]:
    """The links proposed for a clip: one for each entry, ordered by tier, falling score and entry number.

    A passage's `where` is `title`, `description`, `tags` (joined by a newline), a transcript's name (its utterances
    joined by one space), or `url` where the entry cites the clip's own address. Offsets count code points in that
    text; quotes are masked, which keeps their length. `start` and `end` are those of the utterances that hold the
    quote. A number that the register does not have makes no link.
    """
    evidence = list(_cited_clip(material, index))
    for text in _texts(material):
        evidence.extend(_in_text(text, index))
    grouped: dict[str, list[_Evidence]] = defaultdict(list)
    for item in _roles(evidence):
        grouped[item.entry.number].append(item)
    links = [_link(material.clip, index, items) for items in grouped.values()]
    return sorted(links, key=lambda link: (link.tier, -link.score, len(link.entry), link.entry))


def link_id(clip: str, register: str, entry: str) -> str:
    """The id of the link between a clip and an entry: the first 16 hex digits of the sha256 over both."""
    return sha256("\n".join((clip, register, entry)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _texts(material: Material) -> Iterator[_Text]:
    own = (("title", material.title), ("description", material.description), ("tags", "\n".join(material.tags)))
    for where, text in own:
        if text:
            yield _Text(where, text, mask(text))
    for name, utterances in material.transcripts:
        if utterances:
            text = " ".join(u.text for u in utterances)
            starts = accumulate((len(u.text) + 1 for u in utterances[:-1]), initial=0)
            yield _Text(name, text, mask(text), utterances, tuple(starts))


def _cited_clip(material: Material, index: RegisterIndex) -> Iterator[_Evidence]:
    for url in material.urls:
        for entry in index.citing.get(canonical(url) or "", ()):
            passage = Passage(where="url", quote=url, offset=0)
            yield _Evidence(entry, "cited", "A", "subject", 1.0, passage)


def _in_text(text: _Text, index: RegisterIndex) -> Iterator[_Evidence]:
    for address in entry_addresses(text.text):
        if address.entry in index.numbers:
            passage = text.passage(address.start, address.end)
            yield _Evidence(index.numbers[address.entry], "cited", "A", "subject", 1.0, passage)
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
    text: _Text, number: NumberMention, entry: Entry, names: Iterable[NameMention], spoken_for: set[tuple[int, int]]
) -> Iterator[_Evidence]:
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
        yield _Evidence(entry, "numbered", "A", role, round(0.5 + likeness / 2, 4), passage)
        yield _Evidence(entry, "numbered", "A", role, round(likeness / 2, 4), text.passage(start, end))
        return
    rival = next((n for n in names if _gap(n, number) <= BESIDE and n.candidates[0][1] >= CLOSE), None)
    if rival is None or not entry.names:
        score = 0.7 if number.strong else 0.5
        yield _Evidence(entry, "numbered", "B", "subject", score, passage)
        return
    spoken_for.add((rival.start, rival.end))
    others = [other.number for other, _ in rival.candidates]
    shown = ", ".join(others[:3]) + (" and others" if len(others) > 3 else "")
    conflict = f"the number points at entry {entry.number}, the name beside it at {shown}"
    alternatives = tuple(Alternative(entry=o.number, score=s) for o, s in rival.candidates[:ALTERNATIVES])
    yield _Evidence(entry, "numbered", "C", "subject", 0.5, passage, alternatives, conflict)
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


def _named(text: _Text, name: NameMention) -> Iterator[_Evidence]:
    """A name's evidence: tier B for one close candidate, else C for each of a few or once for a crowd."""
    passage = text.passage(name.start, name.end)
    role = _role(text, name.start, None)
    count = len(name.candidates)
    tier: Tier = "B" if count == 1 and name.candidates[0][1] >= CLOSE else "C"
    for entry, score in name.candidates if count <= CROWD else name.candidates[:1]:
        others = (Alternative(entry=o.number, score=s) for o, s in name.candidates if o is not entry)
        alternatives = tuple(others)[:ALTERNATIVES]
        yield _Evidence(entry, "named", tier, role, round(score / count, 4), passage, alternatives)


def _role(text: _Text, start: int, number: NumberMention | None) -> Role:
    """What the words before a name say of its bearer; without any, a name only spoken is anybody's."""
    before = text.text[max(0, start - 80) : start]
    if cues.SELF.search(before):
        return "testifier"
    kin = cues.kin(before)
    if kin is not None:
        return "subject" if kin == "mine" or number else "relative"
    return "subject" if number or not text.utterances else "other"


def _roles(evidence: list[_Evidence]) -> list[_Evidence]:
    """The evidence with what the register knows: who testified for an entry that is surely linked is its testifier.

    Beside such an entry a speaker's own relative is a relative, no second subject.
    """
    sure = {item.entry.number: item.entry for item in evidence if item.tier == "A"}
    tellers = [words_of(t.testifier) for entry in sure.values() for t in entry.testimonies if t.testifier]
    told: list[_Evidence] = []
    for item in evidence:
        if item.method == "named" and item.entry.number not in sure:
            matches = (agreement(item.entry.names, teller) for teller in tellers)
            if any(match and match[0] >= CLOSE for match in matches):
                item = replace(item, role="testifier")
            elif sure and item.role == "subject" and item.passage.start is not None:
                item = replace(item, role="relative")
        told.append(item)
    return told


def _link(clip: str, index: RegisterIndex, items: list[_Evidence]) -> Link:
    register = index.register
    # Stable, so that of equal evidence the title's comes before the description's and theirs before the transcripts'.
    ranked = sorted(items, key=lambda item: (item.tier, -item.score, item.passage.offset))
    if ranked[0].tier == "B" and any(item.conflict for item in ranked):
        ranked.sort(key=lambda item: item.conflict is None)
    best = ranked[0]
    passages = dict.fromkeys(item.passage for item in ranked)
    role = best.role
    if role in ("subject", "other"):
        role = next((item.role for item in ranked if item.role == "testifier"), role)
    if role == "other":
        role = next((item.role for item in ranked if item.role != "other"), role)
    return Link(
        id=link_id(clip, register.name, best.entry.number),
        clip=clip,
        register_name=register.name,
        register_sha256=register.sha256,
        entry=best.entry.number,
        method=best.method,
        tier=best.tier,
        role=role,
        score=best.score,
        **best.passage.model_dump(),
        further=tuple(passage for passage in passages if passage != best.passage)[:FURTHER],
        alternatives=best.alternatives,
        conflict=best.conflict,
        rules=RULES,
    )
