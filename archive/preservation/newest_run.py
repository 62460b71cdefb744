"""Which run record is the newest at a target, in one small document: a start sees by it what it does not know.

Run records have no common prefix under layout 0003, so that nothing short of a full list would tell.
"""

from collections.abc import Mapping
from typing import Literal

from archive.ledger.copies import ARRIVED
from archive.objects.sidecar import to_bytes
from archive.opening.archive import Archive
from archive.preservation.custody import replace_document
from archive.records.object_ids import Kind, kind_of
from archive.records.record import Moment, Record
from storage.contract import Target
from storage.errors import Damaged, NotFound
from storage.mirrors import at_each, read_small

NEWEST = "newest-run.json"
_FACT = "beyond:"


class NewestRun(Record):
    """`newest-run.json`: the run record that arrived last at this target, and the sha512 of its inventory."""

    schema_version: Literal[1] = 1
    ledger: str
    run: str
    sha512: str
    written: Moment


def point_to_newest(archive: Archive, usable: Mapping[str, Target]) -> None:
    """Say at each target which run record is the newest there, if it is the ledger's newest.

    One that names a run record unknown to the ledger is left, so that the next start says so again, until a person
    accepts or refuses it. One that cannot be written to now is told by the next run.
    """
    run = archive.ledger.events.last_run()
    head = archive.ledger.copies.head(run) if run else None
    if head is None:
        return
    there = {copy.target for copy in archive.ledger.copies.of(head.object, head.version) if copy.state in ARRIVED}
    document = NewestRun(ledger=archive.ledger.id, run=head.object, sha512=head.sha512, written=head.sealed)

    def point(target: Target) -> None:
        try:
            said = _said(target)
        except NotFound:
            said = None
        if said is None or _is_known(archive, said):
            replace_document(target, NEWEST, to_bytes(document))

    at_each({name: target for name, target in usable.items() if name in there}, point)


def look_beyond(archive: Archive, target: Target) -> str | None:
    """A sentence if a target names a run record that the ledger does not know; it is kept. Raises TargetError."""
    try:
        said = _said(target)
    except NotFound:
        return _keep(archive, target.name, None)
    if said is None:
        return _keep(archive, target.name, f"its {NEWEST} cannot be read: `thirdcopy audit --all` looks what is there")
    if _is_known(archive, said):
        return _keep(archive, target.name, None)
    sentence = (
        f"it holds more than this ledger knows: {said.run} of {said.written:%Y-%m-%d %H:%M} UTC is not in it. Was an "
        "older ledger put back? `thirdcopy audit --all` names what is there, `thirdcopy accept` takes it over"
    )
    return _keep(archive, target.name, sentence)


def _said(target: Target) -> NewestRun | None:
    """What a target says is its newest run record; None for what cannot be read. Raises TargetError."""
    try:
        said = NewestRun.model_validate_json(read_small(target, NEWEST, limit=64 * 1024))
    except (ValueError, Damaged):
        return None
    return said if kind_of(said.run) is Kind.RUN else None


def _is_known(archive: Archive, said: NewestRun) -> bool:
    """Whether the ledger has that run record, or a person refused it."""
    known = archive.ledger.copies.head(said.run)
    return bool(known and known.sha512 == said.sha512) or said.sha512 in archive.ledger.waiting.refused()


def beyond(archive: Archive) -> dict[str, str]:
    """Targets that were last seen to hold more than the ledger knows, and what was seen."""
    found = archive.ledger.markers.beginning(_FACT)
    return {name: found[name] for name in archive.targets if name in found}


def _keep(archive: Archive, name: str, sentence: str | None) -> str | None:
    if sentence:
        archive.ledger.markers.set(_FACT + name, sentence)
    elif archive.ledger.markers.get(_FACT + name):
        archive.ledger.markers.forget(_FACT + name)
    return sentence
