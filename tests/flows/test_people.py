"""`thirdcopy people`: passwords come from a terminal or a pipe, and are nowhere afterwards."""

import os
import pty
import re
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from archive.people.accounts import ACCOUNT_ROLES
from archive.people.people import People, Refused
from archive.people.reader_roles import Reader, Role
from archive.settings.settings import load
from flows.cli.people_commands import AccountRole
from tests.flows.place import Place

SETTINGS = """\
name = "made-up"
minimum_copies = 1

[targets.disk]
kind = "folder"
path = "disk"
"""
PASSWORD, OTHER = "four plain words here", "төрт басқа сөз осында"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "disk").mkdir()
    made = Place(tmp_path)
    made.file.write_text(SETTINGS, encoding="utf-8")
    return made


def lets_in(place: Place, name: str, password: str) -> Reader | None:
    try:
        return People.of(load(place.file)).sign_in(name, password, address="", now=NOW).reader
    except Refused:
        return None


def test_the_roles_of_the_command_are_those_of_accounts() -> None:
    assert tuple(AccountRole) == ACCOUNT_ROLES
    assert set(get_args(Role)) == {*ACCOUNT_ROLES, "visitor"}


def test_somebody_is_let_in_changed_and_removed(place: Place) -> None:
    added = place.thirdcopy("people", "add", "A. Reader", "--role", "reader", "--json", given=f"{PASSWORD}\n")
    assert (added.code, added.json["name"], added.json["role"]) == (0, "A. Reader", "reader"), added.err
    assert lets_in(place, "A. Reader", PASSWORD) == Reader("A. Reader", "reader")
    assert place.thirdcopy("people", "list", "--json").json["accounts"][0]["visits"] == 0, "it is over by now"
    changed = place.thirdcopy(
        "people", "change", "a. reader", "--role", "editor", "--password", "--json", given=f"{OTHER}\r\n"
    )
    assert changed.json == {"name": "A. Reader", "role": "editor", "before": "reader", "password": True}
    assert lets_in(place, "A. Reader", PASSWORD) is None
    assert lets_in(place, "A. Reader", OTHER) == Reader("A. Reader", "editor")
    removed = place.thirdcopy("people", "remove", "A. Reader")
    assert (removed.code, removed.out) == (0, "A. Reader may not sign in any more\n")
    assert lets_in(place, "A. Reader", OTHER) is None


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("short\n", 2, "a password has 12 characters or more, and this one has 5"),
        ("", 2, "no password came"),
        ("\n" + PASSWORD, 2, "no password came"),
        ("x" * 1001, 2, "a password has 1000 characters at most"),
        ("x" * 10**6, 2, "a password has 1000 characters at most"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_and_nobody_is_let_in(
    place: Place, given: str, code: int, said: str
) -> None:
    done = place.thirdcopy("people", "add", "A", "--role", "reader", given=given)
    assert (done.code, done.out) == (code, "")
    assert said in said_by(done.err)
    assert People.of(load(place.file)).accounts() == []


def said_by(err: str) -> str:
    """What a command says in a frame, in a line."""
    return " ".join(re.sub(r"[│╭╰─╮╯]", "", err).split())


def test_a_password_that_is_no_text_is_told(place: Place) -> None:
    command = [*place.command, "people", "add", "A", "--role", "reader"]
    done = subprocess.run(
        command, cwd=place.folder, env=place.variables(), input=b"\xff" * 20, capture_output=True, check=False
    )
    assert (done.returncode, b"no text in UTF-8" in done.stderr) == (2, True)


def test_a_name_that_is_taken_is_told_before_a_password_is_asked_for(place: Place) -> None:
    assert place.thirdcopy("people", "add", "A", "--role", "reader", given=PASSWORD).code == 0
    done = place.thirdcopy("people", "add", "a", "--role", "reader")
    assert (done.code, "there is an account A already" in done.err) == (2, True)


def test_no_password_is_an_argument_or_in_what_is_said(place: Place) -> None:
    refused = place.thirdcopy("people", "add", "A", "--role", "reader", "--password", PASSWORD)
    assert refused.code == 2
    done = place.thirdcopy("--verbose", "people", "add", "A", "--role", "reader", "--json", given=PASSWORD)
    listed = place.thirdcopy("--verbose", "people", "list", "--json")
    kept = [path.read_bytes() for path in place.folder.rglob("*") if path.is_file()]
    assert PASSWORD not in done.out + done.err + listed.out + listed.err
    assert "argon2" not in done.out + listed.out
    assert not any(PASSWORD.encode() in data for data in kept)


def test_the_doctor_says_that_others_can_read_the_accounts(place: Place) -> None:
    def found() -> dict[str, object]:
        report = place.thirdcopy("doctor", "--json").json["findings"]
        return next((one for one in report if one["what"] == "people"), {})

    assert found() == {}
    people = People.of(load(place.file))
    people.add("A", "reader", PASSWORD)
    assert (found()["ok"], found()["found"]) == (True, f"1 account, kept in {people.place}")
    people.place.chmod(0o644)
    assert (found()["ok"], f"chmod 600 {people.place}*" in str(found()["do"])) == (False, True)
    people.place.chmod(0o600)
    people.place.write_bytes(b"garbage " * 999)
    assert (found()["ok"], "is no file of people" in str(found()["found"])) == (False, True)


def test_a_rebuild_says_that_accounts_are_at_no_target(place: Place) -> None:
    said = "Accounts of the reading room are at no target: `thirdcopy people add"
    rebuilt = place.thirdcopy("rebuild")
    assert (rebuilt.code, said in rebuilt.out) == (0, True), rebuilt.err
    (place.folder / "state" / "ledger.sqlite").unlink()
    People.of(load(place.file)).add("A", "reader", PASSWORD)
    again = place.thirdcopy("rebuild")
    assert (again.code, said in again.out) == (0, False), again.err
    (place.folder / "state" / "ledger.sqlite").unlink()
    assert place.thirdcopy("rebuild", "--json").json["accounts"] == 1


@contextmanager
def at_a_terminal(place: Place, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command at a terminal of its own, and the other end of that."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*place.command, *arguments],
        cwd=place.folder,
        env=place.variables(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # it becomes the controlling terminal
    )
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(theirs)
        os.close(ours)


def heard(terminal: int, words: str) -> str:
    """What is shown until some words come."""
    shown, deadline = "", time.monotonic() + 60
    while words not in shown:
        assert time.monotonic() < deadline, shown
        shown += os.read(terminal, 4096).decode()
    return shown


def echoes(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def typed(terminal: int, line: str) -> None:
    deadline = time.monotonic() + 60
    while echoes(terminal):
        assert time.monotonic() < deadline, "what is typed would be seen"
        time.sleep(0.01)
    os.write(terminal, f"{line}\n".encode())


def test_at_a_terminal_a_password_is_asked_for_twice_and_not_shown(place: Place) -> None:
    with at_a_terminal(place, "people", "add", "A", "--role", "keeper") as (process, terminal):
        shown = heard(terminal, "New password of A:")
        typed(terminal, PASSWORD)
        shown += heard(terminal, "Once more:")
        typed(terminal, PASSWORD)
        shown += heard(terminal, "A may sign in as keeper")
        assert process.wait(60) == 0
        assert PASSWORD not in shown
        assert echoes(terminal)
    assert lets_in(place, "A", PASSWORD) == Reader("A", "keeper")


def test_two_different_passwords_let_nobody_in(place: Place) -> None:
    with at_a_terminal(place, "people", "add", "A", "--role", "keeper") as (process, terminal):
        heard(terminal, "New password of A:")
        typed(terminal, PASSWORD)
        heard(terminal, "Once more:")
        typed(terminal, PASSWORD + "!")
        heard(terminal, "two different passwords")
        assert process.wait(60) == 2
    assert People.of(load(place.file)).accounts() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_terminal_shows_again_what_is_typed_after_an_interrupt(place: Place, number: signal.Signals) -> None:
    with at_a_terminal(place, "people", "add", "A", "--role", "keeper") as (process, terminal):
        heard(terminal, "New password of A:")
        while echoes(terminal):
            time.sleep(0.01)
        process.send_signal(number)
        assert "nothing was changed" in heard(terminal, "interrupted; nothing was changed")
        assert process.wait(60) == 128 + number
        assert echoes(terminal)
    assert People.of(load(place.file)).accounts() == []
