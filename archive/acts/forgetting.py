"""Forget: a person says that a worker is gone for good, and with it what its spool alone held."""

from collections.abc import Mapping

from archive.errors import ArchiveError, RefusedError
from archive.masks import mask
from archive.opening.archive import Archive
from archive.opening.working import worker_name
from archive.preservation.lost_workers import Settled, settle
from archive.records.event import POLICY, Event
from storage.contract import Target


class NoSuchWorker(ArchiveError):
    """No worker of that name ever worked on the archive."""

    exit_code = 2


def may_forget(archive: Archive, name: str) -> None:
    """Raise NoSuchWorker for a name that no worker has, RefusedError for one that is at work, or that is this one."""
    if name == worker_name(archive):
        raise RefusedError(f"{name} is this machine, whose spool lies here: forget it from another one")
    known = {worker.name for worker in archive.ledger.workers.rows()}
    known |= {one.worker for one in archive.ledger.workers.alone()}
    if name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise NoSuchWorker(f"there is no worker {name}; there are: {there}")
    if name in archive.ledger.sessions.working():
        raise RefusedError(f"{name} is at work: `thirdcopy workers` says at what; end that first")


def forget(archive: Archive, name: str, by: str, why: str | None, readable: Mapping[str, Target]) -> Settled:
    """Keep that a worker is gone for good, with an event for each version that its spool alone held; then settle those.

    One that was forgotten before stays so, and what is left of it is looked for again. Raises as `may_forget` does;
    nothing is kept then.
    """
    reason = f": {mask(why)}" if why else ""
    with archive.ledger.at_once():
        may_forget(archive, name)
        if name not in archive.ledger.workers.forgotten():
            archive.ledger.workers.forget(name, archive.clock(), _events(archive, name, by, reason))
    return settle(archive, readable, name)


def _events(archive: Archive, name: str, by: str, reason: str) -> list[Event]:
    detail = f"{name}, whose spool alone has it, is gone for good{reason}"
    now = archive.clock()
    return [
        Event(object=one.object, version=one.version, type=POLICY, at=now, agent=by, detail=detail)
        for one in archive.ledger.workers.alone()
        if one.worker == name
    ]
