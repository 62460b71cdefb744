"""The folder that was opened, found again at every deed, and paths below it, where no symbolic link is followed.

A path is only a name: a disk that leaves its mount point leaves an empty folder there, and another disk may come. So
the folder that a path led to when it was first opened is held open for as long as its target lives, and every deed
opens the path anew, compares the two, and goes down from what it opened, level by level. While it is held, no other
folder is given its number, an automounter does not take it away, and `umount` says that it is in use.
"""

import errno
import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from stat import S_ISLNK
from threading import Lock

from storage.errors import Unavailable
from storage.targets import folder_disk

_HOME = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = _HOME | os.O_NOFOLLOW


class Linked(OSError):
    """A symbolic link lies where a file or a folder was looked for."""


class Place:
    """The folder `path`/`prefix` of a target. `path` itself may be a symbolic link, nothing below it.

    Its methods raise OSError as the system does, Linked for a link, and Unavailable where this is no longer the folder
    that was opened.
    """

    def __init__(self, target: str, path: Path, prefix: str) -> None:
        self.path = path
        self.naming = Lock()
        """Held while a file gets its name in a folder that may be new, and while empty folders are removed."""
        self._target = target
        self._prefix = tuple(prefix.split("/")) if prefix else ()
        self._held: dict[tuple[str, ...], int] = {}
        self._lock = Lock()
        weakref.finalize(self, _close_all, self._held)

    @contextmanager
    def folder(self, parts: tuple[str, ...] = (), *, make: bool = False) -> Iterator[int]:
        """A descriptor of a folder below the prefix, () for the prefix itself; with `make`, made if it is not there.

        `path` itself is never made, so that an unmounted disk is not written beside.
        """
        with ExitStack() as stack:
            try:
                handle = os.open(self.path, _HOME)
            except (FileNotFoundError, NotADirectoryError) as error:
                raise self._gone(f"there is no folder {self.path}; is the disk mounted?") from error
            stack.callback(os.close, handle)
            self._compare((), handle)
            down = (*self._prefix, *parts)
            for level in range(1, len(down) + 1):
                handle = stack.enter_context(self._below(handle, down[:level], make=make))
            yield handle

    @contextmanager
    def below(self, upper: int, parts: tuple[str, ...]) -> Iterator[int]:
        """The same, from a descriptor of the folder that it lies in."""
        with self._below(upper, (*self._prefix, *parts), make=False) as handle:
            yield handle

    def verify(self) -> None:
        """Raise Unavailable unless the path still leads to the folder that was opened, and the prefix too."""
        try:
            with self.folder():
                pass
        except FileNotFoundError as error:
            if self._prefix in self._held:
                raise self._another(self._prefix) from error

    @contextmanager
    def _below(self, upper: int, down: tuple[str, ...], *, make: bool) -> Iterator[int]:
        handle = self._open(down, upper, make=make)
        try:
            level = len(down) - len(self._prefix)
            # The prefix, and what is mounted right below it, may leave by itself.
            if not level or down in self._held or (level == 1 and _crosses(upper, handle)):
                self._compare(down, handle)
            yield handle
        finally:
            os.close(handle)

    def _open(self, down: tuple[str, ...], parent: int, *, make: bool) -> int:
        name = down[-1]
        try:
            return os.open(name, _BELOW, dir_fd=parent)
        except FileNotFoundError:
            if down in self._held:
                raise self._another(down) from None
            if not make:
                raise
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR) and is_link(parent, name):
                raise Linked(errno.ELOOP, f"{self.path.joinpath(*down)} is a symbolic link") from error
            raise
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)
            folder_disk.sync(parent)
        return os.open(name, _BELOW, dir_fd=parent)

    def _compare(self, down: tuple[str, ...], handle: int) -> None:
        with self._lock:
            held = self._held.setdefault(down, -1)
            if held < 0:
                self._held[down] = os.dup(handle)
                return
        if not os.path.samestat(os.fstat(held), os.fstat(handle)):
            raise self._another(down)

    def _another(self, down: tuple[str, ...]) -> Unavailable:
        said = "is no longer the folder that was opened; is the disk mounted? Mount it, and run this again"
        return self._gone(f"{self.path.joinpath(*down)} {said}")

    def _gone(self, reason: str) -> Unavailable:
        return Unavailable(reason, target=self._target)


def whereabouts(path: Path, prefix: str) -> tuple[int, int, tuple[str, ...]] | None:
    """What makes a folder the one that it is: device and number of it, or of the last one above it that is there.

    With the names that are not there yet. None if there is no folder `path`, or it may not be opened.
    """
    parts = tuple(prefix.split("/")) if prefix else ()
    for level in range(len(parts), -1, -1):
        try:
            handle = os.open(path.joinpath(*parts[:level]), _HOME)
        except OSError:
            continue
        try:
            state = os.fstat(handle)
        finally:
            os.close(handle)
        return state.st_dev, state.st_ino, parts[level:]
    return None


def is_link(parent: int, name: str) -> bool:
    """Whether a name in an open folder is a symbolic link."""
    try:
        return S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _crosses(upper: int, lower: int) -> bool:
    return os.fstat(upper).st_dev != os.fstat(lower).st_dev


def _close_all(held: dict[tuple[str, ...], int]) -> None:
    for handle in held.values():
        if handle >= 0:
            os.close(handle)
