"""What targets say and nobody vouches for: kept in the ledger by object, shown, not in force until it is accepted."""

import json
from collections.abc import Collection, Iterable

from archive.ledger import Ledger
from archive.records import Number, Record

_FACT = "unaccepted:"


class Unaccepted(Record):
    """A version of an object that only the named targets have, and why it waits.

    `words` is what people said in it (access, judgements, corrections, declared languages), counted. Where the ledger
    has the version, these words alone wait.
    """

    object: str
    version: Number
    sha512: str
    targets: tuple[str, ...]
    why: str
    words: str = ""

    def __str__(self) -> str:
        said = f" ({self.words})" if self.words else ""
        return f"{self.object} v{self.version} at {', '.join(self.targets)}{said}: {self.why}"


def unaccepted(ledger: Ledger, object_id: str | None = None) -> list[Unaccepted]:
    """What waits of an object, or of all, by object."""
    if object_id is not None:
        found = ledger.facts.get(_FACT + object_id)
        bodies = [found] if found else []
    else:
        bodies = list(ledger.facts.beginning(_FACT).values())
    return [Unaccepted.model_validate(one) for body in bodies for one in json.loads(body)]


def waiting_objects(ledger: Ledger) -> set[str]:
    """The objects of which something waits."""
    return set(ledger.facts.beginning(_FACT))


def keep_unaccepted(ledger: Ledger, waiting: Iterable[Unaccepted]) -> None:
    """Keep what waits, beside what waits already; one that another target has too is one."""
    by_object: dict[str, dict[tuple[int, str], Unaccepted]] = {}
    for one in waiting:
        known = by_object.setdefault(one.object, {(o.version, o.sha512): o for o in unaccepted(ledger, one.object)})
        before = known.get((one.version, one.sha512))
        targets = tuple(sorted({*one.targets, *(before.targets if before else ())}))
        known[one.version, one.sha512] = one.model_copy(update={"targets": targets})
    for object_id, some in by_object.items():
        _set(ledger, object_id, list(some.values()))


def note_at(ledger: Ledger, target: str, found: Collection[Unaccepted]) -> None:
    """Keep what was found beyond the ledger at a target; what waited of it there and was not found, waits no more."""
    there = {(one.object, one.version, one.sha512) for one in found}
    for one in unaccepted(ledger):
        head = ledger.copies.head(one.object)
        beyond = head is None or one.version > head.version
        if beyond and target in one.targets and (one.object, one.version, one.sha512) not in there:
            drop_unaccepted(ledger, [one])
            if left := tuple(name for name in one.targets if name != target):
                keep_unaccepted(ledger, [one.model_copy(update={"targets": left})])
    keep_unaccepted(ledger, found)


def drop_unaccepted(ledger: Ledger, gone: Collection[Unaccepted]) -> None:
    """Forget what waits no more."""
    for object_id in {one.object for one in gone}:
        _set(ledger, object_id, [one for one in unaccepted(ledger, object_id) if one not in gone])


def _set(ledger: Ledger, object_id: str, waiting: list[Unaccepted]) -> None:
    if waiting:
        ledger.facts.set(_FACT + object_id, json.dumps([one.model_dump(mode="json") for one in waiting]))
    else:
        ledger.facts.forget(_FACT + object_id)
