"""The wheel is whole: in a clean environment, with what it says that it needs and nothing more, its commands work.

What it needs is borrowed from the environment of the tests, so that nothing is asked for outside.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.world.samples import sample_register

ROOT = Path(__file__).parent.parent
HOUSES = ("archive", "flows", "storage", "transcription")
TALK = "My brother Karim Lindenbrook is entry one hundred and fifty three of the list.\n"
IMPORT_ALL = f"""
import importlib, pkgutil
for house in {HOUSES}:
    for found in pkgutil.walk_packages(importlib.import_module(house).__path__, house + "."):
        if "migrations" not in found.name:  # Alembic runs those
            importlib.import_module(found.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the project."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for house in HOUSES:
        shutil.copytree(ROOT / house, source / house, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"], cwd=source, check=True)
    (built,) = (source / "dist").glob("*.whl")
    return built


class Installed:
    """An environment with the wheel in it; its commands are run in a folder of its own, which is no checkout."""

    def __init__(self, environment: Path, place: Path) -> None:
        self.environment, self.place = environment, place

    def run(self, program: str, *arguments: str, code: int = 0, at: str = "") -> str:
        """What a program of the environment prints. The commands find no checkout, and no settings but their own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("THIRDCOPY_", "PREFECT_", "PYTHON", "VIRTUAL_ENV"))
        }
        done = subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=self.place / at,
            env=kept | {"HOME": str(self.place), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("clean")
    environment, borrowed = folder / "environment", folder / "borrowed"
    venv.create(environment, with_pip=True)
    borrow(needed(wheel), borrowed)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(f"{borrowed}\n", "utf-8")
    (folder / "place").mkdir()
    clean = Installed(environment, folder / "place")
    clean.run("python", "-m", "pip", "install", "--no-deps", "--no-index", str(wheel))
    return clean


def required(wheel: Path) -> list[Requirement]:
    """What the wheel requires."""
    with zipfile.ZipFile(wheel) as file:
        (metadata,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        text = file.read(metadata).decode()
    return [Requirement(one) for one in re.findall(r"^Requires-Dist: (.+)$", text, re.MULTILINE)]


def needed(wheel: Path) -> set[str]:
    """Names of all that the wheel requires, and of all that those do; nothing that only an extra asks for."""
    asked = [one for one in required(wheel) if one.marker is None or one.marker.evaluate({"extra": ""})]
    found = dict[str, set[str]]()
    while asked:
        one = asked.pop()
        for extra in {"", *one.extras} - found.setdefault(one.name.lower(), set()):
            found[one.name.lower()].add(extra)
            further = map(Requirement, distribution(one.name).requires or ())
            asked += [each for each in further if each.marker is None or each.marker.evaluate({"extra": extra})]
    return set(found)


def borrow(names: set[str], into: Path) -> None:
    """Links to what distributions of this environment have put into its site-packages."""
    into.mkdir()
    for name in names:
        found = distribution(name)
        assert isinstance(found, PathDistribution)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
            link = into / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))


def test_what_is_optional_is_asked_for_and_not_needed(wheel: Path) -> None:
    assert "onnx-asr" in {one.name for one in required(wheel)}
    assert "onnx-asr" not in needed(wheel)


def test_it_has_every_file_of_the_four_houses_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        inside = {name for name in file.namelist() if ".dist-info/" not in name}
    ours = {
        str(file.relative_to(ROOT))
        for house in HOUSES
        for file in (ROOT / house).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == ours
    assert {f"{house}/py.typed" for house in HOUSES} <= inside
    assert any(name.endswith(".tsv") for name in inside)
    assert any(name.endswith(".mako") for name in inside)
    assert "archive/sources/ytdlp/words.toml" in inside
    of_the_room = {"templates/clip.html", "static/room.css", "static/fonts/noto-sans-arabic.woff2", "catalogues/ru.po"}
    assert {f"flows/reading_room/{name}" for name in of_the_room} <= set(inside)


def test_what_it_says_that_it_needs_is_all_that_its_modules_import(installed: Installed) -> None:
    assert "site-packages" in installed.run("python", "-c", "import archive; print(archive.__file__)")
    assert "No module named 'pytest'" in installed.run("python", "-c", "import pytest", code=1)
    installed.run("python", "-W", "ignore", "-c", IMPORT_ALL)
    installed.run("python", "-c", "from archive.sources.ytdlp.words import words; assert words().rules")


def test_yt_dlp_can_be_renewed_alone(wheel: Path) -> None:
    """`uv tool upgrade thirdcopy --upgrade-package yt-dlp` takes no version that the wheel's own requirements bar."""
    (asked,) = [one for one in required(wheel) if one.name == "yt-dlp"]
    assert {one.operator for one in asked.specifier} == {">="}


def test_a_first_archive_is_made_looked_at_and_run_dry(installed: Installed) -> None:
    assert installed.run("thirdcopy", "--version").split() == ["thirdcopy", distribution("thirdcopy").version]
    assert "wrote my-archive/archive.toml" in installed.run("thirdcopy", "init", "my-archive")
    added = installed.run("thirdcopy", "add", "https://www.youtube.com/@made-up", at="my-archive")
    assert "added sources.made-up" in added
    assert "disk3" in installed.run("thirdcopy", "status", at="my-archive")
    assert "0 clips of made-up" in installed.run("thirdcopy", "run", "--dry-run", at="my-archive")


def test_tables_of_words_are_found_where_it_is_installed(installed: Installed) -> None:
    (installed.place / "talk.txt").write_text(TALK, "utf-8")
    sample_register(installed.place / "register.csv", [])
    told = installed.run("thirdcopy", "link", "--text", "talk.txt", "--register", "register.csv")
    assert "153" in told
    assert "tier A" in told or " A " in told
