"""Record: what a run did, as an OCFL object of its own, chained to the one before by digest."""

from collections.abc import Mapping
from datetime import timedelta

from archive import sidecar
from archive.opened import AGENT, Archive
from archive.records import Head
from archive.sidecar import RunRecord
from archive.spool import document, seal
from storage.contract import Target

FULL_LIST_EVERY = timedelta(days=7)


def record(archive: Archive, usable: Mapping[str, Target]) -> str | None:
    """Seal a run record of every event that none holds yet: its object id; None if nothing happened.

    It lists the heads of the objects that the events name, and once a week those of every object.
    """
    waiting = archive.ledger.events.waiting()
    if not waiting:
        return None
    now, last_full = archive.clock(), archive.ledger.events.last_full()
    full = last_full is None or now - last_full >= FULL_LIST_EVERY
    named = {event.object for _, event in waiting}
    heads = [
        head
        for head in archive.ledger.copies.heads()
        if not head.object.startswith("run-") and (full or head.object in named)
    ]
    run = f"run-{now:%Y%m%dT%H%M%SZ}-{archive.ledger.id[:8]}-{waiting[-1][0]}"
    document_ = RunRecord(
        run=run,
        ledger=archive.ledger.id,
        archive=archive.settings.name,
        written=now,
        agent=AGENT,
        previous=_previous(archive),
        full=full,
        events=len(waiting),
        heads=len(heads),
    )
    items = {
        "run.json": document(sidecar.to_bytes(document_)),
        "events.jsonl": document(sidecar.to_lines([event for _, event in waiting])),
        "heads.jsonl": document(sidecar.to_lines(heads)),
    }
    seal(archive, run, items, message="Run record", usable=usable, events_upto=waiting[-1][0])
    if full:
        archive.ledger.events.set_last_full(now)
    return run


def _previous(archive: Archive) -> Head | None:
    return archive.ledger.copies.last("run-")
