"""Record a disk: what it held at a visit becomes a version of the object `disk-NAME`, if anything changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from archive.errors import ArchiveError
from archive.ledger.copies import snapshot_fact
from archive.ledger.disks import Fate
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.bringing import held
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import file_at, need_space
from archive.records.disk import FILES, VISIT, DiskFile, Visit
from archive.records.event import CAPTURE
from archive.records.object_ids import Kind, ObjectId
from archive.sources.folder.dating import file_time
from storage.contract import Target

_VISIT = TypeAdapter(Visit)
WAITS = "waits to be fetched"


class NoSuchDisk(ArchiveError):
    """A disk that the archive never visited, or a visit of it that was never recorded."""

    exit_code = 2


@dataclass(frozen=True)
class Recorded:
    """A visit that was sealed: the disk's object and its version."""

    object: ObjectId
    version: int


def record_disk(archive: Archive, told: Visit, usable: Mapping[str, Target]) -> Recorded | None:
    """Seal what a disk held at its last visit; None where that is what it held before.

    Raises Fork or TargetError as sealing does, and SpaceShort.
    """
    need_space(archive)
    archive.attempts.mkdir(parents=True, exist_ok=True)
    object_id, known = ObjectId.disk_of(told.disk), versions(archive, told.disk)
    with TemporaryDirectory(prefix="disk-", dir=archive.attempts) as folder:
        files = _written(archive.ledger.disks.fates(told.disk), Path(folder) / FILES)
        visit = told.model_copy(update={"files_sha256": files.sha256})
        if known and one_visit(archive, told.disk, known[-1]).files_sha256 == visit.files_sha256:
            archive.ledger.disks.recorded(told.disk)
            return None
        items = {FILES: files, VISIT: document(sidecar.to_bytes(visit))}
        message = f"{visit.files} files of {visit.label}, {visit.media} of them sound or picture"
        event = archive.happened(object_id, CAPTURE, detail=message)
        seal(
            archive, object_id, items, Provenance(message, snapshot=visit.model_dump_json(), event=event), usable=usable
        )
    archive.ledger.disks.recorded(told.disk)
    return Recorded(object_id, versions(archive, told.disk)[-1])


def _written(fates: Iterator[Fate], path: Path) -> Item:
    """Write the line of each file to a file, to be sealed."""
    long, short = sha512(), sha256()
    with path.open("wb") as file:
        for fate in fates:
            line = sidecar.to_bytes(line_of(fate))
            file.write(line)
            long.update(line)
            short.update(line)
    return Item(long.hexdigest(), path, sha256=short.hexdigest())


def line_of(fate: Fate) -> DiskFile:
    """What is recorded of a file: what it became, or why not."""
    one = fate.file
    failure = fate.failure.rpartition("could not be fetched: ")[2] if fate.failure else WAITS
    why = None if fate.clip else failure if one.state == "media" else one.why
    return DiskFile(
        path=one.path,
        size=one.size,
        modified=file_time(one.mtime_ns) if one.mtime_ns or one.inode else None,
        sha512=one.sha512,
        sha256=one.sha256,
        clip=fate.clip,
        why=why,
    )


def versions(archive: Archive, name: str) -> list[int]:
    """The numbers of a disk's recorded visits, the oldest first."""
    head = archive.ledger.copies.head(Kind.DISK.prefix + name)
    return list(range(1, head.version + 1)) if head else []


def names(archive: Archive) -> list[str]:
    """The disks of which a visit is recorded."""
    return [head.object.removeprefix(Kind.DISK.prefix) for head in archive.ledger.copies.heads(Kind.DISK.prefix)]


def one_visit(archive: Archive, name: str, version: int | None = None) -> Visit:
    """What a recorded visit says of itself, the newest by default. Raises NoSuchDisk."""
    known = versions(archive, name)
    number = version or (known[-1] if known else 0)
    found = archive.ledger.markers.document(snapshot_fact(Kind.DISK.prefix + name, number), _VISIT)
    if found is None:
        if known:
            raise NoSuchDisk(f"{name} has no visit {number}; there are {known[0]} to {known[-1]}")
        there = ", ".join(names(archive)) or "none: `thirdcopy add FOLDER` adds one, and a run visits it"
        raise NoSuchDisk(f"there is no disk {name}; there are: {there}")
    return found


@contextmanager
def files_of(archive: Archive, name: str, version: int, usable: Mapping[str, Target]) -> Iterator[Iterator[DiskFile]]:
    """The files of a recorded visit, from the spool or brought from a target, compared with their digest.

    Raises NoSuchDisk, and TargetError where no target has them sound.
    """
    sealed = archive.ledger.copies.version(ObjectId.disk_of(name), version)
    if sealed is None:
        raise NoSuchDisk(f"{name} has no visit {version}")
    with held(archive, file_at(archive, sealed, FILES), usable) as path, path.open("rb") as lines:
        yield (DiskFile.model_validate_json(line) for line in lines)
