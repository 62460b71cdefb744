"""The ledger's file: the journal that it is kept in, and what is said of one that is damaged, locked or another's."""

import json
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha512
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import LeaseHeld, LedgerUnusable, RefusedError
from archive.ledger import Ledger, journal, sqlite_engine
from archive.ledger.clips import AccessGiven
from archive.ledger.copies import SealedVersion, snapshot_fact
from archive.ledger.sql_faults import in_a_sentence
from archive.opening.archive import Archive, opened, opened_beside
from archive.opening.clocks import AT_WORK, against_ledger
from archive.opening.working import at_work
from archive.preservation.late_writers import LATE, remember_late_writer
from archive.records.clip import Listing
from archive.settings.settings import Settings
from archive.steps.registering import snapshot
from archive.steps.work_objects import build, to_seal
from storage.targets import FolderSettings
from tests.support.archives import MONDAY, an_archive, folder_targets, keep, store_all

FAULTY, SOUND = (3, 40, 1), (3, 51, 3)
SECRET = "Words that only some may read"


@contextmanager
def a_ledger(path: Path, version: tuple[int, int, int] = journal.HERE) -> Iterator[Ledger]:
    ledger = Ledger(path, version=version)
    try:
        yield ledger
    finally:
        ledger.close()


def in_wal(path: Path) -> bool:
    return path.read_bytes()[18:20] == b"\2\2"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "PATIENCE_S", 0.3)
    monkeypatch.setattr(sqlite_engine, "OTHERS_S", 0.3)


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
        ((4, 0, 0), False),
    ],
)
def test_versions_with_the_reset_fault_are_known(version: tuple[int, int, int], faulty: bool) -> None:
    assert journal.has_reset_fault(version) is faulty


@pytest.mark.parametrize(("version", "wal"), [(FAULTY, False), (SOUND, True)])
def test_new_ledger_is_in_the_journal_that_is_sound(path: Path, version: tuple[int, int, int], wal: bool) -> None:
    with a_ledger(path, version) as ledger:
        ledger.markers.set("a", "1")
        assert in_wal(path) is wal
        assert ledger.kept_in.endswith("kept in WAL" if wal else "has the WAL-reset fault: kept in a rollback journal")


def test_ledger_leaves_wal_with_all_that_it_holds(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again" / "ledger.sqlite"
    with a_ledger(path, SOUND) as ledger:
        for number in range(5):
            ledger.markers.set(f"fact {number}", "kept")
        shutil.copytree(path.parent, again.parent)  # as after kill -9: what was committed lies in the log alone
    assert again.with_name("ledger.sqlite-wal").stat().st_size > 0
    with a_ledger(again, FAULTY) as ledger:
        assert not in_wal(again)
        assert not again.with_name("ledger.sqlite-wal").exists()
        assert [ledger.markers.get(f"fact {number}") for number in range(5)] == ["kept"] * 5
        ledger.markers.set("a", "1")


def test_ledger_that_others_keep_in_wal_is_read_and_not_written(path: Path) -> None:
    with a_ledger(path, SOUND) as ledger:
        ledger.markers.set("a", "1")
        with a_ledger(path, FAULTY) as beside:
            assert beside.markers.get("a") == "1"
            assert beside.at_risk
            with pytest.raises(LedgerUnusable, match=r"open in WAL, which SQLite 3\.40\.1 may damage .*: end that"):
                beside.markers.set("a", "2")
            ledger.close()
            beside.settle()
            beside.markers.set("a", "3")
            assert beside.markers.get("a") == "3"
            assert not beside.at_risk
    assert not in_wal(path)


def test_ledger_that_another_program_puts_into_wal_meanwhile_is_not_written(path: Path) -> None:
    with a_ledger(path, FAULTY) as ledger:
        ledger.markers.set("a", "1")
        with closing(sqlite3.connect(path)) as browser:
            assert browser.execute("PRAGMA journal_mode=wal").fetchone() == ("wal",)
        with pytest.raises(LedgerUnusable, match="open in WAL"):
            ledger.markers.set("a", "2")
        assert ledger.markers.get("a") == "1"
    with a_ledger(path, FAULTY) as ledger:
        ledger.markers.set("a", "2")
    assert not in_wal(path)


def test_only_who_has_the_lease_brings_a_ledger_back_into_wal(path: Path) -> None:
    with a_ledger(path, FAULTY) as ledger:
        ledger.markers.set("a", "1")
        with a_ledger(path, SOUND) as looking:
            assert looking.markers.get("a") == "1"
            assert not in_wal(path)
        ledger.markers.set("a", "2")
    with a_ledger(path, SOUND) as ledger:
        ledger.settle()
        assert ledger.markers.get("a") == "2"
        assert in_wal(path)


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%20b", "a b", "a&uri=true", "ü", ":memory:"])
def test_ledger_lies_where_it_was_asked_for_whatever_its_folder_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "ledger.sqlite"
    with a_ledger(path, SOUND) as ledger:
        ledger.markers.set("a", "1")
    assert [found.name for found in tmp_path.iterdir()] == [name]
    assert path.stat().st_size
    with a_ledger(path) as again:
        assert again.markers.get("a") == "1"
    looking = sa.create_engine(sqlite_engine._as_it_lies(path))  # as on a disk that is mounted read-only
    with looking.connect() as connection:
        assert connection.exec_driver_sql("SELECT value FROM facts WHERE name = 'a'").scalar() == "1"
    looking.dispose()


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 500)


def cut_in_half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE moz_places (id INTEGER)")


def of_another_program_with_alembic(path: Path) -> None:
    of_another_program(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE alembic_version (version_num TEXT)")
        file.execute("INSERT INTO alembic_version VALUES ('a1b2c3')")


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE listings")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (garbage, "is no ledger"),
        (cut_in_half, "is damaged"),
        (a_folder, "is a folder"),
        (of_another_program, "is another program's database"),
        (of_another_program_with_alembic, "is another program's database"),
        (without_a_table, "is damaged"),
    ],
)
def test_what_is_no_sound_ledger_is_one_sentence(path: Path, harm: Callable[[Path], None], says: str) -> None:
    with a_ledger(path, FAULTY) as ledger:
        ledger.markers.set("a", "kept " * 20_000)
    harm(path)
    with pytest.raises(LedgerUnusable, match=says) as refused, a_ledger(path) as ledger:
        ledger.clips.listing("peertube-x")
    assert str(path) in str(refused.value)
    assert "thirdcopy rebuild" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_page_that_was_damaged_is_found_by_reading_all(path: Path) -> None:
    with a_ledger(path, FAULTY) as ledger:
        for number in range(300):
            ledger.markers.set(f"fact {number}", "kept " * 20)
        assert ledger.examine() == []
    data = bytearray(path.read_bytes())
    data[-4096:-4000] = bytes(96)  # the head of the last page of a table or an index
    path.write_bytes(data)
    with a_ledger(path, FAULTY) as ledger:
        assert ledger.examine()


def test_locked_ledger_is_one_sentence(path: Path) -> None:
    with a_ledger(path, FAULTY) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerUnusable, match="locked by another process: wait until that ends"):
            ledger.markers.get("a")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerUnusable, match="locked by another process"):
            Ledger(path)


def test_ledger_without_room_says_so_and_keeps_what_it_held(path: Path) -> None:
    with a_ledger(path, FAULTY) as ledger:
        ledger.markers.set("a", "1")
        with ledger._engine.sql.connect() as connection:  # SQLite's own way to a full disk; it is of the one connection
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(LedgerUnusable, match=r"the disk of \S+ is full: make room and run this again"):
            ledger.markers.set("a", "2" * 100_000)
        assert ledger.markers.get("a") == "1"


def test_what_the_ledger_refuses_is_no_damage(path: Path) -> None:
    with a_ledger(path) as ledger:
        ledger.markers.set("a", "1")

        def ask(statement: str) -> None:
            with ledger._engine.sql.begin() as connection, in_a_sentence(path):
                connection.exec_driver_sql(statement)

        for statement in ("INSERT INTO facts VALUES ('a', '2')", "INSERT INTO facts VALUES ('b', NULL)", "SELEC"):
            with pytest.raises(LedgerUnusable, match=r"did not do what it was asked \(.*\): the change was undone"):
                ask(statement)
        for statement in ("SELECT * FROM lost", "SELECT lost FROM facts", "INSERT INTO facts (lost) VALUES (1)"):
            with pytest.raises(LedgerUnusable, match="is damaged"):
                ask(statement)
        assert ledger.markers.get("a") == "1"


def test_words_of_rows_are_in_no_error(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with a_ledger(path) as ledger:
        listing = Listing(source="v", extractor="PeerTube", platform_id="x", url="https://tube.example/x", title=SECRET)
        ledger.clips.seen([listing], MONDAY)
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE listings SET body = replace(body, '\"extractor\"', '\"unheard\"')")
            file.execute("DROP TABLE failures")
        errors = list[LedgerUnusable]()
        for ask in (
            lambda: ledger.clips.listing("peertube-x"),
            lambda: ledger.clips.failed("peertube-x", "fetch", kind="gone", message=SECRET, now=MONDAY),
            lambda: ledger.clips.seen([listing.model_copy(update={"title": None, "source": None})], MONDAY),
        ):
            with pytest.raises(LedgerUnusable) as refused:
                ask()
            errors.append(refused.value)
    assert [str(error) for error in errors if "is damaged" in str(error)]
    shown = "".join("".join(traceback.format_exception(error)) for error in errors) + caplog.text
    assert "listings" in shown or "Listing" in shown
    assert SECRET not in shown


CLIP = "peertube-1"
EVIDENCE = f"evidence-{CLIP}"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose ledger holds a clip, its copies, what was done with it, and a lease of a run elsewhere."""
    folder = tmp_path_factory.mktemp("held")
    with an_archive(folder / "state", folder_targets(folder, "a")) as archive:
        keep(archive, CLIP)
        store_all(archive)
        ledger = archive.ledger
        ledger.clips.give_access(CLIP, AccessGiven("public", "A. Keeper", MONDAY), event=None)
        ledger.clips.failed(CLIP, "link", kind="passing", message="again", now=MONDAY)
        for step in ("transcribe", "link", "work"):
            ledger.clips.mark_done(CLIP, step, "[]" if step != "work" else '{"source": "voices", "default": null}')
        ledger.markers.set(LATE, json.dumps({EVIDENCE: MONDAY.isoformat()}))
        ledger.markers.set(AT_WORK, MONDAY.isoformat())
        ledger.markers.set(snapshot_fact("register-victims", 1), "{}")
        ledger.lease._take("run", "theirs")
    return folder / "state"


@pytest.mark.parametrize(
    ("change", "ask"),
    [
        ("copies SET at = 'garbage'", lambda a: a.ledger.copies.of(EVIDENCE)),
        ("copies SET at = 5", lambda a: a.ledger.copies.of(EVIDENCE)),
        ("copies SET state = 'garbage'", lambda a: a.ledger.copies.of(EVIDENCE)),
        ("copies SET version = 'garbage'", lambda a: a.ledger.audits.turns("a", now=MONDAY)),
        ("versions SET version = 'garbage'", lambda a: a.ledger.copies.owed("a")),
        ("versions SET inventory = '{}'", lambda a: a.ledger.copies.version(EVIDENCE, 1)),
        ("versions SET sha512 = '0'", lambda a: a.ledger.copies.head(EVIDENCE)),
        ("versions SET sealed = 'garbage'", lambda a: a.ledger.copies.head(EVIDENCE)),
        ("versions SET size = 'garbage'", lambda a: a.ledger.copies.head(EVIDENCE)),
        ("failures SET times = 'garbage'", lambda a: a.ledger.clips.failures()),
        ("clips SET access = 'garbage'", lambda a: a.ledger.clips.access(CLIP)),
        ("clips SET access_at = 'garbage'", lambda a: a.ledger.clips.access(CLIP)),
        ("captures SET version = 'garbage'", lambda a: a.ledger.clips.newest()),
        ("leases SET holder = 'garbage'", lambda a: at_work(a).__enter__()),
        ("leases SET holder = '[]', expires = '2200-01-01 00:00:00.000000'", lambda a: at_work(a).__enter__()),
        ("facts SET value = 'garbage' WHERE name = 'at_work'", against_ledger),
        ("facts SET value = '2026-03-02T08:00:00' WHERE name = 'at_work'", against_ledger),
        ("facts SET value = 'garbage' WHERE name = 'late'", remember_late_writer),
        ("facts SET value = '[1]' WHERE name = 'late'", remember_late_writer),
        ("facts SET value = 'garbage' WHERE name LIKE 'snapshot%'", lambda a: snapshot(a, "victims", 1)),
        ("done SET body = 'garbage' WHERE step = 'transcribe'", lambda a: build(a, CLIP)),
        ("done SET body = '5' WHERE step = 'link'", lambda a: build(a, CLIP)),
        ("done SET body = '{}' WHERE step = 'work'", to_seal),
    ],
)
def test_value_that_is_none_of_its_kind_is_one_sentence(
    held: Path, tmp_path: Path, change: str, ask: Callable[[Archive], object]
) -> None:
    shutil.copytree(held, tmp_path / "state")
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        with closing(sqlite3.connect(archive.ledger.path)) as file, file:
            assert file.execute(f"UPDATE {change}").rowcount, change
        with pytest.raises(LedgerUnusable, match=r"is damaged \(.*\): move it and its .* thirdcopy rebuild") as refused:
            ask(archive)
        assert "garbage" not in str(refused.value)


@pytest.mark.parametrize("lost", ["empty", "gone"])
def test_lost_ledger_is_not_taken_for_a_new_archive(tmp_path: Path, lost: str) -> None:
    settings = Settings(
        name="made-up",
        state=tmp_path / "state",
        minimum_copies=1,
        targets={"a": FolderSettings(path=tmp_path / "a")},
    )
    path = settings.state / "ledger.sqlite"
    with opened(settings):
        pass
    path.write_bytes(b"") if lost == "empty" else path.unlink()
    with opened(settings) as archive:  # nothing was kept yet: as good as new
        archive.spool.mkdir()
    path.write_bytes(b"") if lost == "empty" else path.unlink()
    with pytest.raises(LedgerUnusable, match=rf"is {lost}, though an archive was kept here .* thirdcopy rebuild"):
        opened(settings).__enter__()
    assert not path.exists() or not path.stat().st_size
    with opened_beside(settings) as archive:
        assert archive.ledger.clips.listed() == 0


@pytest.fixture
def lost(tmp_path: Path) -> Settings:
    """The settings of an archive whose ledger is lost."""
    targets = {"a": FolderSettings(path=tmp_path / "a")}
    return Settings(name="made-up", state=tmp_path / "state", minimum_copies=1, targets=targets)


@pytest.fixture
def _in_wal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite without the WAL-reset fault, whichever is here."""
    monkeypatch.setattr("archive.opening.archive.Ledger", partial(Ledger, version=SOUND))


@pytest.mark.usefixtures("_in_wal")
def test_rebuilt_ledger_is_one_whole_file_when_it_takes_its_place(lost: Settings) -> None:
    with opened_beside(lost) as archive:
        archive.ledger.markers.set("a", "1")
        assert in_wal(archive.ledger.path)
    assert [found.name for found in lost.state.iterdir()] == ["ledger.sqlite"]
    with opened(lost) as archive, at_work(archive):
        assert archive.ledger.markers.get("a") == "1"
        assert in_wal(archive.ledger.path)


def rebuilt_while(settings: Settings, deed: Callable[[Archive], object]) -> None:
    """A rebuild, and what happens before it ends."""
    with opened_beside(settings) as archive:
        archive.ledger.markers.set("a", "1")
        deed(archive)


@pytest.mark.usefixtures("_in_wal")
@pytest.mark.parametrize("ask", ["COMMIT", "SELECT 1"], ids=["idle", "reading"])
def test_rebuilt_ledger_that_another_process_has_open_is_not_moved_without_its_log(lost: Settings, ask: str) -> None:
    with ExitStack() as stack:

        def browse(archive: Archive) -> None:
            browser = stack.enter_context(closing(sqlite3.connect(archive.ledger.path, isolation_level=None)))
            for line in ("BEGIN", "SELECT count(*) FROM facts", ask):
                browser.execute(line).fetchall()

        with pytest.raises(LedgerUnusable, match=r"another process has .* open, so that it cannot be moved whole"):
            rebuilt_while(lost, browse)
        assert list(lost.state.glob("ledger*.sqlite")) == []


def test_rebuilt_ledger_takes_the_place_of_no_archive_that_came_there_meanwhile(lost: Settings) -> None:
    path, data = lost.state / "ledger.sqlite", "an inventory"

    def run(_: Archive) -> None:
        with a_ledger(path) as ledger:  # it passed the gate just before the rebuild began, and is done
            ledger.copies.seal(
                SealedVersion(EVIDENCE, 1, sha512(data.encode()).hexdigest(), CLIP, data, MONDAY), events=()
            )

    with pytest.raises(RefusedError, match="holds an archive already"):
        rebuilt_while(lost, run)
    with a_ledger(path) as ledger:
        assert ledger.copies.heads()
    assert list(lost.state.glob("ledger*.sqlite")) == [path]


def test_rebuilt_ledger_takes_the_place_of_none_that_somebody_is_at(lost: Settings) -> None:
    with a_ledger(lost.state / "ledger.sqlite") as ledger, ExitStack() as stack:
        with pytest.raises(LeaseHeld):
            rebuilt_while(lost, lambda _: stack.enter_context(ledger.lease.held()))
        assert ledger.is_in_place()


@pytest.mark.parametrize("version", [FAULTY, SOUND], ids=["rollback journal", "WAL"])
def test_run_whose_ledger_was_replaced_before_it_began_does_nothing(
    lost: Settings, version: tuple[int, int, int]
) -> None:
    with opened(lost) as before, a_ledger(before.ledger.path, version) as ledger:
        waiting = replace(before, ledger=ledger)
        before.ledger.close()
        with opened_beside(lost) as archive:
            with pytest.raises(RefusedError, match="a rebuild of the ledger"), at_work(waiting):
                pass
            archive.ledger.markers.set("a", "1")
        with pytest.raises((LedgerUnusable, RefusedError)), at_work(waiting):
            waiting.ledger.markers.set("a", "2")
    with opened(lost) as archive:
        assert archive.ledger.markers.get("a") == "1"
