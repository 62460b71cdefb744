"""What lies at a target: the newest whole version of an object, and what an interrupted writer left."""

from collections.abc import Mapping
from dataclasses import dataclass

from archive.objects import ocfl
from archive.records import object_ids
from storage.contract import OCFL, Target
from storage.errors import Damaged
from storage.mirrors import read_small

MOST_TORN = 100
"""Versions of one object that are not whole: writers that were killed leave one or two, a liar any number."""


@dataclass(frozen=True)
class Whole:
    """A whole version of an object at a target, with the exact bytes of its inventory."""

    object: str
    inventory: ocfl.Inventory
    data: bytes


@dataclass(frozen=True)
class Found:
    """An object at a target: its newest whole version, if any, and the `sizes` of all the files that are listed there.

    `leftovers` are content paths that no inventory names, with the sizes that the target says they have. `torn` are
    versions above the whole one whose inventory lies there uncommitted, or committed with files missing.
    """

    whole: Whole | None
    leftovers: Mapping[str, int]
    torn: tuple[int, ...]
    sizes: Mapping[str, int]


def object_key(object_id: str, path: str = "") -> str:
    """The key of a path within an object."""
    return f"{OCFL}{ocfl.object_path(object_id)}/{path}"


def find(target: Target, object_id: str) -> Found:
    """Look for an object at a target. Raises TargetError."""
    root = object_key(object_id)
    sizes = {stat.key.removeprefix(root): stat.size for stat in target.list(root)}
    return newest_whole(target, ocfl.object_path(object_id), sizes)


def newest_whole(target: Target, path: str, sizes: Mapping[str, int]) -> Found:
    """Read the newest whole version of the object at a path below the OCFL root, from the files that lie within it.

    The newest is the highest vN whose inventory has the digest that its commit key states and names only files that
    are there. The root pair is for other tools and is not asked. Raises TargetError.
    """
    there, torn, whole = set(sizes), list[int](), None
    for number in sorted({*ocfl.written(sizes), *ocfl.committed(sizes)}, reverse=True):
        whole = _committed(target, path, number, there)
        if whole:
            break
        torn.append(number)
        if len(torn) > MOST_TORN:
            said = f"more than {MOST_TORN} versions that are not whole, which no writer leaves; look at it by hand"
            raise Damaged(said, target=target.name, key=f"{OCFL}{path}", expected="", found="")
    left = ocfl.leftovers(sizes, whole.inventory if whole else None)
    return Found(whole, {name: sizes[name] for name in left}, tuple(torn), sizes)


def read_inventory(target: Target, object_id: str, number: int) -> bytes:
    """The inventory of a version of an object, as it lies there. Raises TargetError."""
    return read_small(target, object_key(object_id, f"v{number}/{ocfl.INVENTORY}"))


def _committed(target: Target, path: str, number: int, there: set[str]) -> Whole | None:
    if not {f"v{number}/{ocfl.INVENTORY}", f"v{number}/{ocfl.INVENTORY_DIGEST}"} <= there:
        return None
    folder = f"{OCFL}{path}/v{number}/"
    data = read_small(target, folder + ocfl.INVENTORY)
    stated = ocfl.read_digest_line(read_small(target, folder + ocfl.INVENTORY_DIGEST, limit=1024))
    return whole_version(data, path, number, there) if stated == ocfl.digest_of(data) else None


def whole_version(data: bytes, path: str, number: int, there: set[str]) -> Whole | None:
    """An inventory's bytes as a whole version: of the object that belongs at a path, every file there; else None.

    An id that has none of the forms of `archive.records.object_ids` belongs nowhere.
    """
    try:
        inventory = ocfl.parse(data)
    except ocfl.InventoryError:
        return None
    sound = object_ids.is_sound(inventory.id) and inventory.number == number
    fits = sound and ocfl.object_path(inventory.id) == path
    return Whole(inventory.id, inventory, data) if fits and set(inventory.content()) <= there else None
