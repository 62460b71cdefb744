"""Rebuild: the ledger made anew from what lies at the targets.

Facts come from the objects themselves; that another target holds a copy comes from run records, and from looking at
the targets that can be reached. No media is read: every copy is *claimed* until an audit has read it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from pydantic import ValidationError

from archive import heads, ocfl
from archive.errors import RefusedError
from archive.facts import Run, Words, in_order, older_inventory, read_facts
from archive.ledger.clips import AccessGiven
from archive.ledger.copies import Copy, SealedVersion
from archive.linking.registers.snapshots import Snapshot
from archive.opened import Archive
from archive.records import FIXITY_CHECK, REPLICATION, Capture, Head, Listing
from archive.retrying import retrying
from archive.sidecar import Sidecar, UnknownSchema
from archive.steps.recording import LAST_FULL
from archive.steps.work import sealed_as
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import read_small


@dataclass(frozen=True)
class Survey:
    """A whole object at a target, the versions above it that are torn, and the size of each file that is there."""

    whole: heads.Whole
    torn: tuple[int, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Rebuilt:
    """What was found: objects and clips, what each target lacks, forks, and what could not be read or was rolled back.

    `problems` has the latter two.
    """

    objects: int = 0
    clips: int = 0
    lacking: dict[str, list[str]] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def rebuild(archive: Archive, usable: Mapping[str, Target]) -> Rebuilt:
    """Read every object at the usable targets into an empty ledger. Raises RefusedError if it is not empty."""
    if archive.ledger.copies.heads():
        raise RefusedError(
            f"the ledger at {archive.ledger.path} holds an archive already: move it (and its -journal or -wal "
            "file) away first; what it alone knows would be lost otherwise"
        )
    rebuilt, runs, recorded = Rebuilt(), dict[str, Run](), dict[str, tuple[Head, str]]()
    found = {name: _survey(archive, target, rebuilt) for name, target in usable.items()}
    objects = sorted({object_id for objects in found.values() for object_id in objects})
    with archive.progress.task("rebuild", total=len(objects), unit="objects") as task:
        for object_id in objects:
            holders = {name: objects[object_id] for name, objects in found.items() if object_id in objects}
            order = sorted(holders, key=lambda name: -holders[name].whole.inventory.number)
            places = {name: usable[name] for name in order}
            try:
                # Facts first: an object whose words cannot be read stays unknown, so that nobody writes a version
                # without them; sealing then meets a fork.
                facts = retrying(partial(read_facts, places, holders[order[0]].whole))
                _versions(archive, places, object_id, holders, rebuilt)
                if isinstance(facts, Run):
                    runs[object_id] = replace(facts, heads=())  # a full list names every object: only the newest stay
                    for head in facts.heads:
                        if head.object not in recorded or head.version >= recorded[head.object][0].version:
                            recorded[head.object] = head, object_id
                else:
                    _keep(archive, object_id, facts)
            except (TargetError, UnknownSchema, ValidationError, ocfl.InventoryError, KeyError) as error:
                rebuilt.problems.append(f"{object_id} at {', '.join(order)}: {error}")
            for name in found:
                if lack := _lack(object_id, holders.get(name), holders[order[0]]):
                    rebuilt.lacking.setdefault(name, []).append(lack)
            task.advance(1)
    for run in in_order(runs):
        archive.ledger.events.restore(run.record.run, list(run.events))
        if run.record.full:
            archive.ledger.facts.set(LAST_FULL, run.record.written.isoformat())
    _claims_of_runs(archive)
    for head, run_id in recorded.values():
        there = {name: surveys[head.object] for name, surveys in found.items() if head.object in surveys}
        if problem := _behind(head, run_id, there, list(found)):
            rebuilt.problems.append(problem)
    rebuilt.objects = len(objects)
    rebuilt.clips = len(archive.ledger.clips.held())
    return rebuilt


def _behind(head: Head, run_id: str, holders: Mapping[str, Survey], asked: list[str]) -> str | None:
    """A sentence, if no target has a version that a run record knew."""
    newest = max((survey.whole.inventory.number for survey in holders.values()), default=0)
    what = f"{head.object} v{head.version}, which {run_id} knew"
    if not newest:
        return f"missing: {what}, is nowhere at {', '.join(asked)}"
    if newest < head.version:
        return f"rolled back: {what}, is not at {', '.join(holders)}: the newest there is v{newest}"
    same = [survey for survey in holders.values() if survey.whole.inventory.number == head.version]
    if same and all(ocfl.digest_of(survey.whole.data) != head.sha512 for survey in same):
        return f"altered: {what}, is another one at {', '.join(holders)}: a person must compare both"
    return None


def _lack(object_id: str, there: Survey | None, newest: Survey) -> str | None:
    """What a target lacks of an object: the whole, its newest versions, or nothing."""
    if there is None:
        return object_id
    missing = range(there.whole.inventory.number + 1, newest.whole.inventory.number + 1)
    return f"{object_id} {', '.join(f'v{number}' for number in missing)}" if missing else None


def _survey(archive: Archive, target: Target, rebuilt: Rebuilt) -> dict[str, Survey]:
    """Every object at a target, with its newest whole version."""
    found = dict[str, Survey]()
    try:
        sizes = {stat.key.removeprefix(heads.OCFL): stat.size for stat in target.list(heads.OCFL)}
    except TargetError as error:
        rebuilt.problems.append(str(error))
        return found
    with archive.progress.task(f"look at {target.name}", unit="objects") as task:
        for path, paths in ocfl.group_by_object(sizes).items():
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
                found[there.whole.object] = replace(there, sizes={name: sizes[f"{path}/{name}"] for name in paths})
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
    places: Mapping[str, Target],
    object_id: str,
    holders: Mapping[str, Survey],
    rebuilt: Rebuilt,
) -> None:
    """Keep every version of an object as sealed, all or none, and who claims to hold it.

    The places are those that hold the object, whoever has the newest version first.
    """
    newest = next(iter(places))
    head = holders[newest].whole.inventory
    clip = object_id.partition("-")[2] if object_id.startswith(("evidence-", "work-")) else None
    versions = list[SealedVersion]()
    for number in range(1, head.number + 1):
        data = holders[newest].whole.data if number == head.number else older_inventory(places, object_id, number)
        sealed = datetime.fromisoformat(ocfl.parse(data).versions[f"v{number}"].created)
        sizes = [holders[newest].sizes[path] for path in head.content_of(number)]
        versions.append(
            SealedVersion(object_id, number, ocfl.digest_of(data), clip, data.decode(), sealed, sum(sizes), len(sizes))
        )
    for version in versions:
        archive.ledger.copies.seal(version)
    for name, survey in holders.items():
        there = survey.whole.inventory.number
        if versions[there - 1].sha512 != ocfl.digest_of(survey.whole.data):
            rebuilt.forks.append(f"{object_id} v{there} differs between {newest} and {name}")
            continue
        for number in range(1, there + 1):
            if number not in survey.torn:
                _claim(archive, object_id, number, name)


def _claim(archive: Archive, object_id: str, number: int, target: str) -> None:
    known = {copy.version for copy in archive.ledger.copies.of(object_id) if copy.target == target}
    if number not in known:
        archive.ledger.copies.mark(Copy(object_id, number, target, "claimed", at=archive.clock()))


def _keep(archive: Archive, object_id: str, facts: list[Capture] | list[Snapshot] | Words) -> None:
    """Keep what an object says, once its versions are."""
    if isinstance(facts, Words):
        for ref in facts.document.transcripts:
            archive.ledger.readings.add_transcript(facts.document.clip, ref, facts.bodies[ref.name])
        _work(archive, facts.document)
        return
    for number, fact in enumerate(facts, start=1):
        sealed = archive.ledger.copies.version(object_id, number)
        if sealed and isinstance(fact, Snapshot):
            archive.ledger.copies.seal(sealed, snapshot=fact.model_dump_json())
        elif sealed and isinstance(fact, Capture):
            _capture(archive, sealed, fact)


def _capture(archive: Archive, sealed: SealedVersion, capture: Capture) -> None:
    archive.ledger.copies.seal(sealed, capture=capture)
    archive.ledger.clips.seen([_listing(capture, capture.source)], capture.fetched)


def _listing(capture: Capture, source: str) -> Listing:
    """What a source must have said of a clip that was captured."""
    return Listing(
        source=source,
        extractor=capture.extractor,
        platform_id=capture.platform_id,
        url=capture.url,
        title=capture.title,
        duration=capture.duration,
    )


def _work(archive: Archive, document: Sidecar) -> None:
    clips, clip, capture = archive.ledger.clips, document.clip, document.captures[-1]
    unlisted = {*document.sources} - {listing.source for listing in clips.listings(clip)}
    clips.seen([_listing(capture, source) for source in sorted(unlisted)], capture.fetched)
    archive.ledger.readings.set_links(clip, [judged.proposal for judged in document.links])
    for judged in document.links:
        for judgement in judged.judgements:
            archive.ledger.readings.judge(clip, judgement)
    archive.ledger.readings.correct(clip, document.corrections)
    for declaration in document.declarations:
        archive.ledger.readings.declare(clip, declaration)
    if document.access.by and document.access.at:
        clips.give_access(clip, AccessGiven(document.access.level, document.access.by, document.access.at))
    if document.readings:
        clips.mark_done(clip, "transcribe", json.dumps([r.model_dump(mode="json") for r in document.readings]))
    if document.linkings:
        clips.mark_done(clip, "link", json.dumps([r.model_dump(mode="json") for r in document.linkings]))
    clips.mark_done(clip, "work", sealed_as(document))


def _claims_of_runs(archive: Archive) -> None:
    """Copies that run records say lie somewhere, also at targets that cannot be reached now."""
    said: dict[tuple[str, int, str], bool] = {}
    for event in archive.ledger.events.all():
        if event.version and event.target and event.type in (REPLICATION, FIXITY_CHECK):
            said[event.object, event.version, event.target] = event.outcome == "success"
    for (object_id, version, target), there in said.items():
        if there and archive.ledger.copies.version(object_id, version):
            _claim(archive, object_id, version, target)
