"""Clips that were read with other languages than their source declares now: counted, and said.

A change of `languages` in the settings reads nothing again by itself: that may be thousands of hours. It is said where
it is noticed, and `declare --source` has a source's clips read again.
"""

from collections.abc import Iterable, Mapping

from archive.opening.archive import Archive
from archive.steps.transcribing import read_readings
from transcription.languages import short


def read_otherwise(archive: Archive, sources: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Clips whose newest media the model of the settings read with other languages, by source, where there are any.

    Those of which a person declared something are not among them: of these the next run takes care.
    """
    model, marks, settings = archive.settings.transcription.model_name, archive.ledger.marks, archive.settings.sources
    forms = marks.forms_by_source("transcribe")
    said = {form: _declared(archive, form, model) for form in {form for some in forms.values() for form in some}}
    other = dict[str, list[str]]()
    for name in settings if sources is None else sources:
        now = {short(code) for code in settings[name].languages}
        other[name] = [form for form in forms.get(name, ()) if said[form] not in (None, now)]
    if not any(other.values()):
        return {}
    declared, read = {*archive.ledger.readings.declared()}, marks.from_sources("transcribe", other)
    found = {name: sorted({*read.get(name, ())} - declared) for name in other}
    return {name: clips for name, clips in found.items() if clips}


def _declared(archive: Archive, form: str, model: str) -> set[str] | None:
    """The languages with which a model read the newest media last; None where it did not, or that was not noted."""
    newest = [one for one in read_readings(archive, form) if not one.media_sha256 and one.model == model]
    declared = newest[-1].declared if newest else None
    return None if declared is None else {*map(short, declared)}


def told(found: Mapping[str, list[str]]) -> list[str]:
    """What is said of it, a sentence a source."""
    return [
        f"{len(clips):,} clips of {name} were read with other languages than it declares now: "
        f"`thirdcopy declare --source {name}` has them read again"
        for name, clips in found.items()
    ]
