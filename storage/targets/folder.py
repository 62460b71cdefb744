"""A folder as a target: a disk, a network share. One file a key; nothing outside the folder is read or written.

A file is written as `scratch/tmp-…` on the same file system, synced, and only then takes its name, so that a reader
sees the whole file or none. Such names are no keys; what a killed run left of them goes at the next `check`.
"""

import errno
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha512
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import IO, Literal
from uuid import uuid4

from pydantic import Field, field_validator

from storage.contract import SCRATCH, Capabilities, Content, Stat
from storage.digests import BLOCK, sha512_stream
from storage.errors import NotFound, Refused, TargetError, Unavailable
from storage.keys import fault, validate_discard, validate_key
from storage.pace import Pace
from storage.reading import LocalFile
from storage.targets import disk
from storage.targets.bodies import body
from storage.targets.common_settings import CommonSettings
from storage.targets.comparing import other_before, other_content, validate_read_back

_TEMPORARY = re.compile(r"scratch/tmp-[0-9a-f]{32}")
_ENDED = "the file ended before its size was reached; look at the disk's health"


class FolderSettings(CommonSettings):
    """A folder: a disk, a network share."""

    kind: Literal["folder"] = "folder"
    path: Path = Field(description="must exist, as a mounted disk does; what lies below it is made")
    prefix: str = Field(default="", description="a folder below it that all keys begin with")

    @field_validator("prefix")
    @classmethod
    def _plain_prefix(cls, prefix: str) -> str:
        prefix = prefix.strip("/")
        if prefix and (wrong := fault(prefix)):
            raise ValueError(f"the prefix {wrong}")
        return prefix


class FolderTarget:
    """Implements storage.contract.Target over a folder. Symbolic links inside it are neither followed nor listed."""

    capabilities = Capabilities(conditional_put=True, checksums=(), durable=True)

    def __init__(self, name: str, settings: FolderSettings, address: str) -> None:
        self.name = name
        self.address = address
        self._home = settings.path
        self._prefix = settings.prefix
        self._pace = Pace(settings.bandwidth_mib_s)
        self._naming = Lock()

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Write a new file, which takes its name by a hard link: that fails where another has it."""
        path = self._path(key)
        if os.path.lexists(path):
            content.close()  # who compares for long is waited for by nobody
        found = self._digest(key, path)
        if found is None:
            with self._temporary(key, content) as temporary:
                if self._settle(key, temporary, path):
                    return
            found = self._digest(key, path)
        if found != content.sha512:
            raise other_content(content, target=self.name, key=key)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        """Write a file that takes the place of another by a rename."""
        path = self._path(key)
        found = self._digest(key, path)
        if found == content.sha512:
            return
        if found != was:
            raise other_before(was, found, target=self.name, key=key)
        with self._temporary(key, content) as temporary:
            if was is None:
                if not self._settle(key, temporary, path):
                    raise other_before(was, self._digest(key, path), target=self.name, key=key)
            else:
                with self._translated(key):
                    temporary.replace(path)
                    disk.sync(path.parent)
        validate_read_back(self._digest(key, path) or "nothing", content.sha512, target=self.name, key=key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """A stream that reads from the disk, not from what the system still remembers, where it can be asked to."""
        size = self.stat(key).size
        with self._translated(key):
            file = io.FileIO(os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
            try:
                if hasattr(os, "posix_fadvise"):
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                file.seek(start)
            except BaseException:
                file.close()
                raise
        stop = size if end is None else min(end, size)
        return body(
            file,
            max(0, stop - start),
            faults=(OSError,),
            translate=lambda error: self._error(error, key),
            pace=self._pace,
        )

    def stat(self, key: str) -> Stat:
        """The size of the file."""
        path = self._path(key)
        with self._translated(key):
            state = path.lstat()
        if not S_ISREG(state.st_mode):
            raise NotFound("nothing is under this key", target=self.name, key=key)
        return Stat(key, state.st_size)

    def list(self, prefix: str) -> Iterator[Stat]:
        """Walk the folder; memory grows with the fullest folders on one path, not with the whole."""
        with self._translated(None):
            self._home.stat()
        yield from self._walk(self._home / self._prefix, "", prefix)

    def discard(self, key: str) -> None:
        """Remove a file, and the folders that it leaves empty below `scratch/`."""
        validate_discard(key, target=self.name)
        path = self._path(key)
        with self._translated(key), self._naming:
            try:
                path.unlink()
            except FileNotFoundError:
                self._home.stat()
                return
            scratch = self._home / self._prefix / "scratch"
            for parent in [p for p in path.parents if scratch in p.parents]:
                try:
                    parent.rmdir()
                except OSError:  # something else lies in it
                    break

    def look(self) -> None:
        """List what lies at the top of the folder."""
        with self._translated(None):
            with os.scandir(self._home):
                pass
            top = self._home / self._prefix
            if top.is_dir():
                with os.scandir(top):
                    pass

    def check(self) -> None:
        """Write a file under `scratch/`, and clear away what killed runs left half written there."""
        self.look()
        with self._translated(None):
            self._make(self._path(SCRATCH + "check").parent)
            for leftover in (self._home / self._prefix / "scratch").iterdir():
                if _TEMPORARY.fullmatch(SCRATCH + leftover.name):
                    disk.sweep(leftover)
        with self._temporary(None, LocalFile(Path(os.devnull), sha512().hexdigest())):
            pass

    def _path(self, key: str) -> Path:
        """Where a key lies; refuses to go through a symbolic link."""
        validate_key(key, target=self.name)
        if _TEMPORARY.fullmatch(key):
            raise Refused("the key has the form of our own temporary files", target=self.name, key=key)
        path = self._home
        for part in f"{self._prefix}/{key}".strip("/").split("/"):
            path = path / part
            with self._translated(key):
                linked = path.is_symlink()
            if linked:
                raise Refused(
                    f"{path} is a symbolic link, and none is followed; mount the disk there or change `path`",
                    target=self.name,
                    key=key,
                    setting="path",
                )
        return path

    def _mounted(self) -> bool:
        try:
            return self._home.is_dir()
        except OSError:
            return False

    def _digest(self, key: str, path: Path) -> str | None:
        try:
            with self._translated(key):
                folder = path.is_dir()
            if folder:
                raise Refused("a folder lies under this key; move it away", target=self.name, key=key)
            with self.open(key) as stream:
                return sha512_stream(stream)
        except NotFound:
            return None

    @contextmanager
    def _temporary(self, key: str | None, content: Content) -> Iterator[Path]:
        """A synced copy of a content under a name of our own, gone at the end."""
        path = self._path(SCRATCH + "tmp").with_name(f"tmp-{uuid4().hex}")
        with self._translated(key):
            self._make(path.parent)
            copy = io.FileIO(path, "xb")
        try:
            with copy:
                with self._translated(key):
                    disk.claim(copy)
                for part in content.parts(BLOCK):
                    for block in part.blocks:
                        self._pace.take(len(block))
                        with self._translated(key):
                            disk.write(copy, block)
                    part.release()
                with self._translated(key):
                    os.fsync(copy.fileno())
                yield path
        finally:
            with self._translated(key):
                path.unlink(missing_ok=True)

    def _settle(self, key: str, temporary: Path, path: Path) -> bool:
        """Give a temporary file its name; False if something has that name already."""
        with self._translated(key), self._naming:
            self._make(path.parent)
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
            except FileNotFoundError as error:
                reason = "the folder changed while it was written to; try again"
                raise Unavailable(reason, target=self.name, key=key) from error
            except OSError as error:
                if error.errno not in disk.NO_HARD_LINKS:
                    raise
                # exFAT and some network shares know no hard links: there the look before the rename is ours,
                # and holds among the threads of this process.
                if not disk.rename_new(temporary, path):
                    return False
        with self._translated(key):
            disk.sync(path.parent)
        return True

    def _make(self, folder: Path) -> None:
        """Make a folder below `path`, and never `path` itself, so that an unmounted disk is not written beside."""
        if folder != self._home and not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            disk.sync(folder.parent)

    def _walk(self, folder: Path, below: str, prefix: str) -> Iterator[Stat]:
        with self._translated(below or None):
            try:
                with os.scandir(folder) as entries:
                    # "a.b" comes before "a/b" in the order of whole keys, so a folder is sorted with its slash.
                    found = sorted(
                        (below + entry.name + ("/" if entry.is_dir(follow_symlinks=False) else ""), entry)
                        for entry in entries
                        if not entry.is_symlink()
                    )
            except FileNotFoundError:
                self._home.stat()
                return
        for name, entry in found:
            if name.endswith("/"):
                if name.startswith(prefix) or prefix.startswith(name):
                    yield from self._walk(folder / entry.name, name, prefix)
            elif name.startswith(prefix) and not _TEMPORARY.fullmatch(name):
                with self._translated(name):
                    state = entry.stat(follow_symlinks=False)
                if S_ISREG(state.st_mode):
                    yield Stat(name, state.st_size)

    @contextmanager
    def _translated(self, key: str | None) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(error, key) from error

    def _error(self, error: Exception | None, key: str | None) -> TargetError:
        number = error.errno if isinstance(error, OSError) else None
        if number in (errno.ENOENT, errno.ENOTDIR):
            if not self._mounted():
                return Unavailable(f"there is no folder {self._home}; is the disk mounted?", target=self.name, key=key)
            return NotFound("nothing is under this key", target=self.name, key=key)
        if number is not None and (said := disk.refusal(number)):
            return Refused(f"{said} ({self._home})", target=self.name, key=key, setting="path")
        what = f"{disk.passing(number)} ({self._home}: {error})" if error else _ENDED
        return Unavailable(what, target=self.name, key=key)
