"""Transcripts as they are shown: in the order that the settings prefer, each with the corrections over it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archive.opening.archive import Archive
from archive.records.transcript import Correction, TranscriptRef
from archive.texts.completions import completed
from archive.texts.preferring import preferred
from transcription.documents.corrections import Change, Layer, Line, lines
from transcription.documents.kinds import Document, from_json
from transcription.documents.players import PLAYER, names_its_clock, starts_at
from transcription.documents.showing import Stamp

ANOTHER = "the transcript of this name is another one than the one that was corrected"
REREAD = "the clip was read again, and these cues came out otherwise"
CARRIED = "carried over to the transcript of this name that was made later"
"""Why a correction is not applied, where the clip was read again."""

OVERTAKEN = "the same cues were corrected later, and the ledger learnt of that first"


@dataclass(frozen=True)
class Shown:
    """A transcript, the exact text of its file, and the corrections that are applied to it, in their order.

    `completions` are those that were read later of its gaps (`completions`).
    """

    ref: TranscriptRef
    body: str
    corrections: tuple[Correction, ...] = ()
    completions: tuple["Shown", ...] = ()

    @cached_property
    def document(self) -> Document:
        """The transcript as it was made. Raises DocumentError."""
        return from_json(self.body)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The corrections as layers."""
        return tuple(Layer(one.by, one.at, one.changes) for one in self.corrections)

    def stamp(self, clip: str) -> Stamp:
        """What an exported file says of itself."""
        return Stamp(
            clip=clip,
            transcript=self.ref.name,
            sha512=self.ref.sha512,
            corrections=len(self.corrections),
            clock=PLAYER if names_its_clock(self.document) else None,
            starts_at=starts_at(self.document),
        )

    def lines(self, corrections: int | None = None) -> tuple[Line, ...]:
        """Its cues under so many corrections, or under all."""
        return lines(self.document, self.layers[:corrections])


def shown(archive: Archive, clip: str) -> list[Shown]:
    """The transcripts of a clip, the one to be shown first first; translations are last.

    Each has those that complete it, which are among them too.
    """
    found = {ref.name: (ref, body) for ref, body in archive.ledger.readings.transcripts(clip)}
    refs = [ref for ref, _ in found.values()]
    applied, _ = corrections_in_force(refs, archive.ledger.readings.corrections(clip))
    ordered = in_order(archive, clip, refs, applied)
    return completed([Shown(ref, found[ref.name][1], applied.get(ref.name, ())) for ref in ordered])


def in_order(
    archive: Archive, clip: str, refs: Iterable[TranscriptRef], applied: Mapping[str, Sequence[Correction]]
) -> list[TranscriptRef]:
    """A clip's transcripts in the order that the settings prefer."""
    captures = archive.ledger.clips.captures(clip)
    return preferred(
        refs,
        prefer=archive.settings.prefer,
        model=archive.settings.transcription.model_name,
        corrected=set(applied),
        media_sha256=captures[-1].media.sha256 if captures else None,
    )


def corrections_in_force(
    refs: Iterable[TranscriptRef], corrections: Iterable[Correction]
) -> tuple[dict[str, tuple[Correction, ...]], list[Correction]]:
    """The corrections that are applied, by transcript; and those in conflict that nobody settled, with the reason.

    A conflict is settled where each of its changes lies under a later correction that is applied.
    """
    applied, conflicts = dict[str, tuple[Correction, ...]](), list[tuple[Correction, int]]()
    for told in with_conflicts(corrections, {ref.name: ref.sha512 for ref in refs}):
        if told.conflict == CARRIED:
            continue
        if told.conflict:
            conflicts.append((told, len(applied.get(told.transcript, ()))))
        else:
            applied[told.transcript] = (*applied.get(told.transcript, ()), told)
    return applied, [one for one, before in conflicts if not _settled(one, applied.get(one.transcript, ())[before:])]


def overtaken(learnt: Iterable[Correction], known: Collection[Correction]) -> list[Correction]:
    """Corrections that a ledger learns of, as it keeps them: in conflict where it knows later ones of the same cues."""
    kept = list[Correction]()
    for one in learnt:
        if one in known:
            continue
        over_it = [o for o in known if o.transcript == one.transcript and o.at > one.at and not o.conflict]
        later = [change for each in over_it for change in each.changes]
        under = tuple(change for change in one.changes if any(_overlap(change, other) for other in later))
        over = tuple(change for change in one.changes if change not in under)
        parts = ((over, one.conflict), (under, one.conflict or OVERTAKEN)) if under else ((one.changes, one.conflict),)
        kept += [one.model_copy(update={"changes": some, "conflict": why}) for some, why in parts if some]
    return kept


def _overlap(one: Change, other: Change) -> bool:
    return one.start < other.end and other.start < one.end


def _settled(conflict: Correction, later: Iterable[Correction]) -> bool:
    changes = [change for one in later for change in one.changes]
    return all(any(_overlap(one, other) for other in changes) for one in conflict.changes)


def with_conflicts(corrections: Iterable[Correction], digests: Mapping[str, str]) -> list[Correction]:
    """Corrections, each with why it is not applied where the transcript of its name is another one by now.

    One whose person's words of that moment lie over the present transcript was carried over to it.
    """
    every = list(corrections)

    def is_now(one: Correction) -> bool:
        return digests.get(one.transcript) == one.sha512

    carried = {(one.transcript, one.by, one.at) for one in every if is_now(one)}

    def why(one: Correction) -> str | None:
        if is_now(one):
            return None if one.conflict in (ANOTHER, CARRIED) else one.conflict
        if one.conflict not in (None, ANOTHER, REREAD, CARRIED):
            return one.conflict
        return CARRIED if (one.transcript, one.by, one.at) in carried else ANOTHER

    return [one.model_copy(update={"conflict": why(one)}) for one in every]
