"""The spool: where sealed versions lie on this disk, `OBJECT/vN/…` as at every target, and what room there is."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from archive.errors import SpaceShort
from archive.ledger.copies import SealedVersion
from archive.local_paths import inside, remove_tree
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.fixity import sha512_of

GIB = 1 << 30


@dataclass(frozen=True)
class SealedFile:
    """A file of a sealed version: under which key it lies at every target, and where it lies in the spool, if it does.

    `path` is its content path, which begins with the version that brought it.
    """

    object: str
    path: str
    sha512: str
    local: Path

    @property
    def version(self) -> int:
        """The number of the version that brought it."""
        return ocfl.version_of(self.path)

    @property
    def key(self) -> str:
        """Its key at every target."""
        return held_versions.object_key(self.object, self.path)

    def is_spooled(self) -> bool:
        """Whether it lies in the spool with its bytes: all of it is read."""
        return self.local.is_file() and sha512_of(self.local) == self.sha512


def folder_of(archive: Archive, object_id: str, version: int) -> Path:
    """Where a sealed version lies in the spool. Raises LeadsOut."""
    return inside(archive.spool, object_id, f"v{version}")


def brought_by(archive: Archive, sealed: SealedVersion) -> list[SealedFile]:
    """The files that a version brought, in the order of their paths. Raises LeadsOut."""
    folder, content = folder_of(archive, sealed.object, sealed.version), sealed.parsed.content_of(sealed.version)
    return [_file(sealed, folder, path, sha512) for path, sha512 in sorted(content.items())]


def file_at(archive: Archive, sealed: SealedVersion, path: str) -> SealedFile:
    """The file that a version has under a logical path, which an older one may have brought.

    Raises KeyError if it has none, and LeadsOut.
    """
    content = sealed.parsed.where(path, sealed.version)
    return content_at(archive, sealed, content, sealed.parsed.state(sealed.version)[path])


def content_at(archive: Archive, sealed: SealedVersion, content: str, sha512: str) -> SealedFile:
    """The file of an object at a content path. Raises LeadsOut."""
    return _file(sealed, folder_of(archive, sealed.object, ocfl.version_of(content)), content, sha512)


def _file(sealed: SealedVersion, folder: Path, content: str, sha512: str) -> SealedFile:
    return SealedFile(sealed.object, content, sha512, folder / ocfl.below_version(content))


def lay(path: Path, content: bytes | Path) -> None:
    """Lay bytes, or a file, which is moved, at a path: they are synced before they have its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}\\part")  # no key has a backslash: it is no file that was adopted
    if isinstance(content, bytes):
        written.write_bytes(content)
    else:
        shutil.move(content, written)
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(path)


def need_space(archive: Archive, coming: int = 0) -> None:
    """Raise SpaceShort if the state folder's disk has less free space than the settings keep for others.

    `coming` are bytes that are to lie there too.
    """
    archive.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(archive.state).free
    if free - coming < archive.settings.free_gib * GIB:
        comes = f", {coming / GIB:.1f} GiB are to come" if coming else ""
        raise SpaceShort(
            f"{archive.state}: {free / GIB:.1f} GiB free{comes}, and free_gib keeps "
            f"{archive.settings.free_gib:g} GiB: make room, or let `thirdcopy mirror` and `thirdcopy transcribe` "
            "finish what is spooled"
        )


def discard(archive: Archive, object_id: str) -> None:
    """Free an object's place in the spool."""
    remove_tree(archive.spool, object_id)
