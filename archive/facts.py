"""What objects at targets say: captures, a clip's words, a run's events. Each document is compared with its digest."""

from collections.abc import Mapping
from dataclasses import dataclass

from archive import heads, ocfl
from archive.linking.registers.snapshots import SNAPSHOT, Snapshot
from archive.records import Capture, Event, Head
from archive.sidecar import RunRecord, Sidecar, read_sidecar
from storage.contract import Target
from storage.errors import Damaged, TargetError
from storage.mirrors import read_small


@dataclass(frozen=True)
class Words:
    """A clip's sidecar, and the texts of its transcripts by name."""

    document: Sidecar
    bodies: dict[str, str]


@dataclass(frozen=True)
class Run:
    """A run record, its events, and the newest versions that it knew of."""

    record: RunRecord
    events: tuple[Event, ...]
    heads: tuple[Head, ...] = ()


def in_order(runs: Mapping[str, Run]) -> list[Run]:
    """Run records along their chain, whatever the clock said; each chain begins at one whose predecessor is lost."""
    after: dict[str | None, list[str]] = {}
    for name, run in sorted(runs.items()):
        previous = run.record.previous.object if run.record.previous else None
        after.setdefault(previous if previous in runs else None, []).append(name)
    ordered, waiting = list[Run](), after.get(None, [])[::-1]
    while waiting:
        name = waiting.pop()
        ordered.append(runs[name])
        waiting.extend(reversed(after.get(name, [])))
    return ordered


def read_facts(places: Mapping[str, Target], found: heads.Whole) -> list[Capture] | list[Snapshot] | Words | Run:
    """What an object says: its captures or snapshots by version, a clip's words, or a run record's events."""
    inventory = found.inventory

    def read(path: str, version: int | None = None) -> bytes:
        digest = inventory.state(version)[path]
        return read_document(places, heads.object_key(found.object, inventory.where(path, version)), digest)

    numbers = range(1, inventory.number + 1)
    if found.object.startswith("register-"):
        return [Snapshot.model_validate_json(read(SNAPSHOT, number)) for number in numbers]
    if found.object.startswith("evidence-"):
        return [Capture.model_validate_json(read("capture.json", number)) for number in numbers]
    if found.object.startswith("work-"):
        document = read_sidecar(read("sidecar.json"))
        bodies = {ref.name: read(f"transcripts/{ref.name}.json").decode() for ref in document.transcripts}
        return Words(document, bodies)
    record = RunRecord.model_validate_json(read("run.json"))
    events = tuple(Event.model_validate_json(line) for line in read("events.jsonl").splitlines() if line)
    heads_ = tuple(Head.model_validate_json(line) for line in read("heads.jsonl").splitlines() if line)
    return Run(record, events, heads_)


def read_document(places: Mapping[str, Target], key: str, digest: str) -> bytes:
    """A small document, from the first place where it has its digest. Raises the last error where none has it."""
    last: TargetError | None = None
    for name, target in places.items():
        try:
            data = read_small(target, key)
        except TargetError as error:
            last = error
            continue
        if ocfl.digest_of(data) == digest:
            return data
        last = Damaged("damaged", target=name, key=key, expected=digest, found=ocfl.digest_of(data))
    raise last or KeyError(key)


def older_inventory(places: Mapping[str, Target], object_id: str, number: int) -> bytes:
    """The inventory of an older version, from the first place where it is what its commit says. Raises the last error.

    Raises Damaged where none is.
    """
    key, last = heads.object_key(object_id, f"v{number}/{ocfl.INVENTORY}"), None
    for name, target in places.items():
        try:
            data = read_small(target, key)
            stated = ocfl.read_digest_line(read_small(target, f"{key}.sha512", limit=1024))
        except TargetError as error:
            last = error
            continue
        if stated == ocfl.digest_of(data):
            return data
        last = Damaged("not what its commit says", target=name, key=key, expected=str(stated), found="")
    raise last or KeyError(object_id)
