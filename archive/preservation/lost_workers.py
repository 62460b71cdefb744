"""Workers that vanished between seal and store: what they sealed is completed from targets, or given up, or waits.

Where some target has all files of a version, or several together, it is completed from there. Where no target has any
key of it, and a person said that its worker is gone for good, it is given up (decision 48). All else waits for a
person.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from archive.errors import ChangedMeanwhile, SpaceShort
from archive.ledger.markers import WAITS
from archive.ledger.workers import Alone
from archive.opening.archive import AGENT, Archive
from archive.opening.working import worker_name
from archive.preservation.completing import Found, complete
from archive.preservation.elsewhere import elsewhere
from archive.preservation.mirroring import Stored, store_owed
from archive.preservation.usable_targets import ready
from archive.records.event import DEACCESSION, Event
from archive.records.object_ids import Kind, kind_of
from storage.contract import Target


@dataclass(frozen=True)
class Settled:
    """What became of versions that lay in the spools of workers that are not at work, and why the rest waits.

    `todo` is what a person has to do about what was given up.
    """

    completed: tuple[Alone, ...] = ()
    given_up: tuple[Alone, ...] = ()
    waits: Mapping[tuple[str, int], str] = field(default_factory=dict)
    todo: tuple[str, ...] = ()

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(
            self.completed + other.completed,
            self.given_up + other.given_up,
            {**self.waits, **other.waits},
            tuple(dict.fromkeys(self.todo + other.todo)),
        )


def store_spooled(archive: Archive, usable: Mapping[str, Target]) -> dict[str, Stored]:
    """Store what this worker's own spool holds and targets are owed: what a session begins with."""
    if not archive.spool.is_dir():
        return {}
    objects = [folder.name for folder in archive.spool.iterdir() if kind_of(folder.name) is not None]
    return store_owed(archive, usable, objects) if objects else {}


def store_left(archive: Archive, older: timedelta) -> dict[str, Stored]:
    """Store what this worker's spool alone holds since so long: whoever sealed it should have, and was killed.

    What was sealed just now is left to who sealed it. Raises RefusedError and SettingsError as targets are made ready.
    """
    own, before = worker_name(archive), archive.clock() - older
    left = {one.object for one in archive.ledger.workers.alone() if one.worker == own and one.sealed < before}
    return store_owed(archive, ready(archive).writable, left) if left else {}


def settle(archive: Archive, readable: Mapping[str, Target], worker: str | None = None) -> Settled:
    """Complete, or give up, what lies in spools of workers that are not at work alone; of one worker, or of all.

    Bytes are taken from `readable`. What somebody stores just now is left to them. Run twice, the second does nothing
    more. Why a version waits is kept in the ledger. What was completed lies in this spool, and is stored as all is.
    """
    living, lost = archive.ledger.sessions.working(), defaultdict[str, list[Alone]](list)
    there = elsewhere(archive)
    for one in there:
        if one.worker not in living and worker in (None, one.worker):
            lost[one.object].append(one)
    for stale in {*archive.ledger.markers.beginning(WAITS)} - {f"{one.object}:{one.version}" for one in there}:
        archive.ledger.markers.forget(f"{WAITS}{stale}")
    settled, forgotten = Settled(), frozenset(archive.ledger.workers.forgotten())
    if not lost:
        return settled
    with archive.progress.task("look for lost versions", total=len(lost), unit="objects") as task:
        for object_id, versions in lost.items():
            with archive.ledger.claims.held(object_id, "store") as had:
                if had:
                    settled += _settle(archive, readable, versions, forgotten)
            task.advance(1)
    return settled


def in_spools(archive: Archive, *, of_living: bool = True) -> dict[str, str]:
    """Worker → what becomes of versions that its spool alone holds, or what to do about them, as a sentence.

    What this machine's own holds is not told, nor without `of_living` what those have that are at work: they store it.
    """
    living, forgotten = archive.ledger.sessions.working(), archive.ledger.workers.forgotten()
    counts, told = Counter(one.worker for one in elsewhere(archive)), dict[str, str]()
    for worker, versions in sorted(counts.items()):
        if worker not in living:
            told[worker] = what_to_do(worker, versions, gone=worker in forgotten)
        elif of_living:
            told[worker] = f"{_lie(versions)} in its spool alone: it is at work, and stores what it has"
    return told


def what_to_do(worker: str, versions: int, *, gone: bool) -> str:
    """What a person does about versions that lie in the spool of a worker that is not at work."""
    said = f"{_lie(versions)} in its spool alone"
    if gone:
        return f"{said}, and it is gone for good: `thirdcopy workers --all` says why each waits"
    return (
        f"{said}, and it is not at work: start it again, which stores what it has; or if it is gone for good: "
        f"thirdcopy workers forget {worker}"
    )


def _lie(versions: int) -> str:
    return f"{versions:,} versions lie" if versions != 1 else "1 version lies"


def _settle(
    archive: Archive, readable: Mapping[str, Target], lost: Sequence[Alone], forgotten: Collection[str]
) -> Settled:
    """Settle versions of one object, which nobody else stores now: complete from the first on, give up from the last.

    What a later version stands on cannot be given up.
    """
    still = set(elsewhere(archive, [lost[0].object]))  # somebody may have stored them since
    found, waits = dict[Alone, Found](), dict[tuple[str, int], str]()
    for one in lost:
        sealed = archive.ledger.copies.version(one.object, one.version)
        if one not in still or sealed is None:
            continue
        try:
            found[one] = complete(archive, readable, sealed)
        except (SpaceShort, OSError) as error:
            waits[one.object, one.version] = f"it could not be brought: {error}"
    given_up = list[Alone]()
    for one, what in sorted(found.items(), key=lambda item: -item[0].version):
        if what.is_whole:
            continue
        why = _waits_for(one, what, gone=one.worker in forgotten) or _give_up(archive, one)
        if why:
            waits[one.object, one.version] = why
        else:
            given_up.append(one)
    for (object_id, version), why in waits.items():
        archive.ledger.markers.set(f"{WAITS}{object_id}:{version}", why)
    completed = tuple(one for one, what in found.items() if what.is_whole)
    return Settled(completed, tuple(given_up), waits, tuple(_todo(given_up)))


def _waits_for(one: Alone, found: Found, *, gone: bool) -> str | None:
    """What a version that is not whole anywhere waits for, and what a person does; None if it is to be given up."""
    silent = f"; {', '.join(found.silent)} did not answer" if found.silent else ""
    has = f"{found.files} of its {found.of} files are sound at the targets" if found.files or found.keys else ""
    at = f" (something of it lies at {', '.join(found.keys)})" if found.keys else ""
    if not gone:
        part = f"; {has}{at}" if has else ""
        return f"for {one.worker}, which is not at work{part}{silent}"
    if has:
        return (
            f"for a person: {has}{at}, which is not all{silent}. Bring back what the spool of {one.worker} held; or "
            f"move what lies there under v{one.version}/ away, with the store's own tools, and the next run gives it up"
        )
    if found.silent:
        return f"for {', '.join(found.silent)} to answer: it is given up once every target said that it has nothing"
    return None


def _give_up(archive: Archive, one: Alone) -> str | None:
    """Give a version up that is nowhere: None, or why that cannot be."""
    sealed = archive.ledger.copies.version(one.object, one.version)
    if sealed is None:
        return None
    asked = ", ".join(archive.targets)
    detail = (
        f"given up: it lay in the spool of {one.worker} alone, which is gone for good, and {asked} answered that "
        f"nothing of it is there; sha512 {sealed.sha512}"
    )
    event = Event(
        object=one.object, version=one.version, type=DEACCESSION, at=archive.clock(), agent=AGENT, detail=detail
    )
    try:
        archive.ledger.giving_up.give_up(sealed, event)
    except ChangedMeanwhile as error:
        return f"for a person: {error}"
    return None


def _todo(given_up: Sequence[Alone]) -> list[str]:
    """What a person has to do about what was given up, where the next run does not do it by itself."""
    found = list[str]()
    for one in given_up:
        name = one.object.partition("-")[2]
        if kind_of(one.object) is Kind.REGISTER:
            found.append(f"import the register again: thirdcopy register import {name}")
        elif kind_of(one.object) is Kind.LIST:
            found.append(f"bring the list {name} again: thirdcopy expect FILE --name {name}")
        elif kind_of(one.object) is Kind.REPORT:
            found.append(f"{one.object} is gone; one of now is made by: thirdcopy report")
    return found
