"""Every command on a state folder that is full, read-only, or whose ledger is not what it was: a sentence, at most."""

import io
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.ledger import Ledger
from archive.people.people import People
from flows.cli import app
from tests.flows.place import Done
from tests.flows.test_commands import COMMANDS
from tests.support import disks
from tests.support.archives import an_archive, folder_targets, keep, store_all

CLIP = "peertube-made-up"
SETTINGS = """\
name = "little"
state = "state"
minimum_copies = 2
free_gib = 0
[sources.voices]
url = "http://127.0.0.1:9/voices"
[targets.a]
kind = "folder"
path = "a"
[targets.b]
kind = "folder"
path = "b"
[transcription]
model = "./none"
[registers.victims]
file = "register.csv"
"""
LOOKS = ("status", "show", "timeline", "targets list", "register list", "people list")
OF_PEOPLE = ("people add", "people list", "people change", "people remove")
"""They open no ledger."""
PASSWORD = "four plain words here"
ARGUMENTS = {
    "add": ["https://peertube2.cpy.re/c/another"],
    "show": [CLIP],
    "timeline": [CLIP],
    "entry": ["153"],
    "export": [CLIP],
    "review export": ["links.csv", "--by", "R", "--restricted"],
    "review import": ["register.csv", "--by", "R"],
    "compare": [CLIP, "--restricted", "--by", "R"],
    "correct": [CLIP, "edited.vtt", "--by", "R"],
    "access": [CLIP, "public", "--by", "A"],
    "declare": [CLIP, "ug", "--by", "R"],
    "judge": [CLIP, "0" * 32, "positive", "--by", "R"],
    "audit": ["--all"],
    "repair": ["--all"],
    "backfill": ["a"],
    "restore": [CLIP, "--to", "out"],
    "run": ["--plain"],
    "targets check": ["a"],
    "register import": ["victims", "--by", "A"],
    "register show": ["victims"],
    "register diff": ["victims"],
    "init": ["another"],
    "people add": ["B. Reader", "--role", "reader"],
    "people change": ["A. Keeper", "--role", "editor", "--password"],
    "people remove": ["A. Keeper"],
    "people openings": [CLIP],
}
"""Prefect's own server is started by no test here: `run` comes to the ledger before it does."""
TRIED = [name for name in COMMANDS if name not in ("schedule", "review")]


@dataclass
class Here:
    """An archive with one made-up clip at two targets, its settings, and a way to call commands in this process."""

    folder: Path
    call: Callable[..., Done]

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.sqlite"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's folder; whoever changes it takes a copy."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "archive.toml").write_text(SETTINGS)
    (folder / "register.csv").write_text("No,Name\n153,Karim Lindenbrook\n")
    (folder / "edited.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nRemember.\n")
    with an_archive(folder / "state", folder_targets(folder, "ab")) as archive:
        keep(archive, CLIP)
        store_all(archive)
    People(folder / "state").add("A. Keeper", "keeper", PASSWORD)
    return folder


@pytest.fixture
def here(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    folder = tmp_path / "here"
    shutil.copytree(kept, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("THIRDCOPY_CONFIG", raising=False)

    def call(*arguments: str, within: AbstractContextManager[object] | None = None) -> Done:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
        with within or nullcontext(), pytest.raises(SystemExit) as ended:
            app.main()
        code = ended.value.code
        return Done(int(code or 0), *capsys.readouterr())

    return Here(folder, call)


def is_a_sentence(done: Done) -> None:
    """Whatever else was shown, the error is one line that says what to do; of settings, one a key."""
    errors = [line for line in done.err.splitlines() if line.startswith("error ")]
    assert "Traceback" not in done.err
    assert len(errors) <= 1 or (done.code == 2 and all(": " in line for line in errors)), done.err


@pytest.fixture(scope="module", autouse=True)
def _imported() -> Iterator[None]:
    """What commands import late is imported before any disk is full: Python writes its bytecode then."""
    dont, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    yield
    sys.dont_write_bytecode = dont


@pytest.mark.parametrize("name", TRIED)
def test_full_state_disk_ends_every_command_in_a_sentence(here: Here, name: str) -> None:
    settings, before = (here.folder / "archive.toml").read_bytes(), rows(here.ledger)
    done = here.call(*name.split(), *ARGUMENTS.get(name, []), within=disks.full())
    is_a_sentence(done)
    assert (here.folder / "archive.toml").read_bytes() == settings
    assert rows(here.ledger) == before
    if name in LOOKS:
        assert done.code == 0, done.err
    if name in ("run", "fetch", "mirror", "audit", "repair"):
        assert done.code == 1
        assert "Make room" in done.err
    if name in OF_PEOPLE and name not in LOOKS:
        assert (done.code, "make room on its disk" in done.err) == (1, True)
    assert [(one.name, one.role) for one in People(here.state).accounts()] == [("A. Keeper", "keeper")]


@pytest.mark.parametrize("name", TRIED)
def test_read_only_state_folder_ends_every_command_in_a_sentence(here: Here, name: str) -> None:
    done = here.call(*name.split(), *ARGUMENTS.get(name, []), within=disks.read_only(here.state))
    is_a_sentence(done)
    if name in LOOKS:
        assert done.code == 0, done.err
    if name in ("run", "fetch", "mirror", "audit", "repair"):
        assert done.code == 1
        assert "cannot be written" in done.err
    if name in OF_PEOPLE and name not in LOOKS:
        assert (done.code, "people.sqlite cannot be" in done.err) == (1, True)


def test_doctor_looks_at_a_full_and_at_a_read_only_state_folder(here: Here) -> None:
    for within in (disks.full(), disks.read_only(here.state)):
        done = here.call("doctor", within=within)
        assert done.code == 1  # there is no model here
        assert "read whole, sound; SQLite" in " ".join(done.out.split())
        assert "target b" in done.out


@pytest.mark.parametrize("name", TRIED)
def test_ledger_that_is_none_ends_every_command_in_a_sentence(here: Here, name: str) -> None:
    here.ledger.write_bytes(b"garbage " * 3000)
    done = here.call(*name.split(), *ARGUMENTS.get(name, []))
    is_a_sentence(done)
    if name in OF_PEOPLE or name == "models list":
        assert done.code == 0, done.err
    elif name not in ("init", "add"):
        assert "is no ledger" in " ".join((done.out + done.err).split()) or done.code == 2
        assert done.code in (1, 2)
    assert here.ledger.read_bytes() == b"garbage " * 3000


def test_empty_ledger_is_rebuilt_and_nothing_else(here: Here) -> None:
    here.ledger.write_bytes(b"")
    for name in ("status", "mirror", "doctor", "audit"):
        done = here.call(name, *ARGUMENTS.get(name, []))
        assert done.code == 1
        assert "thirdcopy rebuild" in " ".join((done.out + done.err).split())
    assert here.ledger.read_bytes() == b""
    assert here.call("rebuild").code == 0
    assert here.call("show", CLIP).code == 0


def rows(ledger: Path) -> list[str]:
    with closing(sqlite3.connect(ledger)) as file:
        return list(file.iterdump())


def test_room_that_came_back_is_enough(here: Here) -> None:
    assert here.call("mirror", within=disks.full()).code == 1
    assert here.call("mirror").code == 0
    ledger = Ledger(here.ledger)
    assert ledger.examine() == []
    ledger.close()
