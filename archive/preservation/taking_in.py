"""Take in: what an object at a target says becomes part of the ledger, its versions first, then its words."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from archive.errors import Fork
from archive.ledger.clips import AccessGiven
from archive.ledger.copies import Copy, SealedVersion
from archive.ledger.disks import NEVER, KnownFile
from archive.ledger.markers import LAST_FULL
from archive.objects import ocfl
from archive.objects.reading_back import Documents, Held, Run, Words, older_inventory
from archive.objects.sidecar import Sidecar, sealed_as
from archive.opening.archive import Archive
from archive.preservation.surveying import Survey
from archive.records.clip import Capture, Listing
from archive.records.disk import DiskFile, FileState
from archive.records.expected import ListImport
from archive.records.object_ids import clip_of
from archive.records.report import Report
from archive.records.snapshot import Snapshot
from archive.texts.shown import overtaken
from storage.contract import LARGEST, Target


def versions_of(places: Mapping[str, Target], newest: Survey) -> list[SealedVersion]:
    """Every version of an object as it was sealed, up to the one that was surveyed. Raises TargetError.

    An older inventory must be what its commit says, and say of its versions what the newest one says.
    """
    whole, object_id = newest.whole, newest.whole.object

    def fits(data: bytes) -> bool:
        try:
            return whole.inventory.follows(ocfl.parse(data))
        except ocfl.InventoryError:
            return False

    brought = defaultdict[int, list[int]](list)
    for path in whole.inventory.content():
        brought[ocfl.version_of(path)].append(newest.sizes.get(path, -1))
    versions = list[SealedVersion]()
    for number in range(1, whole.inventory.number + 1):
        last = number == whole.inventory.number
        data = whole.data if last else older_inventory(places, object_id, number, fits)
        versions.append(
            SealedVersion(
                object_id,
                number,
                ocfl.digest_of(data),
                clip_of(object_id),
                data.decode(),
                whole.inventory.versions[f"v{number}"].moment,
                _together(brought[number]),
                len(brought[number]),
            )
        )
    return versions


def _together(sizes: Collection[int]) -> int | None:
    """The bytes of some files as a target says they are; None where no disk holds that, and it must be measured."""
    return sum(sizes) if all(size >= 0 for size in sizes) and sum(sizes) <= LARGEST else None


def take_in(
    archive: Archive,
    versions: list[SealedVersion],
    documents: Documents,
    holders: Mapping[str, Survey],
    *,
    words: bool,
) -> None:
    """Keep versions as sealed, who claims to hold them, and what they say; without `words`, not what people said.

    Raises Fork, and keeps nothing, where the ledger has another content of one of them.
    """
    object_id = versions[0].object
    for version in versions:
        known = archive.ledger.copies.version(object_id, version.version)
        if known and known.sha512 != version.sha512:
            raise Fork(f"{object_id} v{version.version} is not the one this ledger has: a person must compare both")
    for version in versions:
        archive.ledger.copies.seal(version, events=())
    for name, survey in holders.items():
        there = min(survey.whole.inventory.number, len(versions))
        if survey.whole.inventory.follows(versions[there - 1].parsed):
            for number in range(1, there + 1):
                if number not in survey.torn:
                    claim(archive, object_id, number, name)
    if isinstance(documents, Run):
        archive.ledger.events.restore(documents.record.run, list(documents.events))
        archive.ledger.sightings.restore(documents.sightings)
        if documents.record.full:
            archive.ledger.markers.set(LAST_FULL, documents.record.written.isoformat())
    elif isinstance(documents, Held):
        for version, visit in zip(versions, documents.visits, strict=True):
            archive.ledger.copies.seal(version, events=(), snapshot=visit.model_dump_json())
        archive.ledger.disks.restore(documents.visits[-1], [_known(file) for file in documents.files])
    elif isinstance(documents, Words):
        for ref in documents.document.transcripts:
            archive.ledger.readings.add_transcript(documents.document.clip, ref, documents.bodies[ref.name], event=None)
        _keep_work(archive, documents.document, words=words)
    else:
        for version, fact in zip(versions, documents, strict=True):
            if isinstance(fact, Snapshot | ListImport | Report):
                archive.ledger.copies.seal(version, events=(), snapshot=fact.model_dump_json())
            elif isinstance(fact, Capture):
                archive.ledger.copies.seal(version, events=(), capture=fact)
                archive.ledger.clips.seen([_listing(fact, fact.source)], fact.fetched)


def _known(file: DiskFile) -> KnownFile:
    """A file that lay on a disk, as a record says: it is read anew when the disk is visited again."""
    state: FileState = "media" if file.sha256 else "other"
    return KnownFile(file.path, file.size, NEVER, 0, state, file.sha512, file.sha256, file.why)


def claim(archive: Archive, object_id: str, number: int, target: str) -> None:
    """Keep that a version is said to be at a target, unless more is known of it."""
    if target not in {copy.target for copy in archive.ledger.copies.of(object_id, number)}:
        archive.ledger.copies.mark(Copy(object_id, number, target, "claimed", at=archive.clock()), event=None)


def _listing(capture: Capture, source: str) -> Listing:
    """What a source must have said of a clip that was captured."""
    return Listing(
        source=source,
        extractor=capture.extractor,
        platform_id=capture.platform_id,
        url=capture.url,
        title=capture.title,
        duration=capture.duration,
    )


def _keep_work(archive: Archive, document: Sidecar, *, words: bool) -> None:
    clips, clip, capture = archive.ledger.clips, document.clip, document.captures[-1]
    unlisted = {*document.sources} - {listing.source for listing in clips.listings(clip)}
    clips.seen([_listing(capture, source) for source in sorted(unlisted)], capture.fetched)
    archive.ledger.readings.set_links(clip, [judged.proposal for judged in document.links], event=None)
    archive.ledger.joins.learn(
        [join.proposal for join in document.joins if join.proposal and clip in join.proposal.clips]
    )
    if words:
        keep_words(archive, document)
    if document.readings:
        clips.mark_done(clip, "transcribe", json.dumps([r.model_dump(mode="json") for r in document.readings]))
    if document.linkings:
        clips.mark_done(clip, "link", json.dumps([r.model_dump(mode="json") for r in document.linkings]))
    clips.mark_done(clip, "work", sealed_as(document))


def keep_words(archive: Archive, document: Sidecar) -> None:
    """Put in force what people said of a clip: judgements, also on joins, corrections, declarations, who may read it.

    Where the ledger has words as well, those that were said last count, not those that came last.
    """
    clip, before = document.clip, archive.ledger.clips.access(document.clip)
    for judged in document.links:
        for judgement in judged.judgements:
            archive.ledger.readings.judge(clip, judgement, event=None)
    for join in document.joins:
        for said in join.judgements:
            if clip in (said.one, said.other):  # a document speaks of its own clip alone
                archive.ledger.joins.judge(said, events=())
    learnt = overtaken(document.corrections, archive.ledger.readings.corrections(clip))
    archive.ledger.readings.correct(clip, learnt, events=())
    for declaration in document.declarations:
        archive.ledger.readings.declare(clip, declaration, event=None)
    if document.access.by and document.access.at:
        given = AccessGiven(document.access.level, document.access.by, document.access.at)
        if before is None or before.at < given.at:
            archive.ledger.clips.give_access(clip, given, event=None)


def words_in(document: Sidecar) -> str:
    """What people said of a clip, counted, for a person who is to accept it; nothing where nobody said anything."""
    judgements = sum(len(link.judgements) for link in document.links)
    declared = len(document.declarations)
    joined = sum(len(join.judgements) for join in document.joins)
    counts = (
        (judgements, "judgements"),
        (joined, "judgements on joins"),
        (len(document.corrections), "corrections"),
        (declared, "declared languages"),
    )
    said = [f"{count} {what}" for count, what in counts if count]
    if document.access.by:
        when = f" on {document.access.at:%Y-%m-%d}" if document.access.at else ""
        said.insert(0, f"access {document.access.level} by {document.access.by}{when}")
    return ", ".join(said)
