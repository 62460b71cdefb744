"""Survey: what lies at a target, object by object, and who says what of each. Nothing is believed here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from archive import heads, objects, ocfl
from archive.opened import Archive
from archive.sidecar import root_documents
from archive.vouching import Said
from storage.contract import Stat, Target
from storage.errors import TargetError
from storage.mirrors import read_small

TUPLES = 3
"""Folders above an object's own (layout 0003)."""

STRANGE = 50
"""Files and folders of others that are named; more are not."""

_OF_A_ROOT = {"extensions", *root_documents(), *(name.split("/")[0] for name in ocfl.root_files())}

Named = Mapping[tuple[str, int], Mapping[str, frozenset[str]]]
"""Object and version → the sha512 of its inventory, as run records name it → the targets that hold such a record."""


@dataclass(frozen=True)
class Survey:
    """A whole object at a target, the versions above it that are torn, and the size of each file that is there."""

    whole: heads.Whole
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
            for path, sizes in _by_object(target.list(heads.OCFL)):
                task.advance(1)
                if path.count("/") != TUPLES:
                    if path not in _OF_A_ROOT and len(strange) < STRANGE:
                        strange.append(f"{path[:200]!r} at {target.name}: no object of ours lies so: left alone")
                    continue
                if not wanted(path, sizes):
                    continue
                try:
                    there = forward(target, path, heads.read(target, path, list(sizes)), set(sizes))
                except TargetError as error:
                    problems.append(f"{path} at {target.name}: {error}")
                    unread.add(path)
                    continue
                if there is None or _committed_above(sizes, there):
                    unread.add(path)
                if lost := _committed_above(sizes, there):
                    problems.append(f"{path} at {target.name}: v{lost} is committed there, and no whole version")
                if there is None:
                    problems.append(f"{path} at {target.name}: no whole version; the next capture adopts what is there")
                elif objects.kind_of(there.whole.object) is None:
                    strange.append(f"{there.whole.object} at {target.name}: no kind of object of ours: left alone")
                else:
                    found[there.whole.object] = replace(there, sizes=sizes)
        except TargetError as error:
            problems.append(str(error))
            complete = False
    return Surveyed(found, tuple(strange), tuple(problems), complete, frozenset(unread))


def _committed_above(names: Collection[str], there: "Survey | None") -> int | None:
    """The newest version that has a commit and is not whole, if it is above the one that is."""
    newest = max(ocfl.committed(names), default=0)
    return newest if there and newest > there.whole.inventory.number else None


def _by_object(stats: Iterable[Stat]) -> Iterator[tuple[str, dict[str, int]]]:
    """Objects by path with the size of each path within; other files by their first folder, or their name.

    Stats come in the order of their keys, so that one object's are beside each other.
    """

    def place(stat: Stat) -> str:
        below = stat.key.removeprefix(heads.OCFL)
        return next(iter(ocfl.group_by_object([below])), below.split("/")[0])

    for path, some in groupby(stats, place):
        root = f"{heads.OCFL}{path}/"
        yield path, {stat.key.removeprefix(root): stat.size for stat in some}


def forward(target: Target, path: str, found: heads.Found, there: set[str]) -> Survey | None:
    """The newest version, also one that was written but not committed: its content was read back before."""
    for number in found.torn:
        if f"v{number}/{ocfl.INVENTORY}" in there:
            data = read_small(target, f"{heads.OCFL}{path}/v{number}/{ocfl.INVENTORY}")
            if whole := heads.whole_version(data, path, number, there):
                return Survey(whole, found.torn)
    return Survey(found.whole, found.torn) if found.whole else None


def said_of(object_id: str, holders: Mapping[str, Survey], places: Mapping[str, Target], named: Named) -> list[Said]:
    """Every version that some target has as its newest, with all who say so. Raises TargetError.

    Where targets end at different versions, the older inventories of those that are further on are read too.
    """
    said = list[Said]()
    for number in sorted({one.whole.inventory.number for one in holders.values()}):
        contents = dict[str, list[str]]()
        for name, one in holders.items():
            if one.whole.inventory.number == number:
                contents.setdefault(ocfl.digest_of(one.whole.data), []).append(name)
            elif one.whole.inventory.number > number:
                contents.setdefault(_older(places[name], object_id, number), []).append(name)
        for sha512, names in contents.items():
            who = named.get((object_id, number), {}).get(sha512, frozenset())
            said.append(Said(number, sha512, tuple(sorted(names)), who))
    return said


def _older(target: Target, object_id: str, number: int) -> str:
    return ocfl.digest_of(heads.read_inventory(target, object_id, number))
