"""Which rules proposed a link: a version, and a digest of all constants, tables and data files that decide.

Whoever changes a weight, a threshold or a word changes the digest, so that clips are linked again. A change of logic
alone wants a new version.
"""

import hashlib
import json
import pkgutil
import re
from dataclasses import fields, is_dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from archive import linking
from archive.linking.known import KnownPeople

VERSION = "thirdcopy-linking/3"
ASIDE = (
    "deciding",
    "index",
    "masks",
    "material",
    "plain",
    "proposals",
    "registers.columns",
    "registers.objects",
    "registers.parts",
    "registers.register",
    "registers.reports",
    "registers.snapshots",
    "registers.tables",
    "registers.workbooks",
    "rules",
)
"""Modules and packages of this room whose constants decide no link."""


def rules(known: KnownPeople) -> str:
    """The name of the rules: version, `+`, and 12 hex digits over what decides, the known people among it."""
    digest = hashlib.sha256(_decides().encode())
    digest.update("\n".join(known.names).encode("utf-8", "surrogatepass"))
    return f"{VERSION}+{digest.hexdigest()[:12]}"


@lru_cache(maxsize=1)
def _decides() -> str:
    room = f"{linking.__name__}."
    names = sorted(found.name for found in pkgutil.walk_packages(linking.__path__, room))
    aside = tuple(f"{room}{name}." for name in ASIDE)
    modules = [import_module(name) for name in names if not f"{name}.".startswith(aside)]
    tables = {module.__name__: _constants(module) for module in modules}
    data = sorted(file for file in Path(str(files(linking))).rglob("*.tsv"))
    return json.dumps(
        [tables, {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in data}], sort_keys=True
    )


def _constants(module: ModuleType) -> dict[str, object]:
    """The module's constants in a form that is the same on every machine."""
    kept = ((name, value) for name, value in vars(module).items() if not name.startswith("__"))
    return {name: _plain(value) for name, value in kept if isinstance(value, _DATA) or _is_record(value)}


def _is_record(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


_DATA = (str, int, float, tuple, list, frozenset, set, dict, range, re.Pattern)


def _plain(value: object) -> object:
    if isinstance(value, re.Pattern):
        return [value.pattern, int(value.flags)]
    if isinstance(value, dict):
        return sorted(([json.dumps(_plain(k)), _plain(v)] for k, v in value.items()), key=lambda pair: str(pair[0]))
    if isinstance(value, frozenset | set):
        return sorted((_plain(item) for item in value), key=json.dumps)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, range):
        return [value.start, value.stop, value.step]
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value))]
    if value is None or isinstance(value, str | int | float):
        return value
    return type(value).__name__  # what else there is may print its place in memory
