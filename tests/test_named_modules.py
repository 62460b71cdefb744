"""Every module that a page names is there: in the README, in CONTRIBUTING, in docs, decisions too.

A decision keeps its words when the code goes on: a name in it that was true then has `(then)` behind it, and is not
looked for. CHANGELOG.md tells of what was, and is not looked at.
"""

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import get_origin

import pytest

from archive.settings.settings import Settings

ROOT = Path(__file__).parent.parent
HOUSES = ("archive", "flows", "storage", "transcription")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ELSEWHERE = {"sqlean.py", "ocfl-root.py"}
"""Other people's programs."""
MADE_UP = re.compile(r"\b(KIND|NAME|LANG|x|one_file)\b")
THEN = r"(?!`? \(then\))"
IN_PATHS = re.compile(r"(?<![\w./-])((?:[\w.-]+/)*[\w-]+\.py)\b" + THEN)
FOLDERS = re.compile(rf"`((?:{'|'.join(HOUSES)}|tests|benchmarks|configs|docs|findings)(?:/[\w.-]+)*/?)`" + THEN)
DOTTED = re.compile(rf"(?<![\w./:@-])((?:{'|'.join(HOUSES)})(?:\.\w+)+)\b(?![/-])" + THEN)
ROWS = re.compile(r"^\| `([\w/]+/)` \|(.*)$", re.MULTILINE)


def tracked() -> list[str]:
    """Files of the project: by git where this is a checkout, else all that lies in its folders."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    folders = (*HOUSES, "tests", "benchmarks", "configs", "docs", "findings")
    return [str(file.relative_to(ROOT)) for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]


FILES = tracked()


def missing(text: str) -> list[str]:
    """What a page names, and is not there."""
    gone = []
    for link in IN_PATHS.findall(text):
        name = re.sub(r"^(\.\./)+", "", link)
        there = any(f"/{file}".endswith(f"/{name}") for file in FILES)
        if not (there or name in ELSEWHERE or MADE_UP.search(name)):
            gone.append(name)
    gone += [name for name in FOLDERS.findall(text) if not (MADE_UP.search(name) or is_there(name))]
    gone += [name for name in DOTTED.findall(text) if not (name.endswith(".toml") or is_name(name) or is_setting(name))]
    for folder, cells in ROWS.findall(text):
        inside = {part for file in FILES if f"/{folder}" in f"/{file}" for part in within(file, folder)}
        named = re.findall(r"`(\w+)/?`" + THEN, cells)
        gone += [f"{folder}{name}" for name in named if name not in inside]
        gone += [] if inside else [folder]
    return gone


def is_there(name: str) -> bool:
    """Whether it is a folder or a file; a benchmark is named as `make bench` takes it. Modules are looked at apart."""
    return name.endswith(".py") or any((ROOT / one).exists() for one in (name, f"{name.replace('-', '_')}.py"))


def within(file: str, folder: str) -> list[str]:
    """The folders and the module that lie below a folder on the way to a file."""
    below = f"/{file}".partition(f"/{folder}")[2]
    return [Path(part).stem for part in below.split("/")]


def is_name(dotted: str) -> bool:
    """Whether it is a module, or something in one."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            spec = importlib.util.find_spec(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        if spec is not None:
            module = importlib.import_module(spec.name)
            return count == len(parts) or (len(parts) == count + 1 and hasattr(module, parts[count]))
    return False


def is_setting(dotted: str) -> bool:
    """Whether it is a key of archive.toml, as `transcription.model`, or one of its tables of tables."""
    table, key, *deeper = dotted.split(".")
    field = Settings.model_fields.get(table)
    inner = getattr(field.annotation, "model_fields", {}).get(key) if field is not None else None
    return inner is not None and (not deeper or get_origin(inner.annotation) is dict)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    gone = missing(page.read_text("utf-8"))
    hint = "; put `(then)` behind a name that a decision means as it was" if page.parent.name == "decisions" else ""
    assert gone == [], f"named, and not there{hint}"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("`archive/nowhere.py`", ["archive/nowhere.py"]),
        ("  nowhere.py   what it does", ["nowhere.py"]),
        ("`sources/nowhere.py` and `ytdlp/source.py`", ["sources/nowhere.py"]),
        ("see `archive.nowhere.rules`", ["archive.nowhere.rules"]),
        ("from storage.contract import Target; storage.contract.Nothing", ["storage.contract.Nothing"]),
        ("`archive/nowhere/` holds it", ["archive/nowhere/"]),
        ("| `sources/` | `contract`, `nowhere` |", ["sources/nowhere"]),
        ("| `nowhere/` | it |", ["nowhere/"]),
        ("`archive/nowhere.py` (then)", []),
        ("`[transcription.per_language.ug]`, `transcription.beam_size.ug`", ["transcription.beam_size.ug"]),
        ("`transcription.model` and archive.toml; storage/targets/KIND.py", []),
        ("`storage.contract.Target`, `source.py`, `archive/sources/`", []),
    ],
)
def test_what_is_not_there_is_found(text: str, gone: list[str]) -> None:
    assert missing(text) == gone
