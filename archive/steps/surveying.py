"""Survey: what lies at a target, object by object, and who says what of each. Nothing is believed here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from archive import heads, objects, ocfl
from archive.opened import Archive
from archive.vouching import Said
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import read_small

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
    """What lies at one target: whole objects by id, those of kinds that we do not know, and what could not be read."""

    objects: dict[str, Survey] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def survey(archive: Archive, target: Target, wanted: Callable[[str], bool] = lambda _path: True) -> Surveyed:
    """Every object at a target whose path below the OCFL root is wanted, with its newest whole version."""
    try:
        sizes = {stat.key.removeprefix(heads.OCFL): stat.size for stat in target.list(heads.OCFL)}
    except TargetError as error:
        return Surveyed(problems=(str(error),))
    grouped = {path: paths for path, paths in ocfl.group_by_object(sizes).items() if wanted(path)}
    found, strange, problems = dict[str, Survey](), list[str](), list[str]()
    problems += [
        f"{name[:200]!r} at {target.name}: lies where no object of ours would: left alone" for name in _strays(sizes)
    ]
    with archive.progress.task(f"look at {target.name}", total=len(grouped), unit="objects") as task:
        for path, paths in grouped.items():
            task.advance(1)
            try:
                there = forward(target, path, heads.read(target, path, paths), set(paths))
            except TargetError as error:
                problems.append(f"{path} at {target.name}: {error}")
                continue
            if there is None:
                problems.append(f"{path} at {target.name}: no whole version; the next capture adopts what is there")
            elif objects.kind_of(there.whole.object) is None:
                strange.append(f"{there.whole.object} at {target.name}: a kind of object that is not ours: left alone")
            else:
                found[there.whole.object] = replace(there, sizes={name: sizes[f"{path}/{name}"] for name in paths})
    return Surveyed(found, tuple(strange), tuple(problems))


def _strays(sizes: Iterable[str]) -> list[str]:
    """The first folders below an OCFL root that hold no object and are no part of a root (section 4.2)."""
    ours = {*ocfl.root_files(), "extensions"}
    odd = {name.split("/")[0] for name in sizes if "/" in name and not ocfl.group_by_object([name])} - ours
    return sorted(odd)[:20]


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
