"""What a folder can and cannot do as a target: whom it keeps out, what it shares a disk with, what room it has."""

import errno
import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from pwd import getpwuid
from uuid import uuid4

from storage.contract import OCFL, SCRATCH
from storage.errors import Refused
from storage.targets import folder_disk
from storage.targets.folder import OBJECTS, FolderSettings
from storage.targets.folder_place import Place
from storage.targets.temporaries import in_scratch, reaches, removed, waiting
from storage.targets.traits import Trait

_GB = 1e9


def probe_folder(target: str, settings: FolderSettings, others: Mapping[str, Path]) -> tuple[Trait, ...]:
    """Ask everything. `others` are places that should not fail together with this one, by the names to tell.

    Raises Refused where the folder may not be looked at.
    """
    top = settings.path / settings.prefix
    top = top if top.is_dir() else settings.path
    place, made = Place(target, settings.path, settings.prefix), not (top / SCRATCH).exists()
    try:
        return (
            _privacy(top),
            _writers(top),
            _apart(top, others),
            _links(place),
            *_reach(place),
            _tidy(place),
            _room(top),
        )
    except OSError as error:
        said = folder_disk.refusal(error.errno or 0) or str(error)
        raise Refused(f"{said} ({top})", target=target, setting="path") from error
    finally:
        if made:
            with suppress(OSError):
                (top / SCRATCH).rmdir()


def holder(settings: FolderSettings) -> str:
    """What a stolen account could do, in a sentence: here there is no key."""
    owner = _name(settings.path.stat().st_uid)
    who = f"whoever acts as {owner} on this machine" if owner == "root" else f"whoever acts as {owner} or root here"
    return f"there is no key: {who} could overwrite and delete everything here, for good"


def _privacy(top: Path) -> Trait:
    """Others get in only where every folder on the way lets them through."""
    name = "keep other people of this machine out"
    mode = top.stat().st_mode
    through = all(folder.stat().st_mode & stat.S_IXOTH for folder in (top, *top.parents))
    shown = f"{stat.filemode(mode)} {_name(top.stat().st_uid)}"
    if through:
        return Trait(name, "cannot", f"{shown}: anyone here can get in; chmod 700 {top}")
    if mode & stat.S_IXGRP and mode & stat.S_IRGRP:
        return Trait(name, "can", f"{shown}: its group can read it")
    return Trait(name, "can", shown)


def _writers(top: Path) -> Trait:
    mode = top.stat().st_mode
    open_to = [who for bit, who in ((stat.S_IWGRP, "its group"), (stat.S_IWOTH, "anyone")) if mode & bit]
    name = "be changed by its owner alone"
    if open_to:
        return Trait(name, "cannot", f"{stat.filemode(mode)}: {' and '.join(open_to)} may write; chmod go-w {top}")
    return Trait(name, "can", stat.filemode(mode))


def _apart(path: Path, others: Mapping[str, Path]) -> Trait:
    name = "lie on a file system of its own"
    device = _device(path)
    same = [what for what, other in others.items() if other.is_dir() and _device(other) == device]
    if same:
        return Trait(name, "cannot", f"shares it with {', '.join(same)}: one broken disk takes them all")
    return Trait(name, "can")


def _device(folder: Path) -> int:
    """The file system of a folder, opened: merely asked for, one that mounts itself may tell of its mount point."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return os.fstat(handle).st_dev
    finally:
        os.close(handle)


def _links(place: Place) -> Trait:
    name = "refuse a second writer of a name (hard links)"
    with in_scratch(place, uuid4().hex) as made:
        other = f"tmp-{uuid4().hex}"  # a name that the target's own `check` sweeps
        try:
            os.link(made.name, other, src_dir_fd=made.folder, dst_dir_fd=made.folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in {*folder_disk.NO_HARD_LINKS, errno.EXDEV}:
                raise
            return Trait(name, "cannot", "only one process may write here at a time")
        with suppress(OSError):
            os.unlink(other, dir_fd=made.folder)
    return Trait(name, "can")


def _reach(place: Place) -> list[Trait]:
    """Whether what is written under scratch/ gets its name below ocfl/ without being copied; [] where none is there."""
    try:
        with place.folder(OBJECTS), in_scratch(place, uuid4().hex) as made:
            if not removed(made):
                return []
    except FileNotFoundError:
        return []
    name = f"name a file in {OCFL} that was written in {SCRATCH}"
    if reaches(place, OBJECTS):
        return [Trait(name, "can")]
    told = f"neither a link nor a rename leads from one to the other: files are written in their own folders of {OCFL}"
    return [Trait(name, "cannot", told)]


def _tidy(place: Place) -> Trait:
    name = "clear away what killed runs left"
    if left := len(waiting(place)):
        told = f"{left:,} files {SCRATCH}tmp-… stay; they take room, and are no keys"
        return Trait(name, "cannot", f"{told}; remove them, if no run is at work and one may remove here")
    return Trait(name, "can")


def _room(path: Path) -> Trait:
    free = shutil.disk_usage(path).free
    return Trait("take more", "can" if free > _GB else "cannot", f"{free / _GB:,.1f} GB free")


def _name(number: int) -> str:
    try:
        return getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
