"""What a folder can and cannot do as a target: whom it keeps out, what it shares a disk with, what room it has."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pwd import getpwuid
from uuid import uuid4

from storage.errors import Refused
from storage.targets import disk
from storage.targets.folder import FolderSettings
from storage.targets.traits import Trait

_GB = 1e9


def probe_folder(target: str, settings: FolderSettings, others: Mapping[str, Path]) -> tuple[Trait, ...]:
    """Ask everything. `others` are places that should not fail together with this one, by the names to tell.

    Raises Refused where the folder may not be looked at.
    """
    top = settings.path / settings.prefix
    top = top if top.is_dir() else settings.path
    try:
        return (
            _privacy(top),
            _writers(top),
            _apart(settings.path, others),
            _links(top),
            _room(settings.path),
        )
    except OSError as error:
        said = disk.refusal(error.errno or 0) or str(error)
        raise Refused(f"{said} ({top})", target=target, setting="path") from error


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
    device = path.stat().st_dev
    same = [what for what, other in others.items() if other.exists() and other.stat().st_dev == device]
    if same:
        return Trait(name, "cannot", f"shares it with {', '.join(same)}: one broken disk takes them all")
    return Trait(name, "can")


def _links(top: Path) -> Trait:
    name = "refuse a second writer of a name (hard links)"
    with _file(top) as file:
        try:
            os.link(file, other := _named(file.parent))
        except OSError as error:
            if error.errno not in disk.NO_HARD_LINKS:
                raise
            return Trait(name, "cannot", "only one process may write here at a time")
        other.unlink()
    return Trait(name, "can")


def _room(path: Path) -> Trait:
    free = shutil.disk_usage(path).free
    return Trait("take more", "can" if free > _GB else "cannot", f"{free / _GB:,.1f} GB free")


@contextmanager
def _file(top: Path) -> Iterator[Path]:
    """An empty file under `scratch/`, gone at the end."""
    folder = top / "scratch"
    made = not folder.exists()
    folder.mkdir(exist_ok=True)
    file = _named(folder)
    file.touch(mode=0o600)
    try:
        yield file
    finally:
        file.unlink()
        if made:
            folder.rmdir()


def _named(folder: Path) -> Path:
    """A temporary name, which the target's own `check` sweeps should we be killed."""
    return folder / f"tmp-{uuid4().hex}"


def _name(number: int) -> str:
    try:
        return getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
