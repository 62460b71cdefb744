"""Complete: what no model knew when a clip was read is read once a language has a model; those gaps alone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.errors import ArchiveError, SpaceShort
from archive.local_paths import inside
from archive.opening.archive import Archive
from archive.records.transcript import TranscriptRef
from archive.steps.claiming import still_due
from archive.steps.storing import safe
from archive.steps.transcribing import TranscribedClip, brought, keep_transcript
from archive.texts.completions import COMPLETION, open_gaps
from archive.texts.in_force import declared_of
from archive.texts.shown import shown
from storage.contract import Target
from storage.errors import TargetError
from transcription.documents.kinds import Document
from transcription.errors import MediaError, ModelError
from transcription.languages import short
from transcription.records import Gap, Options, Transcript

if TYPE_CHECKING:
    from transcription.hearing.track_reading import TrackReader


_UNREAD = '"unsupported_language"'
"""What the JSON of a transcript with such a gap holds: it is looked for before anything is parsed."""


@dataclass(frozen=True)
class Unfinished:
    """A transcript with gaps that a language's model is to read, in the order of time."""

    clip: str
    ref: TranscriptRef
    body: str
    transcript: Transcript
    gaps: tuple[Gap, ...]

    @property
    def seconds(self) -> float:
        """How much is to be read."""
        return sum(gap.end - gap.start for gap in self.gaps)

    def name(self, language: str) -> str:
        """What the transcript is called that completes it in a language."""
        return f"{self.ref.name}-{language}"


def checked(options: Options, language: str) -> str:
    """The short code of a language that has a model of its own. Raises ArchiveError where it has none."""
    code = short(language)
    if not options.of(code).model:
        raise ArchiveError(f"{code} has no model of its own: name one under [transcription.per_language.{code}]")
    return code


def to_complete(archive: Archive, language: str) -> list[str]:
    """Safe clips with a gap that the model of a language is to read."""
    readings = archive.ledger.readings
    perhaps = [clip for clip in archive.ledger.clips.held() if any(ref.gaps for ref in readings.refs(clip))]
    return [clip for clip in safe(archive, perhaps) if any(unfinished(archive, clip, language))]


def unfinished(archive: Archive, clip: str, language: str) -> Iterator[Unfinished]:
    """The transcripts of a clip's newest media whose gaps a language's model is to read.

    They are by the model of the settings, have speech that was left out since no model knew what may be spoken, and the
    language is one that is declared. What a model has looked at already is read again only if the settings of that
    language changed.
    """
    captures, declared = archive.ledger.clips.captures(clip), declared_of(archive, clip)
    if not captures or (declared and language not in map(short, declared)):
        return
    options, said = archive.settings.transcription, {*map(short, declared)}
    for one in shown(archive, clip):
        ours = one.ref.kind == "whisper" and one.ref.model == options.model_name
        if not ours or one.ref.media_sha256 != captures[-1].media.sha256 or _UNREAD not in one.body:
            continue
        document = one.document
        if not isinstance(document, Transcript) or said != {*document.declared}:
            continue
        name = f"{one.ref.name}-{language}"
        before = {part.ref.name: part for part in one.completions}
        if name in before and _looked_at(before[name].document, options, language):
            continue
        others = [part.document for part in one.completions if part.ref.name != name]
        gaps = open_gaps(document, [other for other in others if isinstance(other, Transcript)])
        if gaps:
            yield Unfinished(clip, one.ref, one.body, document, gaps)


def _looked_at(document: Document, options: Options, language: str) -> bool:
    """Whether a completion was made with the model that the settings name now."""
    return isinstance(document, Transcript) and document.options.of(language) == options.without_paths().of(language)


def complete_clips(
    archive: Archive, reader: "TrackReader", language: str, clips: Sequence[str], usable: Mapping[str, Target]
) -> Iterator[TranscribedClip]:
    """Read the gaps of clips that a language's model is to read, each transcript's into one of its own.

    What was read of a track before a kill is in its checkpoint, and a transcript that was kept is not read again. A
    failure is kept and reported, not raised: the next call tries again, and no reading of the whole clip waits for it.
    """
    whole = {clip: [*unfinished(archive, clip, language)] for clip in clips}
    seconds = sum(one.seconds for some in whole.values() for one in some)
    with archive.progress.task(f"gaps of {len(clips):,} clips", total=seconds, unit="s") as task:
        for clip in still_due(archive, clips, "transcribe"):
            problem, made = None, 0
            try:
                for one in unfinished(archive, clip, language):
                    _complete(archive, reader, language, one, usable)
                    task.advance(one.seconds)
                    made += 1
                if made:
                    archive.ledger.clips.mended(clip, "transcribe")
            except (MediaError, ModelError, SpaceShort, TargetError, FileNotFoundError) as error:
                problem = str(error)
                archive.ledger.clips.failed(clip, "transcribe", kind="passing", message=problem, now=archive.clock())
            yield TranscribedClip(clip, transcripts=made, problem=problem)


def _complete(
    archive: Archive, reader: "TrackReader", language: str, one: Unfinished, usable: Mapping[str, Target]
) -> None:
    from transcription.hearing.track_reading import Completed

    capture, track = archive.ledger.clips.captures(one.clip)[-1], one.transcript.track
    completes = Completed.of(one.body.encode(), one.transcript, one.gaps)
    checkpoint = inside(archive.state / "transcribing", f"{one.clip}-t{track}-{language}.jsonl")
    with brought(archive, capture, usable) as media:
        opened = reader.open(
            media, media_sha256=capture.media.sha256, track=track, checkpoint=checkpoint, completes=completes
        )
        with closing(opened):
            made = reader.read(
                opened,
                track_language=one.transcript.track_language,
                declared=declared_of(archive, one.clip),
                completes=completes,
            ).transcript
    keep_transcript(archive, capture, made, name=one.name(language), kind=COMPLETION)
