"""The file of people: its owner's alone, safe beside others at it, whole after a kill, and clear about its faults."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from archive.people.passwords import Passwords
from archive.people.people import People, Refused, SlowDown
from archive.people.people_file import PeopleUnusable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "four plain words here"

AT_WORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from archive.people.passwords import Passwords
from archive.people.people import People
from archive.people.reader_roles import Reader

people = People(Path(sys.argv[1]), passwords=Passwords(PasswordHasher.from_parameters(CHEAPEST)), record_openings=True)
name, count = sys.argv[2], int(sys.argv[3])
now = datetime(2026, 3, 2, 12, tzinfo=UTC)
for number in range(count):
    people.add(f"{name} {number}", "reader", "four plain words here", now=now)
    visit = people.sign_in(f"{name} {number}", "four plain words here", address=name, now=now)
    people.opened(Reader(name, "keeper"), "peertube-1", now)
    people.sign_out(visit.token)
    print(number, flush=True)
"""


def people_in(folder: Path) -> People:
    return People(folder, passwords=Passwords(PasswordHasher.from_parameters(CHEAPEST)), record_openings=True)


def at_work(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", AT_WORK, str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        people = people_in(tmp_path / "state")
        people.add("A", "reader", SECRET)
        people.sign_in("A", SECRET, address="", now=NOON)
    finally:
        os.umask(before)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (tmp_path / "state").iterdir()}
    assert modes == dict.fromkeys(modes, "0o600")
    assert "people.sqlite" in modes
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert not people.open_to_others
    people.place.chmod(0o640)
    assert people.open_to_others


def test_several_processes_and_threads_lose_nothing(tmp_path: Path) -> None:
    processes = [at_work(tmp_path, f"process {number}", 20) for number in range(3)]
    people = people_in(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        made = [threads.submit(people.add, f"thread {number}", "reader", SECRET, now=NOON) for number in range(20)]
        for one in made:
            one.result()
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert len(people.accounts()) == 80
    assert sum(one.times for one in people.who_opened("peertube-1")) == 60
    assert people.signed_in(NOON) == {}


def test_threads_take_turns_and_none_is_kept_waiting_by_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a page would wait for seconds beside a busy writer; here SQLite has no patience, and would raise."""
    monkeypatch.setattr("archive.people.people_file.PATIENCE_S", 0.0)
    people = people_in(tmp_path)
    people.add("A", "reader", SECRET)
    visit = people.sign_in("A", SECRET, address="", now=NOON)

    def deeds(number: int) -> None:
        people.opened(visit.reader, "peertube-1", NOON)
        assert people.visit(visit.token, NOON) == visit.reader

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(deeds, range(200))) == [None] * 200
    assert [one.times for one in people.who_opened("peertube-1")] == [200]


def test_many_attempts_at_once_are_all_counted(tmp_path: Path) -> None:
    """Who asks side by side gains nothing: an attempt counts before it is looked at."""
    people_in(tmp_path).add("A", "reader", SECRET)

    def attempt(number: int) -> str:
        try:  # each as a process of its own would
            people_in(tmp_path).sign_in("A", "four wrong words here", address=f"192.0.2.{number}", now=NOON)
        except (Refused, SlowDown) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(attempt, range(40)))
    assert (found.count("Refused"), found.count("SlowDown")) == (5, 35)


def test_a_kill_at_any_time_leaves_the_file_as_it_was_before_a_deed_or_after(tmp_path: Path) -> None:
    for round_ in range(8):
        with at_work(tmp_path, f"round {round_}", 1000) as process:
            assert process.stdout is not None
            done = [int(process.stdout.readline()) for _ in range(1 + 3 * round_)][-1]
            process.send_signal(signal.SIGKILL)
        people = people_in(tmp_path)
        names = {one.name for one in people.accounts()}
        assert {f"round {round_} {number}" for number in range(done + 1)} <= names
        assert people.sign_in(f"round {round_} {done}", SECRET, address="x", now=NOON).reader.role == "reader"
        with sqlite3.connect(people.place) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("garbage", "is no file of people (garbage, or another program's): move it"),
        ("another", "is another program's: move it"),
        ("later", "a later thirdcopy made this file (form 2): update first"),
        ("cut", "is damaged ("),
        ("folder", "cannot be"),
        ("locked", "is locked by another process: wait until that ends"),
    ],
)
def test_each_fault_is_a_sentence_that_says_what_to_do(
    tmp_path: Path, fault: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = people_in(tmp_path)
    if fault in ("cut", "later", "locked"):
        people.add("A", "reader", SECRET)
    other = sqlite3.connect(people.place) if fault in ("another", "later", "locked") else None
    if fault == "garbage":
        people.place.write_bytes(b"garbage " * 4096)
    elif fault == "cut":
        os.truncate(people.place, 8192)
    elif fault == "folder":
        people.place.mkdir()
    elif fault == "locked":
        monkeypatch.setattr("archive.people.people_file.PATIENCE_S", 0.05)
    for statement in {
        "another": ["CREATE TABLE theirs (x)"],
        "later": ["PRAGMA user_version=2"],
        "locked": ["BEGIN EXCLUSIVE"],
    }.get(fault, []):
        assert other is not None
        other.execute(statement)
    for deed in (people.accounts, lambda: people.add("B", "reader", SECRET)):
        with pytest.raises(PeopleUnusable) as caught:
            deed()
        assert said in str(caught.value)
        assert str(people.place) in str(caught.value)
    if other:
        other.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("CREATE TRIGGER other BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'another rule'); END",
         "could not be read or changed (another rule): try again; what was there is kept"),
        ("DROP TABLE visits", "is damaged (no such table: visits): move it"),
    ],
)  # fmt: skip
def test_only_what_is_not_as_it_was_made_is_called_damaged(tmp_path: Path, harm: str, said: str) -> None:
    people = people_in(tmp_path)
    people.add("A", "reader", SECRET)
    with sqlite3.connect(people.place) as connection:
        connection.execute(harm)
    connection.close()
    with pytest.raises(PeopleUnusable) as caught:
        deeds(people)
    assert said in str(caught.value)


def deeds(people: People) -> None:
    people.add("B", "reader", SECRET)
    people.signed_in(NOON)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PeopleUnusable, match="cannot be opened or made"):
        people_in(tmp_path / "file" / "state").add("A", "reader", SECRET)
