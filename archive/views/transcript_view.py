"""The transcripts of a clip as a person reads them: which one is meant, how it is written out, where two differ."""

from collections.abc import Sequence
from typing import Literal

from archive.errors import ArchiveError
from archive.opening.archive import Archive
from archive.texts.completions import joined_lines
from archive.texts.preferring import first
from archive.texts.shown import Shown, shown
from transcription.documents import showing
from transcription.documents.differences import Comparison, Speech
from transcription.documents.differences import compare as differing
from transcription.documents.players import starts_at
from transcription.records import Transcript

Format = Literal["vtt", "srt", "txt", "json"]


class NoSuchTranscript(ArchiveError):
    """A clip has no transcript of that name, or none that is shown without being named."""

    exit_code = 2


def transcripts_of(archive: Archive, clip: str) -> list[Shown]:
    """A clip's transcripts, in the order that the settings prefer. Raises ArchiveError where there is none."""
    if not (found := shown(archive, clip)):
        done = archive.ledger.clips.done(clip, "transcribe")
        what = "since it has no sound" if done else f"`thirdcopy transcribe {clip}` makes one"
        raise ArchiveError(f"{clip} has no transcript: {what}")
    return found


def meant(found: Sequence[Shown], name: str | None = None) -> Shown:
    """The transcript of that name, else the one to be shown first, which no translation is. Raises NoSuchTranscript."""
    known = {one.ref.name: one for one in found}
    if name is None:
        ref = first([one.ref for one in found])
        if ref is None:
            raise NoSuchTranscript(f"there are only translations: name one with --transcript {found[0].ref.name}")
        name = ref.name
    if name not in known:
        raise NoSuchTranscript(f"there is no transcript {name}; there are: {', '.join(known)}")
    return known[name]


def beside(found: Sequence[Shown], one: Shown) -> Shown:
    """The transcript to compare one with, the next in order that stands alone; others must be named.

    Raises ArchiveError.
    """
    for other in found:
        if other is not one and other.ref.stands_alone:
            return other
    raise ArchiveError(f"there is only one transcript, {one.ref.name}: nothing to compare it with")


def compared(one: Shown, other: Shown) -> Comparison:
    """Where two transcripts differ, as corrected, in what was said."""
    return differing(_speech(one), _speech(other))


def engines_compared(one: Shown) -> Comparison:
    """Where the second engine reads otherwise than the first, in the segments of a transcript that two have read.

    Both as the machines wrote them. Raises ArchiveError where no second one has read anything.
    """
    document = one.document
    both = [s for s in document.segments if s.second] if isinstance(document, Transcript) else []
    if not both:
        what = 'set second_opinion under [transcription] to "doubtful" or "all", and have the clip read again'
        raise ArchiveError(f"no second engine has read anything of {one.ref.name}: {what}")
    first = [Speech(s.start, s.end, s.text) for s in both]
    second = [Speech(s.start, s.end, s.second.text) for s in both if s.second]
    return differing(first, second)


def second_engines(one: Shown) -> str:
    """What the engines are called that have read segments of a transcript beside the first."""
    segments = one.document.segments if isinstance(one.document, Transcript) else ()
    return ", ".join(dict.fromkeys(s.second.model for s in segments if s.second))


def written(one: Shown, clip: str, form: Format) -> str:
    """A transcript as a text of that form, as corrected.

    Plain text, which is for people to read, holds by time what was read later of its gaps. In the other forms each is
    a file of its own, so that what is edited or checked is of one transcript.
    """
    if form == "json":
        return showing.to_json(one.body, one.document, one.layers)
    if form == "txt" and one.completions:
        told = (placed.line for placed in joined_lines(one))
        return showing.joined_text(_origins(one), told, starts_at(one.document))
    if form == "txt":
        return showing.to_text(one.document, one.layers, starts_at(one.document))
    if form == "vtt":
        return showing.with_end(showing.to_vtt(one.document, one.layers, one.stamp(clip)))
    return showing.to_srt(one.document, one.layers, one.stamp(clip))


def for_players(one: Shown) -> str:
    """A transcript as corrected and what was read later of its gaps, by time, as WebVTT that players show."""
    told = (placed.line for placed in joined_lines(one))
    return showing.players_vtt(_origins(one), told, starts_at(one.document))


def _origins(one: Shown) -> list[str]:
    """Sentences on where the words of a transcript and of its completions are from, and on the clock."""
    ahead, parts = starts_at(one.document), (one, *one.completions)
    first, *later = [showing.origin(part.document, part.layers) for part in parts]
    clock = [showing.clock_note(ahead)] if ahead else []
    return [first, *(f"What it left open: {origin}" for origin in later), *clock]


def _speech(one: Shown) -> list[Speech]:
    return [Speech(line.told.start, line.told.end, line.told.text) for line in one.lines() if line.told.language]
