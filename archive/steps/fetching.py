"""Fetch: one clip from its source into a checked, digested, sealed capture."""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError, FetchFailed, Fork, NoSuchClip, SourceAway, SpaceShort
from archive.ledger.sightings import Seen
from archive.local_paths import inside, remove_tree
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.sealing import Provenance, document, seal
from archive.preservation.space import need_space
from archive.progress import Task
from archive.records.clip import Capture, Listing
from archive.records.event import CAPTURE
from archive.records.object_ids import ObjectId
from archive.records.sighting import reason
from archive.retrying import retrying
from archive.sources.contract import Fetched, Source
from archive.steps.capture_files import CaptureFiles, found, said
from archive.steps.resting import rest_of
from archive.steps.seeing import failed, see
from storage.contract import Target
from storage.errors import TargetError
from transcription.errors import MediaError, MediaTimeout

LOOK_EVERY = 64 * 1024**2
"""Bytes of a fetch between two looks at the disk: a body may be larger than announced, or have no end."""


class SourceRefuses(ArchiveError):
    """The source refuses us as a whole: leave it alone for `after` seconds. No clip is blamed for it."""

    def __init__(self, message: str, *, after: float) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True)
class FetchedClip:
    """What became of one clip: sealed, or failed with its class, or neither: it is there, or somebody is at it."""

    clip: str
    sealed: bool
    kind: str | None = None
    message: str | None = None


def fetch_clip(archive: Archive, source: Source, clip: str, usable: Mapping[str, Target]) -> FetchedClip:
    """Fetch, check, digest and seal one clip. A failure is kept with its class and reported, not raised.

    Raises SpaceShort if the disk is too full, or gets so on the way, SourceRefuses if the source blames us, SourceAway
    if it is not there: each means that no further clip of this source should be tried now.
    """
    # Its own listing, not the newest of any source: access follows from the source that a clip came by.
    listing = next((one for one in archive.ledger.clips.listings(clip) if one.source == source.name), None)
    if listing is None:
        raise NoSuchClip(f"{source.name} does not list {clip}")
    with archive.ledger.claims.held(clip, "fetch") as ours:
        if not ours or archive.ledger.clips.captures(clip):
            return FetchedClip(clip, sealed=False)  # another worker, or another source that lists it, was first
        return _fetch_and_seal(archive, source, listing, usable)


def _fetch_and_seal(archive: Archive, source: Source, listing: Listing, usable: Mapping[str, Target]) -> FetchedClip:
    clip = listing.clip
    need_space(archive)
    attempt = inside(archive.attempts, clip)
    try:
        with room_for(archive, clip):
            with archive.progress.task(clip, unit="B") as task:
                refused = archive.ledger.clips.refused(clip)
                fetched = retrying(lambda: _fetch(source, listing, attempt, task_progress(archive, task), refused))
            see(archive, source, [Seen(clip)])
            _seal(archive, listing, fetched, usable)
    except SourceAway:
        remove_tree(archive.attempts, clip)
        raise
    except FetchFailed as error:
        see(archive, source, failed(clip, error))
        if (after := rest_of(error)) is not None:
            raise SourceRefuses(f"{source.name} refuses us: {reason(str(error))}", after=after) from error
        return _failed(archive, clip, error.kind, error, cut=error.cut)
    except MediaError as error:
        return _failed(archive, clip, "passing" if isinstance(error, MediaTimeout) else "damaged", error)
    except TargetError as error:
        return _failed(archive, clip, "passing", error)
    except Fork as error:
        return _failed(archive, clip, "fork", error)
    remove_tree(archive.attempts, clip)
    for why in fetched.degraded:
        archive.progress.say(f"{clip}: degraded: {why}; it is asked for again")
    for line in (*fetched.disagreements, *(f"track {one.index} {one.why}" for one in fetched.examined.unread)):
        archive.progress.say(f"{clip}: {line}; it is kept as it is")
    return FetchedClip(clip, sealed=True)


@contextmanager
def room_for(archive: Archive, clip: str) -> Iterator[None]:
    """Raise SpaceShort where the disk fills up on the way, and make the room again that the clip took."""
    try:
        yield
    except SpaceShort:
        remove_tree(archive.attempts, clip)
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        remove_tree(archive.attempts, clip)
        raise SpaceShort(f"{archive.state}: the disk is full; {clip} is fetched anew once there is room") from error


def _failed(archive: Archive, clip: str, kind: str, error: Exception, *, cut: str | None = None) -> FetchedClip:
    archive.ledger.clips.failed(clip, "fetch", kind=kind, message=str(error), now=archive.clock(), cut=cut)
    remove_tree(archive.attempts, clip)
    return FetchedClip(clip, sealed=False, kind=kind, message=str(error))


def _fetch(
    source: Source,
    listing: Listing,
    attempt: Path,
    progress: Callable[[int, int | None], None],
    refused: str | None,
) -> Fetched:
    attempt.mkdir(parents=True, exist_ok=True)
    return source.fetch(listing, attempt, progress, refused=refused)


def task_progress(archive: Archive, task: Task) -> Callable[[int, int | None], None]:
    """yt-dlp's absolute numbers as advances: it starts anew for each file. Looks at the disk on the way."""
    last = looked = 0

    def tell(done: int, total: int | None) -> None:
        nonlocal last, looked
        if done - looked >= LOOK_EVERY or done < looked:
            looked = done
            need_space(archive)
        if total is not None:
            task.total(total)
        task.advance(done - last if done >= last else done)
        last = done

    return tell


def _seal(archive: Archive, listing: Listing, fetched: Fetched, usable: Mapping[str, Target]) -> None:
    clip, taken = listing.clip, CaptureFiles()
    film = found(fetched)
    taken.media(clip, fetched.media, known=fetched.digests)
    taken.page(fetched)
    capture = Capture(
        clip=clip,
        source=listing.source,
        extractor=listing.extractor,
        platform_id=listing.platform_id,
        fetched=archive.clock(),
        files=tuple(taken.files),
        **said(fetched, network=archive.settings.network),
        **film,
    )
    taken.items["capture.json"] = document(sidecar.to_bytes(capture))
    object_id = ObjectId.evidence_of(clip)
    event = archive.happened(object_id, CAPTURE, detail=f"{fetched.tool} {fetched.tool_version}")
    provenance = Provenance(f"Captured from {listing.source}", clip=clip, capture=capture, event=event)
    seal(archive, object_id, taken.items, provenance, usable=usable)
    archive.ledger.looks.hear(listing)
