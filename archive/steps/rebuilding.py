"""Rebuild: the ledger made anew from what lies at the targets.

Facts come from the objects themselves; that another target holds a copy comes from run records, and from looking at
the targets that can be reached. No media is read: every copy is *claimed* until an audit has read it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from archive import heads, ocfl
from archive.errors import Fork, RefusedError
from archive.ledger.clips import AccessGiven
from archive.ledger.copies import Copy, SealedVersion
from archive.opened import Archive
from archive.records import FIXITY_CHECK, REPLICATION, Capture, Event, Listing
from archive.sidecar import RunRecord, Sidecar, UnknownSchema, read_sidecar
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import read_small


@dataclass(frozen=True)
class Survey:
    """A whole object at a target, and the versions above it that are torn."""

    whole: heads.Whole
    torn: tuple[int, ...]


@dataclass
class Rebuilt:
    """What was found: objects and clips, what each target lacks, forks, and what could not be read."""

    objects: int = 0
    clips: int = 0
    lacking: dict[str, list[str]] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def rebuild(archive: Archive, usable: Mapping[str, Target]) -> Rebuilt:
    """Read every object at the usable targets into an empty ledger. Raises RefusedError if it is not empty."""
    if archive.ledger.copies.heads():
        raise RefusedError(
            f"the ledger at {archive.ledger.path} holds an archive already: move it (and its -wal file) away first; "
            "what it alone knows would be lost otherwise"
        )
    rebuilt = Rebuilt()
    found = {name: _survey(archive, target, rebuilt) for name, target in usable.items()}
    objects = sorted({object_id for objects in found.values() for object_id in objects})
    with archive.progress.task("rebuild", total=len(objects), unit="objects") as task:
        for object_id in objects:
            holders = {name: objects[object_id] for name, objects in found.items() if object_id in objects}
            newest = max(holders, key=lambda name: holders[name].whole.inventory.number)
            try:
                _versions(archive, usable, object_id, holders, newest, rebuilt)
                _facts(archive, usable[newest], holders[newest].whole)
            except Fork as error:
                rebuilt.forks.append(str(error))
            except (TargetError, UnknownSchema, ValidationError, ocfl.InventoryError, KeyError) as error:
                rebuilt.problems.append(f"{object_id} at {newest}: {error}")
            task.advance(1)
    _claims_of_runs(archive)
    rebuilt.objects = len(objects)
    rebuilt.clips = len(archive.ledger.clips.held())
    for name, there in found.items():
        rebuilt.lacking[name] = [object_id for object_id in objects if object_id not in there]
    return rebuilt


def _survey(archive: Archive, target: Target, rebuilt: Rebuilt) -> dict[str, Survey]:
    """Every object at a target, with its newest whole version."""
    keys = (stat.key.removeprefix(heads.OCFL) for stat in target.list(heads.OCFL))
    found = dict[str, Survey]()
    with archive.progress.task(f"look at {target.name}", unit="objects") as task:
        for path, paths in ocfl.group_by_object(keys).items():
            try:
                there = _forward(target, path, heads.read(target, path, paths), set(paths))
            except TargetError as error:
                rebuilt.problems.append(f"{path} at {target.name}: {error}")
                continue
            if there is None:
                rebuilt.problems.append(
                    f"{path} at {target.name}: no whole version; the next capture adopts what is there"
                )
            else:
                found[there.whole.object] = there
            task.advance(1)
    return found


def _forward(target: Target, path: str, found: heads.Found, there: set[str]) -> Survey | None:
    """The newest version, also one that was written but not committed: its content was read back before."""
    for number in found.torn:
        if f"v{number}/{ocfl.INVENTORY}" in there:
            data = read_small(target, f"{heads.OCFL}{path}/v{number}/{ocfl.INVENTORY}")
            if whole := heads.whole_version(data, path, number, there):
                return Survey(whole, found.torn)
    return Survey(found.whole, found.torn) if found.whole else None


def _versions(
    archive: Archive,
    usable: Mapping[str, Target],
    object_id: str,
    holders: Mapping[str, Survey],
    newest: str,
    rebuilt: Rebuilt,
) -> None:
    """Keep every version of an object as sealed, and who claims to hold it."""
    head = holders[newest].whole.inventory
    clip = object_id.partition("-")[2] if object_id.startswith(("evidence-", "work-")) else None
    digests = dict[int, str]()
    for number in range(1, head.number + 1):
        data = holders[newest].whole.data
        if number < head.number:
            data = read_small(usable[newest], heads.object_key(object_id, f"v{number}/{ocfl.INVENTORY}"))
        digests[number] = ocfl.digest_of(data)
        sealed = datetime.fromisoformat(ocfl.parse(data).versions[f"v{number}"].created)
        archive.ledger.copies.seal(SealedVersion(object_id, number, digests[number], clip, data.decode(), sealed))
    for name, survey in holders.items():
        there = survey.whole.inventory.number
        if digests[there] != ocfl.digest_of(survey.whole.data):
            rebuilt.forks.append(f"{object_id} v{there} differs between {newest} and {name}")
            continue
        for number in range(1, there + 1):
            if number not in survey.torn:
                _claim(archive, object_id, number, name)


def _claim(archive: Archive, object_id: str, number: int, target: str) -> None:
    known = {copy.version for copy in archive.ledger.copies.of(object_id) if copy.target == target}
    if number not in known:
        archive.ledger.copies.mark(Copy(object_id, number, target, "claimed", at=archive.clock()))


def _facts(archive: Archive, target: Target, found: heads.Whole) -> None:
    """What an object says: captures, readings, links, judgements, events."""
    inventory = found.inventory

    def read(path: str, version: int | None = None) -> bytes:
        return read_small(target, heads.object_key(found.object, inventory.where(path, version)))

    if found.object.startswith("evidence-"):
        for number in range(1, inventory.number + 1):
            sealed = archive.ledger.copies.version(found.object, number)
            if sealed:
                _capture(archive, sealed, Capture.model_validate_json(read("capture.json", number)))
    elif found.object.startswith("work-"):
        document = read_sidecar(read("sidecar.json"))
        for ref in document.transcripts:
            body = read(f"transcripts/{ref.name}.json").decode()
            archive.ledger.readings.add_transcript(document.clip, ref, body)
        _work(archive, document, ocfl.digest_of(read("sidecar.json")))
    elif found.object.startswith("run-"):
        record = RunRecord.model_validate_json(read("run.json"))
        events = [Event.model_validate_json(line) for line in read("events.jsonl").splitlines() if line]
        archive.ledger.events.restore(found.object, events)
        if record.full:
            archive.ledger.events.set_last_full(record.written)


def _capture(archive: Archive, sealed: SealedVersion, capture: Capture) -> None:
    archive.ledger.copies.seal(sealed, capture=capture)
    listing = Listing(
        source=capture.source,
        extractor=capture.extractor,
        platform_id=capture.platform_id,
        url=capture.url,
        title=capture.title,
        duration=capture.duration,
    )
    archive.ledger.clips.seen([listing], capture.fetched)


def _work(archive: Archive, document: Sidecar, sha512: str) -> None:
    clips, clip = archive.ledger.clips, document.clip
    archive.ledger.readings.set_links(clip, [judged.link for judged in document.links])
    for judged in document.links:
        for judgement in judged.judgements:
            archive.ledger.readings.judge(clip, judgement)
    if document.access.by and document.access.at:
        clips.give_access(clip, AccessGiven(document.access.level, document.access.by, document.access.at))
    if document.readings:
        clips.mark_done(clip, "transcribe", json.dumps([r.model_dump(mode="json") for r in document.readings]))
    if document.linkings:
        clips.mark_done(clip, "link", json.dumps([r.model_dump(mode="json") for r in document.linkings]))
    clips.mark_done(clip, "work", sha512)


def _claims_of_runs(archive: Archive) -> None:
    """Copies that run records say lie somewhere, also at targets that cannot be reached now."""
    said: dict[tuple[str, int, str], bool] = {}
    for event in archive.ledger.events.all():
        if event.version and event.target and event.type in (REPLICATION, FIXITY_CHECK):
            said[event.object, event.version, event.target] = event.outcome == "success"
    for (object_id, version, target), there in said.items():
        if there and archive.ledger.copies.version(object_id, version):
            _claim(archive, object_id, version, target)
