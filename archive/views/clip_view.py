"""One clip: where it is from, what was made of it, its copies, and what failed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from archive.joins.recordings import Original
from archive.ledger.clips import Failure
from archive.ledger.copies import Copy
from archive.objects.sidecar import Sidecar
from archive.opening.archive import Archive
from archive.records.clip import Capture, StatedAddress, UnreadTrack
from archive.records.edits import Change, changes
from archive.records.object_ids import ObjectId
from archive.records.transcript import Correction
from archive.records.whereabouts import Whereabouts
from archive.steps.work_objects import build
from archive.texts.shown import corrections_in_force, in_order
from archive.views.availability import place_of
from archive.views.disk_view import SeenOn, seen_on
from archive.views.join_view import originals_of


@dataclass(frozen=True)
class SaidToBe:
    """That a disk says that the file of clip `file` is what the clip `lost` was: at which address, who says so and how.

    `held` and `failure` are of the clip at that address: whether it is held, and why it could not be fetched.
    """

    file: str
    lost: str
    stated: StatedAddress
    source: str
    held: bool
    failure: str | None


@dataclass(frozen=True)
class Edited:
    """What changed upstream with one version of a clip's evidence, and when that was seen."""

    version: int
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ClipView:
    """A clip as a person is shown it.

    `sidecar` is what its next one will say, its transcripts in the order in which they are shown; None before it is
    held. `corrections` are those that are applied, by transcript, `conflicts` those that nobody settled. `unread` are
    the tracks of the newest media that nobody here can read: as they were found in reading, else in fetching. `edits`
    are what each version after the first changed, the newest first. `said_to_be` has the files that a disk says are
    this clip, and the clip that a disk says this file is. `whereabouts` is how it stands at its source, `seen_on`
    the disks and paths where the bytes of its films were seen. `originals` are
    the clips that people judged to be one recording, this one among them, the best first, `against` pairs of them that
    somebody says are not.
    """

    clip: str
    sidecar: Sidecar | None
    copies: tuple[Copy, ...]
    failures: tuple[Failure, ...]
    corrections: Mapping[str, tuple[Correction, ...]] = field(default_factory=dict)
    conflicts: tuple[Correction, ...] = ()
    unread: tuple[UnreadTrack, ...] = ()
    said_to_be: tuple[SaidToBe, ...] = ()
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    edits: tuple[Edited, ...] = ()
    seen_on: tuple[SeenOn, ...] = ()
    originals: tuple[Original, ...] = ()
    against: tuple[tuple[str, str], ...] = ()


def clip_view(archive: Archive, clip: str) -> ClipView:
    """Gather what the ledger knows of a clip. No target is asked."""
    ledger = archive.ledger
    copies = tuple(copy for name in ObjectId.both_of(clip) for copy in ledger.copies.of(name))
    failures = tuple(ledger.clips.failures(clip))
    said_to_be, place = tuple(_said_to_be(archive, clip)), place_of(archive, clip)
    if not ledger.clips.captures(clip):
        return ClipView(clip, None, copies, failures, said_to_be=said_to_be, whereabouts=place)
    sidecar = build(archive, clip)
    applied, conflicts = corrections_in_force(sidecar.transcripts, sidecar.corrections)
    transcripts = tuple(in_order(archive, clip, sidecar.transcripts, applied))
    ordered = sidecar.model_copy(update={"transcripts": transcripts})
    edits = tuple(_edits(sidecar.captures))[::-1]
    recording, originals = originals_of(archive, clip)
    return ClipView(
        clip,
        ordered,
        copies,
        failures,
        applied,
        tuple(conflicts),
        _unread(sidecar),
        said_to_be,
        place,
        edits,
        tuple(seen_on(archive, clip)),
        tuple(originals),
        recording.against,
    )


def _said_to_be(archive: Archive, clip: str) -> Iterator[SaidToBe]:
    """Each pair of a file and a clip that a disk says it is, of which `clip` is one; the newest word of each source."""
    clips = archive.ledger.clips
    said = {
        (capture.clip, capture.source, capture.stated.clip): capture.stated
        for capture in (*clips.stating(clip), *clips.captures(clip))
        if capture.stated and capture.stated.clip != capture.clip
    }
    for (file, source, lost), stated in said.items():
        failure = next((one.kind for one in clips.failures(lost) if one.step == "fetch"), None)
        yield SaidToBe(file, lost, stated, source, bool(clips.captures(lost)), failure)


def _edits(captures: Sequence[Capture]) -> Iterator[Edited]:
    for number, (before, after) in enumerate(pairwise(captures), start=2):
        yield Edited(number, after.fetched, changes(before, after))


def _unread(sidecar: Sidecar) -> tuple[UnreadTrack, ...]:
    newest = sidecar.captures[-1]
    readings = [one for one in sidecar.readings if one.media_sha256 == newest.media.sha256]
    return readings[-1].unread if readings and readings[-1].unread else newest.unread
