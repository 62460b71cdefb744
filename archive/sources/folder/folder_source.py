"""A disk, or a folder of one, as a source: its films are clips by their bytes, `file-` and 32 digits of their sha256.

To list it is to visit it: each film is read once, and known by its digests from then on. What the archive holds, as
whatever clip, is not listed. To fetch is to copy: the copy is read back, and compared with what the visit read.
"""

import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from archive.errors import FailureKind, FetchFailed, SourceAway
from archive.ledger.disks import Disks, KnownFile
from archive.progress import Progress as Shown
from archive.progress import Silent
from archive.records.clip import Listing
from archive.records.disk import EXTRACTOR, Visit
from archive.settings.source_stanzas import FolderSettings
from archive.sources.cleaning import canonical, clean
from archive.sources.contract import Fetched, Progress
from archive.sources.file_checks import other_length
from archive.sources.folder.copying import copied, small
from archive.sources.folder.dating import dates_of
from archive.sources.folder.disk_identity import Disk, identify
from archive.sources.folder.disk_walk import OpenFolder
from archive.sources.folder.examining import examine
from archive.sources.folder.files_beside import Beside, gather
from archive.sources.folder.path_names import bytes_of
from archive.sources.folder.stated_ids import are_ids, by_info, by_name, stem_of
from archive.sources.folder.visiting import Visiting
from storage.file_digests import Digests, digest
from transcription.errors import MediaError, MediaTimeout
from transcription.media.recorded_dates import recorded

TOOL = "thirdcopy"
LONGEST = 1e9
PLACES, BESIDE, FILMS = 20, 200, 2000
"""Places of the same bytes that are tried, files beside a film and films of its folder that are looked at, at most."""


class FolderSource:
    """One `[sources.NAME]` of kind folder. `leave_out` are this archive's own folders, which may lie on that disk.

    `disks` is where what was read is kept; `clock` gives the moment, in UTC.
    """

    def __init__(
        self,
        name: str,
        settings: FolderSettings,
        disks: Disks,
        *,
        leave_out: Collection[Path] = (),
        progress: Shown | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self.settings = name, settings
        self._disks, self._leave_out = disks, leave_out
        self._progress, self._clock = progress or Silent(), clock
        self._of_ids = dict[tuple[str, str], bool]()

    @property
    def tool(self) -> str:
        """What it reads disks with, and its version."""
        return f"{TOOL} {version(TOOL)}"

    def list(self) -> Iterator[Listing]:
        """Every film that is not held and was not listed before, after a visit of the whole disk.

        Raises SourceAway where the disk is not there, or goes on the way: what was read before is listed first.
        """
        away: SourceAway | None = None
        self._of_ids.clear()
        name: str | None = None
        try:
            with OpenFolder(self.settings.path, leave_out=self._leave_out) as folder:
                disk = self._identity()
                name, visit = self._disks.begin(disk.name, self.name, disk.serial, disk.folder)
                self._visit(folder, disk, name, visit)
        except SourceAway as error:
            away = error
        for sha256 in self._disks.unlisted(name, self.name) if name else ():
            yield Listing(
                source=self.name, extractor=EXTRACTOR, platform_id=sha256[:32], url=address_of(sha256), title=None
            )
        if away:
            raise SourceAway(f"{self.name}: {away}") from away

    def _visit(self, folder: OpenFolder, disk: Disk, name: str, visit: int) -> None:
        begun = self._clock()
        visiting = Visiting(
            self._disks,
            folder,
            name,
            visit,
            quiet=60 * self.settings.quiet_minutes,
            again=self.settings.read_again,
            now=begun,
        )
        with self._progress.task(f"read {name}", unit="B") as task:
            seen = visiting.visit(task)
        counts = self._disks.counts(name, visit)
        told = Visit(
            disk=name,
            label=disk.label,
            serial=disk.serial,
            serial_of=disk.serial_of,
            filesystem=disk.filesystem,
            folder=disk.folder,
            mount=disk.mount,
            source=self.name,
            begun=begun,
            ended=self._clock(),
            agent=f"{TOOL}@{version(TOOL)}",
            files=sum(many for many, _ in counts.values()),
            bytes=sum(size for _, size in counts.values()),
            media=counts.get("media", (0, 0))[0],
            unread=counts.get("unread", (0, 0))[0],
            later=counts.get("later", (0, 0))[0],
            skipped=seen.special,
            aside=tuple(sorted(seen.asides)),
        )
        self._disks.end(name, visit, told)
        written_to = f", {told.later:,} being written and left for later" if told.later else ""
        films = f"{told.files:,} files, {told.media:,} of them sound or picture{written_to}"
        self._progress.say(f"{name}: {films}; {seen.read:,} read in this visit")

    def _identity(self) -> Disk:
        try:
            return identify(self.settings.path, self.settings.disk)
        except OSError as error:
            raise SourceAway(f"{self.settings.path} cannot be visited: {error.strerror}") from error

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        """Copy one film into the empty or half-filled folder `into`, and look through it. Raises FetchFailed.

        Raises SourceAway where the disk is not there. A film that is not whole is kept with what it lacks on record:
        there may be no other of it. Only what cannot be decoded at all is refused.
        """
        into.mkdir(parents=True, exist_ok=True)
        _empty(into)
        try:
            with OpenFolder(self.settings.path, leave_out=self._leave_out) as folder:
                return self._bring(listing, folder, into, progress)
        except SourceAway as error:
            raise SourceAway(f"{self.name}: {error}") from error

    def _bring(self, listing: Listing, folder: OpenFolder, into: Path, progress: Progress) -> Fetched:
        disk = self._identity()
        name = self._disks.name_of(disk.serial, disk.folder) or disk.name
        places = self._disks.beginning(name, listing.platform_id, limit=PLACES)
        if not places:
            if others := self._disks.elsewhere(name, listing.platform_id):
                raise self._failed(
                    listing, f"it lies on disk {' and '.join(others)}, which is not there now", "not_yet"
                )
            raise self._failed(listing, "its bytes lie nowhere on the disk any more", "gone")
        neighbours = {place.path: self._neighbours(name, place) for place in places}
        places.sort(key=lambda place: not any(one.endswith(".info.json") for one in neighbours[place.path]))
        why = ""
        for place in places:
            try:
                media = copied(folder, place, into, progress)
            except OSError as error:
                folder.check(error)
                why = f"{place.path} cannot be read: {error.strerror}"
                continue
            digests = digest(media)
            if digests.sha256 == place.sha256:
                break
            media.unlink()
            why = f"{place.path} reads otherwise than at the visit: it was changed, or the disk fails; visit it again"
        else:
            raise self._failed(listing, why, "passing")
        beside = gather(_stem(place.path), neighbours[place.path], lambda path: small(folder, path), into)
        return self._fetched(listing, name, place, media, digests, beside)

    def _fetched(
        self, listing: Listing, name: str, place: KnownFile, media: Path, digests: Digests, beside: Beside
    ) -> Fetched:
        try:
            found = examine(media)
            dates = dates_of(recorded(media), place.mtime_ns)
        except MediaError as error:
            kind: FailureKind = "passing" if isinstance(error, MediaTimeout) else "damaged"
            told = f"{place.path}: {error.message}; the file may be all there is of it: keep the disk"
            raise self._failed(listing, told, kind) from error
        kept, cut = clean(beside.info or {})
        info = media.with_name("info.json") if beside.info is not None else None
        if info:
            info.write_bytes(canonical(kept))
        named = by_name(_name(place.path), among_ids=self._is_among_ids(name, place))
        stated = by_info(kept)
        differ: tuple[str, ...] = ()
        if named and stated and named.clip != stated.clip:
            differ = (f"its name says {named.clip}, and the info.json beside it {stated.clip}, which counts",)
        tags, length = kept.get("tags"), kept.get("duration")
        announced = float(length) if isinstance(length, int | float) and 0 < length < LONGEST else None
        text = beside.text or _words(kept.get("description"))
        description = beside.description
        if text and description is None:
            description = media.with_name("description.txt")
            description.write_bytes(text.encode())
        return Fetched(
            media=media,
            info=info,
            description=description,
            thumbnail=beside.thumbnail,
            captions=beside.captions,
            title=_words(kept.get("title")),
            text=text,
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            uploader=_words(kept.get("uploader")),
            uploaded=_words(kept.get("upload_date")),
            url=address_of(digests.sha256),
            format_id=_words(kept.get("format_id")),
            tool=TOOL,
            tool_version=version(TOOL),
            cut=(*cut, *beside.lost),
            examined=found.examined,
            disagreements=(*found.faults, *differ, *other_length(announced, found.examined.survey.duration)),
            stated=stated or named,
            dates=dates,
            digests=digests,
        )

    def _is_among_ids(self, disk: str, place: KnownFile) -> bool:
        """Whether the names of the films in its folder bear each other out as ids. A folder is looked at once a run."""
        folder = place.path.rpartition("/")[0]
        if (disk, folder) not in self._of_ids:
            names = self._disks.films_in(disk, folder, limit=FILMS)
            self._of_ids[disk, folder] = are_ids(map(_name, names))
        return self._of_ids[disk, folder]

    def _neighbours(self, disk: str, place: KnownFile) -> tuple[str, ...]:
        """The paths of what lies beside a film, by its stem."""
        return tuple(one.path for one in self._disks.beside(disk, _stem(place.path), limit=BESIDE))

    def _failed(self, listing: Listing, what: str, kind: FailureKind) -> FetchFailed:
        return FetchFailed(f"{self.name}: {listing.clip} could not be fetched: {what}", kind=kind, clip=listing.clip)


def address_of(sha256: str) -> str:
    """The address of bytes by their sha256 (RFC 6920): it tells nothing of the disk, which is nobody's business."""
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def _name(path: str) -> str:
    """The name of a path's file, as it was meant to be read."""
    return bytes_of(path.rpartition("/")[2]).decode("utf-8", "replace")


def _stem(path: str) -> str:
    """The path of a film without its extension: what lies beside it begins so."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{stem_of(name)}"


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
