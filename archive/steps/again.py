"""Clips whose reading by an earlier build may have lost something: counted, and read again only when a person asks.

Up to the first form of the transcript's schema, channels were mixed without a look at what that loses, an empty track
was a transcript without words, and whole films were refused by a length that somebody announced.
"""

import re
from collections.abc import Sequence

from archive.ledger.clips import Failure
from archive.opening.archive import Archive
from archive.records.record import Record
from archive.steps.transcribing import FORM, read_readings, written_form

_BY_LENGTH = re.compile(r"s where [0-9.]+ s were announced|announces [0-9.]+ seconds and (ends|has not ended)")
"""How earlier builds refused a film by its length alone."""


class Again(Record):
    """How many clips may have been read, or refused, wrongly, by why."""

    mixed: int = 0
    empty_track: int = 0
    refused_length: int = 0


def count_again(archive: Archive, failures: Sequence[Failure]) -> Again:
    """Count them, from what the ledger knows and what of it failed; no clip is opened."""
    read = set(to_read_again(archive))
    empty = set(archive.ledger.readings.with_empty_transcripts(sorted(read)))
    refused = [failure for failure in failures if refused_by_length(failure)]
    return Again(mixed=len(read - empty), empty_track=len(read & empty), refused_length=len(refused))


def to_read_again(archive: Archive) -> list[str]:
    """Clips whose newest media were read by the model of the settings in the first form of the schema, and no later."""
    marks, model = archive.ledger.marks, archive.settings.transcription.model_name

    def is_old(form: str) -> bool:
        newest = [r for r in read_readings(archive, form) if not r.media_sha256 and r.model == model]
        return bool(newest) and newest[-1].form < FORM

    earlier = [written_form(form) for form in range(1, FORM)]
    old = [form for form in marks.forms_without("transcribe", written_form(FORM), or_with=earlier) if is_old(form)]
    return marks.of_forms("transcribe", old) if old else []


def refused_by_length(failure: Failure) -> bool:
    """Whether a clip was refused since two lengths differ, as no build does any more."""
    return failure.kind == "damaged" and _BY_LENGTH.search(failure.message) is not None
