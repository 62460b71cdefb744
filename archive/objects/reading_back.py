"""What objects at targets say: captures, a clip's words, a run's events. Each document is compared with its digest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from archive.errors import ForeignWords
from archive.objects import held_versions, ocfl
from archive.objects.sidecar import RunRecord, Sidecar, read_sidecar, to_bytes
from archive.records.clip import Capture, clip_id
from archive.records.disk import FILES, VISIT, DiskFile, Visit
from archive.records.event import Event, Head
from archive.records.expected import LIST, ListImport
from archive.records.link import link_id
from archive.records.object_ids import Kind, is_sound, kind_of
from archive.records.record import Record
from archive.records.report import REPORT, ROWS, Counts, Report, ReportRow
from archive.records.sighting import Sighting
from archive.records.snapshot import SNAPSHOT, Snapshot
from storage.contract import Target
from storage.errors import Damaged, TargetError
from storage.mirrors import read_small
from transcription.documents.kinds import from_json
from transcription.errors import DocumentError

Document = TypeVar("Document", bound=Record)


@dataclass(frozen=True)
class Words:
    """A clip's sidecar, and the texts of its transcripts by name."""

    document: Sidecar
    bodies: dict[str, str]


@dataclass(frozen=True)
class Run:
    """A run record, its events, the newest versions that it knew of, and what was seen of clips at their sources."""

    record: RunRecord
    events: tuple[Event, ...]
    heads: tuple[Head, ...] = ()
    sightings: tuple[Sighting, ...] = ()


MOST_BYTES = 1 << 30
"""Of the documents of one object together: all of them are in memory at once."""

SIGHTINGS, MOST_SIGHTINGS = "sightings.jsonl", 200_000


@dataclass(frozen=True)
class Held:
    """What a disk held: its visits by version, and every file of the newest."""

    visits: tuple[Visit, ...]
    files: tuple[DiskFile, ...]


Documents = list[Capture] | list[Snapshot] | list[ListImport] | list[Report] | Words | Run | Held
"""What an object says: captures, snapshots, lists or reports by version, a clip's words, a run's events, a disk's
visits."""


def in_order(runs: Mapping[str, Run]) -> list[Run]:
    """Run records along their chain, whatever the clock said; each chain begins at one whose predecessor is lost.

    Those that go in a circle come last, by their names.
    """
    after: dict[str | None, list[str]] = {}
    for name, run in sorted(runs.items()):
        previous = run.record.previous.object if run.record.previous else None
        after.setdefault(previous if previous in runs else None, []).append(name)
    ordered, waiting = dict[str, Run](), after.get(None, [])[::-1]
    while waiting:
        name = waiting.pop()
        ordered[name] = runs[name]
        waiting.extend(reversed(after.get(name, [])))
    return [*ordered.values(), *(run for name, run in sorted(runs.items()) if name not in ordered)]


def chain_faults(runs: Mapping[str, Run], digests: Mapping[str, str]) -> list[str]:
    """A sentence for each way in which run records are no single chain: circles, forks, another one than was named.

    `digests` has the sha512 of each record's inventory.
    """
    followers: dict[str, list[str]] = {}
    faults = list[str]()
    for name, run in sorted(runs.items()):
        if previous := run.record.previous:
            followers.setdefault(previous.object, []).append(name)
            if digests.get(previous.object, previous.sha512) != previous.sha512:
                faults.append(f"the chain of run records: {name} names another {previous.object} than the one there is")
    faults += [
        f"the chain of run records forks after {previous}: {', '.join(names)}"
        for previous, names in followers.items()
        if len(names) > 1
    ]
    circle = {run.record.run for run in in_order(runs)} - _reached(runs)
    if circle:
        faults.append(f"the chain of run records goes in a circle: {', '.join(sorted(circle))}")
    return faults


def _reached(runs: Mapping[str, Run]) -> set[str]:
    """Run records from which the chain leads back to one without a predecessor, or whose predecessor is lost."""
    reached = set[str]()
    for name in runs:
        path, at = list[str](), name
        while at in runs and at not in reached and at not in path:
            path.append(at)
            previous = runs[at].record.previous
            at = previous.object if previous else ""
        if at not in path:
            reached.update(path)
    return reached


def read_documents(places: Mapping[str, Target], found: held_versions.Whole) -> Documents:
    """What an object says.

    Raises TargetError, or ForeignWords where a document is none, or speaks of anything but its own object.
    """
    inventory, kind = found.inventory, kind_of(found.object)
    documents, total = dict[str, bytes](), 0

    def read(path: str, version: int | None = None) -> bytes:
        nonlocal total
        try:
            digest, content = inventory.state(version)[path], inventory.where(path, version)
        except KeyError:
            raise ForeignWords(f"{path} is not among its files") from None
        if digest not in documents:
            key = held_versions.object_key(found.object, content)
            documents[digest] = read_document(places, key, digest, limit=MOST_BYTES if path == FILES else None)
            total += len(documents[digest])
            if total > MOST_BYTES:
                raise ForeignWords(f"its documents have more than {MOST_BYTES:,} bytes, which nothing of ours has")
        return documents[digest]

    numbers = range(1, inventory.number + 1)
    try:
        if kind is Kind.REGISTER:
            return [_own_snapshot(found.object, read(SNAPSHOT, number)) for number in numbers]
        if kind is Kind.LIST:
            return [_own_list(found.object, read(LIST, number)) for number in numbers]
        if kind is Kind.REPORT:
            return [_own_report(found.object, read(REPORT, number), read(ROWS, number)) for number in numbers]
        if kind is Kind.DISK:
            visits = tuple(_own_visit(found.object, read(VISIT, number)) for number in numbers)
            return Held(visits, _files(visits[-1], read(FILES)))
        if kind is Kind.EVIDENCE:
            return [_own_capture(found, number, read("capture.json", number)) for number in numbers]
        if kind is Kind.WORK:
            document = _own_sidecar(found.object, read("sidecar.json"))
            bodies = {ref.name: read(f"transcripts/{ref.name}.json").decode() for ref in document.transcripts}
            for body in bodies.values():
                from_json(body)  # what is no transcript here would end whoever shows it later
            return Words(document, bodies)
        if kind is Kind.RUN:
            seen = read(SIGHTINGS) if SIGHTINGS in inventory.state() else b""
            return _own_run(found.object, read("run.json"), read("events.jsonl"), read("heads.jsonl"), seen)
    except (ValueError, RecursionError, DocumentError) as error:
        raise ForeignWords(f"a document that this version does not read: {_first_line(error)}") from error
    raise ForeignWords("no kind of object that this version knows: left alone")


def _own_snapshot(object_id: str, data: bytes) -> Snapshot:
    snapshot = Snapshot.model_validate_json(data)
    return _own(object_id, Kind.REGISTER.prefix + snapshot.register_name, snapshot)


def _own_list(object_id: str, data: bytes) -> ListImport:
    said = ListImport.model_validate_json(data)
    return _own(object_id, Kind.LIST.prefix + said.list_name, said)


def _own_report(object_id: str, data: bytes, rows: bytes) -> Report:
    """A report, whose totals are the sum of its rows."""
    report = Report.model_validate_json(data)
    if sha256(rows).hexdigest() != report.rows_sha256:
        raise ForeignWords(f"its {ROWS} is not the one that its {REPORT} names")
    if (
        Counts.together(ReportRow.model_validate_json(line).counts for line in rows.splitlines() if line)
        != report.totals
    ):
        raise ForeignWords(f"its {ROWS} does not add up to its totals")
    return _own(object_id, report.report, report)


def _own_visit(object_id: str, data: bytes) -> Visit:
    visit = Visit.model_validate_json(data)
    return _own(object_id, Kind.DISK.prefix + visit.disk, visit)


def _files(visit: Visit, data: bytes) -> tuple[DiskFile, ...]:
    """The files of a visit, which names them by their digest."""
    if sha256(data).hexdigest() != visit.files_sha256:
        raise ForeignWords(f"its {FILES} is not the one that its {VISIT} names")
    files = tuple(DiskFile.model_validate_json(line) for line in data.splitlines() if line)
    if len({file.path for file in files}) < len(files):
        raise ForeignWords(f"its {FILES} names a path twice")
    return files


def _own_capture(found: held_versions.Whole, version: int, data: bytes) -> Capture:
    """A capture, whose files are those of its version."""
    capture, there = Capture.model_validate_json(data), found.inventory.state(version)
    if strange := [file.path for file in capture.files if there.get(file.path) != file.sha512]:
        raise ForeignWords(f"its capture v{version} names {strange[0][:100]!r}, which is not what lies there")
    _of_its_clip(capture)
    return _own(found.object, Kind.EVIDENCE.prefix + capture.clip, capture)


def _of_its_clip(capture: Capture) -> None:
    """Raise ForeignWords for a capture by which another clip would be listed, and fetched from where it says."""
    if clip_id(capture.extractor, capture.platform_id) != capture.clip:
        raise ForeignWords(f"its capture is of what the platform calls {capture.platform_id[:100]!r}: another clip")


def _own_sidecar(object_id: str, data: bytes) -> Sidecar:
    """A clip's sidecar, which speaks of that clip alone: its captures, its links, and judgements on these."""
    document = read_sidecar(data)
    _own(object_id, Kind.WORK.prefix + document.clip, document)
    if not document.captures or document.evidence.object != Kind.EVIDENCE.prefix + document.clip:
        raise ForeignWords("its sidecar names no capture, or another clip's evidence")
    if strange := {capture.clip for capture in document.captures} - {document.clip}:
        raise ForeignWords(f"its sidecar has captures of {', '.join(sorted(strange))}")
    for capture in document.captures:
        _of_its_clip(capture)
    for link in document.links:
        if link.clip != document.clip or link.id != link_id(link.clip, link.register_name, link.entry):
            raise ForeignWords(f"its sidecar has link {link.id!r}, which is another clip's or another entry's")
        if any(judgement.link != link.id for judgement in link.judgements):
            raise ForeignWords(f"its sidecar has judgements on another link under {link.id}")
    return document


def _own_run(object_id: str, run: bytes, events: bytes, heads_: bytes, seen: bytes) -> Run:
    record = RunRecord.model_validate_json(run)
    _own(object_id, record.run, record)
    if record.previous and kind_of(record.previous.object) is not Kind.RUN:
        raise ForeignWords("it follows something that is no run record")
    if seen.count(b"\n") > MOST_SIGHTINGS:
        raise ForeignWords(f"it tells of more than {MOST_SIGHTINGS:,} sightings, which nothing of ours does")
    run_ = Run(
        record,
        tuple(Event.model_validate_json(line) for line in events.splitlines() if line),
        tuple(Head.model_validate_json(line) for line in heads_.splitlines() if line),
        tuple(Sighting.model_validate_json(line) for line in seen.split(b"\n") if line),
    )
    named = [event.object for event in run_.events] + [head.object for head in run_.heads]
    if not all(map(is_sound, named)):
        raise ForeignWords("it names an object by an id of no form that there is")
    return run_


def _own(object_id: str, said: str, document: Document) -> Document:
    """A document, if it speaks of its own object, and in words that can be kept. Raises ForeignWords."""
    if said != object_id:
        raise ForeignWords(f"its document speaks of {said}")
    to_bytes(document)  # what has no canonical form (a lone surrogate, a number too large) could not be written again
    return document


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def read_document(places: Mapping[str, Target], key: str, digest: str, *, limit: int | None = None) -> bytes:
    """A document, small unless `limit` says otherwise, from the first place where it has its digest.

    Raises the last error where none has it.
    """
    bounds = {} if limit is None else {"limit": limit}
    last: TargetError | None = None
    for name, target in places.items():
        try:
            data = read_small(target, key, **bounds)
        except TargetError as error:
            last = error
            continue
        if ocfl.digest_of(data) == digest:
            return data
        last = Damaged("damaged", target=name, key=key, expected=digest, found=ocfl.digest_of(data))
    raise last or KeyError(key)


def older_inventory(
    places: Mapping[str, Target], object_id: str, number: int, fits: Callable[[bytes], bool] = lambda _: True
) -> bytes:
    """The inventory of an older version, from the first place where it is what its commit says, and `fits`.

    Raises Damaged where none is, or the error of the last place that was asked.
    """
    key, last = held_versions.object_key(object_id, f"v{number}/{ocfl.INVENTORY}"), None
    for name, target in places.items():
        try:
            data = read_small(target, key)
            stated = ocfl.read_digest_line(read_small(target, f"{key}.sha512", limit=1024))
        except TargetError as error:
            last = error
            continue
        if stated == ocfl.digest_of(data) and fits(data):
            return data
        last = Damaged(
            "not what its commit, or the newest inventory, says", target=name, key=key, expected=str(stated), found=""
        )
    raise last or KeyError(object_id)
