"""Folders on file systems that lack something: links, renames from folder to folder, locks, the right to remove.

What such a file system answers is answered here in its place; nothing is mounted, so that the tests need no root.
"""

import errno
import fcntl
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from storage.conformance import conform
from storage.errors import Refused
from storage.shared_reading import LocalFile
from storage.targets import FolderSettings, folder_disk, open_target
from storage.targets.folder import FolderTarget
from storage.targets.folder_probing import probe_folder
from storage.targets.temporaries import is_temporary, prune

FILM = b"moving pictures" * 1000
DIGEST = sha512(FILM).hexdigest()
TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    path = tmp_path / "usb"
    path.mkdir()
    return path


@pytest.fixture
def film(tmp_path: Path) -> LocalFile:
    file = tmp_path / "film"
    file.write_bytes(FILM)
    return LocalFile(file, DIGEST)


def answers(monkeypatch: pytest.MonkeyPatch, deed: str, number: int, where: Callable[..., bool]) -> None:
    """Let the system refuse a deed of `os` where the arguments say so."""
    real = getattr(os, deed)

    def refusing(*args: Any, **options: Any) -> Any:
        if where(*args, **options):
            raise OSError(number, os.strerror(number))
        return real(*args, **options)

    monkeypatch.setattr(os, deed, refusing)


def from_folder_to_folder(_source: str, _name: str, *, src_dir_fd: int, dst_dir_fd: int, **_: Any) -> bool:
    return not os.path.samestat(os.fstat(src_dir_fd), os.fstat(dst_dir_fd))


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on pooled disks and across subvolumes: nothing goes from one folder to another."""
    for deed in ("link", "rename"):
        answers(monkeypatch, deed, errno.EXDEV, from_folder_to_folder)


@pytest.fixture
def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on exFAT."""
    answers(monkeypatch, "link", errno.EPERM, lambda *_args, **_options: True)


def strays(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*tmp-*")]


def test_two_file_systems_say_what_the_tests_here_say_for_them(tmp_path: Path) -> None:
    """The real thing, where the machine has two file systems to write to."""
    other = next((path for path in ("/dev/shm", "/var/tmp", "/run/shm") if _other(Path(path), tmp_path)), None)
    if other is None:
        pytest.skip("all folders that one may write to here are on one file system: nothing refuses a link")
    one, two = os.open(tmp_path, os.O_RDONLY), os.open(other, os.O_RDONLY)
    try:
        with folder_disk.temporary(one, f"tmp-{TOKEN}") as made:
            for name in (folder_disk.name_new, folder_disk.name_over):
                with pytest.raises(OSError, match="cross-device") as caught:
                    name(made, two, f".thirdcopy-tmp-{TOKEN}")
                assert caught.value.errno == errno.EXDEV
    finally:
        os.close(one)
        os.close(two)


def _other(path: Path, than: Path) -> bool:
    return path.is_dir() and os.access(path, os.W_OK) and path.stat().st_dev != than.stat().st_dev


@pytest.mark.parametrize("kind", ["pooled", "without_links"])
def test_every_promise_is_kept_without_links(usb: Path, kind: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(kind)
    target = open_target("usb", FolderSettings(path=usb, prefix="keeps"))
    (usb / "keeps/ocfl").mkdir(parents=True)
    target.check()
    checks = conform(target, token="test", large=100_000, many=20)
    assert [check for check in checks if not check.ok] == []
    assert (strays(usb), list((usb / "keeps/ocfl").iterdir())) == ([], [])


@pytest.mark.usefixtures("pooled")
def test_where_no_link_leads_from_scratch_a_file_is_written_beside_its_place(usb: Path, film: LocalFile) -> None:
    target = open_target("usb", FolderSettings(path=usb))
    target.put("ocfl/a/film", film)  # the first is copied over
    target.put("ocfl/b/film", film)  # as the next ones are not
    target.replace("ocfl/inventory.json", film, None)
    target.replace("writer.json", film, None)
    (usb / "writer.json").write_bytes(b"old")
    target.replace("writer.json", film, sha512(b"old").hexdigest())
    for key in ("ocfl/a/film", "ocfl/b/film", "ocfl/inventory.json", "writer.json"):
        assert (usb / key).read_bytes() == FILM
    assert strays(usb) == []
    assert [stat.key for stat in target.list("")] == [
        "ocfl/a/film", "ocfl/b/film", "ocfl/inventory.json", "writer.json",
    ]  # fmt: skip


@pytest.mark.usefixtures("pooled")
def test_what_failed_leaves_no_empty_folder_among_the_objects(usb: Path, tmp_path: Path) -> None:
    target = open_target("usb", FolderSettings(path=usb))
    (usb / "ocfl").mkdir()
    target.check()
    (tmp_path / "stale").write_bytes(b"stale")
    with pytest.raises(Exception, match="not what it was"):
        target.put("ocfl/a/b/film", LocalFile(tmp_path / "stale", DIGEST))
    assert list((usb / "ocfl").iterdir()) == []


def test_what_a_killed_run_left_among_the_objects_goes_at_the_next_check(usb: Path, tmp_path: Path) -> None:
    """The writer is killed between two parts of a file that it writes beside its place."""
    program = """
import os, sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from storage.targets import FolderSettings, open_target
class Killed:
    size, sha512 = 1 << 30, "0" * 128
    def parts(self, size):
        yield SimpleNamespace(blocks=[memoryview(bytes(1 << 16))], release=lambda: None)
        os.kill(os.getpid(), 9)
target = open_target("usb", FolderSettings(path=Path(sys.argv[1])))
target._apart.add(("ocfl",))
target.put("ocfl/one/object/v1/content/film", Killed())
"""
    (usb / "ocfl/other").mkdir(parents=True)
    (usb / "ocfl/other/file").write_bytes(b"x")
    done = subprocess.run([sys.executable, "-c", program, str(usb)], timeout=60)
    assert done.returncode == -9
    assert sorted(name.lstrip(".").split("-")[0] for name in strays(usb)) == ["thirdcopy", "tmp"]
    target = open_target("usb", FolderSettings(path=usb))
    assert [stat.key for stat in target.list("")] == ["ocfl/other/file"]
    target.check()
    assert strays(usb) == []
    assert [path.name for path in (usb / "ocfl").iterdir()] == ["other"]


@pytest.mark.parametrize(
    "said", ["ocfl/a", "../outside", "/etc", "ocfl/a/../../..", "link", "ocfl/\xff", "x" * 5000, ""]
)
def test_a_note_that_somebody_planted_removes_nothing_but_temporaries(usb: Path, said: str) -> None:
    outside = usb.with_name("outside")
    for folder in (usb / "ocfl/a", usb / "scratch", outside):
        folder.mkdir(parents=True)
        (folder / "film").write_bytes(FILM)
    (outside / f".thirdcopy-tmp-{TOKEN}").write_bytes(b"not ours to remove")
    (usb / "link").symlink_to(outside)
    (usb / f"scratch/tmp-{TOKEN}").write_bytes(b"thirdcopy writes beside: " + said.encode("latin-1"))
    open_target("usb", FolderSettings(path=usb)).check()
    assert sorted(path.name for path in outside.iterdir()) == [f".thirdcopy-tmp-{TOKEN}", "film"]
    assert [(usb / name / "film").read_bytes() for name in ("ocfl/a", "scratch")] == [FILM, FILM]
    assert not (usb / f"scratch/tmp-{TOKEN}").exists()


def flock(monkeypatch: pytest.MonkeyPatch, refuses: Callable[[int], int]) -> None:
    """Let locks be refused with a number that is told by the open mode of the descriptor; 0 refuses nothing."""
    real = fcntl.flock

    def refusing(file: Any, operation: int) -> None:
        descriptor = file if isinstance(file, int) else file.fileno()
        if number := refuses(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE):
            raise OSError(number, os.strerror(number))
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", refusing)


def test_a_share_that_locks_only_for_writers_is_tidied(usb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Linux's NFS: flock(2), "CIFS/NFS details"."""
    flock(monkeypatch, lambda mode: errno.EBADF if mode == os.O_RDONLY else 0)
    (usb / "scratch").mkdir()
    left, busy = usb / f"scratch/tmp-{TOKEN}", usb / f"scratch/tmp-{'b' * 32}"
    for path in (left, busy):
        path.write_bytes(b"half a fi")
    with busy.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        open_target("usb", FolderSettings(path=usb)).check()
    assert list((usb / "scratch").iterdir()) == [busy]


def test_without_locks_only_what_is_old_by_the_disks_own_clock_was_left_behind(
    usb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock(monkeypatch, lambda _mode: errno.ENOLCK)
    (usb / "scratch").mkdir()
    old, young = usb / f"scratch/tmp-{TOKEN}", usb / f"scratch/tmp-{'b' * 32}"
    for path in (old, young):
        path.write_bytes(b"half a fi")
    yesterday = young.stat().st_mtime - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    open_target("usb", FolderSettings(path=usb)).check()
    assert list((usb / "scratch").iterdir()) == [young]


def test_a_share_that_says_no_after_it_did_what_was_asked_is_believed_by_what_lies_there(
    usb: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer was lost, the request came twice, and the second one failed."""
    for deed, number in (("link", errno.EEXIST), ("rename", errno.ENOENT)):
        real = getattr(os, deed)

        def twice(*args: Any, real: Any = real, number: int = number, **options: Any) -> None:
            real(*args, **options)
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, deed, twice)
    target = open_target("usb", FolderSettings(path=usb))
    target.put("film", film)
    target.replace("document", film, None)
    (usb / "document").write_bytes(b"old")
    target.replace("document", film, sha512(b"old").hexdigest())
    assert [(usb / name).read_bytes() for name in ("film", "document")] == [FILM, FILM]
    assert strays(usb) == []


def test_files_that_a_share_removes_later_are_no_keys(usb: Path, film: LocalFile) -> None:
    target = open_target("usb", FolderSettings(path=usb))
    target.put("ocfl/a/film", film)
    for folder in ("", "ocfl/a/", "scratch/"):
        (usb / folder / ".nfs000000000123456700000001").write_bytes(b"open somewhere")
    (usb / "ocfl/a/.nfs-notes").write_bytes(b"somebody's")
    assert [stat.key for stat in target.list("")] == ["ocfl/a/.nfs-notes", "ocfl/a/film"]
    target.check()
    with pytest.raises(Refused, match="temporary"):
        target.put("ocfl/a/.nfs000000000123456700000001", film)
    assert is_temporary(("ocfl", "a", f".thirdcopy-tmp-{TOKEN}"))


def test_a_disk_that_lets_nobody_remove_keeps_what_it_is_given(
    usb: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `chattr +a`, or a share that only adds: what cannot be tidied is told by a check, and is no failure."""
    for deed in ("unlink", "rmdir"):
        answers(monkeypatch, deed, errno.EPERM, lambda *_args, **_options: True)
    settings = FolderSettings(path=usb)
    target = open_target("usb", settings)
    target.check()
    target.put("ocfl/film", film)
    target.check()
    assert [stat.key for stat in target.list("")] == ["ocfl/film"]
    assert strays(usb / "ocfl") == []
    target.put("scratch/film", film)
    with pytest.raises(Refused, match="no permission"):
        target.discard("scratch/film")
    (tidy,) = [trait for trait in probe_folder("usb", settings, {}) if "left" in trait.name]
    assert (tidy.holds, "scratch/" in tidy.detail) == (False, True)


def test_a_check_writes_where_objects_lie(usb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """scratch/ is writable, and ocfl/ is on a disk that is not."""
    (usb / "ocfl").mkdir()
    kept = (usb / "ocfl").stat()
    read_only = lambda _name, flags, *_mode, dir_fd=None, **_: bool(  # noqa: E731
        flags & os.O_CREAT and dir_fd is not None and os.path.samestat(os.fstat(dir_fd), kept)
    )
    answers(monkeypatch, "open", errno.EROFS, read_only)
    target = open_target("usb", FolderSettings(path=usb))
    target.look()
    with pytest.raises(Refused, match="the disk is read-only; mount it for writing"):
        target.check()


def test_a_copy_that_the_disk_takes_only_half_of_gets_no_name(
    usb: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way from scratch/ is found closed, and the disk below ocfl/ is fuller: what is written there is cut short."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def closed(*_args: Any, **_options: Any) -> bool:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(FILM) - 1000, limits[1]))
        return True

    answers(monkeypatch, "link", errno.EXDEV, closed)
    target = open_target("usb", FolderSettings(path=usb))
    try:
        with pytest.raises(Refused, match="too large for this file system"):
            target.put("ocfl/a/film", film)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (strays(usb), list(target.list(""))) == ([], [])
    assert list((usb / "ocfl").iterdir()) == []


@pytest.mark.parametrize("apart", [False, True])
def test_a_folder_that_a_file_is_about_to_lie_in_is_not_removed_as_an_empty_one(
    usb: Path, film: LocalFile, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    """Another thread's file failed in the same folder, and its folders are cleared away just then."""
    target = open_target("usb", FolderSettings(path=usb))
    assert isinstance(target, FolderTarget)
    tidying = list[Thread]()

    def tidied(_name: str, _flags: int = 0, *_mode: Any, dir_fd: int | None = None, **_: Any) -> bool:
        folder = usb / "ocfl/a"
        if not tidying and dir_fd is not None and folder.is_dir() and os.path.samestat(os.fstat(dir_fd), folder.stat()):
            tidying.append(Thread(target=prune, args=(target._place, ("ocfl", "a"))))
            tidying[0].start()
            tidying[0].join(0.05)
        return False

    if apart:
        target._apart.add(("ocfl",))
        answers(monkeypatch, "open", 0, tidied)
    else:
        answers(monkeypatch, "link", 0, lambda _source, name, *, dst_dir_fd, **_: tidied(name, dir_fd=dst_dir_fd))
    target.put("ocfl/a/film", film)
    tidying[0].join()
    assert (usb / "ocfl/a/film").read_bytes() == FILM


@pytest.mark.parametrize(("kind", "can"), [("without_links", "can"), ("pooled", "cannot")])
def test_a_check_says_of_a_disk_what_is_done_on_it(
    usb: Path, kind: str, can: str, request: pytest.FixtureRequest
) -> None:
    """Without hard links a rename leads from scratch/ to ocfl/ all the same, as on exFAT."""
    request.getfixturevalue(kind)
    (usb / "ocfl").mkdir()
    settings = FolderSettings(path=usb)
    target = open_target("usb", settings)
    assert isinstance(target, FolderTarget)
    target.check()
    told = {trait.name: trait.holds for trait in probe_folder("usb", settings, {})}
    assert told["name a file in ocfl/ that was written in scratch/"] == (can == "can")
    assert target._apart == (set() if can == "can" else {("ocfl",)})
    assert told["refuse a second writer of a name (hard links)"] == (kind == "pooled")
