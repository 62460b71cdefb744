"""What `workers`, `status` and `workers forget` say of machines that are not there, and what is refused."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.opening.archive import opened
from archive.preservation.usable_targets import ready
from archive.settings.settings import load
from archive.steps.storing import store
from flows.cli import app
from tests.support.archives import keep
from tests.support.two_workers import known

SETTINGS = """
name = "made-up"
state = "state"
minimum_copies = 1
free_gib = 0

[targets.disk]
kind = "folder"
path = "disk"

[worker]
name = "{name}"
"""
LOST, HERE = "a-box-with-a-long-name-in-a-cellar-far-away-from-here", "here"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command on an archive of one stored clip, and of another that only the spool of a lost machine had."""
    (tmp_path / "disk").mkdir()
    file = tmp_path / "archive.toml"
    for name, clip in ((HERE, "peertube-1"), (LOST, "peertube-2")):
        file.write_text(SETTINGS.format(name=name), encoding="utf-8")
        with opened(load(file)) as archive:
            usable = ready(archive).writable
            keep(archive, clip, media=b"m" * 1_000_000, targets=usable)
            if name == HERE:
                store(archive, usable)
            else:
                known(archive, LOST)
    shutil.rmtree(tmp_path / "state/spool")
    file.write_text(SETTINGS.format(name=HERE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_workers_says_who_is_there_and_what_each_holds_alone(call: Call) -> None:
    code, out, _ = call("workers")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    text = " ".join(out.split())
    assert "this machine" in text
    assert f"{LOST} 1 version lies in its spool alone, and it is not at work" in text
    assert f"thirdcopy workers forget {LOST}" in text
    document = json.loads(call("workers", "--json")[1])
    assert document["schema"] == "thirdcopy/workers/1"
    here, lost = document["workers"]
    assert (here["name"], here["standing"], here["here"], here["versions"]) == (HERE, "at work", True, 0)
    assert (lost["name"], lost["standing"], lost["versions"], lost["unknown"]) == (LOST, "away", 1, 0)
    assert lost["bytes"] > 1_000_000
    waits = f"for {LOST}, which is not at work"
    (only,) = lost["alone"]
    assert (only["object"], only["version"], only["waits"]) == ("evidence-peertube-2", 1, waits)
    assert f"evidence-peertube-2 v1, 1.0 MB, waits {waits}" in call("workers", "--all")[1]


def test_status_says_for_whom_it_waits(call: Call) -> None:
    document = json.loads(call("status", "--json")[1])
    assert list(document["spools"]) == [LOST]
    assert f"{LOST} 1 version lies in its spool alone" in " ".join(call("status")[1].split())


def test_forget_asks_says_what_it_would_do_and_does_it(call: Call) -> None:
    code, out, _ = call("workers", "forget", LOST, "--dry-run")
    assert (code, out.strip()) == (0, f"would forget {LOST}, whose spool alone holds 1 version (1.0 MB)")
    code, _, err = call("workers", "forget", LOST, "--yes")
    assert (code, "--by NAME" in err) == (2, True)
    code, _, err = call("workers", "forget", LOST, "--by", "A. Keeper")
    assert (code, "--yes" in err) == (2, True)
    code, _, err = call("workers", "forget", "nobody", "--by", "A. Keeper", "--yes")
    assert (code, "there is no worker nobody" in err) == (2, True)
    code, _, err = call("workers", "forget", HERE, "--by", "A. Keeper", "--yes")
    assert (code, "is this machine" in " ".join(err.split())) == (4, True)
    code, out, _ = call("workers", "forget", LOST, "--by", "A. Keeper", "--reason", "it burnt", "--yes", "--json")
    assert (code, json.loads(out)["given_up"]) == (0, [{"object": "evidence-peertube-2", "version": 1}])
    lost = json.loads(call("workers", "--json")[1])["workers"][-1]
    assert (lost["standing"], lost["versions"], bool(lost["forgotten"])) == ("forgotten", 0, True)


def test_what_cannot_be_given_up_is_a_debt_with_what_to_do(call: Call, tmp_path: Path) -> None:
    shutil.move(tmp_path / "disk", tmp_path / "unmounted")
    (tmp_path / "disk").mkdir()
    code, out, err = call("workers", "forget", LOST, "--by", "A. Keeper", "--yes")
    assert (code, f"{LOST} is forgotten" in " ".join(out.split())) == (3, True)
    assert "waits evidence-peertube-2 v1 for disk to answer" in " ".join(err.split())
    shutil.rmtree(tmp_path / "disk")
    shutil.move(tmp_path / "unmounted", tmp_path / "disk")
    code, _, err = call("workers", "forget", LOST, "--by", "A. Keeper", "--yes")
    assert code == 0
