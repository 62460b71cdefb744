"""What should be there, by lists and by what registers cite, against what is: counted, and item by item."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from archive.errors import ForeignWords
from archive.ledger.copies import ARRIVED
from archive.linking.deciding.safe_csv import write
from archive.linking.lists.reconciling import MISSING, Counts, Reconciled, There, reconcile
from archive.opening.archive import AGENT, Archive
from archive.preservation.usable_targets import reachable
from archive.records.expected import Expected, ListImport
from archive.records.object_ids import Kind, ObjectId
from archive.records.record import Record
from archive.records.snapshot import Snapshot
from archive.steps.expecting import (
    NoSuchList,
    cited_here,
    expected_file,
    expected_here,
    items_in,
    list_import,
    list_names,
    list_versions,
)
from archive.steps.registering import load_register, newest, snapshot, versions
from archive.steps.storing import enough_at

CSV_COLUMNS = ("address", "clip", "title", "date", "standing", "failure", "perhaps", "rows")
"""The columns of a CSV of what is missing."""
_ROWS_WRITTEN = 50


class ListCounts(Record):
    """How many videos of a list are there: `held`, `saved` elsewhere, `perhaps` there, `missing`; all of the expected.

    Where the list is at targets alone, as after a rebuild, nothing but `expected` is known, and `counted` is false; of
    a register that no run has read since, not even that.
    """

    expected: int
    held: int = 0
    saved: int = 0
    perhaps: int = 0
    missing: int = 0
    counted: bool = True

    @classmethod
    def of(cls, counts: Counts) -> "ListCounts":
        """What was counted."""
        known = asdict(counts)
        return cls(missing=counts.missing, **{name: known[name] for name in ("expected", "held", "saved", "perhaps")})


@dataclass(frozen=True)
class ListView:
    """A list's newest version, or a register's newest snapshot; at how many targets it is; and what is there of it."""

    said: ListImport | Snapshot
    version: int
    copies: int
    counts: ListCounts


@dataclass(frozen=True)
class Placed:
    """A reconciled item, the number of targets at which its clip has arrived, and whether it is safe."""

    reconciled: Reconciled
    copies: int = 0
    safe: bool = False


@dataclass(frozen=True)
class Expectation:
    """One list, ready to be gone through: who says it, and its items with where they are."""

    said: ListImport | Snapshot
    version: int
    placed: Callable[[], Iterator[Placed]]
    items: Callable[[], Iterator[Expected]]

    def reconciled(self, there: "_There") -> Iterator[Reconciled]:
        """Its items, each with whether it is there, beside what was made for other lists too."""
        return reconcile(self.items, there.made())


def lists_view(archive: Archive, *, keep: bool = True) -> dict[str, ListView]:
    """Every list, and `register NAME` of each register of the settings that has a snapshot. No target is asked.

    Without `keep`, what had to be counted is counted again the next time.
    """
    found, there = dict[str, ListView](), _There(archive)
    for name in list_names(archive):
        said = list_import(archive, name)
        counts = _counts(expected_here(archive, name), there, keep=keep) or ListCounts(
            expected=said.items, counted=False
        )
        version = list_versions(archive, name)[-1]
        found[name] = ListView(said, version, _copies(archive, ObjectId.list_of(name), version), counts)
    for name, taken in newest(archive).items():
        counts = _counts(cited_here(archive, name, taken.sha256), there, keep=keep) or ListCounts(
            expected=0, counted=False
        )
        version = versions(archive, name)[-1]
        found[f"register {name}"] = ListView(
            taken, version, _copies(archive, ObjectId.register_of(name), version), counts
        )
    return found


def list_expectation(archive: Archive, name: str) -> Expectation:
    """The newest version of a list, gone through. Raises NoSuchList, and TargetError where it is sound nowhere."""
    said = list_import(archive, name)
    file = expected_here(archive, name) or expected_file(archive, name, reachable(archive).readable)
    items = items_in(file)
    return Expectation(said, list_versions(archive, name)[-1], _placing(archive, items, said.items), items)


def register_expectation(archive: Archive, name: str) -> Expectation:
    """The videos that a register's entries cite, gone through. Raises NoSuchRegister and RegisterError."""
    said = snapshot(archive, name)
    file = cited_here(archive, name, said.sha256)
    if file is None:
        load_register(archive, name, reachable(archive).readable)  # which notes them
        file = cited_here(archive, name, said.sha256)
    if file is None:
        raise NoSuchList(f"what {name} cites could not be noted in {archive.state}: run this again")
    items = items_in(file)
    return Expectation(said, versions(archive, name)[-1], _placing(archive, items, None), items)


def all_expected(archive: Archive) -> Iterator[tuple[str, Callable[[], Iterator[Reconciled]]]]:
    """`list NAME` of each list, and `register NAME` of each register that has a snapshot, to be gone through.

    What the archive has is read once for all of them. Going through one raises as its expectation does.
    """
    there = _There(archive)

    def of(expectation: Callable[[Archive, str], Expectation], name: str) -> Callable[[], Iterator[Reconciled]]:
        return lambda: expectation(archive, name).reconciled(there)

    for name in list_names(archive):
        yield f"list {name}", of(list_expectation, name)
    for name in newest(archive):
        yield f"register {name}", of(register_expectation, name)


def items_expectation(archive: Archive, items: Iterable[Expected]) -> Callable[[], Iterator[Placed]]:
    """Items that were read and are not imported, gone through as a list is."""
    held = list(items)
    return _placing(archive, lambda: held, len(held))


def missing_csv(placed: Iterable[Placed]) -> bytes:
    """What is missing, and what is perhaps there, as CSV that no spreadsheet program runs anything of."""
    return write(CSV_COLUMNS, (_as_row(one.reconciled) for one in placed if is_missing(one.reconciled)))


def is_missing(one: Reconciled) -> bool:
    """Whether a person has still to look for it: it is listed and not held, nowhere, or only perhaps there."""
    return one.standing in (*MISSING, "perhaps")


def _as_row(one: Reconciled) -> Mapping[str, object]:
    rows = one.item.rows
    return {
        "address": one.item.address,
        "clip": one.clip or next(iter(one.item.clips), ""),
        "title": one.item.title or "",
        "date": one.item.date or "",
        "standing": one.standing,
        "failure": one.failure or "",
        "perhaps": ", ".join(f"{each.clip} ({each.why})" for each in one.proposals),
        "rows": ", ".join(map(str, rows[:_ROWS_WRITTEN])) + " …" * (len(rows) > _ROWS_WRITTEN),
    }


def _placing(
    archive: Archive, items: Callable[[], Iterable[Expected]], total: int | None
) -> Callable[[], Iterator[Placed]]:
    making = _There(archive)

    def placed() -> Iterator[Placed]:
        with archive.progress.task("find what is there", total=total, unit="videos") as task:
            there = making.made()
            spread = archive.ledger.copies.spread(tuple(archive.settings.targets))
            for one in reconcile(items, there):
                task.advance(1)
                if one.standing in ("held", "saved"):
                    targets = spread.get(f"{Kind.EVIDENCE.prefix}{one.clip}", frozenset())
                    yield Placed(one, len(targets), enough_at(archive.settings, targets))
                else:
                    yield Placed(one)

    return placed


class _Counted(Record):
    """Counts that are kept beside a list's items: of so many captures, by this version of ours."""

    captures: int
    agent: str
    counts: ListCounts


def _counts(file: Path | None, there: "_There", *, keep: bool) -> ListCounts | None:
    """What is counted of a list that lies in the state folder; None for another, or one that cannot be read.

    Counts follow from its items and the captures alone, and are kept beside it until there is another capture: `status`
    asks often, and to go through 100,000 clips takes seconds.
    """
    if file is None:
        return None
    kept = file.with_suffix(".counts")
    with suppress(OSError, ValueError):
        known = _Counted.model_validate_json(kept.read_bytes())
        if (known.captures, known.agent) == (there.captures, AGENT):
            return known.counts
    counts = Counts()
    try:
        for one in reconcile(items_in(file), there.made()):
            counts.add(one.standing)
    except ForeignWords:
        return None
    found = ListCounts.of(counts)
    if not keep:
        return found
    with suppress(OSError):  # a full or read-only disk costs time, and no counts
        kept.write_text(_Counted(captures=there.captures, agent=AGENT, counts=found).model_dump_json())
    return found


def _copies(archive: Archive, object_id: ObjectId, version: int) -> int:
    return sum(copy.state in ARRIVED for copy in archive.ledger.copies.of(object_id, version))


class _There:
    """What the archive has, made when it is first asked for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._made: There | None = None

    @cached_property
    def captures(self) -> int:
        """How many captures it is made of."""
        return self._archive.ledger.clips.count_captures()

    def made(self) -> There:
        """It; the same for every list."""
        if self._made is None:
            clips = self._archive.ledger.clips
            failures = {one.clip: one.kind for one in clips.failures() if one.step == "fetch"}
            self._made = There(clips.holdings(), clips.only_listed(), failures)
        return self._made
