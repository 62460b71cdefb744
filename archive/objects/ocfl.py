"""OCFL 1.1 objects as values: inventories, versions, paths. Pure: no bytes move here.

Sources: the Oxford Common File Layout 1.1 (https://ocfl.io/1.1/spec/) and its extension 0003, the hash-and-n-tuple
layout with the encapsulating id (https://ocfl.github.io/extensions/0003-hash-and-id-n-tuple-storage-layout.html).
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256, sha512
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from storage.keys import fault

ROOT_DECLARATION = "0=ocfl_1.1"
OBJECT_DECLARATION = "0=ocfl_object_1.1"
INVENTORY = "inventory.json"
INVENTORY_DIGEST = "inventory.json.sha512"
RECOVERED = "recovered/"
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
TUPLES, _TUPLE_SIZE, _LONGEST_ID = 3, 3, 100
"""Folders above an object's own, digits of each, and the longest id that is a folder as it is (layout 0003)."""

_DIGEST = re.compile(r"[0-9a-f]{128}")
_VERSION = r"v([1-9][0-9]{0,5})"
"""A version's folder: no object has a million versions, and a number of any length is no number to a computer."""
MOST_VERSIONS = 999_999


class InventoryError(ValueError):
    """The bytes are no inventory that this archive could have written."""


class User(BaseModel):
    """Who made a version; the address is a URI, which other tools may leave out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    address: str | None = None


class VersionMetadata(BaseModel):
    """When a version was made, why and by whom.

    `created` is a time with a zone (RFC 3339). Message and user are always there where we wrote, and other tools may
    leave them out (section 3.5.3.1).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    created: str
    message: str | None = None
    user: User | None = None

    @property
    def moment(self) -> datetime:
        """When it was made, in UTC."""
        return datetime.fromisoformat(self.created).astimezone(UTC)

    @field_validator("created")
    @classmethod
    def _dated(cls, created: str) -> str:
        try:
            if datetime.fromisoformat(created).tzinfo is not None:
                datetime.fromisoformat(created).astimezone(UTC)
                return created
        except (ValueError, OverflowError):
            pass
        raise ValueError(f"{created[:40]!r} is no time with a zone")


class Version(VersionMetadata):
    """One version in an inventory: `state` maps a digest to the logical paths that have it."""

    state: dict[str, list[str]]


class Inventory(BaseModel):
    """The inventory of an object: section 3.5 of the specification, with sha512 digests and v1, v2, … unpadded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: Literal["https://ocfl.io/1.1/spec/#inventory"] = "https://ocfl.io/1.1/spec/#inventory"
    digestAlgorithm: Literal["sha512"] = "sha512"  # noqa: N815 - the specification's name
    head: str
    contentDirectory: Literal["content"] | None = None  # noqa: N815 - where another tool names the default
    fixity: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    manifest: dict[str, list[str]]
    versions: dict[str, Version]

    @property
    def number(self) -> int:
        """The number of the newest version."""
        return int(self.head[1:])

    def to_bytes(self) -> bytes:
        """The inventory as it is stored: sorted keys, one way to write it."""
        document = self.model_dump(mode="json", exclude_none=True)
        if not document["fixity"]:
            del document["fixity"]
        return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @property
    def sha512(self) -> str:
        """The digest of the inventory's bytes."""
        return digest_of(self.to_bytes())

    def state(self, version: int | None = None) -> dict[str, str]:
        """Logical path → digest of a version, the newest by default."""
        found = self.versions[f"v{version or self.number}"].state
        return {path: digest for digest, paths in found.items() for path in paths}

    def content(self) -> dict[str, str]:
        """Content path → digest of every file of every version."""
        return {path: digest for digest, paths in self.manifest.items() for path in paths}

    def content_of(self, version: int) -> dict[str, str]:
        """Content path → digest of the files that one version brought."""
        return {path: digest for path, digest in self.content().items() if path.startswith(f"v{version}/")}

    def holds(self, files: Mapping[str, str]) -> bool:
        """Whether the newest version is these files, those left aside that it adopted from an interrupted writer."""
        return {path: digest for path, digest in self.state().items() if not path.startswith(RECOVERED)} == files

    def follows(self, older: "Inventory") -> bool:
        """Whether an older inventory says of its versions and their files what this one says."""
        kept = all(self.versions.get(name) == version for name, version in older.versions.items())
        return kept and self.id == older.id and older.content().items() <= self.content().items()

    def where(self, path: str, version: int | None = None) -> str:
        """The content path of a logical path. Raises KeyError if the version has no such file."""
        return self.manifest[self.state(version)[path]][0]


def parse(data: bytes) -> Inventory:
    """Read an inventory back. Raises InventoryError with the first thing that is wrong."""
    try:
        document: Any = json.loads(data.decode())  # UTF-8 alone: json would take UTF-16 too
        inventory = Inventory.model_validate(document)
    except (ValueError, ValidationError, RecursionError) as error:
        raise InventoryError(f"not an inventory: {error}") from error
    if len(inventory.versions) > MOST_VERSIONS:
        raise InventoryError(f"it has {len(inventory.versions):,} versions, and {MOST_VERSIONS:,} are the most")
    names = [f"v{n}" for n in range(1, len(inventory.versions) + 1)]
    if set(inventory.versions) != set(names) or [inventory.head] != names[-1:]:
        raise InventoryError(f"head {inventory.head!r} is not the last of {len(names)} versions in a row")
    if not all(_DIGEST.fullmatch(digest) for digest in inventory.manifest):
        raise InventoryError("the manifest names a file by something that is no sha512")
    if not all(inventory.manifest.values()):
        raise InventoryError("the manifest has a digest without a path: nothing says where those bytes lie")
    for path in _sole("the manifest", inventory.manifest):
        version, content, *_ = (*path.split("/", 2), "", "")
        if version not in inventory.versions or content != "content" or path.count("/") < 2:
            raise InventoryError(f"content path {path!r} leads out of its version")
    for name, version_ in inventory.versions.items():
        _sole(name, version_.state)
        if lacking := version_.state.keys() - inventory.manifest.keys():
            raise InventoryError(f"{name} has {version_.state[min(lacking)]} that the manifest lacks")
    return inventory


def _sole(what: str, paths_of: Mapping[str, list[str]]) -> list[str]:
    """All paths of a mapping. Raises InventoryError for one that leads out, or that would be two files."""
    paths = [path for some in paths_of.values() for path in some]
    for path in paths:
        if wrong := fault(path):
            raise InventoryError(f"{what}: the path {path[:100]!r} {wrong}")
    if len(set(paths)) < len(paths):
        raise InventoryError(f"{what} gives one path two contents")
    return paths


def next_version(
    previous: Inventory | None,
    object_id: str,
    metadata: VersionMetadata,
    *,
    files: Mapping[str, str],
    sha256s: Mapping[str, str] | None = None,
    recovered: Mapping[str, str] | None = None,
) -> Inventory:
    """The inventory of the version after `previous`, whose state is `files` (logical path → sha512).

    A file whose digest some version has already is not stored again. `sha256s` (sha512 → sha256) become the fixity
    block. `recovered` (content path within the new version → sha512) are files that an interrupted writer left in this
    version's folder: they are kept, under `recovered/`, since a file in no inventory makes a root invalid for good.
    """
    number = previous.number + 1 if previous else 1
    manifest = {digest: list(paths) for digest, paths in (previous.manifest if previous else {}).items()}
    taken = dict(recovered or {})
    for path, digest in taken.items():
        manifest.setdefault(digest, []).append(path)
    logical = dict(files)
    logical.update({RECOVERED + path.split("/", 2)[2]: digest for path, digest in taken.items()})
    for path, digest in sorted(files.items()):
        if digest not in manifest:
            content = f"v{number}/content/{path}"
            if content in taken:
                content = f"v{number}/content/{digest[:16]}/{path}"
            manifest[digest] = [content]
    state: dict[str, list[str]] = {}
    for path, digest in sorted(logical.items()):
        state.setdefault(digest, []).append(path)
    fixity = dict(previous.fixity.get("sha256", {}) if previous else {})
    for digest, other in (sha256s or {}).items():
        fixity[other] = sorted(manifest[digest])
    return Inventory(
        id=object_id,
        head=f"v{number}",
        fixity={"sha256": fixity} if fixity else {},
        manifest=manifest,
        versions={
            **(previous.versions if previous else {}),
            f"v{number}": Version(created=metadata.created, message=metadata.message, user=metadata.user, state=state),
        },
    )


def digest_of(data: bytes) -> str:
    """The sha512 of an inventory's bytes, or of any document's."""
    return sha512(data).hexdigest()


def digest_line(inventory_sha512: str) -> bytes:
    """The content of the inventory's sidecar file (section 3.7)."""
    return f"{inventory_sha512} {INVENTORY}\n".encode()


def read_digest_line(data: bytes) -> str | None:
    """The digest that an inventory's sidecar file states, None if it states none."""
    found = re.fullmatch(rb"([0-9a-f]{128})[ \t]+inventory\.json\r?\n?", data)
    return found.group(1).decode() if found else None


def object_path(object_id: str) -> str:
    """Where an object lies below the OCFL root: three tuples of three hex digits of the id's sha256, then the id."""
    digest = sha256(object_id.encode()).hexdigest()
    tuples = [digest[i : i + _TUPLE_SIZE] for i in range(0, TUPLES * _TUPLE_SIZE, _TUPLE_SIZE)]
    encoded = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_") else "".join(f"%{b:02x}" for b in c.encode()) for c in object_id
    )
    if len(encoded) > _LONGEST_ID:
        encoded = f"{encoded[:_LONGEST_ID]}-{digest}"
    return "/".join([*tuples, encoded])


def root_files() -> dict[str, bytes]:
    """What makes a prefix an OCFL root: path below it → content (sections 4.1 and 4.2)."""
    config = {
        "extensionName": LAYOUT,
        "digestAlgorithm": "sha256",
        "tupleSize": _TUPLE_SIZE,
        "numberOfTuples": TUPLES,
    }
    layout = {
        "extension": LAYOUT,
        "description": "Three tuples of three hex digits of the sha256 of the object's id, then the id.",
    }
    return {
        f"extensions/{LAYOUT}/config.json": _json(config),
        "ocfl_layout.json": _json(layout),
        ROOT_DECLARATION: f"{ROOT_DECLARATION[2:]}\n".encode(),
    }


def group_by_object(keys: Iterable[str]) -> dict[str, list[str]]:
    """Object path → paths within it, from paths below the OCFL root (those of the root's own files are left out)."""
    objects: dict[str, list[str]] = {}
    for key in keys:
        parts = key.split("/", TUPLES + 1)
        if len(parts) == TUPLES + 2 and all(re.fullmatch(r"[0-9a-f]{3}", part) for part in parts[:TUPLES]):
            objects.setdefault("/".join(parts[:-1]), []).append(parts[-1])
    return objects


def committed(paths: Iterable[str]) -> list[int]:
    """The versions whose commit key is among the paths of an object, newest first."""
    return _numbers(paths, INVENTORY_DIGEST)


def version_of(content: str) -> int:
    """The number of the version that brought a content path."""
    return int(content[1:].split("/", 1)[0])


def below_version(content: str) -> str:
    """Where a content path lies in the folder of the version that brought it."""
    return content.split("/", 1)[1]


def written(paths: Iterable[str]) -> list[int]:
    """The versions whose inventory is among the paths of an object, committed or not, newest first."""
    return _numbers(paths, INVENTORY)


def _numbers(paths: Iterable[str], name: str) -> list[int]:
    found = re.compile(rf"{_VERSION}/{re.escape(name)}")
    return sorted((int(m.group(1)) for path in paths if (m := found.fullmatch(path))), reverse=True)


def leftovers(paths: Iterable[str], inventory: Inventory | None) -> list[str]:
    """Content paths of an object that no inventory names: what an interrupted writer left.

    A path that no file of ours can have was left by nobody of ours.
    """
    known = set(inventory.content()) if inventory else set()
    ours = re.compile(rf"{_VERSION}/content/.")
    return [path for path in paths if ours.match(path) and path not in known and not fault(path)]


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()
