"""Work objects: what was made of a clip, as one sidecar and its transcripts, sealed when something changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter

from archive.errors import Fork, NoSuchClip
from archive.joins.recordings import by_pair, joint
from archive.linking.deciding.annotations import annotations, collection
from archive.linking.deciding.judgements import joint_verdict
from archive.objects import sidecar
from archive.objects.sidecar import JudgedJoin, JudgedLink, SealedAs, Sidecar, sealed_as
from archive.opening.archive import Archive
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.records.clip import Capture
from archive.records.event import Head
from archive.records.object_ids import ObjectId, clip_of
from archive.steps.linking import read_linkings
from archive.steps.quoted_texts import corrected_vtt, sources_of
from archive.steps.storing import safe
from archive.steps.transcribing import read_readings
from archive.texts.in_force import access_of
from archive.texts.shown import shown, with_conflicts
from storage.contract import Target
from storage.errors import TargetError
from transcription.documents.showing import made_vtt


@dataclass(frozen=True)
class SealedWork:
    """What became of one clip's work object: a new version, nothing new, or why not."""

    clip: str
    sealed: bool
    problem: str | None = None


_SEALED_AS = TypeAdapter(SealedAs)


def to_seal(archive: Archive) -> list[str]:
    """Safe clips of which something changed since their last work object.

    That a clip was transcribed, or cannot be, is worth a work object; and so are captions of its platform, that
    somebody opened or closed it, that somebody declared its languages, and that it may be one recording with another.
    A clip of which something waits that its newest version lacks is not sealed anew meanwhile: the next one would lack
    it too. A fork of what it has is no such.
    """
    marks = archive.ledger.marks
    worth = {*marks.worth_sealing([mark for mark in marks.bodies("work") if _is_sealed(archive, mark)])}
    return safe(archive, worth - {*map(clip_of, archive.ledger.waiting.holding_up())})


def _is_sealed(archive: Archive, body: str) -> bool:
    noted = archive.ledger.clips.parsed(_SEALED_AS, body)
    return noted.default in (None, archive.settings.access_of(noted.source))


def seal_work(archive: Archive, clip: str, usable: Mapping[str, Target]) -> SealedWork:
    """Seal a clip's work object, if it differs from the last one. A failure is kept and reported, not raised."""
    document_, transcripts = build(archive, clip), shown(archive, clip)
    items: dict[str, Item] = {"sidecar.json": document(sidecar.to_bytes(document_))}
    for one in transcripts:
        items[f"transcripts/{one.ref.name}.json"] = document(one.body.encode())
        items[f"transcripts/{one.ref.name}.vtt"] = document(made_vtt(one.document).encode())
        if one.corrections:
            items[f"transcripts/{one.ref.name}.corrected.vtt"] = document(corrected_vtt(one, clip))
    links = len(document_.links)
    try:
        provenance = Provenance(f"{len(transcripts)} transcripts, {links} links", clip=clip)
        sealed = seal(archive, ObjectId.work_of(clip), items, provenance, usable=usable)
    except (Fork, TargetError) as error:
        kind = "fork" if isinstance(error, Fork) else "passing"
        archive.ledger.clips.failed(clip, "work", kind=kind, message=str(error), now=archive.clock())
        return SealedWork(clip, sealed=False, problem=str(error))
    archive.ledger.clips.mended(clip, "work")
    archive.ledger.clips.mark_done(clip, "work", sealed_as(document_))
    if build(archive, clip) != document_:  # somebody judged or opened the clip meanwhile
        archive.ledger.clips.undo(clip, "meanwhile")
    return SealedWork(clip, sealed=sealed is not None)


def build(archive: Archive, clip: str) -> Sidecar:
    """A clip's sidecar as the ledger knows it now: the same facts give the same bytes. Raises NoSuchClip."""
    clips, readings = archive.ledger.clips, archive.ledger.readings
    evidence, captures = archive.ledger.copies.head(ObjectId.evidence_of(clip)), clips.captures(clip)
    if evidence is None or not captures:
        raise NoSuchClip(f"{clip} is not held yet: `thirdcopy status` says what is, `thirdcopy fetch` gets more")
    sources = sorted({listing.source for listing in clips.listings(clip)} | {c.source for c in captures})
    judgements, refs = readings.judgements(clip), tuple(readings.refs(clip))
    digests = {ref.name: ref.sha512 for ref in refs}
    links = tuple(
        JudgedLink(**link.model_dump(), judgements=tuple(mine), judgement=joint_verdict(mine))
        for link in readings.links(clip)
        for mine in [[j for j in judgements if j.link == link.id]]
    )
    return Sidecar(
        clip=clip,
        sources=tuple(sources),
        access=access_of(archive, clip, captures[-1].source),
        evidence=Head(object=evidence.object, version=evidence.version, sha512=evidence.sha512),
        captures=tuple(captures),
        declarations=tuple(readings.declarations(clip)),
        readings=tuple(read_readings(archive, clips.done(clip, "transcribe"))),
        transcripts=refs,
        corrections=tuple(with_conflicts(readings.corrections(clip), digests)),
        linkings=tuple(read_linkings(archive, clips.done(clip, "link"))),
        links=links,
        joins=tuple(_joins(archive, clip)),
        annotations=_annotated(archive, clip, links, captures),
    )


def _joins(archive: Archive, clip: str) -> Iterator[JudgedJoin]:
    """That a clip and others may be one recording: as it is proposed, and what people said of it."""
    proposed = {join.clips: join for join in archive.ledger.joins.of(clip)}
    judged = by_pair(archive.ledger.joins.judgements(clip))
    for pair in sorted({*proposed, *judged}):
        given = tuple(judged.get(pair, ()))
        yield JudgedJoin(clips=pair, proposal=proposed.get(pair), judgements=given, judgement=joint(given))


def _annotated(
    archive: Archive, clip: str, links: tuple[JudgedLink, ...], captures: list[Capture]
) -> dict[str, JsonValue] | None:
    if not links:
        return None
    judged = [(link, link.judgements) for link in links]
    return collection(annotations(judged, captures, sources_of(archive, clip, links)), ObjectId.work_of(clip))
