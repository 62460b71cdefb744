"""Workers: who is there, at what, who is not, and what lies in whose spool alone."""

from collections import defaultdict
from typing import Literal

from pydantic import ConfigDict, Field

from archive.ledger import Ledger
from archive.ledger.markers import WAITS
from archive.ledger.workers import Worker
from archive.opening.archive import Archive
from archive.opening.working import worker_name
from archive.preservation.lost_workers import what_to_do
from archive.records.record import Moment, Number, Record

Standing = Literal["at work", "away", "forgotten"]


class AtWork(Record):
    """A session of a worker: which process is at work on what, since when, until when without another heartbeat."""

    host: str
    pid: int
    doing: str
    since: Moment
    until: Moment


class At(Record):
    """A claim: with what a worker is busy."""

    thing: str
    step: str
    since: Moment


class OnlyThere(Record):
    """A version that lies in a worker's spool alone, its bytes where they are known, and why it waits."""

    object: str
    version: Number
    bytes: int | None
    waits: str


class WorkerView(Record):
    """A worker: how it stands, since when it is known, when it was seen last, what it is at, what it alone holds.

    `here` is the one whose state folder this is. `unknown` are versions of unknown size.
    """

    name: str
    host: str
    standing: Standing
    here: bool
    since: Moment | None
    seen: Moment | None
    forgotten: Moment | None
    sessions: tuple[AtWork, ...]
    claims: tuple[At, ...]
    versions: int
    bytes: int
    unknown: int
    todo: str | None
    alone: tuple[OnlyThere, ...]


class Workers(Record):
    """Every worker, those at work first."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/workers/1"] = Field(default="thirdcopy/workers/1", alias="schema")
    workers: tuple[WorkerView, ...]


_ORDER: dict[Standing, int] = {"at work": 0, "away": 1, "forgotten": 2}


def workers_view(archive: Archive) -> Workers:
    """Who works, or worked, on the archive. No target is asked.

    A machine that has its ledger for itself is one worker, of which nobody notes when it is at work.
    """
    ledger, mine = archive.ledger, worker_name(archive)
    known = {worker.name: worker for worker in ledger.workers.rows()}
    living, waits = ledger.sessions.working(), ledger.markers.beginning(WAITS)
    alone, claims = defaultdict[str, list[OnlyThere]](list), defaultdict[str, list[At]](list)
    sessions = _sessions(ledger)
    for one in ledger.workers.alone():
        why = _waits_for(one.worker, mine, living) or waits.get(f"{one.object}:{one.version}")
        why = why or f"for {one.worker}, which is not at work"
        alone[one.worker].append(OnlyThere(object=one.object, version=one.version, bytes=one.size, waits=why))
    for claim in ledger.claims.all():
        claims[claim.worker].append(At(thing=claim.thing, step=claim.step, since=claim.since))
    views = [
        _view(known.get(name), name, name == mine, sessions[name], claims[name], alone[name])
        for name in {*known, *alone, mine}
    ]
    return Workers(workers=tuple(sorted(views, key=lambda one: (_ORDER[one.standing], one.name))))


def _view(
    row: Worker | None, name: str, here: bool, sessions: list[AtWork], claims: list[At], alone: list[OnlyThere]
) -> WorkerView:
    standing: Standing = "at work" if sessions or here else "away"
    if row and row.forgotten:
        standing = "forgotten"
    todo = what_to_do(name, len(alone), gone=standing == "forgotten") if alone and standing != "at work" else None
    return WorkerView(
        name=name,
        host=row.host if row else "",
        standing=standing,
        here=here,
        since=row.since if row else None,
        seen=row.seen if row else None,
        forgotten=row.forgotten if row else None,
        sessions=tuple(sessions),
        claims=tuple(claims),
        versions=len(alone),
        bytes=sum(one.bytes or 0 for one in alone),
        unknown=sum(one.bytes is None for one in alone),
        todo=todo,
        alone=tuple(alone),
    )


def _sessions(ledger: Ledger) -> defaultdict[str, list[AtWork]]:
    gone = {one.token for one in ledger.sessions.gone()}
    found = defaultdict[str, list[AtWork]](list)
    for one in ledger.sessions.rows():
        if one.token not in gone:
            at_work = AtWork(host=one.host, pid=one.pid, doing=one.doing, since=one.began, until=one.until)
            found[one.worker].append(at_work)
    return found


def _waits_for(worker: str, mine: str, living: set[str]) -> str | None:
    if worker == mine:
        return "for this machine, which stores it with the next run"
    return f"for {worker}, which stores it" if worker in living else None
