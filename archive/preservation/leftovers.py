"""What an interrupted writer left in a version's folder at targets: brought home, within bounds.

Ledger and spool are both lost then, and a file in no inventory would make that OCFL root invalid for good. But whoever
may write to a target can leave anything there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from archive.errors import Fork
from archive.local_paths import inside
from archive.objects import ocfl
from archive.objects.held_versions import object_key
from archive.preservation.fixity import sha512_of
from storage.contract import Target
from storage.errors import Damaged
from storage.mirrors import BUFFER

MOST_FILES = 1000
TIMES, AT_LEAST = 10, 1 << 30
"""How many bytes are adopted: so many times those of the version that is sealed, and at least a GiB. Another fetch of
the same clip may have had a better format; it was no other clip."""


def adopt(
    usable: Mapping[str, Target],
    object_id: str,
    left: Mapping[str, Mapping[str, int]],
    own: Mapping[str, int],
    folder: Path,
    need_room: Callable[[int], None],
) -> dict[str, str]:
    """Bring home what was left, by target and content path with its size: content path → sha512.

    `own` are the content paths of the version that is sealed, with their sizes; `folder` is where it is sealed;
    `need_room` raises if so many bytes have no room on this disk. Raises Fork, for this object alone, where it is more
    than a writer leaves, or cannot lie beside what is sealed, or differs between targets; and TargetError.
    """
    for name, sizes in left.items():
        _bound(object_id, name, sizes, own)
    need_room(sum({path: size for sizes in left.values() for path, size in sizes.items()}.values()))
    recovered = dict[str, str]()
    for name, sizes in left.items():
        for path, size in sizes.items():
            local = inside(folder, ocfl.below_version(path))
            fetched = folder / "leftover"  # content/ is beside it: no path of an object is this one
            _copy(usable[name], object_key(object_id, path), size, fetched)
            sha512 = sha512_of(fetched)
            if recovered.setdefault(path, sha512) != sha512:
                raise Fork(f"{object_id}: targets hold different leftovers under {path}: a person must look")
            local.parent.mkdir(parents=True, exist_ok=True)
            fetched.replace(local)
    return recovered


def _bound(object_id: str, target: str, sizes: Mapping[str, int], own: Mapping[str, int]) -> None:
    most = max(AT_LEAST, TIMES * sum(own.values()))
    if len(sizes) > MOST_FILES or not all(size >= 0 for size in sizes.values()) or sum(sizes.values()) > most:
        raise Fork(
            f"{target} holds {len(sizes):,} files under {object_id} that no inventory names, more than an interrupted "
            "writer leaves: look at them, and move away what is not the archive's"
        )
    if nested := next(_nested({*sizes, *own}), None):
        raise Fork(
            f"{target} holds a file under {object_id} that no inventory names, and {nested[:200]!r} would be a file "
            "and a folder: look at it, and move it away"
        )


def _nested(paths: Collection[str]) -> Iterator[str]:
    """Paths that others have as a folder."""
    for path in paths:
        yield from (str(parent) for parent in PurePosixPath(path).parents if str(parent) in paths)


def _copy(target: Target, key: str, size: int, into: Path) -> None:
    """Copy a key of a known size to a new file. Raises Damaged if it is of another one, and reads no further."""
    into.parent.mkdir(parents=True, exist_ok=True)
    left = size
    with target.open(key, 0, size + 1) as body, into.open("wb") as file:
        while block := body.read(BUFFER):
            left -= len(block)
            if left < 0:
                break
            file.write(block)
    if left:
        raise Damaged(f"not of the {size:,} bytes that are listed", target=target.name, key=key, expected="", found="")
