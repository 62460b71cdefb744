"""Survey: what lies at a target, object by object, and who says what of each. Nothing is believed here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from archive.errors import ForeignWords
from archive.objects import held_versions, ocfl
from archive.objects.sidecar import root_documents
from archive.opening.archive import Archive
from archive.preservation.hostile_objects import one_object, printable
from archive.preservation.vouching import Said
from archive.records import object_ids
from storage.contract import OCFL, Stat, Target
from storage.errors import TargetError
from storage.mirrors import read_small

STRANGE = 50
"""Files and folders of others that are named; more are not."""

_OF_A_ROOT = {"extensions", *root_documents(), *(name.split("/")[0] for name in ocfl.root_files())}

Named = Mapping[tuple[str, int], Mapping[str, frozenset[str]]]
"""Object and version → the sha512 of its inventory, as run records name it → the targets that hold such a record."""


@dataclass(frozen=True)
class Survey:
    """A whole object at a target, the versions above it that are torn, and the size of each file that is there."""

    whole: held_versions.Whole
    torn: tuple[int, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Surveyed:
    """What lies at one target: whole objects by id, those of kinds that we do not know, and what could not be read.

    `complete` says that the target was listed to its end; `unread` are the paths of objects there whose head is not
    known all the same.
    """

    objects: dict[str, Survey] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    complete: bool = True
    unread: frozenset[str] = frozenset()


def survey(
    archive: Archive, target: Target, wanted: Callable[[str, Collection[str]], bool] = lambda _path, _names: True
) -> Surveyed:
    """Every object at a target that is wanted, by its path below the OCFL root and what lies in it, with its head.

    Memory grows with what is wanted, not with the target.
    """
    found, strange, problems, unread, complete = dict[str, Survey](), list[str](), list[str](), set[str](), True
    with archive.progress.task(f"look at {target.name}", unit="objects") as task:
        try:
            for path, sizes in _by_object(target.list(OCFL)):
                task.advance(1)
                if path.count("/") != ocfl.TUPLES:
                    if path not in _OF_A_ROOT and len(strange) < STRANGE:
                        strange.append(f"{printable(path)!r} at {target.name}: no object of ours lies so: left alone")
                    continue
                if not wanted(path, sizes):
                    continue
                there = one_object(path, [target.name], partial(look, target, path, sizes), problems)
                if there is None:
                    unread.add(path)
                    continue
                if lost := _committed_above(sizes, there):
                    problems.append(f"{path} at {target.name}: v{lost} is committed there, and no whole version")
                    unread.add(path)
                if object_ids.kind_of(there.whole.object) is None:
                    strange.append(f"{there.whole.object} at {target.name}: no kind of object of ours: left alone")
                else:
                    found[there.whole.object] = there
        except TargetError as error:
            problems.append(str(error))
            complete = False
    return Surveyed(found, tuple(strange), tuple(problems), complete, frozenset(unread))


def look(target: Target, path: str, sizes: Mapping[str, int]) -> Survey:
    """The object at a path, from the files that lie within it. Raises TargetError; ForeignWords if none is whole."""
    there = forward(target, path, held_versions.newest_whole(target, path, sizes), set(sizes))
    if there is None:
        raise ForeignWords("no whole version; the next capture adopts what is there")
    return replace(there, sizes=sizes)


def _committed_above(names: Collection[str], there: Survey) -> int | None:
    """The newest version that has a commit and is not whole, if it is above the one that is."""
    newest = max(ocfl.committed(names), default=0)
    return newest if newest > there.whole.inventory.number else None


def _by_object(stats: Iterable[Stat]) -> Iterator[tuple[str, dict[str, int]]]:
    """Objects by path with the size of each path within; other files by their first folder, or their name.

    Stats come in the order of their keys, so that one object's are beside each other.
    """

    def place(stat: Stat) -> str:
        below = stat.key.removeprefix(OCFL)
        return next(iter(ocfl.group_by_object([below])), below.split("/")[0])

    for path, some in groupby(stats, place):
        root = f"{OCFL}{path}/"
        yield path, {stat.key.removeprefix(root): stat.size for stat in some}


def forward(target: Target, path: str, found: held_versions.Found, there: set[str]) -> Survey | None:
    """The newest version, also one that was written but not committed: its content was read back before."""
    for number in found.torn:
        if f"v{number}/{ocfl.INVENTORY}" in there:
            data = read_small(target, f"{OCFL}{path}/v{number}/{ocfl.INVENTORY}")
            if whole := held_versions.whole_version(data, path, number, there):
                return Survey(whole, found.torn)
    return Survey(found.whole, found.torn) if found.whole else None


def said_of(
    object_id: str,
    holders: Mapping[str, Survey],
    places: Mapping[str, Target],
    named: Named,
    problems: list[str],
) -> list[Said]:
    """Every version that some target has as its newest, with all who say so.

    Where targets end at different versions, the older inventories of those that are further on are read too; one that
    cannot be read says nothing of that version, which is a line more in `problems`.
    """
    said = list[Said]()
    for number in sorted({one.whole.inventory.number for one in holders.values()}):
        contents = dict[str, list[str]]()
        for name, one in holders.items():
            if one.whole.inventory.number == number:
                contents.setdefault(ocfl.digest_of(one.whole.data), []).append(name)
            elif one.whole.inventory.number > number:
                older = partial(held_versions.read_inventory, places[name], object_id, number)
                data = one_object(object_id, [name], older, problems, what=f" v{number}")
                if data is not None:
                    contents.setdefault(ocfl.digest_of(data), []).append(name)
        for sha512, names in contents.items():
            who = named.get((object_id, number), {}).get(sha512, frozenset())
            said.append(Said(number, sha512, tuple(sorted(names)), who))
    return said
