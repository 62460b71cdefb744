"""A visit of a disk: every file is looked at, what is new or changed is read once, and the ledger keeps it all."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from itertools import islice
from time import monotonic

from archive.errors import SourceAway
from archive.ledger.disks import AT_ONCE, Disks, KnownFile
from archive.progress import Task
from archive.records.disk import FileState
from archive.sources.folder.disk_walk import Entry, OpenFolder, entry_of
from archive.sources.folder.path_names import written
from storage.file_digests import Digester, Grown, Taken
from transcription.media.beginnings import HEAD, beginning

ASIDES_AT_MOST = 1000
MOST = 1 << 40
"""Bytes of a file that is read: no film has a TiB, and a file of holes has as many as it likes."""
KEPT_EVERY = 5.0
"""Seconds of reading that are lost, at most, if the process is killed."""
NO_MEDIA = "begins as no sound and no picture"
EMPTY = "its folder is empty: the disk is not mounted there, or it is another folder; nothing is called gone"
TOO_LARGE = "has more than a TiB, as no film has"
WRITTEN_TO = "was being written"


@dataclass
class Seen:
    """What a visit met: `asides` are folders of another file system, or of ours, that it did not enter."""

    asides: list[str]
    files: int = 0
    read: int = 0
    special: int = 0


class Visiting:
    """One visit of an opened folder. `disk` and `visit` are what the ledger calls them.

    A file that changed within `quiet` seconds before `now`, or while it was read, is left for a later visit. With
    `again` what is unchanged is read too.
    """

    def __init__(
        self, disks: Disks, folder: OpenFolder, disk: str, visit: int, *, quiet: float, again: bool, now: datetime
    ) -> None:
        self._disks, self._folder, self._disk, self._visit = disks, folder, disk, visit
        self._quiet, self._again, self._now = quiet * 1e9, again, now.timestamp() * 1e9
        self._found, self._kept = list[KnownFile | _Read](), monotonic()
        self.seen = Seen([])

    def visit(self, task: Task) -> Seen:
        """Look at every file; `task` is told of the bytes. Raises SourceAway where the disk goes on the way."""
        with Digester() as digester:
            try:
                for some in _batches(self._entries()):
                    self._visit_some(some, digester, task)
            finally:
                self._keep()
        self._folder.still()
        if not self.seen.files and not self.seen.asides and not self.seen.special:
            raise SourceAway(EMPTY)
        return self.seen

    def _visit_some(self, some: list[tuple[str, Entry]], digester: Digester, task: Task) -> None:
        known, unchanged = self._disks.known(self._disk, [path for path, _ in some]), list[str]()
        for path, entry in some:
            before = known.get(path)
            same = before is not None and before.is_as(entry.size, entry.mtime_ns, entry.inode)
            if before and same and before.state in ("media", "other") and not self._again:
                unchanged.append(path)
                task.advance(entry.size)
                continue
            self._found.append(self._look(path, entry, before if same else None, digester, task))
            if len(self._found) >= AT_ONCE or monotonic() - self._kept > KEPT_EVERY:
                self._keep()
        self._disks.saw(self._disk, self._visit, unchanged)

    def _keep(self) -> None:
        known = [one if isinstance(one, KnownFile) else one.known() for one in self._found]
        self._disks.keep(self._disk, self._visit, known)
        self._found, self._kept = [], monotonic()

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        """Files; what else the walk meets is noted on the way."""
        for one in self._folder.walk():
            if isinstance(one, Entry):
                self.seen.files += 1
                yield written(one.path), one
            elif one.special:
                self.seen.special += 1
            elif one.unread:
                self._unread(written(one.path), one.why)
            elif len(self.seen.asides) < ASIDES_AT_MOST:
                self.seen.asides.append(f"{written(one.path) or '.'} {one.why}")

    def _unread(self, path: str, why: str) -> None:
        """What cannot be looked at. Of a folder, what earlier visits saw below it stays as it was."""
        self.seen.files += 1
        if path.endswith("/"):
            self._disks.saw_below(self._disk, self._visit, path.removesuffix("/"))
        self._found.append(KnownFile(path, 0, 0, 0, "unread", why=why))

    def _look(
        self, path: str, entry: Entry, before: KnownFile | None, digester: Digester, task: Task
    ) -> "KnownFile | _Read":
        """One file that is new or changed, or to be read again; `before` is what was read of it unchanged."""
        if 0 <= self._now - entry.mtime_ns < self._quiet:
            return _known(path, entry, "later", why=WRITTEN_TO)
        reached = 0

        def tell(read: int) -> None:
            nonlocal reached
            reached += read
            task.advance(read)

        try:
            with self._folder.open(entry.path) as file:
                if entry.size > MOST:
                    return _known(path, entry, "other", why=TOO_LARGE)
                if beginning(_head(file)) is None:
                    task.advance(entry.size)
                    return _known(path, entry, "other", why=NO_MEDIA)
                file.seek(0)
                taken = digester.take(file, tell, most=entry.size, blocks=False)
                after = entry_of(entry.path, os.fstat(file.fileno()))
        except Grown:
            return _known(path, entry, "later", why=WRITTEN_TO)
        except OSError as error:
            self._folder.check(error)
            where = f" after {reached:,} bytes" if reached else ""
            why = f"cannot be read{where}: {error.strerror}"
            digests = (before.sha512, before.sha256) if before else (None, None)
            return _known(path, entry, "unread", *digests, why=why)
        self.seen.read += 1
        if after != entry or taken.size != entry.size:
            return _known(path, entry, "later", why=WRITTEN_TO)
        return _Read(path, entry, taken)


@dataclass(frozen=True)
class _Read:
    """A film that was read to its end just now."""

    path: str
    entry: Entry
    taken: Taken

    def known(self) -> KnownFile:
        found = self.taken.digests()
        return _known(self.path, self.entry, "media", found.sha512, found.sha256)


@dataclass
class Outlook:
    """What a visit would find: files in all, films and their bytes, and those of them that were never read so."""

    files: int = 0
    media: int = 0
    bytes: int = 0
    new: int = 0
    new_bytes: int = 0
    unread: int = 0


def outlook(disks: Disks, folder: OpenFolder, disk: str) -> Outlook:
    """Look at the first bytes of what no visit has read. Nothing is kept. Raises SourceAway."""
    found, empty = Outlook(), True

    def files() -> Iterator[tuple[str, Entry]]:
        nonlocal empty
        for one in folder.walk():
            empty = False
            if isinstance(one, Entry):
                yield written(one.path), one
            elif one.unread:
                found.unread += 1

    for some in _batches(files()):
        known = disks.known(disk, [path for path, _ in some])
        for path, entry in some:
            before = known.get(path)
            found.files += 1
            same = before if before and before.is_as(entry.size, entry.mtime_ns, entry.inode) else None
            try:
                is_media = same.state == "media" if same else _begins(folder, entry)
            except OSError as error:
                folder.check(error)
                found.unread += 1
                continue
            if is_media:
                found.media += 1
                found.bytes += entry.size
                found.new += same is None
                found.new_bytes += 0 if same else entry.size
    if empty:
        raise SourceAway(EMPTY)
    return found


def _begins(folder: OpenFolder, entry: Entry) -> bool:
    """Whether a file begins as sound or picture."""
    with folder.open(entry.path) as file:
        return beginning(_head(file)) is not None


def _known(
    path: str,
    entry: Entry,
    state: FileState,
    sha512: str | None = None,
    sha256: str | None = None,
    *,
    why: str | None = None,
) -> KnownFile:
    return KnownFile(path, entry.size, entry.mtime_ns, entry.inode, state, sha512, sha256, why)


def _head(file: FileIO) -> bytes:
    head = b""
    while len(head) < HEAD and (more := file.read(HEAD - len(head))):
        head += more
    return head


def _batches(entries: Iterator[tuple[str, Entry]]) -> Iterator[list[tuple[str, Entry]]]:
    while some := list(islice(entries, AT_ONCE)):
        yield some
