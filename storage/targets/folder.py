"""A folder as a target: a disk, a network share. One file a key; nothing outside the folder is read or written.

A file is written under a name that is no key, synced, and only then takes its name, so that a reader sees the whole
file or none. Every deed begins with the question whether this is still the folder that was opened
(`storage.targets.folder_place`).
"""

import errno
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha512
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import IO, Literal
from uuid import uuid4

from pydantic import Field, field_validator

from storage.bandwidth import Pace
from storage.contract import OCFL, Capabilities, Content, Stat
from storage.digests import BLOCK, bound
from storage.errors import NotFound, Refused, TargetError, Unavailable
from storage.keys import MOST_PARTS, fault, validate_discard, validate_key
from storage.shared_reading import LocalFile
from storage.targets import folder_disk
from storage.targets.byte_streams import body
from storage.targets.common_settings import CommonSettings
from storage.targets.comparing import digest_at, other_before, other_content, validate_read_back
from storage.targets.folder_disk import Temporary
from storage.targets.folder_place import Linked, Place, whereabouts
from storage.targets.temporaries import Parts, beside, in_scratch, is_temporary, prune, reaches, removed, sweep

OBJECTS = (OCFL.rstrip("/"),)
_READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
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


def twins(stanzas: Mapping[str, FolderSettings]) -> dict[str, str]:
    """Folders that are the folder of an earlier stanza, by links or mounts: the name of each, and of that one."""
    seen, found = dict[object, str](), dict[str, str]()
    for name, settings in stanzas.items():
        where = whereabouts(settings.path, settings.prefix)
        if where and (first := seen.setdefault(where, name)) != name:
            found[name] = first
    return found


class FolderTarget:
    """Implements storage.contract.Target over a folder. Symbolic links inside it are neither followed nor listed."""

    capabilities = Capabilities(conditional_put=True)

    def __init__(self, name: str, settings: FolderSettings, address: str) -> None:
        self.name = name
        self.address = address
        self._place = Place(name, settings.path, settings.prefix)
        self._pace = Pace(settings.bandwidth_mib_s)
        self._apart = set[Parts]()
        """Folders right below the prefix that neither a link nor a rename reaches from scratch/."""

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Write a new file, which takes its name by a hard link: that fails where another has it."""
        parts = self._parts(key)
        if there := self._lies(key, parts):
            content.close()  # who compares for long is waited for by nobody
        found = digest_at(self, key, bound(content.size)) if there else None
        if found is None:
            with self._temporary(key, parts, content) as made:
                if self._settle(key, parts, made):
                    return
            found = digest_at(self, key, bound(content.size))
        if found != content.sha512:
            raise other_content(content, target=self.name, key=key)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        """Write a file that takes the place of another by a rename."""
        parts, most = self._parts(key), bound(content.size)
        found = digest_at(self, key, most) if self._lies(key, parts) else None
        if found == content.sha512:
            return
        if found != was:
            raise other_before(was, found, target=self.name, key=key)
        with self._temporary(key, parts, content) as made:
            if not self._settle(key, parts, made, over=was is not None):
                raise other_before(was, digest_at(self, key, most), target=self.name, key=key)
        validate_read_back(digest_at(self, key, most) or "nothing", content.sha512, target=self.name, key=key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """A stream that reads from the disk, not from what the system still remembers, where it can be asked to."""
        *folder, name = self._parts(key)
        with ExitStack() as closing, self._reading(key), self._place.folder(tuple(folder)) as handle:
            _file(os.stat(name, dir_fd=handle, follow_symlinks=False))  # a pipe or a device is not opened
            file = closing.enter_context(io.FileIO(os.open(name, _READING, dir_fd=handle)))
            size = _file(os.fstat(file.fileno()))
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            file.seek(start)
            closing.pop_all()
        return body(
            file,
            max(0, (size if end is None else min(end, size)) - start),
            faults=(OSError,),
            translate=lambda error: self._error(error, key),
            pace=self._pace,
        )

    def stat(self, key: str) -> Stat:
        """The size of the file."""
        *folder, name = self._parts(key)
        with self._reading(key), self._place.folder(tuple(folder)) as handle:
            return Stat(key, _file(os.stat(name, dir_fd=handle, follow_symlinks=False)))

    def list(self, prefix: str) -> Iterator[Stat]:
        """Walk the folder; memory grows with the fullest folders on one path, not with the whole."""
        with ExitStack() as stack, suppress(NotFound):
            with self._reading(None):
                top = stack.enter_context(self._place.folder())
            yield from self._walk(top, (), prefix)
        with self._reading(None):
            self._place.verify()  # of a disk that is torn out the system may list what it remembers

    def discard(self, key: str) -> None:
        """Remove a file, and the folders that it leaves empty below `scratch/`."""
        validate_discard(key, target=self.name)
        *folder, name = self._parts(key)
        with suppress(NotFound):
            with self._reading(key), self._place.naming, self._place.folder(tuple(folder)) as handle:
                os.unlink(name, dir_fd=handle)
            prune(self._place, tuple(folder))

    def look(self) -> None:
        """List the top of the folder, and find no link or file where the objects must lie."""
        with self._writing(None), suppress(FileNotFoundError):
            with self._place.folder() as top, os.scandir(top) as entries:
                next(entries, None)
            with self._place.folder(OBJECTS):
                pass

    def check(self) -> None:
        """Write where files are written and named, and clear away what killed runs left half written."""
        self.look()
        nothing = LocalFile(Path(os.devnull), sha512().hexdigest())
        with self._temporary(None, ("scratch", "check"), nothing) as made, self._writing(None):
            sweep(self._place, now=os.fstat(made.file.fileno()).st_mtime)
            if removed(made):
                with suppress(FileNotFoundError), self._place.folder(OBJECTS):
                    if not reaches(self._place, OBJECTS):
                        self._apart.add(OBJECTS)

    def _parts(self, key: str) -> Parts:
        validate_key(key, target=self.name)
        parts = tuple(key.split("/"))
        if is_temporary(parts):
            raise Refused("the key has the form of temporary files", target=self.name, key=key)
        return parts

    def _lies(self, key: str, parts: Parts) -> bool:
        """Whether a file lies under a key that is to be written. Raises Refused for a folder, a link or a device."""
        with self._writing(key), suppress(FileNotFoundError), self._place.folder(parts[:-1]) as handle:
            state = os.stat(parts[-1], dir_fd=handle, follow_symlinks=False)
            if S_ISDIR(state.st_mode):
                raise Refused("a folder lies under this key; move it away", target=self.name, key=key)
            if not S_ISREG(state.st_mode):
                reason = "a link or a device lies under this key, and is no copy; move it away"
                raise Refused(reason, target=self.name, key=key)
            return True
        return False

    @contextmanager
    def _temporary(self, key: str | None, parts: Parts, content: Content) -> Iterator[Temporary]:
        """A synced copy of a content under a name of our own, gone at the end."""
        token = uuid4().hex
        with ExitStack() as stack:
            with self._writing(key):
                apart = parts[:1] in self._apart
                where = beside(self._place, token, parts[:-1]) if apart else in_scratch(self._place, token)
                made = stack.enter_context(where)
            for part in content.parts(BLOCK):
                for block in part.blocks:
                    self._pace.take(len(block))
                    with self._writing(key):
                        folder_disk.write(made.file, block)
                part.release()
            with self._writing(key):
                os.fsync(made.file.fileno())
            yield made

    def _settle(self, key: str, parts: Parts, made: Temporary, *, over: bool = False) -> bool:
        """Give a temporary file its name, `over` another's or not: False if something has that name already.

        Where that does not reach from scratch/, the file is copied into its own folder first, and the next ones are
        written there.
        """
        with self._writing(key):
            try:
                return self._name(parts, made, over=over)
            except OSError as error:
                prune(self._place, parts[:-1])
                if error.errno != errno.EXDEV:
                    raise
            self._apart.add(parts[:1])
            with beside(self._place, uuid4().hex, parts[:-1]) as copy:
                made.file.seek(0)
                while block := made.file.read(BLOCK):
                    folder_disk.write(copy.file, memoryview(block))
                os.fsync(copy.file.fileno())
                return self._name(parts, copy, over=over)

    def _name(self, parts: Parts, made: Temporary, *, over: bool) -> bool:
        with ExitStack() as stack:
            with self._place.naming:  # and in the folder that was opened: the path is followed anew
                handle = stack.enter_context(self._place.folder(parts[:-1], make=True))
                if over:
                    folder_disk.name_over(made, handle, parts[-1])
                elif not folder_disk.name_new(made, handle, parts[-1]):
                    return False
            folder_disk.sync(handle)
        return True

    def _walk(self, folder: int, below: Parts, prefix: str) -> Iterator[Stat]:
        path = "".join(f"{part}/" for part in below)
        with self._reading(path or None), os.scandir(folder) as entries:
            # "a.b" comes before "a/b" in the order of whole keys, so a folder is sorted with its slash.
            found = sorted(
                (path + entry.name + ("/" if entry.is_dir(follow_symlinks=False) else ""), entry)
                for entry in entries
                if not entry.is_symlink()
            )
        for name, entry in found:
            if name.endswith("/"):
                if (name.startswith(prefix) or prefix.startswith(name)) and len(below) + 1 < MOST_PARTS:
                    with ExitStack() as stack, suppress(NotFound):  # it has gone since
                        with self._reading(name):
                            lower = stack.enter_context(self._place.below(folder, (*below, entry.name)))
                        yield from self._walk(lower, (*below, entry.name), prefix)
            elif name.startswith(prefix) and not is_temporary((*below, entry.name)):
                with suppress(NotFound):
                    with self._reading(name):
                        size = _file(entry.stat(follow_symlinks=False))
                    yield Stat(name, size)

    @contextmanager
    def _reading(self, key: str | None) -> Iterator[None]:
        """Make what the system says a TargetError; a link is no file and leads to none."""
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise self._error(error, key) from error
            with self._writing(key):
                self._place.verify()
            instead = f"{error.strerror}, which is no copy" if isinstance(error, Linked) else None
            raise NotFound(target=self.name, key=key, instead=instead) from error

    @contextmanager
    def _writing(self, key: str | None) -> Iterator[None]:
        """Make what the system says a TargetError, where something is to be written or must be in order."""
        try:
            yield
        except FileNotFoundError as error:
            self._place.verify()
            reason = "the folder changed while it was written to; try again"
            raise Unavailable(reason, target=self.name, key=key) from error
        except Linked as error:
            reason = f"{error.strerror}, and none is followed; mount the disk there or change `path`"
            raise Refused(reason, target=self.name, key=key, setting="path") from error
        except OSError as error:
            raise self._error(error, key) from error

    def _error(self, error: Exception | None, key: str | None) -> TargetError:
        number = error.errno if isinstance(error, OSError) else None
        if number is not None and (said := folder_disk.refusal(number)):
            return Refused(f"{said} ({self._place.path})", target=self.name, key=key, setting="path")
        what = f"{folder_disk.passing(number)} ({self._place.path}: {error})" if error else _ENDED
        return Unavailable(what, target=self.name, key=key)


def _file(state: os.stat_result) -> int:
    """The size of a file. Raises Linked for a link, and FileNotFoundError for a folder, a pipe or a device."""
    if S_ISREG(state.st_mode):
        return state.st_size
    if S_ISLNK(state.st_mode):
        raise Linked(errno.ELOOP, "a symbolic link lies here")
    raise FileNotFoundError(errno.ENOENT, "no file lies here")
