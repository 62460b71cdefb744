"""Declare: what a person knows is spoken in a clip, so that no model guesses at a language that it does not know."""

import re
from collections.abc import Sequence

from archive.errors import UnknownLanguage
from archive.linking.masks import mask
from archive.opened import Archive
from archive.records import METADATA, Declaration
from transcription.languages import short

_CODE = re.compile("[a-z]{2,3}")


def declare(
    archive: Archive, clip: str, languages: Sequence[str], *, by: str, why: str | None = None, dry_run: bool = False
) -> tuple[str, ...]:
    """Keep that `languages` are spoken in a clip: what holds for it now. The next run reads it again if that changed.

    No language takes a declaration back: those of the source hold again. Raises UnknownLanguage for one that is none of
    the archive's.
    """
    said = tuple(dict.fromkeys(map(short, languages)))
    spoken = tuple(dict.fromkeys(map(short, archive.settings.transcription.languages)))
    for given, code in zip(languages, map(short, languages), strict=True):
        if not _CODE.fullmatch(code):
            raise UnknownLanguage(f"{given!r} is no code of a language: say one of {', '.join(spoken)}")
        if code not in spoken:
            raise UnknownLanguage(
                f"{code} is none of the archive's languages ({', '.join(spoken)}): "
                f"add it to transcription.languages in {archive.settings.file}"
            )
    before = archive.ledger.readings.declarations(clip)
    if said != (before[-1].languages if before else ()) and not dry_run:
        archive.ledger.readings.declare(
            clip, Declaration(languages=said, by=by, at=archive.clock(), why=mask(why) if why else None)
        )
        detail = f"languages declared: {', '.join(said)}" if said else "declared languages taken back"
        archive.event(f"work-{clip}", METADATA, agent=by, detail=detail)
    return said or _of_source(archive, clip)


def declared_of(archive: Archive, clip: str) -> tuple[str, ...]:
    """The languages that are declared for a clip: by the newest declaration of a person, else by its source."""
    said = archive.ledger.readings.declarations(clip)
    return said[-1].languages if said and said[-1].languages else _of_source(archive, clip)


def _of_source(archive: Archive, clip: str) -> tuple[str, ...]:
    captures = archive.ledger.clips.captures(clip)
    source = archive.settings.sources.get(captures[-1].source) if captures else None
    return tuple(dict.fromkeys(map(short, source.languages))) if source else ()
