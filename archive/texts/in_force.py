"""What is in force for a clip now: what a person said of it, else what its source's stanza says, else the archive's."""

from archive.ledger.clips import AccessGiven
from archive.objects.sidecar import AccessState
from archive.opening.archive import Archive
from archive.records.object_ids import ObjectId
from archive.settings.settings import Settings


def access_now(archive: Archive, clip: str) -> AccessState:
    """Who may read a clip now."""
    captures = archive.ledger.clips.captures(clip)
    return access_of(archive, clip, captures[-1].source if captures else None)


def access_of(archive: Archive, clip: str, source: str | None) -> AccessState:
    """Who may read a clip: what somebody set for it, else its source's level, else the archive's.

    Nobody but its keepers may while something of it waits that the ledger lacks, unless somebody opened it here.
    """
    given = archive.ledger.clips.access(clip)
    held_up = not given and any(map(archive.ledger.waiting.holds_up, ObjectId.both_of(clip)))
    return access_by(archive.settings, given, source, held_up=held_up)


def access_by(settings: Settings, given: AccessGiven | None, source: str | None, *, held_up: bool) -> AccessState:
    """Who may read a clip of a source, by what somebody set for it, and by whether something of it waits."""
    if given:
        return AccessState(level=given.level, by=given.by, at=given.at)
    return AccessState(level="restricted" if held_up else settings.access_of(source))


def declared_of(archive: Archive, clip: str) -> tuple[str, ...]:
    """The languages that are declared for a clip: by the newest declaration of a person, else by its source."""
    said = archive.ledger.readings.declarations(clip)
    return said[-1].languages if said and said[-1].languages else of_source(archive, clip)


def of_source(archive: Archive, clip: str) -> tuple[str, ...]:
    """The languages that a clip's source declares."""
    captures = archive.ledger.clips.captures(clip)
    return languages_of_source(archive.settings, captures[-1].source if captures else None)


def languages_of_source(settings: Settings, source: str | None) -> tuple[str, ...]:
    """The languages that a source declares; none of one that the settings do not have."""
    stanza = settings.sources.get(source) if source else None
    return tuple(dict.fromkeys(stanza.languages)) if stanza else ()
