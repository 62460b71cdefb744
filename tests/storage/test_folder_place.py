"""A folder target is the folder that was opened, and what is reached in it without any link."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path

import pytest

from storage.contract import Part, Target
from storage.errors import NotFound, Refused, TargetError, Unavailable
from storage.mirrors import read_back
from storage.shared_reading import LocalFile
from storage.targets import FolderSettings, folder_place, open_target

FILM = b"moving pictures" * 1000
DIGEST = sha512(FILM).hexdigest()
ANOTHER = "no longer the folder that was opened"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.mkdir()
    return path


@pytest.fixture
def film(tmp_path: Path) -> LocalFile:
    file = tmp_path / "film"
    file.write_bytes(FILM)
    return LocalFile(file, DIGEST)


@dataclass
class Amid:
    """A content that has something happen when half of it was read."""

    film: LocalFile
    happens: Callable[[], object]
    sha512: str = DIGEST
    size: int = len(FILM)

    def parts(self, size: int) -> Iterator[Part]:
        for part in self.film.parts(size):
            self.happens()
            yield part

    def blocks(self) -> None:
        return None

    def close(self) -> None:
        pass


def unmount(disk: Path) -> Path:
    """A disk leaves its mount point, which stays as an empty folder: where the disk is now."""
    elsewhere = disk.with_name(f"{disk.name}-unmounted")
    disk.rename(elsewhere)
    disk.mkdir()
    return elsewhere


def mount(disk: Path, elsewhere: Path) -> None:
    disk.rmdir()
    elsewhere.rename(disk)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def deeds(target: Target, film: LocalFile) -> list[Callable[[], object]]:
    return [
        target.look,
        target.check,
        lambda: target.put("ocfl/new", film),
        lambda: target.put("ocfl/film", film),
        lambda: target.replace("new.json", film, None),
        lambda: target.replace("ocfl/film", film, DIGEST),
        lambda: target.open("ocfl/film"),
        lambda: target.open("ocfl/nothing"),
        lambda: target.stat("ocfl/film"),
        lambda: target.stat("ocfl/nothing"),
        lambda: list(target.list("")),
        lambda: list(target.list("ocfl/")),
        lambda: target.discard("scratch/nothing"),
        lambda: read_back(target, "ocfl/film", DIGEST),
    ]


@pytest.mark.parametrize("prefix", ["", "keeps"])
def test_a_mount_point_without_its_disk_is_neither_read_nor_written(disk: Path, film: LocalFile, prefix: str) -> None:
    target = open_target("disk", FolderSettings(path=disk, prefix=prefix))
    target.put("ocfl/film", film)
    there = files(disk)
    elsewhere = unmount(disk)
    for deed in deeds(target, film):
        with pytest.raises(Unavailable, match=ANOTHER):
            deed()
    assert list(disk.iterdir()) == []
    mount(disk, elsewhere)
    assert files(disk) == there
    assert read_back(target, "ocfl/film", DIGEST) == len(FILM)
    target.check()


def test_another_disk_that_was_mounted_there_is_another_one_though_it_holds_the_same(
    disk: Path, film: LocalFile
) -> None:
    for name in ("disk", "other"):
        (disk.with_name(name)).mkdir(exist_ok=True)
        open_target(name, FolderSettings(path=disk.with_name(name))).put("ocfl/film", film)
    target = open_target("disk", FolderSettings(path=disk))
    target.look()
    disk.rename(disk.with_name("unplugged"))
    disk.with_name("other").rename(disk)
    there = files(disk)
    for deed in deeds(target, film):
        with pytest.raises(Unavailable, match=ANOTHER):
            deed()
    assert files(disk) == there
    assert open_target("disk", FolderSettings(path=disk)).stat("ocfl/film").size == len(FILM)  # a later run may


@pytest.mark.parametrize("was", ["new", "replaced", "replaces nothing"])
def test_a_disk_that_leaves_while_a_file_is_written_gets_no_name_and_its_mount_point_gets_nothing(
    disk: Path, film: LocalFile, was: str
) -> None:
    target = open_target("disk", FolderSettings(path=disk))
    target.check()
    (disk / "old").write_bytes(b"old")
    before = files(disk)
    left = list[Path]()
    content = Amid(film, lambda: left.append(unmount(disk)))
    write = {
        "new": lambda: target.put("ocfl/objects/film", content),
        "replaced": lambda: target.replace("old", content, sha512(b"old").hexdigest()),
        "replaces nothing": lambda: target.replace("none", content, None),
    }
    with pytest.raises(Unavailable, match=ANOTHER):
        write[was]()
    assert list(disk.iterdir()) == []
    assert files(left[0]) == before
    mount(disk, left[0])
    target.put("ocfl/objects/film", film)


def test_a_prefix_that_is_a_mount_point_of_its_own_may_leave_by_itself(disk: Path, film: LocalFile) -> None:
    target = open_target("disk", FolderSettings(path=disk, prefix="all/usb"))
    target.put("ocfl/film", film)
    elsewhere = unmount(disk / "all/usb")
    for deed in deeds(target, film):
        with pytest.raises(Unavailable, match=ANOTHER):
            deed()
    (disk / "all/usb").rmdir()
    for deed in deeds(target, film):
        with pytest.raises(Unavailable, match=ANOTHER):
            deed()
    assert files(disk) == [f"all/{elsewhere.name}/ocfl/film"]


def test_a_disk_that_is_mounted_right_below_may_leave_by_itself(
    disk: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing here may mount: every folder right below is taken for another file system."""
    monkeypatch.setattr(folder_place, "_crosses", lambda upper, lower: True)
    target = open_target("disk", FolderSettings(path=disk))
    target.put("ocfl/film", film)
    monkeypatch.setattr(folder_place, "_crosses", lambda upper, lower: False)
    unmount(disk / "ocfl")
    for deed in (
        target.look,
        lambda: target.put("ocfl/film", film),
        lambda: target.stat("ocfl/film"),
        lambda: list(target.list("ocfl/")),
    ):
        with pytest.raises(Unavailable, match=ANOTHER):
            deed()
    assert files(disk / "ocfl") == []


def test_a_path_may_be_a_link_and_may_not_lead_elsewhere_later(disk: Path, film: LocalFile) -> None:
    link = disk.with_name("link")
    link.symlink_to(disk)
    target = open_target("disk", FolderSettings(path=link))
    target.put("ocfl/film", film)
    assert files(disk) == ["ocfl/film"]
    other = disk.with_name("other")
    other.mkdir()
    link.unlink()
    link.symlink_to(other)
    with pytest.raises(Unavailable, match=ANOTHER):
        target.put("ocfl/another", film)
    assert files(other) == []


def test_links_that_come_while_a_target_is_at_work_lead_nowhere(disk: Path, film: LocalFile) -> None:
    target = open_target("disk", FolderSettings(path=disk))
    for name in ("a/film", "b/film", "c/film"):
        target.put(f"ocfl/{name}", film)
    outside = disk.with_name("outside")
    (outside / "secret").mkdir(parents=True)
    (outside / "film").write_bytes(FILM)
    listing = target.list("ocfl/")
    assert next(listing).key == "ocfl/a/film"
    (disk / "ocfl/b").rename(disk / "b")
    (disk / "ocfl/b").symlink_to(outside)
    (disk / "ocfl/c/film").unlink()
    (disk / "ocfl/c/film").symlink_to(outside / "film")
    assert list(listing) == []
    for key in ("ocfl/b/film", "ocfl/c/film"):
        for deed in (target.stat, target.open):
            with pytest.raises(NotFound, match="symbolic link"):
                deed(key)
        with pytest.raises(Refused, match="link"):
            target.put(key, film)
    with pytest.raises(Refused, match="symbolic link"):
        target.put("ocfl/b/secret/film", film)
    assert files(outside) == ["film"]


def test_a_link_that_takes_a_folders_place_while_a_file_is_written_is_not_followed(disk: Path, film: LocalFile) -> None:
    target = open_target("disk", FolderSettings(path=disk))
    target.put("ocfl/a/one", film)
    outside = disk.with_name("outside")
    outside.mkdir()

    def swap() -> None:
        (disk / "ocfl/a").rename(disk / "a")
        (disk / "ocfl/a").symlink_to(outside)

    with pytest.raises(Refused, match="ocfl/a is a symbolic link, and none is followed"):
        target.put("ocfl/a/two", Amid(film, swap))
    assert files(outside) == []
    assert os.listdir(disk / "scratch") == []  # noqa: PTH208


@pytest.mark.timeout(20)
def test_pipes_and_sockets_are_no_files_and_are_not_waited_for(
    disk: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(disk / "pipe")
    monkeypatch.chdir(disk)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        target = open_target("disk", FolderSettings(path=disk))
        for key in ("pipe", "socket"):
            for deed in (target.stat, target.open):
                with pytest.raises(NotFound):
                    deed(key)
            with pytest.raises(Refused, match="no copy"):
                target.put(key, film)
        assert list(target.list("")) == []


def test_folders_without_a_bottom_end_no_listing(disk: Path, film: LocalFile) -> None:
    target = open_target("disk", FolderSettings(path=disk))
    target.put("ocfl/film", film)
    down = os.open(disk / "ocfl", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=down)
        upper, down = down, os.open("d", os.O_RDONLY, dir_fd=down)
        os.close(upper)
    os.close(down)
    try:
        assert [stat.key for stat in target.list("")] == ["ocfl/film"]
        with pytest.raises(TargetError, match="parts"):
            target.put("ocfl/" + "d/" * 64 + "film", film)
    finally:  # what clears away after tests goes down by recursion
        subprocess.run(["rm", "-rf", str(disk / "ocfl/d")], check=True)


def test_what_is_held_open_is_let_go_with_the_target(disk: Path, film: LocalFile) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    for _ in range(20):
        target = open_target("disk", FolderSettings(path=disk, prefix="keeps"))
        target.put("ocfl/film", film)
        next(target.list(""))
    del target
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208
