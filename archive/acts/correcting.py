"""Correct: what a person changed in an exported transcript becomes a layer over it. Nothing is ever replaced."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from archive.errors import ChangedMeanwhile, WrongFile
from archive.masks import mask
from archive.opening.archive import Archive
from archive.records.event import METADATA, Event
from archive.records.object_ids import ObjectId
from archive.records.transcript import Correction
from archive.texts.shown import Shown, shown
from transcription.cutting import shortened
from transcription.documents.corrections import UNDETERMINED, Change, changes, merge
from transcription.documents.cues import Cue, clock
from transcription.documents.cutoff import refuse_cut
from transcription.documents.labels import is_tag
from transcription.documents.platform_captions import Captions
from transcription.documents.players import starts_at, zero_based
from transcription.documents.showing import Stamp, edited
from transcription.errors import DocumentError

SINCE = "somebody else changed the same cues since the file was exported"
ALTERED = "the file was exported from another transcript of this name"
SLACK_S = 60
"""Seconds by which a cue may begin after what a file announces as its end: announcements err."""

UNKNOWN = "the file includes corrections that this ledger does not know"


@dataclass(frozen=True)
class EditedFile:
    """A file that `export` wrote and somebody edited.

    `transcript` says which one it is of, where its note that says so is gone. Cues that are not there at the end of a
    file without the note that an export ends with may be cut off: `shortened` says that they were taken out.
    """

    data: bytes
    transcript: str | None = None
    shortened: bool = False


@dataclass(frozen=True)
class SeenCue:
    """A cue as a person saw it: the transcript, its digest, so many corrections of it applied, and its place from 0."""

    transcript: str
    sha512: str
    corrections: int
    number: int


@dataclass(frozen=True)
class Corrected:
    """What became of an edited file: changes that are applied now, changes in conflict, how many of both are new."""

    transcript: str
    applied: tuple[Change, ...] = ()
    conflicts: tuple[Change, ...] = ()
    why: str | None = None
    new: int = 0


def correct(
    archive: Archive,
    clip: str,
    file: EditedFile,
    *,
    by: str,
    why: str | None = None,
    dry_run: bool = False,
) -> Corrected:
    """Keep what a person changed in a file that `export` wrote. The same file again adds nothing.

    What changed is what differs from the transcript as it was exported; it is applied to the transcript as it stands
    now. Where that cannot be, it is kept as a conflict. Raises DocumentError, which names the line, for a broken file
    or one that may be cut off, and WrongFile for one of another clip or transcript; nothing is kept then.
    """
    stamp, came = edited(file.data)
    perhaps_cut = None if file.shortened else file.data

    def cues_of(there: list[Shown]) -> tuple[Shown, tuple[Cue, ...]]:
        found = _meant(there, clip, stamp, file.transcript)
        return found, _zero_based(found, stamp, came)

    return _kept(archive, clip, cues_of, _Given(by, why, stamp, perhaps_cut), dry_run=dry_run)


def correct_cue(
    archive: Archive, clip: str, seen: SeenCue, *, text: str, language: str, by: str, why: str | None = None
) -> Corrected:
    """Keep what a person wrote in place of one cue, or that it is taken out, where the text is empty.

    It is applied, or kept as a conflict, as a cue of an edited file would be. Raises ChangedMeanwhile if the transcript
    is another one than the person saw, WrongFile if there is none of that name or no such cue in it, and DocumentError
    for a language that there is none of.
    """
    stamp = Stamp(clip=clip, transcript=seen.transcript, sha512=seen.sha512, corrections=seen.corrections)

    def cues_of(there: list[Shown]) -> tuple[Shown, tuple[Cue, ...]]:
        found = _meant(there, clip, stamp, seen.transcript)
        if found.ref.sha512 != seen.sha512 or len(found.corrections) < seen.corrections:
            raise ChangedMeanwhile(f"{clip} was read again since you saw it, so nothing was kept: look again")
        lines = found.lines(seen.corrections)
        if not 0 <= seen.number < len(lines):
            raise WrongFile(f"{seen.transcript} of {clip} has no cue {seen.number + 1}: it has {len(lines)}")
        if text.strip() and language != lines[seen.number].told.language and not is_tag(language):
            raise DocumentError(f"{shortened(repr(language), 40)} is no language: write its code, such as kk")
        cues = [Cue(start=one.told.start, end=one.told.end, text=f"{one.label}\n{one.told.text}") for one in lines]
        label = replace(lines[seen.number], told=lines[seen.number].told.model_copy(update={"language": language}))
        changed = cues[seen.number].model_copy(update={"text": f"{label.label}\n{text}" if text.strip() else ""})
        return found, (*cues[: seen.number], changed, *cues[seen.number + 1 :])

    return _kept(archive, clip, cues_of, _Given(by, why, stamp))


@dataclass(frozen=True)
class _Given:
    """Who corrects and why, which transcript they saw, None where their file is silent, bytes that may be cut off."""

    by: str
    why: str | None
    stamp: Stamp | None
    perhaps_cut: bytes | None = None


def _kept(
    archive: Archive,
    clip: str,
    cues_of: Callable[[list[Shown]], tuple[Shown, tuple[Cue, ...]]],
    given: _Given,
    *,
    dry_run: bool = False,
) -> Corrected:
    """Keep what differs between cues and the transcript that they were made of, again where somebody was quicker."""
    while True:
        known = archive.ledger.readings.corrections(clip)
        found, cues = cues_of(shown(archive, clip))
        _within(archive, clip, cues)
        blank = Correction(
            transcript=found.ref.name,
            sha512=given.stamp.sha512 if given.stamp else found.ref.sha512,
            by=given.by,
            at=archive.clock(),
            why=mask(given.why) if given.why else None,
            changes=(),
        )
        done, records = _merged(found, given.stamp, cues, known, blank, given.perhaps_cut)
        if dry_run:
            return done
        events = [_event(archive, clip, record) for record in records]
        if archive.ledger.readings.correct(clip, records, events=events, known=len(known)):
            return done


def _event(archive: Archive, clip: str, record: Correction) -> Event | None:
    detail = f"{len(record.changes)} cues of {record.transcript} corrected"
    detail += f", not applied: {record.conflict}" if record.conflict else ""
    outcome = "warning" if record.conflict else "success"
    return archive.happened(ObjectId.work_of(clip), METADATA, agent=record.by, detail=detail, outcome=outcome)


def _meant(there: list[Shown], clip: str, stamp: Stamp | None, named: str | None) -> Shown:
    """The transcript that a file is of. Raises WrongFile."""
    known = {one.ref.name: one for one in there}
    if stamp and stamp.clip != clip:
        raise WrongFile(f"the file says that it is of {stamp.clip}, not of {clip}")
    if stamp and named and stamp.transcript != named:
        raise WrongFile(f"the file says that it is of the transcript {stamp.transcript}, not of {named}")
    name = stamp.transcript if stamp else named
    if name is None:
        raise WrongFile(
            "the file does not say what it is of: the note that `thirdcopy export` wrote is gone; "
            "put it back, or name the transcript with --transcript"
        )
    if name not in known:
        raise WrongFile(f"{clip} has no transcript {name}; there are: {', '.join(known) or 'none'}")
    return known[name]


def _zero_based(found: Shown, stamp: Stamp | None, cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
    """The cues on the transcript's own clock; a file that names no clock is on it.

    One whose note is gone may be on the clock of players all the same: it is where more of its cues are as exported.
    """
    if stamp is None:
        own = [line.told.span for line in found.lines()]
        moved = zero_based(cues, starts_at(found.document), own)
        return max(cues, moved, key=lambda some: len({(cue.start, cue.end) for cue in some} & {*own}))
    exported = min(stamp.corrections, len(found.corrections))
    return zero_based(cues, stamp.starts_at, [line.told.span for line in found.lines(exported)])


def _within(archive: Archive, clip: str, cues: tuple[Cue, ...]) -> None:
    """Raise DocumentError for a cue that begins after its clip has ended."""
    captures = archive.ledger.clips.captures(clip)
    if captures and (late := next((cue for cue in cues if cue.start > captures[-1].duration + SLACK_S), None)):
        raise DocumentError(
            f"line {late.line}: a cue at {clock(late.start)}, where the clip ends at {clock(captures[-1].duration)}"
        )


def _merged(
    found: Shown,
    stamp: Stamp | None,
    cues: tuple[Cue, ...],
    known: list[Correction],
    blank: Correction,
    perhaps_cut: bytes | None,
) -> tuple[Corrected, list[Correction]]:
    """What becomes of an edited file, and the corrections that are new in it.

    Raises DocumentError where the bytes of a file that is `perhaps_cut` look so.
    """
    language = found.document.language if isinstance(found.document, Captions) else UNDETERMINED
    fits, conflicts, reason = tuple[Change, ...](), tuple[Change, ...](), SINCE
    if stamp and (stamp.sha512 != found.ref.sha512 or stamp.corrections > len(found.corrections)):
        reason = ALTERED if stamp.sha512 != found.ref.sha512 else UNKNOWN
        # Without what was exported, whatever differs from what stands now may be the person's.
        conflicts = changes(found.lines(), cues, language=language)
    else:
        exported = stamp.corrections if stamp else _nearest(found, cues, language)
        before, now = found.lines(exported), found.lines()
        made = [change for one in found.corrections[exported:] for change in one.changes]
        wanted = changes(before, cues, language=language)
        if perhaps_cut is not None:
            refuse_cut(perhaps_cut, before, cues, wanted)
        fits, conflicts = merge(before, now, wanted, made=made, by=blank.by)
    kept = {change for one in known if one.conflict and one.transcript == found.ref.name for change in one.changes}
    new = tuple(change for change in conflicts if change not in kept)
    records = [
        blank.model_copy(update={"changes": some, "conflict": conflict})
        for some, conflict in ((fits, None), (new, reason))
        if some
    ]
    done = Corrected(found.ref.name, fits, conflicts, reason if conflicts else None, len(fits) + len(new))
    return done, records


def _nearest(found: Shown, cues: tuple[Cue, ...], language: str) -> int:
    """How many corrections a file that does not say so includes: so many that the fewest cues differ."""
    return min(
        range(len(found.corrections), -1, -1),
        key=lambda number: len(changes(found.lines(number), cues, language=language)),
    )
