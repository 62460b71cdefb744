"""Every file below a folder, in memory that does not grow with their number. Nothing is written, no link followed.

Each part of a path is opened by itself and never through a link, so that what was a folder a moment ago and is a link
now leads nowhere. Other file systems below are not entered. What cannot be read is told and passed over, unless the
disk is gone: then everything fails, and that says nothing about any file.
"""

import errno
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final, Self

from archive.errors import SourceAway
from archive.records.disk import LARGEST

DEEPEST: Final = 256
"""Folders in one another that are entered."""

_AWAY: Final = (errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.ENOMEDIUM, errno.ESHUTDOWN)
"""What a disk that was unplugged, or a server that left, answers to everything."""

_LARGEST: Final = (1 << 63) - 1
"""Of a number that a ledger holds: some file systems have inodes, and times of after 2262, beyond it."""


@dataclass(frozen=True)
class Entry:
    """A plain file: its path below the folder, as bytes, its size, and what tells that it is unchanged."""

    path: bytes
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Aside:
    """What was not looked into, by its path, and why.

    `special` is a link, a device, a socket or a pipe; `unread` what cannot be read, which ends in a slash if a folder.
    """

    path: bytes
    why: str
    special: bool = False
    unread: bool = False


class OpenFolder:
    """A folder that is visited, held open for as long as it is entered. `leave_out` are folders of our own there."""

    def __init__(self, path: Path, *, leave_out: Collection[Path] = ()) -> None:
        self._path = path
        self._ours = {(found.st_dev, found.st_ino) for place in leave_out if (found := _stat(place))}

    def __enter__(self) -> Self:
        """Open it. Raises SourceAway."""
        try:
            self._root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise SourceAway(
                f"{self._path} cannot be visited ({error.strerror}): mount the disk there, or set the source's path to "
                "where it is; nothing of it is called gone"
            ) from error
        self._is = os.fstat(self._root)
        self._device = _device(self._is.st_dev)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._root)

    def walk(self) -> Iterator[Entry | Aside]:
        """Every file, a folder at a time, in no order. Raises SourceAway where the disk goes on the way."""
        waiting = [(b"", 0)]
        while waiting:
            folder, depth = waiting.pop()
            try:
                descriptor = self._open(folder, os.O_DIRECTORY)
            except OSError as error:
                yield self._aside(folder + b"/", error)
                continue
            try:
                with os.scandir(descriptor) as entries:
                    for entry in entries:
                        name = os.fsencode(entry.name)
                        path = folder + b"/" + name if folder else name
                        found = self._look(entry, path, depth)
                        if isinstance(found, bytes):
                            waiting.append((found, depth + 1))
                        elif found is not None:
                            yield found
            except OSError as error:
                yield self._aside(folder + b"/", error)
            finally:
                os.close(descriptor)

    def open(self, path: bytes) -> FileIO:
        """Open a plain file to be read, unbuffered, without a trace of it on the disk. Raises OSError as opening does.

        Raises SourceAway where the disk is gone.
        """
        try:
            descriptor = self._open(path, os.O_NONBLOCK)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise OSError(errno.EINVAL, "is no plain file any more")
        except OSError as error:
            self.check(error)
            raise
        return FileIO(descriptor)

    def still(self) -> None:
        """Raise SourceAway if the disk is gone."""
        if not self._is_there():
            raise SourceAway(
                f"{self._path}: the disk went while it was read: plug it in and run this again; what was read is kept, "
                "and nothing is called gone"
            )

    def check(self, error: OSError) -> None:
        """Raise SourceAway if the disk is gone, as which an error of any file may show itself."""
        if error.errno in _AWAY or not self._is_there():
            raise SourceAway(
                f"{self._path}: the disk went while it was read ({error.strerror}): plug it in and run this again; "
                "what was read is kept, and nothing is called gone"
            ) from error

    def _is_there(self) -> bool:
        """Whether the folder is the one that was opened, and its device is known to the system, if it ever was."""
        now = _stat(self._path)
        if now is None or (now.st_dev, now.st_ino) != (self._is.st_dev, self._is.st_ino):
            return False
        return self._device is None or self._device.exists()

    def _aside(self, path: bytes, error: OSError) -> Aside:
        self.check(error)
        return Aside(path, f"cannot be read: {error.strerror}", unread=True)

    def _look(self, entry: "os.DirEntry[str]", path: bytes, depth: int) -> Entry | Aside | bytes | None:
        """A file, a folder to be entered, by its path, or what is passed over; nothing for what vanished just now."""
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError as error:
            self.check(error)
            return None
        except OSError as error:
            return self._aside(path, error)
        if stat.S_ISREG(found.st_mode):
            return entry_of(path, found)
        if not stat.S_ISDIR(found.st_mode):
            return Aside(path, "is a link, a device, a socket or a pipe", special=True)
        if (found.st_dev, found.st_ino) in self._ours:
            return Aside(path, "is a folder of this archive")
        if found.st_dev != self._is.st_dev:
            return Aside(path, "is another file system: add it as a source of its own")
        if depth >= DEEPEST:
            return Aside(path, f"lies more than {DEEPEST} folders deep")
        return path

    def _open(self, path: bytes, flags: int) -> int:
        """Open what a path names, part by part from the folder, and never through a link."""
        parts = path.split(b"/") if path else [b"."]
        at = self._root
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                if at != self._root:
                    os.close(at)
                at = inner
            flags |= os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                return os.open(parts[-1], flags | os.O_NOATIME, dir_fd=at)
            except PermissionError:  # only a file's owner may leave its time of access as it is
                return os.open(parts[-1], flags, dir_fd=at)
        finally:
            if at != self._root:
                os.close(at)


def entry_of(path: bytes, found: os.stat_result) -> Entry:
    """A file as the file system knows it."""
    moment = max(-_LARGEST, min(found.st_mtime_ns, _LARGEST))
    return Entry(path, min(found.st_size, LARGEST), moment, found.st_ino & _LARGEST)


def _stat(path: Path) -> os.stat_result | None:
    with suppress(OSError):
        return path.stat()
    return None


def _device(number: int) -> Path | None:
    """Where Linux shows a block device while it is plugged in; None for what is on none."""
    shown = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    return shown if shown.exists() else None
