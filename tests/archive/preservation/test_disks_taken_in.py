"""What a target says of a disk is a stranger's: what does not fit itself is refused, and the disk is read anew."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.errors import ForeignWords
from archive.ledger.disks import KnownFile
from archive.objects import held_versions, sidecar
from archive.objects.reading_back import Held, read_documents
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.preservation.sealing import Provenance, document, seal
from archive.records.disk import FILES, VISIT, DiskFile, Visit
from archive.records.object_ids import ObjectId
from archive.steps.disk_records import names, one_visit, record_disk
from tests.support.archives import MONDAY, an_archive, folder_targets, store_all

NAME = "red-1f0c4a77"
TOLD = Visit(
    disk=NAME,
    label="Red",
    serial="1234-ABCD",
    serial_of="filesystem",
    filesystem="exfat",
    folder="",
    mount="/media/red",
    source="red",
    begun=MONDAY,
    ended=MONDAY + timedelta(hours=1),
    agent="thirdcopy@1",
    files=2,
    bytes=30,
    media=1,
    unread=0,
    later=0,
)
FILM = KnownFile("a/film.mp4", 20, 1_528_797_600_000_000_000, 7, "media", "a" * 128, "b" * 64)
NOTE = KnownFile("note.txt", 10, 1_528_797_600_000_000_000, 8, "other", why="begins as no sound and no picture")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "abc")) as opened:
        yield opened


def visited(archive: Archive, *files: KnownFile, told: Visit = TOLD) -> None:
    name, visit = archive.ledger.disks.begin(NAME, "red", "1234-ABCD", "")
    archive.ledger.disks.keep(name, visit, files)
    archive.ledger.disks.end(name, visit, told)


def test_a_visit_is_recorded_once_and_another_where_something_changed(archive: Archive) -> None:
    visited(archive, FILM, NOTE)
    done = [record_disk(archive, told, archive.targets) for told in archive.ledger.disks.to_record()]
    assert [one.version if one else None for one in done] == [1]
    visited(archive, FILM, NOTE, told=TOLD.model_copy(update={"ended": MONDAY + timedelta(days=1)}))
    assert [record_disk(archive, told, archive.targets) for told in archive.ledger.disks.to_record()] == [None]
    assert archive.ledger.disks.to_record() == []
    visited(archive, FILM)
    (again,) = [record_disk(archive, told, archive.targets) for told in archive.ledger.disks.to_record()]
    assert again
    assert again.version == 2


def test_a_rebuilt_ledger_knows_the_disk_and_reads_it_anew(archive: Archive, tmp_path: Path) -> None:
    visited(archive, FILM, NOTE)
    for told in archive.ledger.disks.to_record():
        record_disk(archive, told, archive.targets)
    store_all(archive)
    with an_archive(tmp_path / "other", folder_targets(tmp_path, "abc")) as anew:
        assert rebuild(anew, anew.targets).problems == []
        assert names(anew) == [NAME]
        assert one_visit(anew, NAME) == one_visit(archive, NAME)
        assert anew.ledger.disks.name_of("1234-ABCD", "") == NAME
        assert [(place.disk, place.path) for place in anew.ledger.disks.places(["b" * 64], limit=9)] == [
            (NAME, "a/film.mp4")
        ]
        known = anew.ledger.disks.known(NAME, ["a/film.mp4"])["a/film.mp4"]
        assert not known.is_as(FILM.size, FILM.mtime_ns, FILM.inode)


def sealed(archive: Archive, visit: bytes, files: bytes) -> None:
    items = {VISIT: document(visit), FILES: document(files)}
    seal(archive, ObjectId.disk_of(NAME), items, Provenance("made up"), usable=archive.targets)
    store_all(archive)


LINE = sidecar.to_bytes(DiskFile(path="a", size=1, modified=None))


@pytest.mark.parametrize(
    ("visit", "files", "why"),
    [
        (TOLD, LINE, "not the one that its disk.json names"),
        (TOLD.model_copy(update={"disk": "blue-1f0c4a77"}), LINE, "speaks of disk-blue-1f0c4a77"),
        (b"{}", LINE, "does not read"),
        (None, LINE + LINE, "names a path twice"),
        (None, b'{"path": "a", "size": 1, "modified": null, "sha256": "../.."}\n', "does not read"),
        (None, b'{"path": "a", "size": 99999999999999999999, "modified": null}\n', "does not read"),
    ],
)
def test_a_record_that_does_not_fit_itself_is_refused(
    archive: Archive, visit: Visit | bytes | None, files: bytes, why: str
) -> None:
    fits = TOLD.model_copy(update={"files_sha256": sha256(files).hexdigest()})
    sealed(archive, visit if isinstance(visit, bytes) else sidecar.to_bytes(visit or fits), files)
    target = archive.targets["a"]
    whole = held_versions.find(target, f"disk-{NAME}").whole
    assert whole
    with pytest.raises(ForeignWords, match=why):
        read_documents({"a": target}, whole)


def test_what_fits_is_read(archive: Archive) -> None:
    fits = TOLD.model_copy(update={"files_sha256": sha256(LINE).hexdigest()})
    sealed(archive, sidecar.to_bytes(fits), LINE)
    whole = held_versions.find(archive.targets["a"], f"disk-{NAME}").whole
    assert whole
    found = read_documents(archive.targets, whole)
    assert isinstance(found, Held)
    assert (found.visits, [file.path for file in found.files]) == ((fits,), ["a"])
