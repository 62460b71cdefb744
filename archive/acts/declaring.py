"""Declare: what a person knows is spoken in a clip, so that no model guesses at a language that it does not know."""

from collections.abc import Sequence
from datetime import timedelta

from archive.errors import UnknownLanguage
from archive.masks import mask
from archive.opening.archive import Archive
from archive.records.event import METADATA
from archive.records.object_ids import ObjectId
from archive.records.transcript import Declaration
from archive.steps.other_languages import read_otherwise
from archive.texts.in_force import of_source
from transcription.languages import language_code


def declare(
    archive: Archive, clip: str, languages: Sequence[str], *, by: str, why: str | None = None, dry_run: bool = False
) -> tuple[str, ...]:
    """Keep that `languages` are spoken in a clip: what holds for it now. The next run reads it again if that changed.

    No language takes a declaration back: those of the source hold again. Raises UnknownLanguage for one that is none of
    the archive's.
    """
    spoken = archive.settings.transcription.languages
    try:
        said = tuple(dict.fromkeys(map(language_code, languages)))
    except ValueError as error:
        raise UnknownLanguage(f"{error}; the archive's are {', '.join(spoken)}") from error
    for code in said:
        if code not in spoken:
            raise UnknownLanguage(
                f"{code} is none of the archive's languages ({', '.join(spoken)}): "
                f"add it to transcription.languages in {archive.settings.file}"
            )
    if dry_run:
        return said or of_source(archive, clip)
    with archive.ledger.at_once():
        before = archive.ledger.readings.declarations(clip)
        if said != (before[-1].languages if before else ()):
            # the newest counts, also after a clock that was set back
            at = max(archive.clock(), before[-1].at + timedelta(seconds=1)) if before else archive.clock()
            declaration = Declaration(languages=said, by=by, at=at, why=mask(why) if why else None)
            detail = f"languages declared: {', '.join(said)}" if said else "declared languages taken back"
            event = archive.happened(ObjectId.work_of(clip), METADATA, agent=by, detail=detail)
            archive.ledger.readings.declare(clip, declaration, event=event)
    return said or of_source(archive, clip)


def declare_source(
    archive: Archive, source: str, *, by: str, why: str | None = None, dry_run: bool = False
) -> list[str]:
    """Keep that what a source declares now holds for those of its clips that were read with other languages.

    The next run reads these clips again, and whenever what the source declares changes after that.
    """
    clips = read_otherwise(archive, [source]).get(source, [])
    languages = ", ".join(archive.settings.sources[source].languages) or "none"
    for clip in () if dry_run else clips:
        with archive.ledger.at_once():
            detail = f"what the source {source} declares holds: {languages}"
            event = archive.happened(ObjectId.work_of(clip), METADATA, agent=by, detail=detail)
            said = Declaration(languages=(), by=by, at=archive.clock(), why=mask(why) if why else None)
            archive.ledger.readings.declare(clip, said, event=event)
    return clips
