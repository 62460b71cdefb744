"""From what a clip says of itself and what is said in it to proposed links. Pure: no network, no clock.

Rules `thirdcopy-linking/1`: an address (the entry cites the clip, or the clip cites the entry) and a number beside
a name that agrees are tier A; a number with its cue, or one close name without rival, is B; several candidates are C.
A number and a name that point at two entries make a conflict at tier C on both, for a person to settle. A name alone
is never better than B, however well it fits: fewer than half of the people in the register have a name of their own.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from archive.linking.claims import FURTHER, Claim, cited_clip, in_text, with_roles
from archive.linking.index import RegisterIndex
from archive.linking.material import Material, texts
from archive.records import Link

RULES = "thirdcopy-linking/1"


def propose(material: Material, index: RegisterIndex) -> list[Link]:
    """The links proposed for a clip: one for each entry, ordered by tier, falling score and entry number.

    A passage's `where` is `title`, `description`, `tags` (joined by a newline), a transcript's name (its utterances
    joined by one space), or `url` where the entry cites the clip's own address. Offsets count code points in that
    text; quotes are masked, which keeps their length. `start` and `end` are those of the utterances that hold the
    quote. A number that the register does not have makes no link.
    """
    claims = list(cited_clip(material, index))
    for text in texts(material):
        claims.extend(in_text(text, index))
    grouped: dict[str, list[Claim]] = defaultdict(list)
    for item in with_roles(claims):
        grouped[item.entry.number].append(item)
    links = [_link(material.clip, index, items) for items in grouped.values()]
    return sorted(links, key=lambda link: (link.tier, -link.score, len(link.entry), link.entry))


def link_id(clip: str, register: str, entry: str) -> str:
    """The id of the link between a clip and an entry: the first 16 hex digits of the sha256 over both."""
    return sha256("\n".join((clip, register, entry)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _link(clip: str, index: RegisterIndex, items: Sequence[Claim]) -> Link:
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
        conflict=str(best.conflict) if best.conflict else None,
        rules=RULES,
    )
