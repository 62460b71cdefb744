"""Accounts, visits and openings: who is let in, for how long, and what is kept of them."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from archive.people.accounts import WrongAccount
from archive.people.attempts import FREE
from archive.people.openings import MOST_GOING_ON, GoingOn
from archive.people.passwords import AT_ONCE, WAITING, Busy, Passwords
from archive.people.people import People, Refused, SlowDown
from archive.people.people_file import PeopleUnusable
from archive.people.reader_roles import Reader
from archive.settings.reading_room_stanza import ReadingRoomSettings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET, OTHER = "four plain words here", "four other words here"
HOME, AWAY = "198.51.100.9", "203.0.113.5"
WRONG = "this name and this password do not belong together"


def cheap() -> Passwords:
    return Passwords(PasswordHasher.from_parameters(CHEAPEST))


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "state", passwords=cheap(), record_openings=True)


@pytest.fixture
def keeper(people: People) -> People:
    people.add("A. Keeper", "keeper", SECRET, now=NOON)
    return people


def later(**span: float) -> datetime:
    return NOON + timedelta(**span)


def test_a_file_that_is_not_there_is_not_made_by_looking(people: People) -> None:
    assert (people.accounts(), people.signed_in(NOON), people.who_opened("x")) == ([], {}, [])
    assert people.visit("token", NOON) is None
    assert not people.open_to_others
    with pytest.raises(WrongAccount, match=r"there is no account A\. Keeper: thirdcopy people list"):
        people.account("A. Keeper")
    assert not people.place.exists()


def test_accounts_are_added_listed_changed_and_removed(people: People) -> None:
    people.add("  B.   Reader\u200b ", "reader", SECRET, now=NOON)
    people.add("A. Keeper", "keeper", SECRET, now=NOON)
    assert [(one.name, one.role) for one in people.accounts()] == [("A. Keeper", "keeper"), ("B. Reader", "reader")]
    changed = people.change("b. reader", role="editor", now=later(days=1))
    assert (changed.name, changed.role, changed.made, changed.changed) == ("B. Reader", "editor", NOON, later(days=1))
    assert people.account("B. Reader") == changed
    assert people.remove("B. Reader") == changed
    assert [one.name for one in people.accounts()] == ["A. Keeper"]
    with pytest.raises(WrongAccount, match=r"there is no account B\. Reader"):
        people.remove("B. Reader")
    with pytest.raises(WrongAccount, match=r"there is no account B\. Reader"):
        people.change("B. Reader", role="reader")


@pytest.mark.parametrize("name", ["A. Keeper", "a. keeper", "Ａ. Keeper", " A.  KEEPER"])
def test_one_name_is_one_account_however_it_is_written(keeper: People, name: str) -> None:
    with pytest.raises(WrongAccount, match=r"there is an account A\. Keeper already"):
        keeper.add(name, "reader", OTHER)
    assert len(keeper.accounts()) == 1


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("", "reader", SECRET, "say whose the account is"),
        (" \u200b\x00", "reader", SECRET, "say whose the account is"),
        ("x" * 65, "reader", SECRET, "64 characters at most, and this one 65"),
        ("B", "visitor", SECRET, "'visitor' is no role of an account; there are: reader, reviewer, editor, keeper"),
        ("B", "Keeper", SECRET, "'Keeper' is no role"),
        ("B", "reader", "short", "a password has 12 characters or more"),
    ],
)
def test_what_cannot_be_an_account_is_told(people: People, name: str, role: str, password: str, said: str) -> None:
    with pytest.raises(WrongAccount) as caught:
        people.add(name, role, password)
    assert said in str(caught.value)
    assert password not in str(caught.value)
    assert people.accounts() == []


def test_who_signs_in_is_known_by_a_token_until_the_visit_is_over(keeper: People) -> None:
    visit = keeper.sign_in("a. keeper", SECRET, address=HOME, now=NOON)
    assert (visit.reader, visit.ends) == (Reader("A. Keeper", "keeper"), later(hours=12))
    assert visit.token not in repr(visit)
    assert keeper.visit(visit.token, NOON) == visit.reader
    assert keeper.visit(visit.token, later(hours=12, seconds=-1)) == visit.reader
    assert keeper.visit(visit.token, later(hours=12)) is None
    assert keeper.visit(visit.token + "x", NOON) is None
    assert keeper.visit("", NOON) is None
    assert keeper.visit("\ud800", NOON) is None


def test_how_long_a_visit_is_stands_in_the_settings(tmp_path: Path) -> None:
    people = People(tmp_path, visit_hours=0.5, passwords=cheap())
    people.add("A", "reader", SECRET)
    assert people.sign_in("A", SECRET, address=HOME, now=NOON).ends == later(minutes=30)


def test_who_signs_out_is_nobody_with_that_token_alone(keeper: People) -> None:
    one, other = (keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON) for _ in range(2))
    assert keeper.signed_in(NOON) == {"A. Keeper": 2}
    keeper.sign_out(one.token)
    assert keeper.visit(one.token, NOON) is None
    assert keeper.visit(other.token, NOON) == other.reader
    assert keeper.signed_in(NOON) == {"A. Keeper": 1}
    assert keeper.signed_in(later(hours=12)) == {}


@pytest.mark.parametrize("deed", ["role", "password", "removed", "removed and added"])
def test_visits_end_with_what_the_account_was(keeper: People, deed: str) -> None:
    keeper.add("B", "reader", SECRET)
    mine, others = (keeper.sign_in(name, SECRET, address=HOME, now=NOON) for name in ("A. Keeper", "B"))
    if deed == "role":
        keeper.change("A. Keeper", role="reader")
    elif deed == "password":
        keeper.change("A. Keeper", password=OTHER)
    else:
        keeper.remove("A. Keeper")
    if deed == "removed and added":
        keeper.add("A. Keeper", "keeper", SECRET)
    assert keeper.visit(mine.token, NOON) is None
    assert keeper.visit(others.token, NOON) == others.reader


def test_a_role_that_is_given_again_ends_no_visit(keeper: People) -> None:
    visit = keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    assert keeper.change("A. Keeper", role="keeper").changed == NOON
    assert keeper.visit(visit.token, NOON) == visit.reader


def test_a_new_password_lets_in_and_the_old_one_no_more(keeper: People) -> None:
    keeper.change("A. Keeper", password=OTHER)
    with pytest.raises(Refused):
        keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    assert keeper.sign_in("A. Keeper", OTHER, address=HOME, now=NOON).reader.role == "keeper"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("A. Keeper", OTHER),
        ("Nobody", SECRET),
        ("", ""),
        ("A. Keeper", ""),
        ("x" * 10**5, "y" * 10**5),
        ("\ud800", "\0"),
    ],
)
def test_a_wrong_name_is_refused_as_a_wrong_password_is(keeper: People, name: str, password: str) -> None:
    with pytest.raises(Refused) as caught:
        keeper.sign_in(name, password, address=HOME, now=NOON)
    assert str(caught.value) == WRONG


@pytest.mark.parametrize("name", ["A. Keeper", "Nobody"])
def test_attempts_slow_down_for_a_name_whether_it_is_there_or_not(keeper: People, name: str) -> None:
    for number in range(FREE["name"]):
        with pytest.raises(Refused):
            keeper.sign_in(name, OTHER, address=f"192.0.2.{number}", now=NOON)
    with pytest.raises(SlowDown, match="try again in 1 s") as caught:
        keeper.sign_in(name, SECRET, address=HOME, now=NOON)
    assert caught.value.seconds == 1
    with pytest.raises(Refused):
        keeper.sign_in(name, OTHER, address=HOME, now=later(seconds=1))
    with pytest.raises(SlowDown, match="try again in 2 s"):
        keeper.sign_in(name, OTHER, address=HOME, now=later(seconds=1))


def test_attempts_that_come_too_soon_are_not_counted(keeper: People) -> None:
    fail(keeper, FREE["name"])
    for _ in range(50):
        with pytest.raises(SlowDown):
            keeper.sign_in("A. Keeper", OTHER, address=HOME, now=NOON)
    assert keeper.sign_in("A. Keeper", SECRET, address=HOME, now=later(seconds=1)).reader.name


def fail(people: People, times: int, *, name: str = "A. Keeper", address: str = HOME) -> None:
    """Fail so often, at noon."""
    for _ in range(times):
        with pytest.raises(Refused):
            people.sign_in(name, OTHER, address=address, now=NOON)


def test_attempts_slow_down_for_a_network_whatever_names_it_tries(keeper: People) -> None:
    for number in range(FREE["network"]):
        fail(keeper, 1, name=f"name {number}", address=f"2001:db8::{number}")
    with pytest.raises(SlowDown):
        keeper.sign_in("A. Keeper", SECRET, address="2001:db8::ffff", now=NOON)
    assert keeper.sign_in("A. Keeper", SECRET, address=AWAY, now=NOON).reader.name == "A. Keeper"


def test_whoever_signs_in_starts_anew_and_their_network_does_not(keeper: People) -> None:
    """Else somebody with an account of their own could guess at another's for ever."""
    for _ in range(4):
        fail(keeper, FREE["network"] // 4 - 1)
        keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    fail(keeper, 4)
    with pytest.raises(SlowDown):
        keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)


def test_a_new_password_by_the_keeper_lets_in_at_once(keeper: People) -> None:
    fail(keeper, FREE["name"])
    keeper.change("A. Keeper", password=OTHER)
    assert keeper.sign_in("A. Keeper", OTHER, address=AWAY, now=NOON).reader.name


def test_a_hash_of_other_parameters_is_made_anew_at_signing_in(tmp_path: Path) -> None:
    cheaper = People(tmp_path, passwords=cheap())
    before = cheaper.add("A", "reader", SECRET)
    dearer = People(tmp_path, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)))
    first = dearer.sign_in("A", SECRET, address=HOME, now=NOON)
    after = dearer.account("A")
    assert "m=64,t=2" in after.hash
    assert replace(after, hash=before.hash) == before
    assert dearer.visit(first.token, NOON) == first.reader, "no visit ends for it"


def test_a_password_that_was_changed_while_it_was_looked_at_lets_nobody_in(tmp_path: Path) -> None:
    class Meanwhile(Passwords):
        def is_right(self, kept: str | None, password: str) -> bool:
            other.change("A", password=OTHER)
            return super().is_right(kept, password)

    other = People(tmp_path, passwords=cheap())
    other.add("A", "reader", SECRET)
    with pytest.raises(Refused):
        People(tmp_path, passwords=Meanwhile(PasswordHasher.from_parameters(CHEAPEST))).sign_in(
            "A", SECRET, address=HOME, now=NOON
        )


ROOM = ReadingRoomSettings.model_validate(
    {"public_url": "https://a.example.org", "proxy_address": "127.0.0.1", "proxy_header": "Remote-User"}
)


@pytest.mark.parametrize(
    ("peer", "said", "reader"),
    [
        ("127.0.0.1", "A. Keeper", Reader("A. Keeper", "keeper")),
        ("127.0.0.1", "Nobody", None),
        ("127.0.0.1", "a. keeper", None),
        ("127.0.0.1", "Ａ. Keeper".encode().decode("latin-1"), None),
        ("192.0.2.1", "A. Keeper", None),
        (None, "A. Keeper", None),
    ],
)
def test_whom_the_proxy_names_has_the_role_of_that_very_account(
    keeper: People, peer: str | None, said: str, reader: Reader | None
) -> None:
    assert keeper.from_header(ROOM, peer, [("remote-user", said)]) == reader


def test_openings_are_kept_where_the_keeper_wants_it(keeper: People) -> None:
    reviewer = Reader("B", "reviewer")
    for minutes in (0, 30, 80, 200):
        keeper.opened(reviewer, "peertube-1", later(minutes=minutes))
    keeper.opened(Reader("C", "keeper"), "peertube-1", later(minutes=10))
    keeper.opened(reviewer, "peertube-2", NOON)
    keeper.opened(Reader(), "peertube-1", NOON)
    found = [(one.name, one.first, one.last, one.times) for one in keeper.who_opened("peertube-1")]
    assert found == [
        ("C", later(minutes=10), later(minutes=10), 1),
        ("B", NOON, later(minutes=80), 3),
        ("B", later(minutes=200), later(minutes=200), 1),
    ]


def test_a_film_that_plays_is_noted_before_its_first_part_and_then_once_a_minute(keeper: People) -> None:
    """A browser asks for dozens of parts a minute, and each note is synced to the disk."""
    reviewer, written = Reader("B", "reviewer"), list[int]()
    for second in range(0, 600, 2):
        keeper.went_on(reviewer, "peertube-1", later(seconds=second))
        written.append(keeper.place.stat().st_mtime_ns)
        (one,) = keeper.who_opened("peertube-1")
        assert later(seconds=second) - one.last < timedelta(minutes=1)
    assert len({*written}) == one.times == 10
    keeper.opened(reviewer, "peertube-1", later(seconds=599))
    assert keeper.who_opened("peertube-1")[-1].times == 11, "a page counts by itself"


def test_going_on_is_noted_of_each_reader_and_clip_in_each_process_and_after_the_clock_was_put_back(
    keeper: People, tmp_path: Path
) -> None:
    for name in ("B", "C", "B"):
        keeper.went_on(Reader(name, "reviewer"), "peertube-1", later(minutes=1))
    keeper.went_on(Reader("B", "reviewer"), "peertube-2", later(minutes=1))
    assert sorted((one.name, one.times) for one in keeper.who_opened("peertube-1")) == [("B", 1), ("C", 1)]
    assert [one.name for one in keeper.who_opened("peertube-2")] == ["B"]
    again = People(tmp_path / "state", record_openings=True)
    again.went_on(Reader("B", "reviewer"), "peertube-1", later(minutes=1, seconds=1))
    keeper.went_on(Reader("C", "reviewer"), "peertube-1", NOON)
    assert sum(one.times for one in keeper.who_opened("peertube-1")) == 4


def test_what_could_not_be_noted_is_noted_by_the_next_part(keeper: People) -> None:
    away = keeper.place.with_name("away")
    keeper.place.rename(away)
    keeper.place.mkdir()
    for _ in range(2):
        with pytest.raises(PeopleUnusable):
            keeper.went_on(Reader("B", "reviewer"), "peertube-1", NOON)
    keeper.place.rmdir()
    away.rename(keeper.place)
    keeper.went_on(Reader("B", "reviewer"), "peertube-1", NOON)
    assert [one.times for one in keeper.who_opened("peertube-1")] == [1]


def test_what_is_remembered_of_films_that_play_does_not_grow_without_end() -> None:
    going_on = GoingOn()
    for number in range(MOST_GOING_ON + 1):
        going_on.was_noted(f"peertube-{number}", "B", NOON)
    known = [number for number in range(MOST_GOING_ON + 1) if going_on.is_noted(f"peertube-{number}", "B", NOON)]
    assert known == [*range(1, MOST_GOING_ON + 1)], "the oldest is forgotten, and is noted again"


def test_nothing_is_kept_of_openings_unless_it_is_asked_for(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.opened(Reader("B", "reviewer"), "peertube-1", NOON)
    people.went_on(Reader("B", "reviewer"), "peertube-1", NOON)
    assert people.who_opened("peertube-1") == []
    assert not people.place.exists()


def test_an_opening_outlives_the_account(keeper: People) -> None:
    keeper.opened(Reader("A. Keeper", "keeper"), "peertube-1", NOON)
    keeper.remove("A. Keeper")
    assert [one.name for one in keeper.who_opened("peertube-1")] == ["A. Keeper"]


def test_neither_password_nor_token_nor_name_that_was_tried_is_in_the_file(keeper: People) -> None:
    visit = keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    fail(keeper, 1, name="my secret typed into the wrong field")
    for file in keeper.place.parent.iterdir():
        data = file.read_bytes()
        for secret in (SECRET, OTHER, visit.token, "my secret typed"):
            assert secret.encode() not in data


def test_what_is_removed_is_not_left_in_the_file(keeper: People) -> None:
    keeper.add("Gone For Good", "reader", SECRET)
    kept = keeper.account("Gone For Good").hash
    assert kept.encode() in keeper.place.read_bytes()
    keeper.remove("Gone For Good")
    for file in keeper.place.parent.iterdir():
        assert b"Gone For Good" not in file.read_bytes()
        assert kept.encode() not in file.read_bytes()


@pytest.fixture
def rows(keeper: People) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(keeper.place)
    yield connection
    connection.close()


def test_what_is_kept_of_attempts_and_visits_is_bounded(
    keeper: People, rows: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.people.attempts.KEPT", 10)
    for number in range(15):
        with pytest.raises(Refused):
            keeper.sign_in(f"name {number}", OTHER, address=f"192.0.2.{number}", now=later(seconds=number))
    assert rows.execute("SELECT count(*), min(last) FROM attempts").fetchone() == (10, later(seconds=10).timestamp())
    keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    keeper.sign_in("A. Keeper", SECRET, address=HOME, now=later(days=2))
    assert rows.execute("SELECT count(*) FROM attempts").fetchone() == (0,)
    assert rows.execute("SELECT count(*) FROM visits").fetchone() == (1,)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    """With the real parameters, whose work outweighs all else."""
    people = People(tmp_path)
    people.add("A", "editor", SECRET)
    taken: dict[str, list[float]] = {"A": [], "Nobody": []}
    for hours in range(7):
        for name, times in taken.items():
            began = time.perf_counter()
            with pytest.raises(Refused):
                people.sign_in(name, OTHER, address=HOME, now=later(hours=hours))
            times.append(time.perf_counter() - began)
    there, nobody = (median(times[1:]) for times in taken.values())
    assert nobody > there / 2
    assert there > nobody / 2


def test_too_many_at_once_are_told_to_wait_and_it_counts_against_nobody(
    keeper: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.people.passwords.PATIENCE_S", 0.0)
    passwords = keeper._passwords
    for _ in range(AT_ONCE):
        passwords._turns.acquire()
    for _ in range(FREE["network"] + 1):
        with pytest.raises(SlowDown, match="try again in 2 s"):
            keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    with pytest.raises(Busy, match="try again in a moment"):
        keeper.add("B", "reader", SECRET)
    passwords._turns.release()
    for _ in range(AT_ONCE + WAITING):
        passwords._places.acquire()
    monkeypatch.setattr("archive.people.passwords.PATIENCE_S", 60.0)
    with pytest.raises(SlowDown, match="try again in 2 s"):
        keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON)
    passwords._places.release()
    assert keeper.sign_in("A. Keeper", SECRET, address=HOME, now=NOON).reader.name == "A. Keeper"


def test_with_the_real_parameters_people_come_in(tmp_path: Path) -> None:
    people = People(tmp_path)
    assert people.add("A", "editor", SECRET).hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert people.sign_in("A", SECRET, address=HOME, now=NOON).reader == Reader("A", "editor")
    with pytest.raises(Refused):
        people.sign_in("A", OTHER, address=HOME, now=NOON)
