"""Disks: the files that each held when it was visited, with what was read of them, so that it is read once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.kept_texts import kept
from archive.ledger.transactions import Subject, upsert
from archive.records.disk import EXTRACTOR, FileState, Visit

AT_ONCE = 500
"""Rows of one statement."""

NEVER = -1
"""The time of a file that is only known from a record at a target: it is read anew."""


@dataclass(frozen=True)
class KnownFile:
    """A file of a disk as a visit left it: what tells that it is unchanged, and what was read of it.

    `mtime_ns` are nanoseconds since 1970, `why` why it was not read to its end.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    state: FileState
    sha512: str | None = None
    sha256: str | None = None
    why: str | None = None

    def is_as(self, size: int, mtime_ns: int, inode: int) -> bool:
        """Whether a file that lies there now is this one, unchanged."""
        return (size, mtime_ns, inode) == (self.size, self.mtime_ns, self.inode)


@dataclass(frozen=True)
class Fate:
    """A file of a disk with the clip of its bytes that is held, or how fetching that failed."""

    file: KnownFile
    clip: str | None
    failure: str | None


@dataclass(frozen=True)
class Place:
    """Where bytes were seen: the disk, the path there, and the file's size."""

    disk: str
    path: str
    size: int


class Disks(Subject):
    """Disks by name, and the files of each."""

    def begin(self, disk: str, source: str, serial: str, folder: str) -> tuple[str, int]:
        """Begin a visit: the name that the disk has had since it was first seen, and the number of the visit."""
        same = (t.disks.c.serial == serial) & (t.disks.c.folder == folder)
        with self._writing() as connection:
            row = connection.execute(sa.select(t.disks).where(same)).first()
            name, visit = (row.disk, row.visit + 1) if row else (disk, 1)
            values = {"source": source, "serial": serial, "folder": folder, "visit": visit}
            upsert(connection, t.disks, {"disk": name}, values)
        return name, visit

    def name_of(self, serial: str, folder: str) -> str | None:
        """The name under which a disk is known."""
        same = (t.disks.c.serial == serial) & (t.disks.c.folder == folder)
        with self._reading() as connection:
            return connection.scalar(sa.select(t.disks.c.disk).where(same))

    def known(self, disk: str, paths: Sequence[str]) -> dict[str, KnownFile]:
        """Those of some files that an earlier visit saw, by path."""
        f = t.disk_files.c
        with self._reading() as connection:
            query = sa.select(*_FILE).where(f.disk == disk, f.path.in_(paths))
            return {row.path: KnownFile(**row._mapping) for row in connection.execute(query)}

    def keep(self, disk: str, visit: int, files: Sequence[KnownFile]) -> None:
        """Keep what was found of files, in the place of what was known of them."""
        if not files:
            return
        with self._writing() as connection:
            f = t.disk_files.c
            paths = [file.path for file in files]
            connection.execute(sa.delete(t.disk_files).where(f.disk == disk, f.path.in_(paths)))
            rows = [{"disk": disk, "visit": visit, **vars(file)} for file in files]
            connection.execute(sa.insert(t.disk_files), rows)

    def saw(self, disk: str, visit: int, paths: Sequence[str]) -> None:
        """Keep that files lie there unchanged."""
        if not paths:
            return
        f = t.disk_files.c
        change = sa.update(t.disk_files).where(f.disk == disk, f.path.in_(paths)).values(visit=visit)
        with self._writing() as connection:
            connection.execute(change)

    def saw_below(self, disk: str, visit: int, folder: str) -> None:
        """Keep that what lies below a folder may lie there as it did."""
        f = t.disk_files.c
        below = (f.path > f"{folder}/") & (f.path < f"{folder}0") if folder else sa.true()  # 0 follows a slash in ASCII
        with self._writing() as connection:
            connection.execute(sa.update(t.disk_files).where(f.disk == disk, below).values(visit=visit))

    def end(self, disk: str, visit: int, told: Visit) -> None:
        """Keep that a visit came to its end: what it did not see lies there no more."""
        f = t.disk_files.c
        with self._writing() as connection:
            connection.execute(sa.delete(t.disk_files).where(f.disk == disk, f.visit != visit))
            connection.execute(sa.update(t.disks).where(t.disks.c.disk == disk).values(body=told.model_dump_json()))

    def to_record(self) -> list[Visit]:
        """Visits that came to their end and are not in a disk's object yet."""
        query = sa.select(t.disks.c.body).where(t.disks.c.body.is_not(None)).order_by(t.disks.c.disk)
        with self._reading() as connection:
            return [self._document(Visit, body) for body in connection.scalars(query)]

    def recorded(self, disk: str) -> None:
        """Keep that a disk's last visit is recorded, or changed nothing."""
        with self._writing() as connection:
            connection.execute(sa.update(t.disks).where(t.disks.c.disk == disk).values(body=None))

    def counts(self, disk: str, visit: int) -> dict[FileState, tuple[int, int]]:
        """How many files of each state a visit saw, and their bytes."""
        f = t.disk_files.c
        query = (
            sa.select(f.state, sa.func.count(), sa.func.coalesce(sa.func.sum(f.size), 0))
            .where(f.disk == disk, f.visit == visit)
            .group_by(f.state)
        )
        with self._reading() as connection:
            return {state: (int(many), int(size)) for state, many, size in connection.execute(query).tuples()}

    def unlisted(self, disk: str, source: str) -> Iterator[str]:
        """The sha256 of each film of a disk that no capture holds and its source does not list, in their order.

        What is listed meanwhile may be told or not.
        """
        f, last = t.disk_files.c, ""
        clip = sa.literal(f"{EXTRACTOR}-") + sa.func.substr(f.sha256, 1, 32)
        listed = sa.select(t.listings.c.clip).where(t.listings.c.source == source, t.listings.c.clip == clip)
        held = sa.select(t.captures.c.clip).where(t.captures.c.media == f.sha256)
        while True:
            query = (
                sa.select(f.sha256)
                .distinct()
                .where(f.disk == disk, f.state == "media", f.sha256 > last, ~listed.exists(), ~held.exists())
                .order_by(f.sha256)
                .limit(AT_ONCE)
            )
            with self._reading() as connection:
                some = [str(found) for found in connection.scalars(query)]
            if not some:
                return
            yield from some
            last = some[-1]

    def beginning(self, disk: str, sha256: str, *, limit: int) -> list[KnownFile]:
        """Files of a disk whose sha256 begins so, by path, up to a number."""
        f = t.disk_files.c
        same = (f.disk == disk) & (f.sha256 >= sha256) & (f.sha256 < sha256 + "g")
        with self._reading() as connection:
            query = sa.select(*_FILE).where(same).order_by(f.path).limit(limit)
            return [KnownFile(**row._mapping) for row in connection.execute(query)]

    def elsewhere(self, disk: str, sha256: str) -> list[str]:
        """Other disks on which bytes were seen whose sha256 begins so."""
        f = t.disk_files.c
        same = (f.disk != disk) & (f.sha256 >= sha256) & (f.sha256 < sha256 + "g")
        with self._reading() as connection:
            return list(connection.scalars(sa.select(f.disk).distinct().where(same).order_by(f.disk)))

    def beside(self, disk: str, stem: str, *, limit: int) -> list[KnownFile]:
        """Files of a disk whose path is a stem and what follows a dot, up to a number."""
        f = t.disk_files.c
        same = (f.disk == disk) & (f.path > stem + ".") & (f.path < stem + "/")  # a slash follows a dot in ASCII
        with self._reading() as connection:
            query = sa.select(*_FILE).where(same).order_by(f.path).limit(limit)
            return [KnownFile(**row._mapping) for row in connection.execute(query)]

    def films_in(self, disk: str, folder: str, *, limit: int) -> list[str]:
        """The names of the films in a folder of a disk, and of none below it, up to a number."""
        f, begins = t.disk_files.c, f"{folder}/" if folder else ""
        below = (f.path > begins) & (f.path < f"{folder}0") if folder else sa.true()
        deeper = sa.func.substr(f.path, len(kept(begins)) + 1, type_=sa.Text).contains("/")
        query = sa.select(f.path).where(f.disk == disk, f.state == "media", below, ~deeper).limit(limit)
        with self._reading() as connection:
            return [path.removeprefix(begins) for path in connection.scalars(query.order_by(f.path))]

    def unread(self, source: str, *, limit: int) -> tuple[int, list[KnownFile]]:
        """How many files of a source's disks could not be read at the last visit, and some of them."""
        f = t.disk_files.c
        of_source = sa.select(t.disks.c.disk).where(t.disks.c.source == source)
        same = (f.state == "unread") & f.disk.in_(of_source)
        with self._reading() as connection:
            many = connection.scalar(sa.select(sa.func.count()).select_from(t.disk_files).where(same)) or 0
            query = sa.select(*_FILE).where(same).order_by(f.disk, f.path).limit(limit)
            return many, [KnownFile(**row._mapping) for row in connection.execute(query)]

    def fates(self, disk: str) -> Iterator[Fate]:
        """Every file of a disk by path, with the clip that it became or how that failed."""
        f, last = t.disk_files.c, ""
        held = sa.select(sa.func.min(t.captures.c.clip)).where(t.captures.c.media == f.sha256).scalar_subquery()
        failed = (
            sa.select(t.failures.c.message)
            .where(t.failures.c.clip == sa.literal(f"{EXTRACTOR}-") + sa.func.substr(f.sha256, 1, 32))
            .where(t.failures.c.step == "fetch")
            .scalar_subquery()
        )
        while True:
            query = (
                sa.select(*_FILE, held.label("clip"), failed.label("failure"))
                .where(f.disk == disk, f.path > last)
                .order_by(f.path)
                .limit(AT_ONCE)
            )
            with self._reading() as connection:
                some = [_fate(row._mapping) for row in connection.execute(query)]
            if not some:
                return
            yield from some
            last = some[-1].file.path

    def places(self, sha256s: Sequence[str], *, limit: int) -> list[Place]:
        """Where the newest visits saw bytes of some sha256, on any disk."""
        f = t.disk_files.c
        query = sa.select(f.disk, f.path, f.size).where(f.sha256.in_(sha256s)).order_by(f.disk, f.path).limit(limit)
        with self._reading() as connection:
            return [Place(row.disk, row.path, row.size) for row in connection.execute(query)]

    def restore(self, told: Visit, files: Sequence[KnownFile]) -> None:
        """Take in what a record says of a disk, where this ledger knows nothing of that disk."""
        with self._writing() as connection:
            if connection.scalar(sa.select(t.disks.c.disk).where(t.disks.c.disk == told.disk)):
                return
            values = {"source": told.source, "serial": told.serial, "folder": told.folder, "visit": 0}
            connection.execute(sa.insert(t.disks).values(disk=told.disk, **values))
            for start in range(0, len(files), AT_ONCE):
                rows = [{"disk": told.disk, "visit": 0, **vars(file)} for file in files[start : start + AT_ONCE]]
                connection.execute(sa.insert(t.disk_files), rows)


_FILE = [t.disk_files.c[name] for name in KnownFile.__dataclass_fields__]


def _fate(row: sa.RowMapping) -> Fate:
    values: dict[str, Any] = {**row}
    clip, failure = values.pop("clip"), values.pop("failure")
    return Fate(KnownFile(**values), clip, failure)
