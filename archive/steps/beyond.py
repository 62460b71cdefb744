"""Beyond: what a target holds that the ledger does not know, found by its full list.

A ledger that was restored from a backup, a rebuild that left something aside, another machine's or another tool's work:
each is named, and waits for a person.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from archive import ocfl
from archive.border import one_object
from archive.facts import Words, read_facts
from archive.opened import Archive
from archive.steps.surveying import Survey, survey
from archive.steps.taking_in import words_in
from archive.unaccepted import Unaccepted
from storage.contract import Target

UNKNOWN = "this ledger does not know it"


@dataclass(frozen=True)
class Beyond:
    """What one target holds beyond the ledger; `strange` is what lies there that is not ours or could not be read."""

    waiting: tuple[Unaccepted, ...] = ()
    strange: tuple[str, ...] = ()


def find_beyond(archive: Archive, target: Target) -> Beyond:
    """List a target in full. What it holds beyond the ledger is for `note_at` to keep, one target after another."""
    known = {ocfl.object_path(head.object): head.version for head in archive.ledger.copies.heads()}

    def more(path: str, names: Collection[str]) -> bool:
        return path not in known or max(ocfl.committed(names), default=0) > known[path]

    found = survey(archive, target, more)
    waiting = [
        Unaccepted(
            object=object_id,
            version=one.whole.inventory.number,
            sha512=ocfl.digest_of(one.whole.data),
            targets=(target.name,),
            why=UNKNOWN,
            words=_words(target, one),
        )
        for object_id, one in found.objects.items()
        if one.whole.inventory.number > known.get(ocfl.object_path(object_id), 0)
    ]
    return Beyond(tuple(waiting), (*found.strange, *found.problems))


def _words(target: Target, one: Survey) -> str:
    """What people said in it; why nobody can say where it cannot be read."""
    problems = list[str]()
    facts = one_object(one.whole.object, [target.name], partial(read_facts, {target.name: target}, one.whole), problems)
    if problems:
        return f"cannot be read: {problems[0]}"
    return words_in(facts.document) if isinstance(facts, Words) else ""
