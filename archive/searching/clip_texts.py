"""All words of a clip that can be found: its title and description, and its transcripts as people corrected them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from archive.errors import ArchiveError
from archive.linking.deciding.judgements import joint_verdict
from archive.opening.archive import Archive
from archive.records.clip import Access, Capture
from archive.records.whereabouts import whereabouts
from archive.searching.hits import Kind
from archive.searching.word_places import pieces
from archive.texts.in_force import access_of
from archive.texts.shown import Shown, shown
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
    upstream: bool | None
    links: tuple[LinkedTo, ...]
    digest: str
    captures: tuple[Capture, ...] = field(repr=False)
    transcripts: tuple[Shown, ...] = field(repr=False)


def facts_of(archive: Archive, clip: str) -> ClipFacts | None:
    """What is so of a clip now; None for one that is not held."""
    captures = archive.ledger.clips.captures(clip)
    if not captures:
        return None
    newest = captures[-1]
    standing = whereabouts(archive.ledger.sightings.of(clip), archive.clock()).standing
    transcripts = tuple(shown(archive, clip))
    told = [
        [newest.title, newest.description],
        *([one.ref.name, one.ref.sha512, *(c.model_dump_json() for c in one.corrections)] for one in transcripts),
    ]
    return ClipFacts(
        clip=clip,
        level=access_of(archive, clip, newest.source).level,
        source=newest.source,
        day=_day(newest),
        title=newest.title,
        upstream=None if standing == "unknown" else standing == "up",
        links=tuple(_links(archive, clip)),
        digest=sha256(json.dumps(told).encode()).hexdigest()[:32],
        captures=tuple(captures),
        transcripts=transcripts,
    )


def texts_of(facts: ClipFacts) -> Iterator[Text]:
    """The texts of a clip. Raises UnreadableText, at its end, for transcripts that cannot be read."""
    newest = facts.captures[-1]
    if newest.title and newest.title.strip():
        yield Text("title", "", (Line(" ".join(newest.title.split())),))
    if newest.description and (lines := tuple(map(Line, pieces(newest.description)))):
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


def _links(archive: Archive, clip: str) -> Iterator[LinkedTo]:
    readings = archive.ledger.readings
    links = readings.links(clip)
    judged = readings.judgements_by_link(clip) if links else {}
    for link in links:
        verdict = joint_verdict(judged.get(link.id, ()))
        if verdict == "positive" or (verdict != "negative" and link.proposed):
            yield LinkedTo(link.register_name, link.entry, verdict == "positive")


def levels_of(archive: Archive, clips: Sequence[str]) -> dict[str, Access]:
    """The access level of each of some clips that is held now."""
    found = dict[str, Access]()
    for clip in clips:
        captures = archive.ledger.clips.captures(clip)
        if captures:
            found[clip] = access_of(archive, clip, captures[-1].source).level
    return found
