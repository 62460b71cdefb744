"""Disks: what was visited when, what each held, and what a visit would find just now. Paths leave in no export."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import SourceAway
from archive.ledger.copies import ARRIVED
from archive.ledger.disks import Disks
from archive.opening.archive import Archive
from archive.records.disk import Visit
from archive.records.object_ids import ObjectId
from archive.settings.source_stanzas import FolderSettings
from archive.sources import folders_of_ours
from archive.sources.folder.disk_identity import identify
from archive.sources.folder.disk_walk import OpenFolder
from archive.sources.folder.visiting import Outlook, outlook
from archive.steps.disk_records import names, one_visit, versions

PLACES_AT_MOST = 1000


@dataclass(frozen=True)
class DiskView:
    """A disk: its recorded visits by number, and the number of targets at which each has arrived."""

    visits: Mapping[int, Visit]
    copies: Mapping[int, int]

    @property
    def newest(self) -> tuple[int, Visit]:
        """The newest visit, with its number."""
        return max(self.visits.items())


@dataclass(frozen=True)
class SeenOn:
    """Where the bytes of a clip were seen: the disk, when it was visited last, and the path there."""

    disk: str
    label: str
    visited: datetime
    path: str


@dataclass(frozen=True)
class Expected:
    """What a visit of a folder source would find, or why it cannot be visited."""

    found: Outlook | None
    problem: str | None = None


def disks_view(archive: Archive) -> dict[str, DiskView]:
    """Every disk of which a visit is recorded. No target is asked."""
    return {name: disk_view(archive, name) for name in names(archive)}


def disk_view(archive: Archive, name: str) -> DiskView:
    """One disk. Raises NoSuchDisk."""
    one_visit(archive, name)
    copies = archive.ledger.copies.of(ObjectId.disk_of(name))
    arrived = Counter(copy.version for copy in copies if copy.state in ARRIVED)
    return DiskView({number: one_visit(archive, name, number) for number in versions(archive, name)}, arrived)


def seen_on(archive: Archive, clip: str) -> list[SeenOn]:
    """The disks and paths where the bytes of a clip's films were seen, as the newest recorded visits know them."""
    sha256s = list({capture.media.sha256 for capture in archive.ledger.clips.captures(clip)})
    recorded = {name: one_visit(archive, name) for name in names(archive)}
    places = archive.ledger.disks.places(sha256s, limit=PLACES_AT_MOST) if sha256s else []
    return [
        SeenOn(place.disk, recorded[place.disk].label, recorded[place.disk].ended, place.path)
        for place in places
        if place.disk in recorded
    ]


def expected(archive: Archive) -> dict[str, Expected]:
    """What a visit of each folder source would find: its files are looked at, and none is read to its end."""
    return {
        name: _expected(archive.ledger.disks, stanza, folders_of_ours(archive.settings))
        for name, stanza in archive.settings.sources.items()
        if isinstance(stanza, FolderSettings)
    }


def _expected(disks: Disks, stanza: FolderSettings, ours: list[Path]) -> Expected:
    try:
        with OpenFolder(stanza.path, leave_out=ours) as folder:
            disk = identify(stanza.path, stanza.disk)
            name = disks.name_of(disk.serial, disk.folder) or disk.name
            return Expected(outlook(disks, folder, name))
    except (SourceAway, OSError) as error:
        return Expected(None, str(error))
