"""All words of a clip that can be found: its title and description, and its transcripts as people corrected them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from archive.errors import ArchiveError
from archive.ledger.searchable import ClipWords
from archive.linking.deciding.judgements import joint_verdict
from archive.opening.archive import Archive
from archive.records.clip import Access, Capture
from archive.records.object_ids import ObjectId
from archive.records.whereabouts import whereabouts
from archive.searching.hits import Kind
from archive.searching.word_places import pieces
from archive.texts.completions import in_force
from archive.texts.in_force import access_by
from archive.texts.shown import Shown, corrections_in_force
from transcription.documents.cues import plain
from transcription.documents.platform_captions import Captions
from transcription.documents.players import shown_at, starts_at
from transcription.errors import DocumentError
from transcription.records import MARKS

TRANSLATION = "translation"
"""What a segment of a machine's translation is marked with: it is never evidence of what was said."""

_MARKED = ("outside:", "may_be:")


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text, its moments on the clock of a browser, its language and its marks; of an entry, its number."""

    text: str
    start: float | None = None
    end: float | None = None
    language: str | None = None
    marks: tuple[str, ...] = ()
    entry: str | None = None


@dataclass(frozen=True)
class Text:
    """A text as its lines, by kind and by the name of the transcript."""

    kind: Kind
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LinkedTo:
    """An entry that a clip is linked to, and whether people say so; else it is a proposal."""

    register: str
    entry: str
    positive: bool


@dataclass(frozen=True)
class ClipFacts:
    """What is asked of a clip besides its words; `day` is YYYYMMDD, `digest` tells whether its texts changed.

    `upstream` is None where nothing is known of its source.
    """

    clip: str
    level: Access
    source: str
    day: int
    title: str | None
    description: str | None
    upstream: bool | None
    links: tuple[LinkedTo, ...]
    digest: str
    transcripts: tuple[Shown, ...] = field(repr=False)


def facts_of(archive: Archive, clips: Sequence[str]) -> dict[str, ClipFacts]:
    """What is so of clips now, of those that are held, at one moment."""
    held_up = archive.ledger.waiting.holding_up()
    return {
        clip: _facts(archive, clip, found, held_up=not held_up.isdisjoint(map(str, ObjectId.both_of(clip))))
        for clip, found in archive.ledger.searchable.of(clips).items()
    }


def _facts(archive: Archive, clip: str, found: ClipWords, *, held_up: bool) -> ClipFacts:
    newest = found.capture
    standing = whereabouts(found.sightings, archive.clock()).standing
    applied, _ = corrections_in_force((ref for ref, _ in found.transcripts), found.corrections)
    transcripts = tuple(Shown(ref, body, applied.get(ref.name, ())) for ref, body in found.transcripts)
    told = [
        [newest.title, newest.description],
        *([one.ref.name, one.ref.sha512, *(c.model_dump_json() for c in one.corrections)] for one in transcripts),
    ]
    return ClipFacts(
        clip=clip,
        level=access_by(archive.settings, found.access, newest.source, held_up=held_up).level,
        source=newest.source,
        day=_day(newest),
        title=newest.title,
        description=newest.description,
        upstream=None if standing == "unknown" else standing == "up",
        links=tuple(_links(found)),
        digest=sha256(json.dumps(told).encode()).hexdigest()[:32],
        transcripts=tuple(in_force(transcripts)),
    )


def texts_of(facts: ClipFacts) -> Iterator[Text]:
    """The texts of a clip. Raises UnreadableText, at its end, for transcripts that cannot be read."""
    if facts.title and facts.title.strip():
        yield Text("title", "", (Line(" ".join(facts.title.split())),))
    if facts.description and (lines := tuple(map(Line, pieces(facts.description)))):
        yield Text("description", "", lines)
    unread = list[str]()
    for one in facts.transcripts:
        try:
            lines = tuple(_lines(one))
        except DocumentError as error:
            unread.append(f"{facts.clip} {one.ref.name}: {error}")
            continue
        if lines:
            yield Text("captions" if one.ref.kind == "captions" else "segment", one.ref.name, lines)
    if unread:
        raise UnreadableText("; ".join(unread))


class UnreadableText(ArchiveError):
    """Transcripts of a clip that cannot be read, and so are not found."""


def _lines(one: Shown) -> Iterator[Line]:
    document, always = one.document, (TRANSLATION,) * (one.ref.kind == "translation")
    ahead = starts_at(document)
    if one.corrections:
        for line in one.lines():
            marks = tuple(note for note in line.notes if note in MARKS or note.startswith(_MARKED))
            yield from _pieced(line.told.text, line.told.span, line.told.language, (*marks, *always), ahead)
    elif isinstance(document, Captions):
        for cue in document.segments:
            yield from _pieced(plain(cue.text), (cue.start, cue.end), document.language, always, ahead)
    else:
        for segment in document.segments:
            marks = (*segment.marks, *always)
            yield from _pieced(plain(segment.text), (segment.start, segment.end), segment.language, marks, ahead)


def _pieced(
    text: str, span: tuple[float, float], language: str | None, marks: tuple[str, ...], ahead: float
) -> Iterator[Line]:
    start, end = (shown_at(seconds, ahead) for seconds in span)
    if len(text) <= _SHORT:
        if text:
            yield Line(text, start, end, language, marks)
        return
    for piece in pieces(text):
        yield Line(piece, start, end, language, marks)


_SHORT = 240


def _day(capture: Capture) -> int:
    for told in (capture.uploaded, capture.first_published):
        digits = (told or "").replace("-", "")[:8]
        if digits.isascii() and digits.isdigit() and len(digits) == len("20260101"):
            return int(digits)
    return int(f"{capture.fetched:%Y%m%d}")


def _links(found: ClipWords) -> Iterator[LinkedTo]:
    for link in found.links:
        verdict = joint_verdict(found.judgements.get(link.id, ()))
        if verdict == "positive" or (verdict != "negative" and link.proposed):
            yield LinkedTo(link.register_name, link.entry, verdict == "positive")
