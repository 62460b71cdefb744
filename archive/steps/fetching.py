"""Fetch: one clip from its source into a checked, digested, sealed capture."""

import errno
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError, FetchFailed, Fork, NoSuchClip, SourceAway, SpaceShort
from archive.local_paths import inside, remove_tree
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.fixity import blocks_document
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import need_space
from archive.progress import Task
from archive.records.clip import Capture, File, FileRole, Listing, Stream, UnreadTrack
from archive.records.event import CAPTURE
from archive.records.object_ids import ObjectId
from archive.retrying import retrying
from archive.sources.contract import Fetched, Source
from archive.steps.listing import rest_of
from storage.contract import Target
from storage.errors import TargetError
from storage.file_digests import Digests, digest
from transcription.errors import MediaError, MediaTimeout
from transcription.media.decoding import stream_digests

STREAMS_TIMEOUT = 3600.0
LOOK_EVERY = 64 * 1024**2
"""Bytes of a fetch between two looks at the disk: a body may be larger than announced, or have no end."""


class SourceRefuses(ArchiveError):
    """The source refuses us as a whole: leave it alone for `after` seconds. No clip is blamed for it."""

    def __init__(self, message: str, *, after: float) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True)
class FetchedClip:
    """What became of one clip: sealed, or failed with its class, or neither: it was there already."""

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
    if archive.ledger.clips.captures(clip):
        return FetchedClip(clip, sealed=False)  # another source that lists it was first
    need_space(archive)
    attempt = inside(archive.attempts, clip)
    try:
        with archive.progress.task(clip, unit="B") as task:
            refused = archive.ledger.clips.refused(clip)
            fetched = retrying(lambda: _fetch(source, listing, attempt, _task_progress(archive, task), refused))
        _seal(archive, listing, fetched, usable)
    except SpaceShort:
        remove_tree(archive.attempts, clip)
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        remove_tree(archive.attempts, clip)
        raise SpaceShort(f"{archive.state}: the disk is full; {clip} is fetched anew once there is room") from error
    except SourceAway:
        remove_tree(archive.attempts, clip)
        raise
    except FetchFailed as error:
        if (after := rest_of(error)) is not None:
            raise SourceRefuses(f"{source.name} refuses us: {error}", after=after) from error
        return _failed(archive, clip, error.kind, error, cut=error.cut)
    except MediaError as error:
        return _failed(archive, clip, "passing" if isinstance(error, MediaTimeout) else "damaged", error)
    except TargetError as error:
        return _failed(archive, clip, "passing", error)
    except Fork as error:
        return _failed(archive, clip, "fork", error)
    remove_tree(archive.attempts, clip)
    for line in (*fetched.disagreements, *(f"track {one.index} {one.why}" for one in fetched.examined.unread)):
        archive.progress.say(f"{clip}: {line}; it is kept as it is")
    return FetchedClip(clip, sealed=True)


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


def _task_progress(archive: Archive, task: Task) -> Callable[[int, int | None], None]:
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
    clip = listing.clip
    items, files = dict[str, Item](), list[File]()

    def add(
        path: str, local: Path, role: FileRole, language: str | None = None, known: Digests | None = None
    ) -> tuple[str, ...]:
        found = known or digest(local)
        items[path] = Item(found.sha512, local, sha256=found.sha256)
        files.append(
            File(path=path, role=role, size=found.size, sha512=found.sha512, sha256=found.sha256, language=language)
        )
        return found.blocks

    media = fetched.examined.media
    hashes = stream_digests(fetched.media, timeout=STREAMS_TIMEOUT, media=media)
    extension = _extension(fetched.media)
    blocks = add(f"media/{clip}{extension}", fetched.media, "media", known=fetched.digests)
    blocks_file = blocks_document(blocks, f"media/{clip}{extension}")
    items["blocks.sha256"] = document(blocks_file)
    if fetched.info:
        add("info.json", fetched.info, "info")
    if fetched.description:
        add("description.txt", fetched.description, "description")
    if fetched.thumbnail:
        add(f"thumbnail{_extension(fetched.thumbnail)}", fetched.thumbnail, "thumbnail")
    for language, caption in sorted(fetched.captions.items()):
        add(f"captions/{_tag(language)}{caption.suffix}", caption, "caption", language)
    capture = Capture(
        clip=clip,
        source=listing.source,
        url=fetched.url,
        extractor=listing.extractor,
        platform_id=listing.platform_id,
        title=fetched.title,
        description=fetched.text,
        tags=fetched.tags,
        uploader=fetched.uploader,
        uploaded=fetched.uploaded,
        fetched=archive.clock(),
        tool=fetched.tool,
        tool_version=fetched.tool_version,
        format_id=fetched.format_id,
        container=media.container,
        duration=round(fetched.examined.survey.duration, 3),
        streams=tuple(
            Stream(index=s.index, kind=s.kind, codec=s.codec, language=s.language, sha256=hashes[s.index])
            for s in media.streams
            if s.index in hashes
        ),
        files=tuple(files),
        cut=fetched.cut,
        disagreements=fetched.disagreements,
        unread=tuple(UnreadTrack(index=one.index, why=one.why) for one in fetched.examined.unread),
        stated=fetched.stated,
        dates=fetched.dates,
    )
    items["capture.json"] = document(sidecar.to_bytes(capture))
    object_id = ObjectId.evidence_of(clip)
    event = archive.happened(object_id, CAPTURE, detail=f"{fetched.tool} {fetched.tool_version}")
    provenance = Provenance(f"Captured from {listing.source}", clip=clip, capture=capture, event=event)
    seal(archive, object_id, items, provenance, usable=usable)


def _extension(path: Path) -> str:
    """A file's extension, if it is a plain one."""
    suffix = path.suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"


def _tag(language: str) -> str:
    """A language tag as a file name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", language)[:40] or "und"
