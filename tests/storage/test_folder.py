import errno
import fcntl
import os
import resource
import subprocess
import sys
from functools import partial
from hashlib import sha512
from pathlib import Path

import pytest
from pydantic import ValidationError

from storage.errors import Conflict, Damaged, NotFound, Refused, Unavailable
from storage.mirrors import verify
from storage.shared_reading import LocalFile
from storage.targets import FolderSettings, S3Settings, address, open_target
from storage.targets.folder_disk import passing, refusal, write

EMPTY = sha512(b"").hexdigest()


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.mkdir()
    return path


@pytest.fixture
def local(tmp_path: Path) -> tuple[Path, str]:
    file = tmp_path / "content"
    file.write_bytes(b"kept for years")
    return file, sha512(b"kept for years").hexdigest()


def test_a_folder_that_is_not_there_is_a_disk_that_is_not_mounted(disk: Path, local: tuple[Path, str]) -> None:
    file, digest = local
    target = open_target("disk", FolderSettings(path=disk, prefix="keeps"))
    target.put("ocfl/a/b", LocalFile(file, digest))
    unmounted = disk.with_name("elsewhere")
    disk.rename(unmounted)
    for deed in (
        target.check,
        lambda: target.put("a", LocalFile(file, digest)),
        lambda: target.replace("a", LocalFile(file, digest), None),
        lambda: target.open("ocfl/a/b"),
        lambda: target.stat("ocfl/a/b"),
        lambda: list(target.list("")),
        lambda: target.discard("scratch/a"),
    ):
        with pytest.raises(Unavailable, match="is the disk mounted"):
            deed()
    assert not disk.exists()
    unmounted.rename(disk)
    assert target.stat("ocfl/a/b").size == 14


def test_no_symbolic_link_is_followed(disk: Path, local: tuple[Path, str], tmp_path: Path) -> None:
    file, digest = local
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (disk / "ocfl").symlink_to(outside)
    (disk / "link").symlink_to(outside / "secret")
    target = open_target("disk", FolderSettings(path=disk))
    for key in ("ocfl/secret", "link"):
        with pytest.raises(NotFound, match=r"symbolic link.* no copy"):
            target.open(key)
        with pytest.raises(NotFound, match=r"symbolic link.* no copy"):
            target.stat(key)
        for deed in (
            partial(target.put, key, LocalFile(file, digest)),
            partial(target.replace, key, LocalFile(file, digest), None),
            partial(target.replace, key, LocalFile(file, digest), digest),
        ):
            with pytest.raises(Refused, match="link"):
                deed()
        (finding,) = verify(target, [(key, sha512(b"secret").hexdigest())])
        assert (finding.outcome, "no copy" in (finding.detail or "")) == ("missing", True)
    for check in (target.look, target.check):
        with pytest.raises(Refused, match="ocfl is a symbolic link, and none is followed"):
            check()
    assert list(target.list("")) == []
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


def test_what_a_killed_run_left_goes_at_the_next_check_and_nothing_else_does(
    disk: Path, local: tuple[Path, str]
) -> None:
    scratch = disk / "scratch"
    scratch.mkdir()
    left, busy, foreign = scratch / f"tmp-{'a' * 32}", scratch / f"tmp-{'b' * 32}", scratch / "tmp-notes"
    for path in (left, busy, foreign):
        path.write_bytes(b"half a fi")
    target = open_target("disk", FolderSettings(path=disk))
    assert [stat.key for stat in target.list("")] == ["scratch/tmp-notes"]
    with busy.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        target.check()
    assert sorted(scratch.iterdir()) == [busy, foreign]
    with pytest.raises(Refused, match="temporary"):
        target.discard(f"scratch/{busy.name}")


def test_a_run_killed_while_it_writes_leaves_no_key(disk: Path, tmp_path: Path) -> None:
    """What is written comes from a pipe that never ends: the writer is killed in the middle of its work."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = """
import sys
from pathlib import Path
from types import SimpleNamespace
from storage.targets import FolderSettings, open_target
class Endless:
    size, sha512 = 1 << 30, "0" * 128
    def parts(self, size):
        with open(sys.argv[2], "rb", buffering=0) as pipe:
            while True:
                yield SimpleNamespace(blocks=[pipe.read(1 << 16)], release=lambda: None)
open_target("disk", FolderSettings(path=Path(sys.argv[1]))).put("media/a.mp4", Endless())
"""
    writer = subprocess.Popen([sys.executable, "-c", program, str(disk), str(pipe)])
    with pipe.open("wb", buffering=0) as feed:
        for _ in range(40):
            feed.write(bytes(1 << 16))
        writer.kill()
        writer.wait()
    target = open_target("disk", FolderSettings(path=disk))
    assert len(list((disk / "scratch").iterdir())) == 1
    assert list(target.list("")) == []
    target.check()
    assert list((disk / "scratch").iterdir()) == []


def test_a_full_disk_is_refused_and_leaves_nothing(disk: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the system refuses the write itself."""
    file = tmp_path / "large"
    file.write_bytes(bytes(1 << 20))
    target = open_target("disk", FolderSettings(path=disk))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        with pytest.raises(Refused, match="too large") as caught:
            target.put("a", LocalFile(file, sha512(bytes(1 << 20)).hexdigest()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.setting == "path"
    assert list(target.list("")) == []
    assert list((disk / "scratch").iterdir()) == []


def test_dev_full_says_that_the_disk_is_full() -> None:
    """The kernel's own full disk: what it answers to a write is what we call full."""
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as caught:  # noqa: PT011, PTH123
        write(full, memoryview(b"x"))
    assert caught.value.errno is not None
    assert "the disk is full" in str(refusal(caught.value.errno))


def test_too_many_open_files_are_no_fault_of_the_disk_and_pass(disk: Path, local: tuple[Path, str]) -> None:
    file, digest = local
    target = open_target("disk", FolderSettings(path=disk))
    target.put("a", LocalFile(file, digest))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull, "rb") as lowest:  # noqa: PTH123
        free = lowest.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(Unavailable, match="too many files are open on this machine; raise the limit"):
            target.open("a")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    target.open("a").close()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EIO, "cannot read or write; save what is on it"),
        (errno.ENODEV, "the disk has gone; plug it in"),
        (errno.ESTALE, "the network share has gone; mount it again"),
        (errno.EBADF, "the file system failed; look at how it is mounted"),
    ],
)
def test_what_may_pass_says_what_to_do_too(number: int, said: str) -> None:
    assert refusal(number) is None
    assert said in passing(number)


def test_a_file_in_the_way_of_a_folder_is_refused(disk: Path, local: tuple[Path, str]) -> None:
    file, digest = local
    target = open_target("disk", FolderSettings(path=disk))
    target.put("a/b", LocalFile(file, digest))
    for key in ("a", "a/b/c"):
        with pytest.raises(Refused):
            target.put(key, LocalFile(file, digest))
        with pytest.raises(NotFound):
            target.stat(key)
        with pytest.raises(NotFound):
            target.open(key)


def test_a_file_that_shrinks_while_it_is_read_is_unavailable(disk: Path, tmp_path: Path) -> None:
    content = bytes(3 << 20)
    file = tmp_path / "large"
    file.write_bytes(content)
    target = open_target("disk", FolderSettings(path=disk))
    target.put("a", LocalFile(file, sha512(content).hexdigest()))
    with target.open("a") as stream:
        stream.read(10)
        os.truncate(disk / "a", 1 << 20)
        with pytest.raises(Unavailable, match="ended before"):
            stream.read()


def test_a_damaged_file_is_found_by_put_and_mended_by_replace(disk: Path, local: tuple[Path, str]) -> None:
    file, digest = local
    target = open_target("disk", FolderSettings(path=disk))
    target.put("a", LocalFile(file, digest))
    (disk / "a").write_bytes(b"kept for Years")
    with pytest.raises(Conflict):
        target.put("a", LocalFile(file, digest))
    with pytest.raises(Damaged):
        target.put("a", LocalFile(file, EMPTY))
    target.replace("a", LocalFile(file, digest), sha512(b"kept for Years").hexdigest())
    assert (disk / "a").read_bytes() == b"kept for years"


def test_settings_are_strict(disk: Path) -> None:
    with pytest.raises(ValidationError, match="prefx"):
        FolderSettings.model_validate({"path": disk, "prefx": "a"})
    with pytest.raises(ValidationError, match="prefix"):
        FolderSettings(path=disk, prefix="../up")


def test_one_place_has_one_address(disk: Path, tmp_path: Path) -> None:
    def folder(path: Path, prefix: str = "") -> str:
        return address(FolderSettings(path=path, prefix=prefix))

    def bucket(endpoint: str, prefix: str = "") -> str:
        return address(S3Settings(endpoint=endpoint, bucket="testimony", prefix=prefix))

    link = tmp_path / "link"
    link.symlink_to(disk)
    assert folder(link, "a/") == folder(disk, "/a") == folder(disk / "a") == folder(tmp_path / "x" / ".." / "disk", "a")
    assert folder(disk) != folder(disk, "a")
    assert bucket("https://Store.Example/") == bucket("https://store.example:443") == bucket("HTTPS://store.example.")
    assert bucket("https://store.example") == "https://store.example/testimony"
    assert bucket("https://store.example", "a/") == bucket("https://store.example", "a")
    assert bucket("https://store.example") != bucket("https://store.example:8443")
    assert bucket("http://[::1]:9000") == bucket("http://localhost:9000") == "http://127.0.0.1:9000/testimony"
