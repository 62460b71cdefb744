"""What targets say and nobody vouches for: kept in the ledger by object, shown, not in force until it is accepted."""

import json
from collections.abc import Collection, Iterable

from archive.ledger import Ledger
from archive.records import Number, ObjectId, Record

_FACT = "unaccepted:"


class Unaccepted(Record):
    """A version of an object that only the named targets have, and why it waits.

    `words` is what people said in it (access, judgements, corrections, declared languages), counted. Where the ledger
    has the version, these words alone wait.
    """

    object: ObjectId
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
    """Keep what waits, beside what waits already; the same again is kept once."""
    by_object: dict[str, list[Unaccepted]] = {}
    for one in waiting:
        by_object.setdefault(one.object, unaccepted(ledger, one.object)).append(one)
    for object_id, some in by_object.items():
        once = {(one.version, one.sha512, one.targets): one for one in some}
        _set(ledger, object_id, list(once.values()))


def drop_unaccepted(ledger: Ledger, gone: Collection[Unaccepted]) -> None:
    """Forget what waits no more."""
    for object_id in {one.object for one in gone}:
        _set(ledger, object_id, [one for one in unaccepted(ledger, object_id) if one not in gone])


def _set(ledger: Ledger, object_id: str, waiting: list[Unaccepted]) -> None:
    if waiting:
        ledger.facts.set(_FACT + object_id, json.dumps([one.model_dump(mode="json") for one in waiting]))
    else:
        ledger.facts.forget(_FACT + object_id)
