"""From what a clip says of itself and what is said in it to proposed links. Pure: no network, no clock."""

from collections import defaultdict
from collections.abc import Sequence

from archive.linking.claims import Claim, claims
from archive.linking.index import RegisterIndex
from archive.linking.material import Material, texts
from archive.linking.rules import rules
from archive.linking.text_reading import read_text
from archive.records.link import Link, Role, link_id

FURTHER = 50
"""Most further passages that a link carries; the strongest are kept."""


def propose(material: Material, index: RegisterIndex) -> list[Link]:
    """The links proposed for a clip: one for each entry, ordered by tier, falling score and entry number.

    A passage's `where` is `title`, `description`, `tags` (joined by a newline), a transcript's name (its utterances
    joined by one space), `url` where the entry cites the clip's own address, or `stated` where it cites the one that
    a disk states of its file. Offsets count code points in that
    text; quotes are masked, which keeps their length. `start` and `end` are those of the utterances that hold the
    quote. A number that the register does not have makes no link. Known people are proposed as a subject only
    where a number names them.
    """
    found = claims(material, [read_text(text, index) for text in texts(material)], index)
    grouped: dict[str, list[Claim]] = defaultdict(list)
    for claim in found:
        grouped[claim.entry.number].append(claim)
    by = rules(index.known)
    links = [_link(material.clip, index, items, by) for items in grouped.values()]
    return sorted(links, key=lambda link: (link.tier, -link.score, len(link.entry), link.entry))


def _link(clip: str, index: RegisterIndex, items: Sequence[Claim], by: str) -> Link:
    register = index.register
    # Stable, so that of equal claims the title's comes before the description's and theirs before the transcripts'.
    ranked = sorted(items, key=lambda item: (item.tier, -item.score))
    if ranked[0].tier == "B" and any(item.conflict for item in ranked):
        ranked.sort(key=lambda item: item.conflict is None)
    best = ranked[0]
    passages = dict.fromkeys(item.passage for item in ranked)
    return Link(
        id=link_id(clip, register.name, best.entry.number),
        clip=clip,
        register_name=register.name,
        register_sha256=register.sha256,
        entry=best.entry.number,
        entry_sha256=best.entry.sha256,
        method=best.method,
        tier=best.tier,
        role=_role(ranked),
        score=best.score,
        **best.passage.model_dump(),
        further=tuple(passage for passage in passages if passage != best.passage)[:FURTHER],
        evidence=best.weighed.parts,
        namesakes=best.namesakes,
        margin=best.margin,
        alternatives=best.alternatives,
        conflict=str(best.conflict) if best.conflict else None,
        rules=by,
    )


def _role(ranked: Sequence[Claim]) -> Role:
    """The strongest claim's role, but that who speaks is the testifier wherever it is said, and `other` says least."""
    role = ranked[0].role
    if role in ("subject", "other"):
        role = next((item.role for item in ranked if item.role == "testifier"), role)
    if role == "other":
        role = next((item.role for item in ranked if item.role != "other"), role)
    return role
