"""Where things live: a module's name says it once, and nothing at a target names a module."""

import re
from collections import defaultdict
from pathlib import Path

from archive.objects.sidecar import root_documents

ROOT = Path(__file__).parent.parent
ROOMS = ("archive", "flows", "storage", "transcription")
IN_SEVERAL = {"__init__", "contract", "errors", "records", "settings"}
"""Stems that mean the same in each room that has them."""


def modules() -> list[Path]:
    return [file.relative_to(ROOT) for room in ROOMS for file in (ROOT / room).rglob("*.py")]


def test_no_stem_stands_twice() -> None:
    where = defaultdict(list)
    for module in modules():
        if "versions" not in module.parts:
            where[module.stem].append(str(module))
    assert {stem: found for stem, found in where.items() if len(found) > 1 and stem not in IN_SEVERAL} == {}


def test_what_lies_at_a_target_names_no_module() -> None:
    """Else moving one would write every target's documents anew."""
    names = {str(module) for module in modules()} | {".".join(module.with_suffix("").parts) for module in modules()}
    for document, data in root_documents().items():
        said = set(re.findall(r"[\w./]+", data.decode())) & names
        assert not said, f"{document} names {said}"
