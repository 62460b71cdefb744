"""Sealed versions, and their copies at targets."""

import functools
import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha512

import sqlalchemy as sa

from archive.errors import Fork
from archive.ledger import tables as t
from archive.ledger.events import add_events
from archive.ledger.evidence_counts import EvidenceCounts, count_evidence
from archive.ledger.looks import captured
from archive.ledger.markers import LAST_RUN, RUN_BEFORE
from archive.ledger.sightings import ToTell, mark_told
from archive.ledger.sql_conditions import among, begins
from archive.ledger.sql_faults import Unreadable
from archive.ledger.transactions import Subject, total, upsert
from archive.ledger.undoing import undo
from archive.objects import ocfl
from archive.records.clip import Capture
from archive.records.event import Event, Head
from archive.records.object_ids import Kind
from archive.records.report import month_of
from storage.digests import bound

CopyState = t.CopyState
ARRIVED: tuple[CopyState, ...] = ("arrived", "proven")


@dataclass(frozen=True)
class SealedVersion:
    """A version whose files and inventory are fixed; `inventory` is the exact text that is stored.

    `size` and `files`: bytes and number of the files that it brought, None where nobody noted them. They are for
    estimates: a rebuilt ledger has them from a target's listing, which nobody verified. `worker` is whose spool it was
    sealed in, None where it came from a target.
    """

    object: str
    version: int
    sha512: str
    clip: str | None
    inventory: str
    sealed: datetime
    size: int | None = field(default=None, compare=False)
    files: int | None = field(default=None, compare=False)
    worker: str | None = field(default=None, compare=False)

    @cached_property
    def parsed(self) -> ocfl.Inventory:
        """Its inventory, parsed when it is first asked for, and then carried. Raises InventoryError."""
        return ocfl.parse(self.inventory.encode())

    @property
    def most(self) -> int | None:
        """The bytes that are read, at most, of a file that it brought; None where its size is not known."""
        return None if self.size is None else bound(self.size)


@dataclass(frozen=True)
class Copy:
    """One sealed version at one target.

    `at` is when it was stored there, or first claimed, or found wanting; `read` when it was last read in full and found
    sound; `challenged` when random blocks of its media were last asked and were right.
    """

    object: str
    version: int
    target: str
    state: CopyState
    at: datetime
    read: datetime | None = None
    problem: str | None = None
    challenged: datetime | None = None


@dataclass(frozen=True)
class Held:
    """Versions of some copies, the bytes and files that they brought, and how many are of unknown size."""

    versions: int = 0
    bytes: int = 0
    files: int = 0
    unknown: int = 0


def snapshot_fact(object_id: str, version: int) -> str:
    """The name of the fact that a version of a register's, list's, disk's or report's object is described by."""
    return f"snapshot:{object_id}:{version}"


def snapshots_of(kind: Kind) -> str:
    """What the names of such facts of one kind of object begin with."""
    return f"snapshot:{kind.prefix}"


_VERSION = sa.select(t.versions).where(
    t.versions.c.object == sa.bindparam("of_object"), t.versions.c.version == sa.bindparam("of_version")
)


class Copies(Subject):
    """Versions and copies. (object, version) is unique: whoever seals second learns so."""

    def seal(
        self,
        sealed: SealedVersion,
        *,
        events: Sequence[Event | None],
        capture: Capture | None = None,
        events_upto: int | None = None,
        told: Sequence[ToTell] = (),
        snapshot: str | None = None,
    ) -> None:
        """Keep a sealed version, and in the same transaction the events of it and what it holds.

        That is a capture, events up to a number and spans of sightings that are `told`, or the `snapshot` of a
        register, a list, a disk or a report, as it describes itself. A run record is then the end of the chain.

        The same again is fine, and no event; other content raises Fork.
        """
        with self._writing() as connection:
            condition = (t.versions.c.object == sealed.object) & (t.versions.c.version == sealed.version)
            found = connection.scalar(sa.select(t.versions.c.sha512).where(condition))
            if found is None:
                if sealed.version > 1:
                    _refuse_groundless(connection, sealed)
                connection.execute(sa.insert(t.versions).values(**asdict(sealed)))
                add_events(connection, *events)
                if sealed.object.startswith(Kind.RUN.prefix):
                    _end_of_chain(connection, sealed.object)
            elif found != sealed.sha512:
                raise Fork(
                    f"{sealed.object} v{sealed.version} is sealed already with other content "
                    f"({found[:12]}… and {sealed.sha512[:12]}…): compare both before going on"
                )
            if capture is not None:
                upsert(connection, t.clips, {"id": sealed.clip}, {})
                key = {"clip": sealed.clip, "version": sealed.version}
                stated = capture.stated.clip if capture.stated else None
                values = {
                    "media": capture.media.sha256,
                    "body": capture.model_dump_json(),
                    "stated": stated,
                    "source": capture.source,
                    "month": month_of(capture.uploaded),
                }
                mended = t.failures.c.clip == sealed.clip
                if _has_media(connection, capture):  # an edit: why these media could not be read stands
                    mended &= t.failures.c.step != "transcribe"
                upsert(connection, t.captures, key, values)
                connection.execute(sa.delete(t.failures).where(mended))
                captured(connection, capture)
                undo(connection, capture.clip, "capture")
            if snapshot is not None:
                upsert(connection, t.facts, {"name": snapshot_fact(sealed.object, sealed.version)}, {"value": snapshot})
            if events_upto is not None:
                waiting = (t.events.c.run.is_(None)) & (t.events.c.seq <= events_upto)
                connection.execute(sa.update(t.events).where(waiting).values(run=sealed.object))
            mark_told(connection, told)

    def version(self, object_id: str, version: int) -> SealedVersion | None:
        """One sealed version."""
        with self._reading() as connection:
            rows = connection.execute(_VERSION, {"of_object": object_id, "of_version": version})
            return _sealed(rows.mappings().one_or_none())

    def head(self, object_id: str) -> SealedVersion | None:
        """The newest sealed version of an object."""
        query = sa.select(t.versions).where(t.versions.c.object == object_id).order_by(t.versions.c.version.desc())
        with self._reading() as connection:
            return _sealed(connection.execute(query.limit(1)).mappings().one_or_none())

    def digests(self, object_id: str) -> dict[str, int]:
        """The sha512 of the inventory of every sealed version of an object, with its number."""
        query = sa.select(t.versions.c.sha512, t.versions.c.version).where(t.versions.c.object == object_id)
        with self._reading() as connection:
            return {str(row.sha512): int(row.version) for row in connection.execute(query)}

    def heads(self, prefix: str = "") -> list[Head]:
        """The newest version of every object whose id starts with `prefix`."""
        newest = (
            sa.select(t.versions.c.object, sa.func.max(t.versions.c.version).label("version"))
            .where(begins(t.versions.c.object, prefix))
            .group_by(t.versions.c.object)
            .subquery()
        )
        query = (
            sa.select(t.versions.c.object, t.versions.c.version, t.versions.c.sha512)
            .join(newest, (newest.c.object == t.versions.c.object) & (newest.c.version == t.versions.c.version))
            .order_by(t.versions.c.object)
        )
        with self._reading() as connection:
            return [Head(**row) for row in connection.execute(query).mappings()]

    def owed(self, target: str, objects: Collection[str] | None = None) -> list[tuple[str, int]]:
        """Versions, of some objects or of all, that are not said to be at a target.

        Lower version numbers come first, since a clock may have been set back between two of them.
        """
        query = (
            sa.select(t.versions.c.object, t.versions.c.version)
            .outerjoin(
                t.copies,
                (t.copies.c.object == t.versions.c.object)
                & (t.copies.c.version == t.versions.c.version)
                & (t.copies.c.target == target),
            )
            .where(sa.or_(t.copies.c.state.is_(None), t.copies.c.state == "owed"))
            .order_by(t.versions.c.version, t.versions.c.sealed, t.versions.c.object)
        )
        if objects is not None:
            query = query.where(among(t.versions.c.object, objects))
        with self._reading() as connection:
            return [(row.object, row.version) for row in connection.execute(query)]

    def owing(self, targets: Collection[str]) -> list[str]:
        """Those of some targets that are owed anything; asked of indexes alone, since mostly none is."""
        names, v, c = list(targets), t.versions.c, t.copies.c
        there = [sa.func.max(sa.case(((c.target == name) & (c.state != "owed"), 1), else_=0)) for name in names]
        if not there:
            return []
        versions = (
            sa.select(*(one.label(f"at_{number}") for number, one in enumerate(there)))
            .select_from(t.versions)
            .outerjoin(t.copies, (c.object == v.object) & (c.version == v.version))
            .group_by(v.object, v.version)
            .subquery()
        )
        with self._reading() as connection:
            paid = connection.execute(sa.select(*(sa.func.min(one) for one in versions.c))).one()
        return [name for name, all_of_it in zip(names, paid, strict=True) if all_of_it == 0]

    def mark(self, copy: Copy, *, event: Event | None) -> None:
        """Keep the state of a copy, and the event that brought it there."""
        values = {k: v for k, v in vars(copy).items() if k not in ("object", "version", "target")}
        with self._writing() as connection:
            key = {"object": copy.object, "version": copy.version, "target": copy.target}
            upsert(connection, t.copies, key, values)
            add_events(connection, event)

    def doubt(self, target: str, why: str, now: datetime) -> None:
        """Owe a target everything again: what is there is then read, not sent."""
        with self._writing() as connection:
            values = {"state": "owed", "at": now, "problem": why}
            connection.execute(sa.update(t.copies).where(t.copies.c.target == target).values(**values))

    def used(self, target: str) -> bool:
        """Whether any copy was ever at a target, or is said to be."""
        there = sa.or_(t.copies.c.state != "owed", t.copies.c.read.is_not(None))
        query = sa.select(t.copies.c.object).where(t.copies.c.target == target, there).limit(1)
        with self._reading() as connection:
            return connection.scalar(query) is not None

    def problem(self, target: str) -> str | None:
        """The newest reason why something is owed to a target."""
        query = (
            sa.select(t.copies.c.problem)
            .where(t.copies.c.target == target, t.copies.c.state == "owed", t.copies.c.problem.is_not(None))
            .order_by(t.copies.c.at.desc())
            .limit(1)
        )
        with self._reading() as connection:
            return connection.scalar(query)

    def of(self, object_id: str, version: int | None = None) -> list[Copy]:
        """The copies of an object, or of one of its versions."""
        query = sa.select(t.copies).where(t.copies.c.object == object_id)
        if version is not None:
            query = query.where(t.copies.c.version == version)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(t.copies.c.version, t.copies.c.target)).mappings()
            return [Copy(**row) for row in rows]

    def count_evidence(self, targets: Sequence[str]) -> EvidenceCounts:
        """How much evidence is where, of these targets."""
        with self._reading() as connection:
            return count_evidence(connection, targets)

    def debts(self, targets: Collection[str]) -> dict[str, int]:
        """How many versions each target is owed."""
        there = (
            sa.select(t.copies.c.target, sa.func.count().label("versions"))
            .where(t.copies.c.state != "owed")
            .group_by(t.copies.c.target)
        )
        with self._reading() as connection:
            sealed = connection.scalar(sa.select(sa.func.count()).select_from(t.versions)) or 0
            paid = {row.target: row.versions for row in connection.execute(there)}
        return {name: sealed - paid.get(name, 0) for name in targets}

    def sizes(self, since: datetime) -> dict[str, tuple[Held, Held]]:
        """What each target is said to hold: all of it, and what was stored there since a moment."""
        recent = t.copies.c.at >= since
        sums = [
            total(sa.case((condition, value), else_=0))
            for condition in (sa.true(), recent)
            for value in (1, t.versions.c.size, t.versions.c.files, sa.case((t.versions.c.size.is_(None), 1), else_=0))
        ]
        query = (
            sa.select(t.copies.c.target, *sums)
            .join(
                t.versions,
                (t.versions.c.object == t.copies.c.object) & (t.versions.c.version == t.copies.c.version),
            )
            .where(t.copies.c.state != "owed")
            .group_by(t.copies.c.target)
        )
        with self._reading() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        return {str(name): (Held(*map(int, sums[:4])), Held(*map(int, sums[4:]))) for name, *sums in rows}

    def spread(self, targets: Sequence[str], objects: Collection[str] | None = None) -> dict[str, frozenset[str]]:
        """Evidence, some or all → those of the targets at which every version of it has arrived, by its id.

        Every version has to have: the newest may name files that an older one brought. 100,000 objects at four targets
        take about a second: the database makes one number of the targets of a version, a bit each.
        """
        bits = _bits(targets)
        spread = _spread(bits, objects)
        with self._reading() as connection:
            rows = connection.execute(sa.select(spread).order_by(spread.c.object)).tuples().all()
        names = _names(bits, {mask for _, mask in rows})
        return {object_id: names[mask] for object_id, mask in rows}


def _bits(targets: Sequence[str]) -> dict[str, int]:
    return {name: 1 << number for number, name in enumerate(targets)}


def _names(bits: Mapping[str, int], masks: Iterable[int]) -> dict[int, frozenset[str]]:
    return {mask: frozenset(name for name, bit in bits.items() if mask & bit) for mask in masks}


def _spread(bits: Mapping[str, int], objects: Collection[str] | None = None) -> sa.Subquery:
    """Evidence, some or all, with the bits of the targets at which each of its versions has arrived."""
    v, c = t.versions.c, t.copies.c
    large = {name: sa.literal(bit, sa.BigInteger) for name, bit in bits.items()}
    at = sa.case(large, value=c.target, else_=0) if large else sa.literal(0)
    versions = (
        sa.select(v.object, sa.cast(sa.func.coalesce(sa.func.sum(at), 0), sa.BigInteger).label("mask"))
        .outerjoin(t.copies, (c.object == v.object) & (c.version == v.version) & c.state.in_(ARRIVED))
        .where(begins(v.object, Kind.EVIDENCE.prefix) if objects is None else among(v.object, objects))
        .group_by(v.object, v.version)
        .subquery()
    )
    everywhere = [sa.func.min(versions.c.mask.bitwise_and(bit)) for bit in large.values()]
    mask = functools.reduce(operator.add, everywhere, sa.literal(0, sa.BigInteger)).label("mask")
    return sa.select(versions.c.object, mask).group_by(versions.c.object).subquery()


def _has_media(connection: sa.Connection, capture: Capture) -> bool:
    """Whether the newest capture of a clip is of the same media."""
    query = sa.select(t.captures.c.media).where(t.captures.c.clip == capture.clip).order_by(t.captures.c.version.desc())
    return connection.scalar(query.limit(1)) == capture.media.sha256


def _refuse_groundless(connection: sa.Connection, sealed: SealedVersion) -> None:
    """Raise Fork if the version before is not there: it was given up while this one was made."""
    before = (t.versions.c.object == sealed.object) & (t.versions.c.version == sealed.version - 1)
    if connection.scalar(sa.select(sa.literal(1)).where(before)) is None:
        raise Fork(
            f"{sealed.object} v{sealed.version} stands on a v{sealed.version - 1} that the ledger has no more, since "
            "it was given up meanwhile: run this again"
        )


def _end_of_chain(connection: sa.Connection, run: str) -> None:
    """Keep that a run record is the newest, and which one it goes on from."""
    before = connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == LAST_RUN))
    if before:
        upsert(connection, t.facts, {"name": f"{RUN_BEFORE}{run}"}, {"value": before})
    upsert(connection, t.facts, {"name": LAST_RUN}, {"value": run})


def _sealed(row: sa.RowMapping | None) -> SealedVersion | None:
    """A row as a sealed version. Raises Unreadable if its inventory is not the one that was sealed."""
    if row is None:
        return None
    if sha512(row["inventory"].encode()).hexdigest() != row["sha512"]:
        raise Unreadable("an inventory in it is not the one that was sealed")
    return SealedVersion(**row)
