"""A clip as a reader of the room is given it: transcripts by sentence, links, files and copies, as they may see them.

All seconds are moments: on the clock of a browser that plays the original.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from archive.ledger.copies import ARRIVED
from archive.linking.deciding.descriptions import evidence, evidence_of_its_own, judged
from archive.linking.deciding.judgements import JointVerdict, joint_verdict
from archive.linking.deciding.quotes import passages
from archive.masks import mask
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.records.clip import Access, Capture
from archive.records.edits import Change, changes
from archive.records.link import Judgement, Link, Method, Role, Tier
from archive.records.object_ids import ObjectId
from archive.records.record import Moment, Record
from archive.records.sighting import Sighting
from archive.records.transcript import TranscriptKind
from archive.records.whereabouts import Standing, whereabouts
from archive.texts.completions import PlacedLine, in_force, joined_lines
from archive.texts.in_force import access_now
from archive.texts.preferring import first
from archive.texts.shown import Shown, shown
from archive.views.recently_read import RecentlyRead
from transcription.documents.labels import CORRECTED
from transcription.documents.players import shown_at, starts_at
from transcription.documents.sides import Side
from transcription.records import ClockDoubt

_LEFT_OUT = "speech not written down: "
_RECENT_BYTES = 20_000_000
"""Of the documents whose sentences are kept, which takes about as much memory again: 5,000 sentences are 1.5 MB."""


class Sentence(Record):
    """What was said from one moment to another, or that something was and is not written down.

    `marks` are the reasons for which a machine's text is not to be trusted as it stands; `by` who corrected it;
    `left_out` why nothing is written. `transcript` and `number`, from 1, say of which one it is and where there: one
    that was read later of a gap is of another transcript than those around it.
    """

    transcript: str
    number: int
    start: float
    end: float
    text: str
    language: str | None
    side: Side | None = None
    marks: tuple[str, ...] = ()
    by: str | None = None
    left_out: str | None = None


class TranscriptName(Record):
    """A transcript of the clip, without its text."""

    name: str
    kind: TranscriptKind
    languages: tuple[str, ...]
    model: str | None
    sha512: str
    corrections: int
    doubtful: bool


class ReadTranscript(TranscriptName):
    """A transcript with its sentences, in order of time. `starts_at` is where a browser's clock stands at its zero."""

    starts_at: float
    clock_doubts: tuple[ClockDoubt, ...]
    sentences: tuple[Sentence, ...]


class Place(Record):
    """Where a link's words stand; no seconds for words that nobody said."""

    where: str
    quote: str
    start: float | None
    end: float | None


class LinkOnPage(Record):
    """A link as a reader may see it: how it stands by people's judgements, with its evidence in words."""

    link: str
    register_name: str
    entry: str
    judgement: JointVerdict | None
    role: Role
    tier: Tier
    method: Method
    score: float
    places: tuple[Place, ...]
    evidence: tuple[str, ...]
    judged: tuple[str, ...]
    proposed: bool


class FileOnPage(Record):
    """A file of the newest version of a clip's evidence."""

    path: str
    role: str
    size: int
    sha256: str
    sha512: str


class CopyOnPage(Record):
    """A copy of the newest version of a clip's evidence, when it was stored and when it was last read in full."""

    target: str
    version: int
    state: str
    at: Moment
    read: Moment | None


class Edit(Record):
    """What one version of a clip's evidence changed, and when that was seen."""

    version: int
    at: Moment
    what: tuple[str, ...]


_RECENT = RecentlyRead[ReadTranscript](_RECENT_BYTES)


class ClipPage(Record):
    """A clip as one reader may see it. `copies` has targets for who has signed in; `arrived` counts them for all.

    In `timeline` the networks that asked are named to those who have signed in alone.

    `address` is empty where the clip has none that a browser can follow. `transcript` is the one that is read, `beside`
    the one next to it, where there are such.
    """

    clip: str
    title: str | None
    description: str | None
    source: str
    uploader: str | None
    uploaded: str | None
    address: str
    access: Access
    duration: float
    captured: Moment
    tool: str
    versions: int
    media_sha256: str
    media_sha512: str
    disagreements: tuple[str, ...]
    standing: Standing
    since: Moment | None
    timeline: tuple[Sighting, ...]
    transcripts: tuple[TranscriptName, ...]
    transcript: ReadTranscript | None
    beside: ReadTranscript | None
    links: tuple[LinkOnPage, ...]
    files: tuple[FileOnPage, ...]
    arrived: int
    copies: tuple[CopyOnPage, ...]
    edits: tuple[Edit, ...]


def clip_page(
    archive: Archive, clip: str, reader: Reader, *, transcript: str | None = None, beside: str | None = None
) -> ClipPage | None:
    """A clip for a reader; None where it is not held, not for them, or has no transcript of that name."""
    captures = archive.ledger.clips.captures(clip)
    if not captures:
        return None
    access, newest = access_now(archive, clip), captures[-1]
    if access.level not in reader.levels:
        return None
    texts = {one.ref.name: one for one in in_force(shown(archive, clip))}
    usual = first([one.ref for one in texts.values()])
    name = transcript or (usual.name if usual else next(iter(texts), None))
    if not {transcript, beside} <= {*texts, None}:
        return None
    spans = archive.ledger.sightings.of(clip)
    place = whereabouts(spans, archive.clock())
    copies = _copies(archive, clip)
    return ClipPage(
        clip=clip,
        title=newest.title,
        description=newest.description,
        source=newest.source,
        uploader=newest.uploader,
        uploaded=newest.uploaded,
        address=newest.url if newest.url.lower().startswith(("https://", "http://")) else "",
        access=access.level,
        duration=newest.duration,
        captured=newest.fetched,
        tool=f"{newest.tool} {newest.tool_version}",
        versions=len(captures),
        media_sha256=newest.media.sha256,
        media_sha512=newest.media.sha512,
        disagreements=newest.disagreements,
        standing=place.standing,
        since=place.since,
        timeline=tuple(span if reader.name else span.model_copy(update={"network": ""}) for span in spans),
        transcripts=tuple(_named(one) for one in texts.values()),
        transcript=read_transcript(texts[name]) if name else None,
        beside=read_transcript(texts[beside]) if beside else None,
        links=tuple(links_on_page(archive, clip, reader, {one.ref.name: one.ref.starts_at for one in texts.values()})),
        files=tuple(_files(newest)),
        arrived=sum(copy.state in ARRIVED for copy in copies),
        copies=copies if reader.name else (),
        edits=tuple(_edits(captures)),
    )


def may_read(archive: Archive, clip: str, reader: Reader) -> bool:
    """Whether a clip is held and a reader may read it."""
    return bool(archive.ledger.clips.captures(clip)) and access_now(archive, clip).level in reader.levels


def transcript_for(archive: Archive, clip: str, reader: Reader, name: str) -> ReadTranscript | None:
    """One transcript of a clip for a reader; None where there is none of that name, or the clip is not for them."""
    if not may_read(archive, clip, reader):
        return None
    return next((read_transcript(one) for one in shown(archive, clip) if one.ref.name == name), None)


def read_transcript(one: Shown) -> ReadTranscript:
    """A transcript with its sentences as corrected."""
    read = (one, *one.completions)
    key = tuple((part.ref, part.corrections) for part in read)
    return _RECENT.get(key, sum(len(part.body) for part in read), lambda: _read(one))


def _read(one: Shown) -> ReadTranscript:
    ahead = starts_at(one.document)
    return ReadTranscript(
        **_named(one).model_dump(),
        starts_at=ahead,
        clock_doubts=one.ref.clock_doubts,
        sentences=tuple(_sentence(placed, ahead) for placed in joined_lines(one)),
    )


def _named(one: Shown) -> TranscriptName:
    return TranscriptName(
        name=one.ref.name,
        kind=one.ref.kind,
        languages=one.ref.languages,
        model=one.ref.model,
        sha512=one.ref.sha512,
        corrections=len(one.corrections),
        doubtful=one.ref.doubtful,
    )


def _sentence(placed: PlacedLine, ahead: float) -> Sentence:
    line, told = placed.line, placed.line.told
    left_out = next((note.removeprefix(_LEFT_OUT) for note in line.notes), None) if told.language is None else None
    return Sentence(
        transcript=placed.of.ref.name,
        number=placed.number + 1,
        start=shown_at(told.start, ahead),
        end=shown_at(told.end, ahead),
        text="" if left_out else told.text,
        language=told.language,
        side=told.side,
        marks=() if left_out else tuple(note for note in line.notes if note != CORRECTED),
        by=line.layer.by if line.layer else None,
        left_out=left_out,
    )


def links_on_page(archive: Archive, clip: str, reader: Reader, ahead: Mapping[str, float]) -> list[LinkOnPage]:
    """The links of a clip that a reader may see, by moment: without rights to proposals, only those judged positive.

    `ahead` says how far a browser's clock is ahead of each transcript's.
    """
    readings = archive.ledger.readings
    given = readings.judgements_by_link(clip)
    found = list[LinkOnPage]()
    for link in readings.links(clip):
        judgements = given.get(link.id, [])
        if is_for(reader, judgements):
            found.append(link_on_page(link, judgements, reader, ahead))
    return sorted(found, key=lambda one: (one.places[0].start is not None, one.places[0].start or 0.0, one.entry))


def is_for(reader: Reader, judgements: Sequence[Judgement]) -> bool:
    """Whether a reader may see a link of which people judged so."""
    return reader.may("see proposals") or joint_verdict(judgements) == "positive"


def link_on_page(link: Link, judgements: Sequence[Judgement], reader: Reader, ahead: Mapping[str, float]) -> LinkOnPage:
    """A link with its moments and its evidence; who judged it is told to those who have signed in.

    Evidence that names another entry is for those alone who may see proposals.
    """

    def moment(seconds: float | None, where: str) -> float | None:
        return None if seconds is None else shown_at(seconds, ahead.get(where, 0.0))

    return LinkOnPage(
        link=link.id,
        register_name=link.register_name,
        entry=link.entry,
        judgement=joint_verdict(judgements),
        role=link.role,
        tier=link.tier,
        method=link.method,
        score=link.score,
        places=tuple(
            Place(where=one.where, quote=one.quote, start=moment(one.start, one.where), end=moment(one.end, one.where))
            for one in passages(link)
        ),
        evidence=tuple(evidence(link) if reader.may("see proposals") else evidence_of_its_own(link)),
        judged=tuple(judged(judgements)) if reader.name else (),
        proposed=link.proposed,
    )


def _files(capture: Capture) -> list[FileOnPage]:
    return [
        FileOnPage(path=file.path, role=file.role, size=file.size, sha256=file.sha256, sha512=file.sha512)
        for file in capture.files
    ]


def _copies(archive: Archive, clip: str) -> tuple[CopyOnPage, ...]:
    copies = archive.ledger.copies.of(ObjectId.evidence_of(clip))
    newest = max((copy.version for copy in copies), default=0)
    return tuple(
        CopyOnPage(target=copy.target, version=copy.version, state=copy.state, at=copy.at, read=copy.read)
        for copy in copies
        if copy.version == newest
    )


def _edits(captures: Sequence[Capture]) -> list[Edit]:
    pairs = pairwise(captures)
    made = [(number, after.fetched, changes(before, after)) for number, (before, after) in enumerate(pairs, start=2)]
    return [Edit(version=number, at=at, what=tuple(map(_in_words, some))) for number, at, some in reversed(made)]


def _in_words(change: Change) -> str:
    return mask(change.what)
