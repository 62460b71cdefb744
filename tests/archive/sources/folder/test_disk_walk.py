"""Walking a disk: what is passed over, what is told, and that nothing leads out or is written."""

import os
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archive.errors import SourceAway
from archive.sources.folder.disk_walk import Aside, Entry, OpenFolder
from archive.sources.folder.path_names import bytes_of, written


def walked(path: Path, **more: object) -> tuple[dict[bytes, Entry], list[Aside]]:
    with OpenFolder(path, **more) as folder:  # type: ignore[arg-type]
        found = list(folder.walk())
    files = {one.path: one for one in found if isinstance(one, Entry)}
    return files, [one for one in found if isinstance(one, Aside)]


def test_plain_files_are_found_and_links_pipes_and_sockets_are_not_opened(tmp_path: Path) -> None:
    disk, outside = tmp_path / "disk", tmp_path / "outside"
    (disk / "a" / "b").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.mp4").write_bytes(b"1234")
    (disk / "a" / "b" / "film.mp4").write_bytes(b"12345")
    (disk / "folder").symlink_to(outside)
    (disk / "film").symlink_to(outside / "secret.mp4")
    os.mkfifo(disk / "pipe.mp4")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(disk / "s"))
        files, asides = walked(disk)
    assert {path: one.size for path, one in files.items()} == {b"a/b/film.mp4": 5}
    assert sorted(one.path for one in asides if one.special) == [b"film", b"folder", b"pipe.mp4", b"s"]


def test_a_name_that_is_no_utf_8_is_kept_and_opened(tmp_path: Path) -> None:
    name = b"\xd0\xff\n%41 \xe2\x80\xae.mp4"
    with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
        file.write(b"film")
    with OpenFolder(tmp_path) as folder:
        (entry,) = folder.walk()
        assert isinstance(entry, Entry)
        assert bytes_of(written(entry.path)) == entry.path == name
        assert written(name) == "%D0%FF%0A%2541 %E2%80%AE.mp4"
        with folder.open(entry.path) as opened:
            assert opened.read() == b"film"


def test_what_became_a_link_leads_nowhere(tmp_path: Path) -> None:
    disk, outside = tmp_path / "disk", tmp_path / "outside"
    (disk / "inner").mkdir(parents=True)
    outside.mkdir()
    for folder in (disk / "inner", outside):
        (folder / "film.mp4").write_bytes(b"film")
    with OpenFolder(disk) as opened:
        (disk / "inner" / "film.mp4").unlink()
        (disk / "inner").rmdir()
        (disk / "inner").symlink_to(outside)
        with pytest.raises(OSError, match=r"(?i)link|directory"):
            opened.open(b"inner/film.mp4")


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "film.mp4")
    with OpenFolder(tmp_path) as folder, pytest.raises(OSError, match="no plain file"):
        folder.open(b"film.mp4")


def test_folders_of_the_archive_and_other_file_systems_are_not_entered(tmp_path: Path) -> None:
    for name in ("state", "films"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "film.mp4").write_bytes(b"film")
    files, asides = walked(tmp_path, leave_out=[tmp_path / "state"])
    assert (list(files), [one.why for one in asides]) == ([b"films/film.mp4"], ["is a folder of this archive"])
    if Path("/dev/shm").is_dir() and Path("/dev/shm").stat().st_dev != Path("/dev").stat().st_dev:
        _, asides = walked(Path("/dev"))
        assert b"shm" in [one.path for one in asides if "another file system" in one.why]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root reads what nobody may read: so be nobody for a while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_folder_that_may_not_be_read_is_told_and_the_others_go_on() -> None:
    with TemporaryDirectory(dir="/tmp") as name:  # the folders of pytest are its own user's
        disk = Path(name)
        disk.chmod(0o755)
        (disk / "closed").mkdir(mode=0)
        (disk / "film.mp4").write_bytes(b"film")
        with as_nobody():
            files, asides = walked(disk)
    assert (list(files), [(one.path, one.unread) for one in asides]) == ([b"film.mp4"], [(b"closed/", True)])


def test_a_disk_that_is_replaced_on_the_way_breaks_the_walk_off(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    for number in range(3):
        (disk / str(number)).mkdir(parents=True)
        (disk / str(number) / "film.mp4").write_bytes(b"film")
    with OpenFolder(disk) as folder:
        walk = folder.walk()
        next(walk)
        disk.rename(tmp_path / "unplugged")
        disk.mkdir()
        for number in range(3):
            for inner in (tmp_path / "unplugged" / str(number)).iterdir():
                inner.unlink()
            (tmp_path / "unplugged" / str(number)).rmdir()
        with pytest.raises(SourceAway, match="nothing is called gone"):
            list(walk)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceAway, match="mount the disk"), OpenFolder(tmp_path / "nowhere"):
        pass


def test_a_hundred_thousand_files_in_one_folder_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    def peak(folder: Path, many: int) -> int:
        folder.mkdir()
        descriptor = os.open(folder, os.O_RDONLY)
        for number in range(many):
            os.close(os.open(f"{number}.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
        with OpenFolder(folder) as opened:
            tracemalloc.start()
            assert sum(1 for _ in opened.walk()) == many
            held = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return held

    few, all_of_them = peak(tmp_path / "few", 1000), peak(tmp_path / "many", 100_000)
    assert all_of_them < 2 * few + 100_000


def test_a_disk_is_left_as_it_was(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    os.utime(film, ns=(1_000_000_000, 2_000_000_000))
    with OpenFolder(tmp_path) as folder:
        for one in folder.walk():
            with folder.open(one.path) as file:
                file.read()
    assert (film.stat().st_atime_ns, film.stat().st_mtime_ns) == (1_000_000_000, 2_000_000_000)
