"""PostgreSQL as it can be: down, strange, full, read only, restarted in the middle; each is one sentence."""

import secrets
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import LedgerUnusable, RefusedError
from archive.ledger import Ledger, postgresql_engine, tables
from archive.ledger.ledger_places import Database
from archive.opening.archive import opened, opened_beside
from archive.records.clip import Listing
from archive.settings.settings import Settings
from archive.settings.stanzas import LedgerSettings
from storage.targets import FolderSettings
from tests.support.archives import MONDAY
from tests.support.engines import written
from tests.support.packages import HOME
from tests.world.servers.postgresql import PASSWORD, Postgresql, postgresql

SECRET = "Words that only some may read"


@pytest.fixture
def name(postgresql_server: Postgresql) -> Iterator[str]:
    made = postgresql_server.database()
    yield made
    postgresql_server.drop(made)


@pytest.fixture
def ledger(postgresql_server: Postgresql, name: str) -> Iterator[Ledger]:
    with closing(Ledger(Database.at(postgresql_server.url(name)))) as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_engine, "NOBODY_S", 0.3)


def refused(place: Database) -> str:
    with pytest.raises(LedgerUnusable) as error:
        Ledger(place)
    said = str(error.value)
    shown = "".join(traceback.format_exception(error.value))
    assert "\n" not in said
    assert PASSWORD not in shown
    assert "wrong-canary" not in shown
    return said


def test_password_of_the_settings_opens_it_and_no_other(postgresql_server: Postgresql, name: str) -> None:
    url = postgresql_server.loopback(name)
    with closing(Ledger(Database.at(url, PASSWORD))) as ledger:
        assert PASSWORD not in f"{ledger.place} {ledger.kept_in} {Database.at(url, PASSWORD)!r}"
    assert "refuses keeper's password" in refused(Database.at(url, "wrong-canary"))
    assert "THIRDCOPY_LEDGER__PASSWORD" in refused(Database.at(url))


def test_what_is_not_there_is_said(postgresql_server: Postgresql, name: str) -> None:
    assert "there is no database nowhere" in refused(Database.at(postgresql_server.url("nowhere")))
    assert "role nobody_here" in refused(Database.at(postgresql_server.url(name, role="nobody_here")))
    closed = f"postgresql://keeper@127.0.0.1:1/{name}"
    assert "cannot be reached" in refused(Database.at(closed))
    assert "cannot be reached" in refused(Database.at(f"postgresql://keeper@localhost/{name}?host=/nonexistent"))


def test_role_that_may_make_no_tables_is_told_what_to_do(postgresql_server: Postgresql, name: str) -> None:
    postgresql_server.ask("CREATE ROLE guest LOGIN")
    try:
        said = refused(Database.at(postgresql_server.url(name, role="guest")))
        assert "guest may not make or change the ledger's tables" in said
    finally:
        postgresql_server.ask("DROP ROLE guest")


def test_database_that_has_not_every_letter_is_refused(postgresql_server: Postgresql) -> None:
    made = postgresql_server.database("ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
    assert "ENCODING 'UTF8' TEMPLATE template0" in refused(Database.at(postgresql_server.url(made)))
    postgresql_server.drop(made)


def test_server_that_is_too_old_is_refused(
    postgresql_server: Postgresql, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "OLDEST", (99, 1))
    assert "the ledger wants 99.1 or newer" in refused(Database.at(postgresql_server.url(name)))


def test_another_programs_database_is_refused(postgresql_server: Postgresql, name: str) -> None:
    postgresql_server.ask("CREATE TABLE moz_places (id int)", name)
    assert "is another program's database" in refused(Database.at(postgresql_server.url(name)))


def test_database_that_is_read_only_is_read(postgresql_server: Postgresql, name: str) -> None:
    place = Database.at(postgresql_server.url(name))
    with closing(Ledger(place)) as ledger:
        ledger.markers.set("a", "1")
    postgresql_server.ask(f'ALTER ROLE keeper IN DATABASE "{name}" SET default_transaction_read_only = on')
    with closing(Ledger(place)) as ledger:
        assert ledger.markers.get("a") == "1"
    postgresql_server.ask(f'ALTER ROLE keeper IN DATABASE "{name}" RESET default_transaction_read_only')


def test_a_writer_waits_for_another_and_not_for_ever(
    ledger: Ledger, postgresql_server: Postgresql, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "PATIENCE_S", 1)
    with closing(Ledger(Database.at(postgresql_server.url(name)))) as impatient, ledger.at_once():
        assert impatient.markers.get("a") is None  # who reads waits for nobody
        with pytest.raises(LedgerUnusable, match="locked by another process"):
            impatient.markers.set("a", "1")
    ledger.markers.set("a", "2")
    assert ledger.markers.get("a") == "2"


def test_one_writer_at_a_time(ledger: Ledger) -> None:
    """Else two that read before they write would both count from the same number."""

    def count() -> None:
        for _ in range(20):
            ledger.clips.failed("peertube-x", "fetch", kind="passing", message="again", now=MONDAY)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.clips.failures()[0].times == 80


def test_database_that_restarts_is_found_again(ledger: Ledger, postgresql_server: Postgresql) -> None:
    ledger.markers.set("a", "1")

    def restarted_in_the_middle() -> None:
        with ledger.at_once():
            ledger.markers.set("a", "2")
            postgresql_server.kill()
            postgresql_server.start()
            ledger.markers.set("a", "3")

    with pytest.raises(LedgerUnusable, match=r"was stopped|was lost"):
        restarted_in_the_middle()
    assert ledger.markers.get("a") == "1"
    ledger.markers.set("a", "4")
    postgresql_server.stop()
    with pytest.raises(LedgerUnusable, match=r"cannot be reached|was lost"):
        ledger.markers.get("a")
    postgresql_server.start()
    assert ledger.markers.get("a") == "4"


def test_who_sleeps_within_a_change_lets_others_on(
    postgresql_server: Postgresql, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = postgresql_engine._WRITE.replace(b"'45s'", b"'2s'")
    assert quick != postgresql_engine._WRITE
    monkeypatch.setattr(postgresql_engine, "_WRITE", quick)
    with closing(Ledger(Database.at(postgresql_server.url(name)))) as ledger:

        def sleep_in_the_middle() -> None:
            with ledger.at_once():
                ledger.markers.set("a", "1")
                threading.Event().wait(4)
                ledger.markers.set("a", "2")

        with pytest.raises(LedgerUnusable, match=r"slept too long|was lost"):
            sleep_in_the_middle()
        assert ledger.markers.get("a") is None


def test_words_of_rows_are_in_no_error(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    listing = Listing(source="v", extractor="PeerTube", platform_id="x", url="https://tube.example/x", title=SECRET)
    ledger.clips.seen([listing], MONDAY)
    errors = list[LedgerUnusable]()
    row = {"source": "v", "clip": listing.clip, "body": SECRET, "first_seen": MONDAY, "last_seen": MONDAY}
    for statement in (
        sa.insert(tables.listings).values(row),
        sa.insert(tables.done).values(clip=SECRET, step="link", body=None),
        sa.text("DROP TABLE failures"),
        sa.insert(tables.failures).values(clip=SECRET, step="fetch", kind="", message="", at=MONDAY, times=1),
    ):
        try:
            with written(ledger) as connection:
                connection.execute(statement)
        except LedgerUnusable as error:
            errors.append(error)
    assert len(errors) == 3
    assert "did not do what it was asked (23505 UniqueViolation listings)" in str(errors[0])
    assert "did not do what it was asked (23502 NotNullViolation done.body)" in str(errors[1])
    assert "is damaged (42P01 UndefinedTable)" in str(errors[2])
    shown = "".join("".join(traceback.format_exception(error)) for error in errors) + caplog.text
    assert SECRET not in shown
    assert ledger.examine() == [f"failures.{column.name} is not there" for column in tables.failures.columns]


_KEPT = "what the ledger held is kept"

SAYS = {
    "08006": "was lost",
    "08P01": "was lost",
    "0A000": f"did not do what it was asked (0A000 FeatureNotSupported): the change was undone, and {_KEPT}",
    "22003": f"did not do what it was asked (22003 NumericValueOutOfRange): the change was undone, and {_KEPT}",
    "23514": "did not do what it was asked (23514 CheckViolation)",
    "25006": "the database is a standby, or set to be read only: name the primary",
    "25P02": "did not do what it was asked (25P02 InFailedSqlTransaction)",
    "28000": "lets no role keeper in",
    "28P01": "refuses keeper's password",
    "40001": "was changed by another process in between (40001), and this undone; what it holds is kept; run this",
    "40P01": "was changed by another process in between (40P01)",
    "42501": "keeper may not make or change the ledger's tables",
    "42883": "did not do what it was asked (42883 UndefinedFunction)",
    "53100": "the disk of the database at {} is full: make room there; what it holds is kept; run this again",
    "53200": "has too little memory or room (53200): give it more",
    "53300": "takes no more connections: raise its max_connections",
    "54001": "takes nothing so large (54001 StatementTooComplex)",
    "55006": "did not do what it was asked (55006 ObjectInUse)",
    "55P03": "is locked by another process",
    "57014": "cancelled what it was asked",
    "57P01": "was stopped, or is starting up: once it is there again",
    "57P02": "was stopped, or is starting up",
    "57P03": "was stopped, or is starting up",
    "57P04": "there is no database",
    "57P05": "was lost",
    "58030": "could not read or write (58030): its disk may be failing",
    "72000": "did not do what it was asked (72000 SnapshotTooOld)",
    "P0001": "did not do what it was asked (P0001 RaiseException)",
    "54ZZZ": "takes nothing so large (54ZZZ ProgramLimitExceeded)",
    "22ZZZ": "did not do what it was asked (22ZZZ DataException)",
    "ZZZZZ": "did not do what it was asked (ZZZZZ): the change was undone",
    "XX000": "is damaged (XX000 InternalError_): bring a backup back",
    "XX001": "is damaged (XX001 DataCorrupted): bring a backup back",
    "XX002": "is damaged (XX002 IndexCorrupted)",
    "42703": "is damaged (42703 UndefinedColumn)",
}
"""What is said of a state, which a real server raises."""


@pytest.mark.parametrize("state", SAYS)
def test_each_state_is_a_sentence_that_says_what_is_known_and_what_to_do(ledger: Ledger, state: str) -> None:
    ledger.markers.set("a", "1")
    raising = sa.text(f"DO $$ BEGIN RAISE EXCEPTION '{SECRET}' USING ERRCODE = '{state}'; END $$")

    def ask() -> None:
        with written(ledger) as connection:
            connection.execute(sa.update(tables.facts).where(tables.facts.c.name == "a").values(value="2"))
            connection.execute(raising)

    with pytest.raises(LedgerUnusable) as refused:
        ask()
    said = str(refused.value)
    assert SAYS[state].format(ledger.place) in said
    assert ("damaged" in said) is (state[:2] == "XX" or state == "42703")
    assert "\n" not in said
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert refused.value.exit_code == 1
    assert ledger.markers.get("a") == "1", "undone, and the ledger goes on"


def test_what_is_larger_than_an_index_takes_is_no_damage(ledger: Ledger) -> None:
    path = secrets.token_hex(8000)
    file = {"disk": "d", "size": 1, "mtime_ns": 1, "inode": 1, "state": "film", "visit": 1}

    def ask() -> None:
        with written(ledger) as connection:
            connection.execute(sa.insert(tables.disk_files).values(path=path, **file))

    with pytest.raises(LedgerUnusable, match=r"takes nothing so large \(54000 ProgramLimitExceeded") as refused:
        ask()
    assert path not in str(refused.value)


def test_a_standby_is_read_and_says_that_it_is_one() -> None:
    """A real one: a server that recovers for ever. Of a transaction that is to write it says 0A000, and not 25006."""
    replica = ("fsync=off", "wal_level=replica", "shared_buffers=32MB", "hot_standby=on", "max_connections=50")
    with postgresql(replica) as server:
        place = Database.at(server.url(server.database()))
        with closing(Ledger(place)) as ledger:
            ledger.markers.set("a", "1")
        server.stop()
        (server.folder / "data" / "standby.signal").touch()
        server.start()
        assert server.ask("SELECT pg_is_in_recovery()") == [(True,)]
        with closing(Ledger(place)) as ledger:
            assert ledger.markers.get("a") == "1"
            with pytest.raises(
                LedgerUnusable, match="the database is a standby, or set to be read only: name the prim"
            ):
                ledger.markers.set("a", "2")


def test_who_is_cut_off_by_the_keeper_of_the_database_is_told(
    ledger: Ledger, postgresql_server: Postgresql, name: str
) -> None:
    def ask() -> None:
        with written(ledger) as connection:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            postgresql_server.ask(f"SELECT pg_terminate_backend(pid) {others}", name)
            connection.execute(sa.select(tables.facts))

    with pytest.raises(LedgerUnusable, match=r"was stopped, or is starting up|was lost"):
        ask()
    assert ledger.markers.get("a") is None


@pytest.mark.parametrize(
    ("change", "undone", "says"),
    [
        ('DATABASE "{}" CONNECTION LIMIT 0', 'DATABASE "{}" CONNECTION LIMIT -1', "takes no more connections"),
        ("ROLE keeper CONNECTION LIMIT 0", "ROLE keeper CONNECTION LIMIT -1", "takes no more connections"),
        ("ROLE keeper NOLOGIN", "ROLE keeper LOGIN", "lets no role keeper in"),
        ('DATABASE "{}" ALLOW_CONNECTIONS false', 'DATABASE "{}" ALLOW_CONNECTIONS true', "is not currently accepting"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_apart_from_none(
    postgresql_server: Postgresql, name: str, change: str, undone: str, says: str
) -> None:
    postgresql_server.ask(f"ALTER {change.format(name)}")
    try:
        said = refused(Database.at(postgresql_server.url(name)))
    finally:
        postgresql_server.ask(f"ALTER {undone.format(name)}")
    assert says in said
    assert "create it: createdb" not in said


def test_who_may_not_connect_to_a_database_is_told_so(postgresql_server: Postgresql, name: str) -> None:
    postgresql_server.ask("CREATE ROLE guest LOGIN")
    postgresql_server.ask(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    try:
        said = refused(Database.at(postgresql_server.url(name, role="guest")))
    finally:
        postgresql_server.ask("DROP ROLE guest")
    assert "lets no role guest in" in said
    assert "permission denied for database" in said


def settings(folder: Path, url: str) -> Settings:
    return Settings(
        name="made-up",
        state=folder / "state",
        minimum_copies=1,
        targets={"a": FolderSettings(path=folder / "a")},
        ledger=LedgerSettings(url=url),
    )


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.opening.archive import opened_beside
from tests.archive.ledger.test_postgresql import settings
with opened_beside(settings(Path(sys.argv[1]), sys.argv[2])) as archive:
    archive.ledger.markers.set("a", "1")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_rebuild_into_a_database_is_all_or_nothing(postgresql_server: Postgresql, name: str, tmp_path: Path) -> None:
    url = postgresql_server.url(name)
    command, lost = [sys.executable, "-c", KILLED, str(tmp_path), url], settings(tmp_path, url)
    assert subprocess.run(command, cwd=HOME, timeout=120).returncode == -9
    with pytest.raises(RefusedError, match=r"a rebuild of the ledger .* run `thirdcopy rebuild` again"):
        opened(lost).__enter__()
    with pytest.raises(ZeroDivisionError), opened_beside(lost):
        raise ZeroDivisionError
    with opened_beside(lost) as archive:
        assert archive.ledger.markers.get("a") is None
        archive.ledger.clips.mark_done("peertube-x", "link", "[]")
        before = archive.ledger.id
    with opened(lost) as archive:
        assert archive.ledger.clips.done("peertube-x", "link") == "[]"
        assert archive.ledger.id == before
