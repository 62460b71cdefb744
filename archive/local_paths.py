"""Local paths that are made of what others wrote: each stays within its folder, and no tree outside is ever removed."""

import shutil
from pathlib import Path

from archive.errors import LeadsOut


def inside(folder: Path, *parts: str) -> Path:
    """The path of parts below a folder. Raises LeadsOut if it is not below, by its parts or by a symbolic link."""
    path = folder.joinpath(*parts)
    home = folder.resolve()
    if home not in path.resolve().parents:
        raise LeadsOut(f"{path} leads out of {folder}: nothing was read, written or removed there")
    return path


def remove_tree(folder: Path, *parts: str) -> None:
    """Remove what lies under parts of a folder, as far as it can be removed. Raises LeadsOut as `inside` does."""
    shutil.rmtree(inside(folder, *parts), ignore_errors=True)
