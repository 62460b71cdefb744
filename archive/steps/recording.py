"""Record: what a run did, as an OCFL object of its own, chained to the one before by digest."""

from collections.abc import Mapping
from datetime import timedelta

from archive.ledger.markers import LAST_FULL
from archive.objects import sidecar
from archive.objects.reading_back import SIGHTINGS
from archive.objects.sidecar import RunRecord
from archive.opening.archive import AGENT, Archive
from archive.preservation.elsewhere import holder_of
from archive.preservation.sealing import Provenance, document, seal
from archive.records.event import Head
from archive.records.object_ids import Kind, ObjectId
from storage.contract import Target

FULL_LIST_EVERY = timedelta(days=7)
EVENTS_AT_MOST = 50_000
"""Events in one run record, some 12 MB: an audit of everything makes many, and each must be read back whole."""


SIGHTINGS_AT_MOST = 50_000
"""Spans of sightings in one run record, some 15 MB, for the same reason."""


def record(archive: Archive, usable: Mapping[str, Target]) -> str | None:
    """Seal a run record of what none holds yet, the oldest: its object id; None if there is nothing of the kind.

    That are events, and spans of sightings that began, ended, or went on for a month since they were told of. It lists
    the heads of the objects that the events name, and once a week those of every object. None too while the end of the
    chain lies in another worker's spool alone: it may be given up, and then nothing may go on from it.
    """
    run_before = archive.ledger.events.last_run()
    last = archive.ledger.copies.head(run_before) if run_before else None
    if last and holder_of(archive, last):
        return None
    waiting = archive.ledger.events.waiting(EVENTS_AT_MOST)
    now, last_full = archive.clock(), archive.ledger.markers.moment(LAST_FULL)
    seen = archive.ledger.sightings.to_tell(now, SIGHTINGS_AT_MOST)
    if not waiting and not seen:
        return None
    full = last_full is None or not timedelta() <= now - last_full < FULL_LIST_EVERY
    named = {event.object for _, event in waiting}
    heads = [
        head
        for head in archive.ledger.copies.heads()
        if not head.object.startswith(Kind.RUN.prefix) and (full or head.object in named)
    ]
    number = waiting[-1][0] if waiting else archive.ledger.events.newest()
    while archive.ledger.copies.head(run := ObjectId.run_of(archive.ledger.id, now, number)):
        number += 1  # several in one second, of sightings alone
    document_ = RunRecord(
        run=run,
        ledger=archive.ledger.id,
        archive=archive.settings.name,
        written=now,
        agent=AGENT,
        previous=Head(object=last.object, version=last.version, sha512=last.sha512) if last else None,
        full=full,
        events=len(waiting),
        heads=len(heads),
        sightings=len(seen),
    )
    items = {
        "run.json": document(sidecar.to_bytes(document_)),
        "events.jsonl": document(sidecar.to_lines([event for _, event in waiting])),
        "heads.jsonl": document(sidecar.to_lines(heads)),
    }
    if seen:
        items[SIGHTINGS] = document(sidecar.to_lines([one.span for one in seen]))
    upto = waiting[-1][0] if waiting else None
    seal(archive, run, items, Provenance("Run record", events_upto=upto, told=seen), usable=usable)
    if full:
        archive.ledger.markers.set(LAST_FULL, now.isoformat())
    return run
