"""Export: links as a stranger can read and check them, with masked quotes and each with how it stands."""

from collections.abc import Iterator, Mapping, Sequence

from archive.linking.deciding import safe_csv
from archive.linking.deciding.annotations import Source, annotations, collection
from archive.linking.deciding.descriptions import address_at, evidence, judged
from archive.linking.deciding.judgements import joint_verdict
from archive.linking.deciding.quotes import passages, still_stands
from archive.opening.archive import Archive
from archive.records.clip import Capture
from archive.records.link import Judgement, Link
from archive.safe_text import written
from archive.steps.quoted_texts import sources_of
from archive.views.availability import place_of
from transcription.documents.players import shown_at

NONE = "none"
"""How a link stands that nobody judged."""

COLUMNS = (
    "register", "entry", "clip", "judgement", "judged", "role", "tier", "method", "score", "where", "start", "end",
    "address", "quote", "transcript_sha512", "text_start", "text_end", "media_sha512", "evidence", "namesakes",
    "margin", "conflict", "proposed", "register_sha256", "entry_sha256", "rules", "link", "starts_at", "availability",
    "available_since",
)  # fmt: skip

Judged = tuple[Link, list[Judgement]]


def chosen(archive: Archive, clip: str | None, stand: Sequence[str] = ()) -> dict[str, list[Judged]]:
    """The links of a clip, or of all, with their judgements, by clip: those that stand so, if `stand` says how."""
    given = archive.ledger.readings.judgements_by_link(clip)
    found = dict[str, list[Judged]]()
    for link in archive.ledger.readings.links(clip):
        judgements = given.get(link.id, [])
        if not stand or (joint_verdict(judgements) or NONE) in stand:
            found.setdefault(link.clip, []).append((link, judgements))
    return found


def to_jsonld(archive: Archive, found: Mapping[str, Sequence[Judged]]) -> str:
    """Links as a collection of W3C Web Annotations, which may stand in a page as it is."""
    items = [
        item for some, captures, sources in _by_clip(archive, found) for item in annotations(some, captures, sources)
    ]
    return written(collection(items, f"links of {archive.settings.name}"), indent=1, in_page=True) + "\n"


def to_csv(archive: Archive, found: Mapping[str, Sequence[Judged]]) -> str:
    """Links as CSV in which no cell can run as a formula, a row for each link with its strongest passage.

    Seconds are on the clock of a browser that plays the original; less `starts_at` they are the transcript's.
    `availability` is how the clip stands at its source, and since when.
    """
    rows = (
        _row(link, judgements, captures, sources) | place
        for some, captures, sources in _by_clip(archive, found)
        for place in [_place(archive, some[0][0].clip)]
        for link, judgements in some
    )
    return safe_csv.write(COLUMNS, rows).decode()


def _by_clip(
    archive: Archive, found: Mapping[str, Sequence[Judged]]
) -> Iterator[tuple[Sequence[Judged], list[Capture], dict[str, Source]]]:
    for clip, some in found.items():
        yield some, archive.ledger.clips.captures(clip), sources_of(archive, clip, [link for link, _ in some])


def _place(archive: Archive, clip: str) -> dict[str, object]:
    place = place_of(archive, clip)
    since = f"{place.since:%Y-%m-%dT%H:%M:%SZ}" if place.since else ""
    return {"availability": place.standing, "available_since": since}


def _row(
    link: Link, judgements: Sequence[Judgement], captures: Sequence[Capture], sources: Mapping[str, Source]
) -> dict[str, object]:
    source, first, newest = sources.get(link.where), passages(link)[0], captures[-1]
    ahead = source.ahead if source else 0.0
    there = source if source and still_stands(first, source.text) else None
    media = {capture.media.sha256: capture.media.sha512 for capture in captures}
    return {
        **{
            name: getattr(link, name) for name in ("entry", "clip", "role", "tier", "method", "where", "quote", "rules")
        },
        "register": link.register_name,
        "register_sha256": link.register_sha256,
        "entry_sha256": link.entry_sha256 or "",
        "judgement": joint_verdict(judgements) or NONE,
        "judged": " / ".join(judged(judgements)),
        "score": f"{link.score:.4f}",
        "start": "" if link.start is None else f"{shown_at(link.start, ahead):.3f}",
        "end": "" if link.end is None else f"{shown_at(link.end, ahead):.3f}",
        "starts_at": f"{ahead:.3f}",
        "address": address_at(newest.url, link.start, newest.extractor) or "",
        "transcript_sha512": there.sha512 if there else "",
        "text_start": link.offset if there else "",
        "text_end": link.offset + len(link.quote) if there else "",
        "media_sha512": media.get(source.media_sha256 if source else "", newest.media.sha512),
        "evidence": " / ".join(evidence(link)),
        "namesakes": link.namesakes,
        "margin": "" if link.margin is None else f"{link.margin:.4f}",
        "conflict": link.conflict or "",
        "proposed": "yes" if link.proposed else "no",
        "link": f"link-{link.id}",
    }
