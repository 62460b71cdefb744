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
    model, marks, clips = archive.settings.transcription.model_name, archive.ledger.marks, archive.ledger.clips
    forms = dict[str, tuple[str, ...] | None]()
    for form in marks.forms("transcribe"):
        newest = [one for one in read_readings(archive, form) if not one.media_sha256 and one.model == model]
        if newest:
            forms[form] = newest[-1].declared
    found, declared = dict[str, list[str]](), {*archive.ledger.readings.declared()}
    for name in archive.settings.sources if sources is None else sources:
        now = {short(code) for code in archive.settings.sources[name].languages}
        other = [form for form, said in forms.items() if said is not None and {*map(short, said)} != now]
        read = {*marks.of_forms("transcribe", other)} if other else set[str]()
        perhaps = sorted((read & clips.listed_by(name)) - declared)
        if some := [clip for clip in perhaps if clips.captures(clip)[-1].source == name]:
            found[name] = some
    return found


def told(found: Mapping[str, list[str]]) -> list[str]:
    """What is said of it, a sentence a source."""
    return [
        f"{len(clips):,} clips of {name} were read with other languages than it declares now: "
        f"`thirdcopy declare --source {name}` has them read again"
        for name, clips in found.items()
    ]
