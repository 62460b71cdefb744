"""Beyond: what a target holds that the ledger does not know, found by its full list.

A ledger that was restored from a backup, a rebuild that left something aside, another machine's or another tool's work:
each is named, and waits for a person.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from archive.ledger.waiting import Waits
from archive.objects import held_versions, ocfl
from archive.objects.reading_back import Words, read_documents
from archive.opening.archive import Archive
from archive.preservation.hostile_objects import one_object
from archive.preservation.surveying import Survey, survey
from archive.preservation.taking_in import words_in
from storage.contract import Target

UNKNOWN = "this ledger does not know it"
FORK = "another content than this ledger's lies there"
_IN_VERSION = re.compile(r"v([1-9][0-9]{0,8})/")
Some = TypeVar("Some")


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
    """List a target in full: what it holds beyond the ledger, or in place of a version that it is owed again.

    What of it waits already is looked for too, and stays if it is still there. Words of people in a version that the
    ledger has wait in any case: they hold a clip closed, and no target can open it by losing them.
    """
    known = {ocfl.object_path(head.object): head.version for head in archive.ledger.copies.heads()}
    refused = archive.ledger.waiting.refused()
    before = _by_object((row.object, row) for row in archive.ledger.waiting.rows(target.name))
    broken = _by_object(archive.ledger.audits.broken(target.name))
    paths = {ocfl.object_path(object_id): object_id for object_id in before.keys() | broken.keys()}

    def more(path: str, names: Collection[str]) -> bool:
        return path in paths or path not in known or max(ocfl.committed(names), default=0) > known[path]

    found, waiting, unread, problems = survey(archive, target, more), list[Waits](), set[str](), list[str]()
    for object_id, one in found.objects.items():
        head = known.get(ocfl.object_path(object_id), 0)
        number, sha512 = one.whole.inventory.number, ocfl.digest_of(one.whole.data)
        if number > head and sha512 not in refused:
            waiting.append(Waits(object_id, number, sha512, target.name, UNKNOWN, _words(target, one)))
        look = partial(_forks, archive, target, one, before.get(object_id, ()), broken.get(object_id, ()), refused)
        forks = one_object(object_id, [target.name], look, problems)
        if forks is None:
            unread.add(object_id)
        else:
            waiting += forks
    waiting += [row for rows in before.values() for row in rows if row.ours == row.sha512]
    unread |= {paths[path] for path in found.unread & paths.keys()}
    return Beyond(tuple(waiting), (*found.strange, *found.problems, *problems), found.complete, frozenset(unread))


def _forks(
    archive: Archive,
    target: Target,
    one: Survey,
    before: Iterable[Waits],
    broken: Iterable[int],
    refused: Collection[str],
) -> list[Waits]:
    """Other contents than the ledger's, of versions that waited or are broken there. Raises TargetError."""
    object_id, number, sha512 = one.whole.object, one.whole.inventory.number, ocfl.digest_of(one.whole.data)
    old = {(row.version, row.sha512): row for row in before if row.ours not in (None, row.sha512)}
    found = list[Waits]()
    for version in sorted({*broken, *(version for version, _ in old)}):
        there, ours = _content(target, one, version), archive.ledger.copies.version(object_id, version)
        if there and (row := old.get((version, there))):
            found.append(row)
        elif there and ours and there != ours.sha512 and not {there, sha512} & set(refused):
            words = _words(target, one) if version == number else ""
            found.append(Waits(object_id, version, there, target.name, FORK, words))
    return found


def keep_beyond(archive: Archive, target: str, found: Beyond) -> None:
    """Keep what waits at a target. What waited there and was not found waits no more, if all of the target was seen."""
    if found.complete:
        archive.ledger.waiting.replace_at(target, found.waiting, found.unread)
    else:
        archive.ledger.waiting.add(found.waiting)


def _by_object(pairs: Iterable[tuple[str, Some]]) -> dict[str, list[Some]]:
    found = dict[str, list[Some]]()
    for object_id, one in pairs:
        found.setdefault(object_id, []).append(one)
    return found


def _content(target: Target, now: Survey, version: int) -> str | None:
    """The sha512 of the inventory of a whole version of an object at a target, if it has one. Raises TargetError."""
    if version == now.whole.inventory.number:
        return ocfl.digest_of(now.whole.data)
    names = {
        name: size
        for name, size in now.sizes.items()
        if not (number := _IN_VERSION.match(name)) or int(number[1]) <= version
    }
    found = held_versions.newest_whole(target, ocfl.object_path(now.whole.object), names).whole
    return ocfl.digest_of(found.data) if found and found.inventory.number == version else None


def _words(target: Target, one: Survey) -> str:
    """What people said in it; why nobody can say where it cannot be read."""
    problems = list[str]()
    documents = one_object(
        one.whole.object, [target.name], partial(read_documents, {target.name: target}, one.whole), problems
    )
    if problems:
        return f"cannot be read: {problems[0]}"
    return words_in(documents.document) if isinstance(documents, Words) else ""
