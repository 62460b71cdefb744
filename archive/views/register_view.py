"""Registers: their snapshots and copies, what a file would bring, and what changed between two snapshots."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from archive.ledger.copies import ARRIVED
from archive.linking.registers.reports import Report
from archive.linking.registers.snapshot_changes import Difference, differences
from archive.opening.archive import Archive
from archive.preservation.usable_targets import reachable
from archive.records.object_ids import Kind
from archive.records.snapshot import Snapshot
from archive.steps.registering import entries_of, object_of, reading, snapshot, stanza_of, versions


@dataclass(frozen=True)
class HeldSnapshot:
    """A snapshot and the number of targets at which it has arrived."""

    snapshot: Snapshot
    copies: int


@dataclass(frozen=True)
class RegisterView:
    """A register: the file of the settings, None where these have it no more, and its snapshots by number."""

    file: str | None
    snapshots: Mapping[int, HeldSnapshot]


@dataclass(frozen=True)
class Changes:
    """What differs between two snapshots, or a snapshot and a file; 0 stands for a register without entries.

    `judged` counts the judged links to entries that were removed or changed: they go back to review.
    """

    before: int
    after: int | str
    differences: tuple[Difference, ...]
    judged: int

    @property
    def counts(self) -> dict[str, int]:
        """How many entries were added, removed and changed."""
        return count(self.differences)


def registers_view(archive: Archive) -> dict[str, RegisterView]:
    """The registers of the settings, and those that only have snapshots. No target is asked."""
    prefix = Kind.REGISTER.prefix
    held = [head.object.removeprefix(prefix) for head in archive.ledger.copies.heads(prefix)]
    stanzas = archive.settings.registers
    return {
        name: RegisterView(str(stanzas[name].file) if name in stanzas else None, _snapshots(archive, name))
        for name in dict.fromkeys((*stanzas, *held))
    }


def _snapshots(archive: Archive, name: str) -> dict[int, HeldSnapshot]:
    copies = archive.ledger.copies.of(object_of(name))
    arrived = Counter(copy.version for copy in copies if copy.state in ARRIVED)
    return {
        number: HeldSnapshot(snapshot(archive, name, number), arrived[number]) for number in versions(archive, name)
    }


def one_snapshot(archive: Archive, name: str, version: int | None = None) -> tuple[int, Snapshot]:
    """A snapshot with its number, the newest by default. Raises NoSuchRegister."""
    found = snapshot(archive, name, version)
    return version or versions(archive, name)[-1], found


def planned(archive: Archive, name: str, file: Path) -> tuple[Report, dict[str, int]]:
    """What an import of a file would report, and how many entries it would change. Raises RegisterError."""
    with reading(archive, name, file) as found:
        known = versions(archive, name)
        if not known:
            return found.report, count(differences((), found.lines))
        with entries_of(archive, name, known[-1], reachable(archive).readable) as before:
            return found.report, count(differences(before, found.lines))


def changes(
    archive: Archive, name: str, *, before: int | None = None, after: int | None = None, file: Path | None = None
) -> Changes:
    """What differs from a snapshot to another, or to a `file`; from the one before the newest to the newest by default.

    Raises NoSuchRegister, RegisterError, and TargetError where a snapshot is sound nowhere.
    """
    with ExitStack() as opened:
        known = versions(archive, name)
        if not known:
            stanza_of(archive, name)
        newest = known[-1] if known else 0
        to = newest if after is None else after
        if not file:
            snapshot(archive, name, to)
        old = before if before is not None else (newest if file else to - 1)
        readable = reachable(archive).readable if known else {}
        lines: Iterable[bytes] = opened.enter_context(entries_of(archive, name, old, readable)) if old > 0 else ()
        if file:
            news: Iterable[bytes] = opened.enter_context(reading(archive, name, file)).lines
        else:
            news = opened.enter_context(entries_of(archive, name, to, readable))
        found = tuple(differences(lines, news))
    return Changes(old, str(file) if file else to, found, _judged(archive, name, found))


def count(found: Iterable[Difference]) -> dict[str, int]:
    """How many entries were added, removed and changed."""
    counts = Counter[str](one.change for one in found)
    return {change: counts[change] for change in ("added", "removed", "changed")}


def _judged(archive: Archive, name: str, found: Iterable[Difference]) -> int:
    moved = {one.entry for one in found if one.change != "added"}
    links = archive.ledger.readings.judged_links() if moved else []
    return sum(link.register_name == name and link.entry in moved for link in links)
