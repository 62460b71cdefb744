"""Carry over: what people corrected stays over a transcript when its clip is read again by the same model."""

from collections.abc import Mapping

from archive.opening.archive import Archive
from archive.records.event import METADATA
from archive.records.object_ids import ObjectId
from archive.records.transcript import Correction
from archive.texts.shown import REREAD, Shown, shown
from transcription.documents.corrections import Layer, lines, merge
from transcription.documents.kinds import from_json


def corrected(archive: Archive, clip: str) -> dict[str, Shown]:
    """The transcripts of a clip that have corrections, by name, as they stand now."""
    return {one.ref.name: one for one in shown(archive, clip) if one.corrections}


def carry(archive: Archive, clip: str, before: Mapping[str, Shown], *, name: str, sha512: str, body: str) -> int:
    """Lay what was corrected in a transcript over the one of its name that comes next, change by change.

    A change of a cue that came out as it was, or that was made now too, fits; another is kept as a conflict. Each keeps
    who made it and when. How many are in conflict. To be called before the next transcript is kept, so that a kill
    between the two loses nothing.
    """
    old = before.get(name)
    if old is None or old.ref.sha512 == sha512:
        return 0
    document, layers, records, torn = from_json(body), list[Layer](), list[Correction](), 0
    for number, correction in enumerate(old.corrections):
        fits, conflicts = merge(old.lines(number), lines(document, layers), correction.changes)
        blank = correction.model_copy(update={"sha512": sha512})
        if fits:
            layers.append(Layer(correction.by, correction.at, fits))
            records.append(blank.model_copy(update={"changes": fits}))
        if conflicts:
            torn += len(conflicts)
            records.append(blank.model_copy(update={"changes": conflicts, "conflict": REREAD}))
    detail = f"corrections of {name} carried over to how it was read again"
    detail += f"; {torn} cues came out otherwise" if torn else ""
    event = archive.happened(ObjectId.work_of(clip), METADATA, detail=detail, outcome="warning" if torn else "success")
    archive.ledger.readings.correct(clip, records, events=[event])
    return torn
