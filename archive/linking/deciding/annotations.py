"""Links and judgements as W3C Web Annotations (https://www.w3.org/TR/annotation-model/), in JSON-LD. Pure.

A link is an annotation whose body is the entry, in the snapshot of its register by digest, and whose targets are
seconds of the media and quotes in a transcript, both by digest. A judgement is an annotation of that annotation.
Quotes are masked. The text that a position counts in is told in `quotes`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from archive.linking.deciding.judgements import JointVerdict, counting, joint_verdict
from archive.linking.deciding.quotes import AROUND, passages, still_stands
from archive.masks import mask
from archive.records.clip import Capture
from archive.records.link import Judgement, Link, Passage
from transcription.cutting import beginning, ending
from transcription.documents.players import shown_at

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
Annotation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that passages stand in, as it was linked: the file of the work object that has it, with its digest.

    `text` is masked, `media_sha256` names the media that it is of. `ahead` is where a browser's clock stands at the
    zero of a passage's seconds: a fragment of the original is on that clock.
    """

    path: str
    sha512: str
    media_sha256: str
    text: str
    ahead: float = 0.0


def collection(links: Sequence[Annotation], name: str) -> Annotation:
    """Annotations as a collection with one page, the form in which they stand in a sidecar and leave in an export."""
    identity = _urn(name)
    page = {"id": f"{identity}#page", "type": "AnnotationPage", "partOf": identity, "startIndex": 0, "items": [*links]}
    return {
        "@context": CONTEXT,
        "id": identity,
        "type": "AnnotationCollection",
        "label": name,
        "total": len(links),
        "first": page,
    }


def annotations(
    links: Sequence[tuple[Link, Sequence[Judgement]]], captures: Sequence[Capture], sources: Mapping[str, Source]
) -> list[Annotation]:
    """The links of one clip and the judgements of each as annotations, in their order.

    `sources` are the clip's transcripts by name. A passage whose quote no longer stands at its place there, as of a
    link that only its judgements keep, has a quote and seconds, and no position.
    """
    found = list[Annotation]()
    for link, judgements in links:
        found.append(_link(link, judgements, captures, sources))
        found.extend(_judgement(link, judgement, number) for number, judgement in enumerate(judgements))
    return found


def _link(
    link: Link, judgements: Sequence[Judgement], captures: Sequence[Capture], sources: Mapping[str, Source]
) -> Annotation:
    stand = joint_verdict(judgements)
    purpose = "identifying" if stand == "positive" else "linking"
    made: Annotation = {
        "id": _urn(f"link {link.id}"),
        "type": "Annotation",
        "motivation": purpose,
        "generator": {"id": _urn(f"rules {link.rules}"), "type": "Software", "name": link.rules},
        "body": [
            {
                "type": "SpecificResource",
                "purpose": purpose,
                "source": {"id": f"urn:sha256:{link.register_sha256}", "type": "Dataset", "label": link.register_name},
                "selector": {"type": "FragmentSelector", "value": f"entry={quote(link.entry, safe='')}"},
            },
            {"type": "TextualBody", "purpose": "classifying", "value": link.role},
            {"type": "TextualBody", "purpose": "assessing", "value": _assessed(stand)},
        ],
        "target": _distinct([target for one in passages(link) for target in _of_passage(one, captures, sources)]),
    }
    if stand == "positive":
        people = [one for one in counting(judgements) if one.verdict == "positive"]
        made["creator"] = [_person(one.by) for one in people]
        made["created"] = _time(people[0])
    return made


def _assessed(stand: JointVerdict | None) -> str:
    return stand or "no judgement"


def _judgement(link: Link, judgement: Judgement, number: int) -> Annotation:
    body = [{"type": "TextualBody", "purpose": "assessing", "value": judgement.verdict}]
    if judgement.why:
        body.append({"type": "TextualBody", "purpose": "commenting", "value": mask(judgement.why)})
    return {
        "id": _urn(f"judgement {number} of link {link.id}"),
        "type": "Annotation",
        "motivation": "assessing",
        "creator": _person(judgement.by),
        "created": _time(judgement),
        "body": body,
        "target": _urn(f"link {link.id}"),
    }


def _of_passage(passage: Passage, captures: Sequence[Capture], sources: Mapping[str, Source]) -> Iterator[Any]:
    page, source = captures[-1].url, sources.get(passage.where)
    if passage.start is not None and passage.end is not None:
        media = _media(captures, source)
        yield {
            "type": "SpecificResource",
            "source": {"id": f"urn:sha512:{media}", "type": "Video", "label": "the original"},
            "scope": page,
            "selector": {
                "type": "FragmentSelector",
                "conformsTo": FRAGMENTS,
                "value": _seconds(passage.start, passage.end, source.ahead if source else 0.0),
            },
        }
    if passage.where == "url":
        yield page
    elif passage.where == "stated":
        original = {"id": f"urn:sha512:{_media(captures, None)}", "type": "Video", "label": "the original"}
        yield {"type": "SpecificResource", "source": original, "scope": passage.quote}
    elif source is not None and still_stands(passage, source.text):
        end = passage.offset + len(passage.quote)
        told = {
            "type": "TextQuoteSelector",
            "exact": passage.quote,
            "prefix": ending(source.text, AROUND, passage.offset),
            "suffix": beginning(source.text, AROUND, end),
        }
        yield {
            "type": "SpecificResource",
            "source": {"id": f"urn:sha512:{source.sha512}", "type": "Text", "label": source.path},
            "selector": [told, {"type": "TextPositionSelector", "start": passage.offset, "end": end}],
        }
    else:
        yield {
            "type": "SpecificResource",
            "source": page,
            "selector": {"type": "TextQuoteSelector", "exact": passage.quote},
        }


def _media(captures: Sequence[Capture], source: Source | None) -> str:
    """The sha512 of the media that a transcript is of; the newest, where that is not known."""
    known = {capture.media.sha256: capture.media.sha512 for capture in captures}
    return known.get(source.media_sha256 if source else "", captures[-1].media.sha512)


def _seconds(start: float, end: float, ahead: float) -> str:
    """A media fragment; one without a length has no end, which the specification asks to be the greater."""
    begins, ends = f"{shown_at(start, ahead):.3f}", f"{shown_at(end, ahead):.3f}"
    return f"t={begins},{ends}" if begins != ends else f"t={begins}"


def _distinct(targets: list[Any]) -> list[Any]:
    return [target for number, target in enumerate(targets) if target not in targets[:number]]


def _person(name: str) -> Annotation:
    return {"type": "Person", "name": name}


def _time(judgement: Judgement) -> str:
    return f"{judgement.at:%Y-%m-%dT%H:%M:%SZ}"


def _urn(name: str) -> str:
    """A stable name for what has no address: a version 5 UUID of our own words for it."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'thirdcopy {name}')}"
