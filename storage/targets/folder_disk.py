"""The few deeds at a file system that a folder target is made of, and what its refusals mean."""

import errno
import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""How a file system says that it has no hard links, or no more of them for this file."""

_HELD = {errno.EWOULDBLOCK, errno.EACCES}
"""How a file system says that somebody holds a lock; anything else says that there are no locks here."""

_AGE = 24 * 3600.0
"""Seconds after which a temporary that nobody can lock is a leftover: whoever writes one writes all the time."""

_NEVER_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC
_NOTE = 4096

_REFUSALS = {
    errno.ENOSPC: "the disk is full, or has room for no more files (df -i); make room",
    errno.EDQUOT: "the disk quota is used up; make room or raise it",
    errno.EFBIG: "the file is too large for this file system; use another",
    errno.EACCES: "no permission to read or write here; change the owner or the mode",
    errno.EPERM: "no permission to read or write here; change the owner or the mode",
    errno.EROFS: "the disk is read-only; mount it for writing",
    errno.ENAMETOOLONG: "the disk takes no such name",
    errno.EINVAL: "the disk takes no such name",
    errno.EILSEQ: "the disk takes no such name",
    **dict.fromkeys(
        (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP),
        "a file lies where a folder must be, or a folder or link where a file must be; move it away",
    ),
}

_PASSING = {
    errno.EIO: "the disk cannot read or write; save what is on it and look at its health",
    **dict.fromkeys((errno.ENODEV, errno.ENXIO), "the disk has gone; plug it in and mount it"),
    **dict.fromkeys(
        (errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ECONNRESET),
        "the network share has gone; mount it again",
    ),
    **dict.fromkeys(
        (errno.EMFILE, errno.ENFILE), "too many files are open on this machine; raise the limit (ulimit -n)"
    ),
}


def refusal(number: int) -> str | None:
    """What an errno means that will be the same again until a person does something; None for a passing one."""
    return _REFUSALS.get(number)


def passing(number: int | None) -> str:
    """What any other errno means, and what to do if it does not pass by itself."""
    return _PASSING.get(number or 0, "the file system failed; look at how it is mounted, and at the disk's health")


@dataclass(frozen=True)
class Temporary:
    """A file on its way, under a name of our own: open, locked, in a folder whose descriptor is `folder`."""

    file: io.FileIO
    folder: int
    name: str

    def is_at(self, folder: int, name: str) -> bool:
        """Whether a name in a folder is this very file."""
        try:
            return os.path.samestat(os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(self.file.fileno()))
        except OSError:
            return False


@contextmanager
def temporary(folder: int, name: str) -> Iterator[Temporary]:
    """A new file, locked as long as it is written; its name is gone at the end.

    Where it may not be removed, it stays for `sweep`: that is no reason to call what was stored not stored.
    """
    file = io.FileIO(os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NEVER_LINKS, 0o666, dir_fd=folder), "r+b")
    try:
        claim(file)
        yield Temporary(file, folder, name)
    finally:
        with suppress(OSError):  # whether all was written, its fsync has told
            file.close()
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


def name_new(made: Temporary, folder: int, name: str) -> bool:
    """Give a temporary a name that nothing has yet, else False; by a hard link, or a rename where there are none.

    A network share may say that it failed where only its answer was lost and it was asked twice: what lies there tells.
    """
    try:
        os.link(made.name, name, src_dir_fd=made.folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if made.is_at(folder, name):
            return True
        if isinstance(error, FileExistsError):
            return False
        if error.errno not in NO_HARD_LINKS:
            raise
        # exFAT and some network shares: here the look before the rename is ours, and holds among our threads.
        if lies(folder, name):
            return False
        name_over(made, folder, name)
    return True


def name_over(made: Temporary, folder: int, name: str) -> None:
    """Give a temporary a name, whatever has it now."""
    try:
        os.rename(made.name, name, src_dir_fd=made.folder, dst_dir_fd=folder)
    except OSError:
        if not made.is_at(folder, name):
            raise


def lies(folder: int, name: str) -> os.stat_result | None:
    """What lies under a name in a folder, a link as itself; None if nothing does."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def write(copy: io.FileIO, block: memoryview) -> None:
    """Write the whole of a block: one call to the system may take less."""
    left = block
    while left:
        left = left[copy.write(left) :]


def claim(copy: io.FileIO) -> None:
    """Hold a lock, where there are any, so that another process's `check` does not take the file for a leftover."""
    with suppress(OSError):
        fcntl.flock(copy, fcntl.LOCK_EX | fcntl.LOCK_NB)


def left_behind(folder: int, name: str, now: float) -> bytes | None:
    """The first bytes of a temporary that nobody writes any more; None where somebody does, or nobody can tell.

    A share gives a lock of this kind only to who may write, so it is opened for that. Where there are no locks, one
    that is a day old is left behind; `now` is the time in seconds by the clock of the disk. Raises OSError.
    """
    with io.FileIO(os.open(name, os.O_RDWR | os.O_NONBLOCK | _NEVER_LINKS, dir_fd=folder), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD or now - os.fstat(file.fileno()).st_mtime < _AGE:
                return None
        return file.read(_NOTE)


def sync(folder: int) -> None:
    """Make the names in an open folder outlive a loss of power, on file systems that can be asked to."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
