"""Cite: a moment of a clip, with what is said there, for a reader who may see it. Looking changes nothing."""

from hashlib import sha256
from math import inf

from archive.citing.citation import (
    Citation,
    CitedEntry,
    CitedFilm,
    CitedMoment,
    CitedWork,
    entry_begins,
)
from archive.citing.quoted_words import quoted
from archive.errors import ArchiveError
from archive.linking.deciding.judgements import JointVerdict, joint_verdict
from archive.linking.registers.entries import number_of
from archive.masks import mask
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.preservation.sealing import document
from archive.records.clip import Capture
from archive.records.link import link_id
from archive.records.object_ids import Kind, ObjectId
from archive.steps.quoted_texts import corrected_vtt
from archive.steps.registering import entries_of, snapshot, versions
from archive.texts.in_force import access_now
from archive.texts.shown import Shown, shown
from archive.views.transcript_view import meant
from transcription.documents.cues import clock
from transcription.documents.players import names_its_clock, starts_at

ROUNDING_S = 1.0
"""Seconds that a moment may lie behind the film's measured end: players round."""


class NotCitable(ArchiveError):
    """Nothing to cite: no such clip, moment or entry, or not for this reader, which is one answer."""

    exit_code = 2


def cite(
    archive: Archive,
    clip: str,
    start: float,
    end: float | None = None,
    transcript: str | None = None,
    entry: str | None = None,
    *,
    reader: Reader,
) -> Citation:
    """Cite a second of a clip, or a stretch from `start` to `end`, on the clock of a browser that plays the original.

    The words are those of the transcript of that name, else of the one that is shown first; a moment at which that one
    has nothing is cited without words, unless it was named. `entry` is a number, or `REGISTER/NUMBER`. Raises
    NotCitable, and NoSuchTranscript with the names that there are.
    """
    captures = archive.ledger.clips.captures(clip)
    if not captures or access_now(archive, clip).level not in reader.levels:
        raise NotCitable(f"there is no clip {clip} to cite")
    if not 0 <= start < inf or (end is not None and not start < end < inf):
        raise NotCitable("a moment begins at 0 or later, and a stretch ends after it begins")
    one = _text(archive, clip, transcript)
    if one and transcript is None:
        one = _with_words(one, start, end)
    ahead = starts_at(one.document) if one and names_its_clock(one.document) else None
    moment = CitedMoment(start=start, end=end, starts_at=ahead)
    version, capture = _film(captures, one)
    _refuse_later(capture, moment)
    words = quoted(one, moment) if one else None
    if words is None and transcript is not None:
        raise NotCitable(f"{transcript} has nothing at {clock(start)}: no words were written down there")
    cited_entry = _entry(archive, clip, entry, reader) if entry is not None else None
    return Citation(
        archive=archive.settings.name,
        clip=clip,
        source=capture.source,
        platform=capture.extractor,
        url=capture.url,
        title=None if capture.title is None else mask(capture.title),
        uploader=capture.uploader,
        uploaded=capture.uploaded,
        captured=capture.fetched,
        film=CitedFilm(
            object=ObjectId.evidence_of(clip),
            version=version,
            file=capture.media.path,
            sha256=capture.media.sha256,
            sha512=capture.media.sha512,
        ),
        moment=moment,
        words=words,
        work=_work(archive, clip, one, cited_entry) if one and words else None,
        entry=cited_entry,
        cited=archive.clock(),
    )


def _text(archive: Archive, clip: str, name: str | None) -> Shown | None:
    """The transcript that is meant; None where none was named and the clip has none but translations."""
    found = shown(archive, clip)
    if name is None and not any(one.ref.stands_alone for one in found):
        return None
    return meant(found, name)


def _with_words(one: Shown, start: float, end: float | None) -> Shown:
    """The one of a transcript and those that complete it that has words at a moment; itself where none has."""
    for part in (one, *one.completions):
        ahead = starts_at(part.document) if names_its_clock(part.document) else None
        if quoted(part, CitedMoment(start=start, end=end, starts_at=ahead)) is not None:
            return part
    return one


def _film(captures: list[Capture], one: Shown | None) -> tuple[int, Capture]:
    """The newest version of the evidence with the film that a transcript is of, else the newest, with its number."""
    numbered = list(enumerate(captures, start=1))
    of_this = [pair for pair in numbered if one and pair[1].media.sha256 == one.ref.media_sha256]
    return (of_this or numbered)[-1]


def _refuse_later(capture: Capture, moment: CitedMoment) -> None:
    ends = capture.duration + max(0.0, moment.starts_at or 0.0) + ROUNDING_S
    if max(moment.start, moment.end or 0.0) > ends:
        raise NotCitable(f"the film ends at {clock(ends - ROUNDING_S)} on a browser's clock: nothing is behind it")


def _work(archive: Archive, clip: str, one: Shown, entry: CitedEntry | None) -> CitedWork:
    """The clip's work object, with its version if that has the words and what people said of the entry."""
    name = ObjectId.work_of(clip)
    head = archive.ledger.copies.head(name)
    if head is None:
        return CitedWork(object=name)
    whole = archive.ledger.clips.done(clip, "work") is not None
    judged = entry is not None and entry.judgement is not None
    sealed = whole or (not judged and _has(head.parsed.state(), one, clip))
    return CitedWork(object=name, version=head.version if sealed else None)


def _has(state: dict[str, str], one: Shown, clip: str) -> bool:
    """Whether a version has a transcript as it is shown now."""
    path = f"transcripts/{one.ref.name}"
    if state.get(f"{path}.json") != one.ref.sha512:
        return False
    return not one.corrections or state.get(f"{path}.corrected.vtt") == document(corrected_vtt(one, clip)).sha512


def _entry(archive: Archive, clip: str, wanted: str, reader: Reader) -> CitedEntry:
    """The entry in the newest snapshot of its register, as far as it is for the reader. Raises NotCitable."""
    register, _, written = wanted.rpartition("/")
    number = number_of(written)
    if number is None:
        raise NotCitable(f"there is no entry {wanted} to cite")
    every = [
        head.object.removeprefix(Kind.REGISTER.prefix) for head in archive.ledger.copies.heads(Kind.REGISTER.prefix)
    ]
    stands = {name: _stands(archive, clip, name, number) for name in every if register in ("", name)}
    if not reader.may("see proposals"):  # what is not judged positive is no fact to them, and to a visitor nothing
        stands = {name: stand if stand == "positive" else None for name, stand in stands.items()}
    if reader.role == "visitor":
        stands = {name: stand for name, stand in stands.items() if stand == "positive"}
    digests = {name: digest for name in stands if (digest := _line_of(archive, name, number))}
    if len(digests) > 1 and (linked := {name: one for name, one in digests.items() if stands[name] == "positive"}):
        digests = linked
    if not digests:
        raise NotCitable(f"there is no entry {wanted} to cite")
    if len(digests) > 1:
        raise NotCitable(f"several registers have an entry {number}: name one, such as {min(digests)}/{number}")
    ((name, digest),) = digests.items()
    return CitedEntry(
        object=ObjectId.register_of(name),
        register_name=name,
        entry=number,
        snapshot_sha256=snapshot(archive, name).entries_sha256,
        entry_sha256=digest,
        judgement=stands[name],
    )


def _stands(archive: Archive, clip: str, register: str, number: str) -> JointVerdict | None:
    """What people's judgements of the link between a clip and an entry amount to."""
    return joint_verdict(archive.ledger.readings.judgements(clip, link=link_id(clip, register, number)))


def _line_of(archive: Archive, register: str, number: str) -> str | None:
    """The digest of an entry's line in the newest snapshot of a register, None where that has no such entry."""
    beginning = entry_begins(number)
    with entries_of(archive, register, versions(archive, register)[-1], archive.targets) as lines:
        line = next((line for line in lines if line.startswith(beginning)), None)
    return sha256(line.rstrip(b"\n")).hexdigest() if line else None
