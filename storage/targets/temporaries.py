"""Files on their way into a folder: where they are written, and what a killed run left of them.

A file is written as `scratch/tmp-…`, and takes its name by a link or a rename. Where neither reaches from scratch/
(subvolumes, bind mounts, pooled disks, project quotas), it is written as `.thirdcopy-tmp-…` in the very folder that it
is to lie in, and `scratch/tmp-…` is a note that says which: so what a killed run left among the objects is found and
removed at the next check, without walking through all of them. No such name is a key.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import uuid4

from storage.errors import TargetError
from storage.keys import fault
from storage.targets import folder_disk
from storage.targets.folder_disk import Temporary, temporary
from storage.targets.folder_place import Linked, Place

_IN_SCRATCH = re.compile(r"tmp-[0-9a-f]{32}")
_ELSEWHERE = re.compile(r"\.thirdcopy-tmp-[0-9a-f]{32}|\.nfs[0-9a-f]{8,}")
"""Our own, and what an NFS client makes of a file that was removed while somebody had it open."""

_NOTE = "thirdcopy writes beside: "
Parts = tuple[str, ...]


def is_temporary(parts: Parts) -> bool:
    """Whether a path, as parts below the prefix, is no key but a file on its way, or one on its way out."""
    if parts[:-1] == ("scratch",) and _IN_SCRATCH.fullmatch(parts[-1]):
        return True
    return _ELSEWHERE.fullmatch(parts[-1]) is not None


@contextmanager
def in_scratch(place: Place, token: str) -> Iterator[Temporary]:
    """A temporary under scratch/."""
    with place.folder(("scratch",), make=True) as scratch, temporary(scratch, f"tmp-{token}") as made:
        yield made


@contextmanager
def beside(place: Place, token: str, folder: Parts) -> Iterator[Temporary]:
    """A temporary in the folder, as parts below the prefix, where the file is to lie; what fails leaves no folder."""
    with in_scratch(place, token) as note:
        folder_disk.write(note.file, memoryview((_NOTE + "/".join(folder)).encode()))
        os.fsync(note.file.fileno())
        folder_disk.sync(note.folder)
        try:
            with ExitStack() as stack:
                with place.naming:
                    lower = stack.enter_context(place.folder(folder, make=True))
                    made = stack.enter_context(temporary(lower, _beside(token)))
                yield made
        except BaseException:
            prune(place, folder)
            raise


def reaches(place: Place, folder: Parts) -> bool:
    """Whether a file that was written under scratch/ can be given its name in a folder, by a link or by a rename.

    It is tried from there to here, so that nothing is left among the objects. Raises OSError.
    """
    with beside(place, uuid4().hex, folder) as made, place.folder(("scratch",)) as scratch:
        name = f"tmp-{uuid4().hex}"
        try:
            folder_disk.name_new(made, scratch, name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        with suppress(OSError):
            os.unlink(name, dir_fd=scratch)
    return True


def removed(made: Temporary) -> bool:
    """Remove the name of a temporary: whether one may. Who may not leaves nothing among the objects to try them."""
    try:
        os.unlink(made.name, dir_fd=made.folder)
    except PermissionError:
        return False
    return True


def prune(place: Place, folder: Parts) -> None:
    """Remove a folder if it is empty, and those above it that this leaves empty; not the first below the prefix."""
    with place.naming, suppress(OSError, TargetError):
        for level in range(len(folder), 1, -1):
            with place.folder(folder[: level - 1]) as upper:
                os.rmdir(folder[level - 1], dir_fd=upper)


def sweep(place: Place, now: float) -> None:
    """Remove what killed runs left, so far as it can be removed. `now` is the time by the disk's clock."""
    for name in waiting(place):
        with suppress(OSError), place.folder(("scratch",)) as scratch:
            _sweep(place, scratch, name, now)


def waiting(place: Place) -> list[str]:
    """The temporaries under scratch/: files on their way just now, and what could not be removed yet."""
    with place.folder(("scratch",)) as scratch, os.scandir(scratch) as entries:
        return [entry.name for entry in entries if _IN_SCRATCH.fullmatch(entry.name)]


def _sweep(place: Place, scratch: int, name: str, now: float) -> None:
    said = folder_disk.left_behind(scratch, name, now)
    if said is None:
        return
    key = said.decode("ascii", "replace").removeprefix(_NOTE)
    if said.startswith(_NOTE.encode()) and not (key and fault(key)):
        folder = tuple(key.split("/")) if key else ()
        with suppress(FileNotFoundError, NotADirectoryError, Linked):
            with place.folder(folder) as lower, suppress(FileNotFoundError):
                os.unlink(_beside(name.removeprefix("tmp-")), dir_fd=lower)
            prune(place, folder)
    os.unlink(name, dir_fd=scratch)


def _beside(token: str) -> str:
    return f".thirdcopy-tmp-{token}"
