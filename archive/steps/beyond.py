"""Beyond: what a target holds that the ledger does not know, found by its full list.

A ledger that was restored from a backup, a rebuild that left something aside, another machine's or another tool's work:
each is named, and waits for a person.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from archive import heads, ocfl
from archive.errors import ForeignWords
from archive.facts import Words, read_facts
from archive.ledger.waiting import Waits
from archive.opened import Archive
from archive.steps.surveying import Survey, survey
from archive.steps.taking_in import words_in
from storage.contract import Target
from storage.errors import TargetError

UNKNOWN = "this ledger does not know it"


@dataclass(frozen=True)
class Beyond:
    """What one target has that waits for a person; `strange` is what lies there that is not ours or could not be read.

    `complete` says that it was listed to its end; `unread` are objects of which something waits and could not be seen.
    """

    waiting: tuple[Waits, ...] = ()
    strange: tuple[str, ...] = ()
    complete: bool = True
    unread: frozenset[str] = frozenset()


def find_beyond(archive: Archive, target: Target) -> Beyond:
    """List a target in full: what it holds beyond the ledger, and what of it waits already and is still there."""
    known = {ocfl.object_path(head.object): head.version for head in archive.ledger.copies.heads()}
    refused = archive.ledger.waiting.refused()
    before = defaultdict[str, list[Waits]](list)
    for row in archive.ledger.waiting.rows(target=target.name):
        before[row.object].append(row)
    paths = {ocfl.object_path(object_id): object_id for object_id in before}

    def more(path: str, names: Collection[str]) -> bool:
        return path in paths or path not in known or max(ocfl.committed(names), default=0) > known[path]

    found, waiting, unread = survey(archive, target, more), list[Waits](), set[str]()
    for object_id, one in found.objects.items():
        head = known.get(ocfl.object_path(object_id), 0)
        number, sha512 = one.whole.inventory.number, ocfl.digest_of(one.whole.data)
        if number > head and sha512 not in refused:
            waiting.append(Waits(object_id, number, sha512, target.name, UNKNOWN, _words(target, one)))
        try:
            waiting += [row for row in before.get(object_id, ()) if row.version <= head and _is_there(target, row, one)]
        except TargetError:
            unread.add(object_id)
    unread |= {paths[path] for path in found.unread & paths.keys()}
    return Beyond(tuple(waiting), (*found.strange, *found.problems), found.complete, frozenset(unread))


def keep_beyond(archive: Archive, target: str, found: Beyond) -> None:
    """Keep what waits at a target. What waited there and was not found waits no more, if all of the target was seen."""
    if found.complete:
        archive.ledger.waiting.replace_at(target, found.waiting, found.unread)
    else:
        archive.ledger.waiting.add(found.waiting)


def _is_there(target: Target, row: Waits, now: Survey) -> bool:
    """Whether a target has the content that waits of a version. Raises TargetError."""
    number = now.whole.inventory.number
    if row.version >= number:
        return row.version == number and ocfl.digest_of(now.whole.data) == row.sha512
    return ocfl.digest_of(heads.read_inventory(target, row.object, row.version)) == row.sha512


def _words(target: Target, one: Survey) -> str:
    """What people said in it; why nobody can say where it cannot be read."""
    try:
        facts = read_facts({target.name: target}, one.whole)
    except (TargetError, ForeignWords) as error:
        return f"cannot be read: {error}"
    return words_in(facts.document) if isinstance(facts, Words) else ""
