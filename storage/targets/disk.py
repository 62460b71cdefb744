"""The few deeds at a file system that a folder target is made of, and what its refusals mean."""

import errno
import fcntl
import io
import os
from pathlib import Path

NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""How a file system says that it has no hard links, or no more of them for this file."""

_NO_LOCKS = {errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK}

_REFUSALS = {
    errno.ENOSPC: "the disk is full; make room",
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
    return _PASSING.get(number or 0, "the disk failed; look at its health")


def rename_new(temporary: Path, path: Path) -> bool:
    """Rename where nothing has the name yet, else False. Another process may come between look and rename."""
    if os.path.lexists(path):
        return False
    temporary.rename(path)
    return True


def write(copy: io.FileIO, block: memoryview) -> None:
    """Write the whole of a block: one call to the system may take less."""
    left = block
    while left:
        left = left[copy.write(left) :]


def claim(copy: io.FileIO) -> None:
    """Hold a lock while the file is written, so that another process's `check` does not take it for a leftover."""
    try:
        fcntl.flock(copy, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def sweep(leftover: Path) -> None:
    """Remove a temporary file unless someone is writing it, or nobody can tell."""
    try:
        with leftover.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.ENOENT, *_NO_LOCKS):
            raise


def sync(folder: Path) -> None:
    """Make the names in a folder outlive a loss of power, on file systems that can be asked to."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
