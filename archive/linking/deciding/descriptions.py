"""What a person is told of a link and of an entry, in words that fit a screen and a cell alike. Pure."""

from collections.abc import Sequence
from typing import Final

from archive.linking.deciding.judgements import JointVerdict, counting
from archive.linking.registers.entries import Entry
from archive.masks import mask
from archive.records.link import Judgement, Link, Passage
from transcription.documents.players import shown_at


def moment(seconds: float) -> str:
    """Seconds as `mm:ss`, with hours where there are any."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def when(passage: Passage, ahead: float = 0.0) -> str:
    """Where a passage is: its seconds, on a clock that is so far ahead, or the field of the capture that it is in."""
    if passage.start is None:
        return {"url": "address", "stated": "the disk's word"}.get(passage.where, passage.where)
    end = passage.start if passage.end is None else passage.end
    return f"{moment(shown_at(passage.start, ahead))}–{moment(shown_at(end, ahead))}"


def address_at(url: str, start: float | None, extractor: str = "") -> str | None:
    """A clip's address, at a second of it where there is one; None where it is no web address.

    YouTube and most others take `t=SECONDSs`, PeerTube `start=SECONDSs`.
    """
    if not url.lower().startswith(("https://", "http://")):
        return None
    if start is None or int(start) == 0:
        return url
    bare, mark, fragment = url.partition("#")
    name = "start" if extractor.lower() == "peertube" else "t"
    joint = "&" if "?" in bare else "?"
    return f"{bare}{joint}{name}={int(start)}s{mark}{fragment}"


def verdict_in_words(judgement: JointVerdict | None) -> str:
    """What stands of a link's judgements, in words."""
    return "people disagree" if judgement == "conflict" else judgement or "no judgement"


def evidence(link: Link) -> list[str]:
    """The parts of a link's evidence, the weightiest first: `part +1.2 (what was found)`."""
    parts = sorted(link.evidence, key=lambda part: -abs(part.weight))
    return [f"{one.part} {one.weight:+.1f}" + f" ({one.found})" * bool(one.found) for one in parts]


OF_ANOTHER: Final = "another's number"
"""The part of a link's evidence that names another entry, to which nobody may have judged the clip to be linked."""


def evidence_of_its_own(link: Link) -> list[str]:
    """The same without what names another entry: what those are told who may not see proposals."""
    own = tuple(part for part in link.evidence if part.part != OF_ANOTHER)
    return evidence(link.model_copy(update={"evidence": own}))


def rivals(link: Link) -> str:
    """How many others the passage fits as well, and how far off the next one is."""
    found = [f"{link.namesakes} namesake{'s' * (link.namesakes != 1)}"] if link.namesakes else []
    if link.margin is not None:
        found.append(f"margin {link.margin:.2f}")
    return ", ".join(found)


def judged(judgements: Sequence[Judgement]) -> list[str]:
    """The judgements that count, the newest first: who, when, what, why."""
    return [
        f"{one.verdict} by {one.by}, {one.at:%Y-%m-%d}" + (f": {mask(one.why)}" if one.why else "")
        for one in reversed(counting(judgements))
    ]


def about(entry: Entry | None) -> list[tuple[str, str]]:
    """What the register says of a person, a line each: names in all scripts, sex, ethnicity, place, testifiers."""
    if entry is None:
        return [("names", "not in the register any more")]
    told = [("names" if number == 0 else "", name) for number, name in enumerate(entry.names[:4])]
    told = told or [("names", "the register has none")]
    more = len(entry.names) - 4
    if more > 0:
        told.append(("", f"and {more} more"))
    person = ", ".join(x for x in (entry.gender, entry.ethnicity, entry.age and f"age {entry.age}") if x)
    testifiers = [
        f"{one.testifier}" + f" ({one.relation})" * bool(one.relation) for one in entry.testimonies if one.testifier
    ]
    rest = (("person", person), ("place", entry.location), ("work", entry.profession))
    told.extend((name, mask(text)) for name, text in rest if text)
    if testifiers:
        shown = "; ".join(testifiers[:2]) + (f"; and {len(testifiers) - 2} more" if len(testifiers) > 2 else "")
        told.append(("told by", mask(shown)))
    return told
