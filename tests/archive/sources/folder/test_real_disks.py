"""Real file systems in files: mounted twice, unplugged in the middle, with a file that cannot be read.

Only who may mount can try it, and Linux alone; elsewhere these are left out.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import SourceAway
from archive.ledger import Ledger
from archive.progress import Silent
from archive.settings.source_stanzas import FolderSettings
from archive.sources.folder.disk_identity import identify
from archive.sources.folder.folder_source import FolderSource
from tests.world.media import clip

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BIG = 40 << 20
Mount = Callable[[str], Path]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def image(tmp_path: Path, films: Path) -> Path:
    """A disk in a file, with a small film, and a large one behind it."""
    file, inside = tmp_path / "disk.img", tmp_path / "inside"
    inside.mkdir()
    shutil.copyfile(clip(films, tone=300), inside / "a.mp4")
    large = clip(films, tone=340).read_bytes()
    (inside / "b.mp4").write_bytes(large + (BIG).to_bytes(4) + b"free" + bytes(BIG - 8))
    with file.open("wb") as made:
        made.truncate(80 << 20)
    try:
        command = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-m", "0", "-d", str(inside), str(file)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no mkfs.ext4 here")
    shutil.rmtree(inside)
    return file


@pytest.fixture
def mount(tmp_path: Path, image: Path) -> Iterator[Mount]:
    """Mounts the disk read-only under a name."""
    with ExitStack() as stack:

        def mounted(name: str) -> Path:
            place = tmp_path / name
            place.mkdir()
            try:
                command = ["mount", "-o", "loop,ro,noload", str(image), str(place)]
                subprocess.run(command, check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                pytest.skip("who runs this may not mount")
            stack.callback(unmount, place)
            return place

        yield mounted


def unmount(place: Path) -> None:
    with suppress(OSError):
        subprocess.run(["umount", "-l", str(place)], capture_output=True)


class Said(Silent):
    def __init__(self) -> None:
        self.lines = list[str]()

    def say(self, line: str) -> None:
        self.lines.append(line)


def source(ledger: Ledger, place: Path, said: Silent | None = None) -> FolderSource:
    return FolderSource(
        "red", FolderSettings(path=place, quiet_minutes=0), ledger.disks, progress=said, clock=lambda: NOW
    )


def test_the_same_disk_under_another_mount_is_the_same_and_nothing_is_read(ledger: Ledger, mount: Mount) -> None:
    first, said = mount("here"), Said()
    before = identify(first)
    ledger.clips.seen(list(source(ledger, first).list()), NOW)
    unmount(first)
    second = mount("there")
    after = identify(second)
    assert (before.serial, before.folder, before.filesystem) == (after.serial, after.folder, "ext4")
    if before.serial_of != "filesystem":
        pytest.skip("this kernel tells no serial of a file system, and there is no udev")
    assert list(source(ledger, second, said).list()) == []
    assert "0 read in this visit" in said.lines[0]
    assert len(ledger.disks.to_record()) == 1


def test_a_disk_that_is_unplugged_in_the_middle_breaks_the_visit_off(ledger: Ledger, mount: Mount) -> None:
    place = mount("here")

    class Unplugging(Silent):
        def __enter__(self) -> "Unplugging":
            return self

        def __exit__(self, *_: object) -> None: ...

        def advance(self, amount: float) -> None:
            unmount(place)

    said = Unplugging()
    said.task = lambda *_, **__: said  # type: ignore[method-assign,assignment]
    with pytest.raises(SourceAway, match="nothing is called gone"):
        list(source(ledger, place, said).list())
    assert ledger.disks.to_record() == []


def test_a_file_that_the_file_system_cannot_read_is_set_aside_and_the_others_go_on(
    ledger: Ledger, image: Path, mount: Mount
) -> None:
    """Where its blocks lie is spoilt, so that the kernel answers with an error where they are asked for."""
    spoil = ["debugfs", "-w", "-R", "set_inode_field /b.mp4 block[0] 0x12345678", str(image)]
    subprocess.run(spoil, check=True, capture_output=True)
    listed = list(source(ledger, mount("here")).list())
    many, files = ledger.disks.unread("red", limit=5)
    assert (many, [one.path for one in files]) == (1, ["b.mp4"])
    assert (files[0].why or "").startswith("cannot be read")
    assert len(listed) == 1
