"""One clip: where it is from, what was made of it, its copies, and what failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.joins.recordings import Original
from archive.ledger.clips import Failure
from archive.ledger.copies import Copy
from archive.objects.sidecar import Sidecar
from archive.opening.archive import Archive
from archive.records.clip import UnreadTrack
from archive.records.object_ids import ObjectId
from archive.records.transcript import Correction
from archive.steps.work_objects import build
from archive.texts.shown import corrections_in_force, in_order
from archive.views.join_view import originals_of


@dataclass(frozen=True)
class ClipView:
    """A clip as a person is shown it.

    `sidecar` is what its next one will say, its transcripts in the order in which they are shown; None before it is
    held. `corrections` are those that are applied, by transcript, `conflicts` those that nobody settled. `unread` are
    the tracks of the newest media that nobody here can read: as they were found in reading, else in fetching.
    `originals` are the clips that people judged to be one recording, this one among them, the best first, `against`
    pairs of them that somebody says are not.
    """

    clip: str
    sidecar: Sidecar | None
    copies: tuple[Copy, ...]
    failures: tuple[Failure, ...]
    corrections: Mapping[str, tuple[Correction, ...]] = field(default_factory=dict)
    conflicts: tuple[Correction, ...] = ()
    unread: tuple[UnreadTrack, ...] = ()
    originals: tuple[Original, ...] = ()
    against: tuple[tuple[str, str], ...] = ()


def clip_view(archive: Archive, clip: str) -> ClipView:
    """Gather what the ledger knows of a clip. No target is asked."""
    ledger = archive.ledger
    copies = tuple(copy for name in ObjectId.both_of(clip) for copy in ledger.copies.of(name))
    failures = tuple(ledger.clips.failures(clip))
    if not ledger.clips.captures(clip):
        return ClipView(clip, None, copies, failures)
    sidecar = build(archive, clip)
    applied, conflicts = corrections_in_force(sidecar.transcripts, sidecar.corrections)
    transcripts = tuple(in_order(archive, clip, sidecar.transcripts, applied))
    ordered = sidecar.model_copy(update={"transcripts": transcripts})
    recording, originals = originals_of(archive, clip)
    return ClipView(
        clip,
        ordered,
        copies,
        failures,
        applied,
        tuple(conflicts),
        _unread(sidecar),
        tuple(originals),
        recording.against,
    )


def _unread(sidecar: Sidecar) -> tuple[UnreadTrack, ...]:
    newest = sidecar.captures[-1]
    readings = [one for one in sidecar.readings if one.media_sha256 == newest.media.sha256]
    return readings[-1].unread if readings and readings[-1].unread else newest.unread
