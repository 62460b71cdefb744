"""A ledger carried to the other engine: all of it, proven, and until the end the old one is in force."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import LedgerUnusable, RefusedError
from archive.ledger import Ledger
from archive.ledger.clips import AccessGiven
from archive.ledger.ledger_places import Database
from archive.opening.archive import opened
from archive.preservation.moving_ledger import line_of, move, place_named
from archive.progress import Silent
from archive.records.event import METADATA, Event
from archive.settings.settings import Settings
from archive.settings.stanzas import LedgerSettings
from storage.targets import FolderSettings
from tests.support.archives import MONDAY, an_archive, folder_targets, keep, store_all, with_work
from tests.support.packages import HOME
from tests.world.servers.postgresql import Postgresql

WORDS = "half a pair \ud83d and \0 nothing, 三 ұ"


@pytest.fixture
def database(postgresql_server: Postgresql) -> Iterator[str]:
    name = postgresql_server.database()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An archive in a file: a clip at a target, words that no database keeps, and events."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, "peertube-1")
        with_work(archive, "peertube-1")
        store_all(archive)
        archive.ledger.clips.failed("peertube-1", "link", kind="gone", message=WORDS, now=MONDAY)
    return settings(tmp_path)


def settings(folder: Path, url: str | None = None) -> Settings:
    return Settings(
        name="made-up",
        state=folder / "state",
        minimum_copies=1,
        targets={"a": FolderSettings(path=folder / "a")},
        ledger=LedgerSettings(url=url),
    )


def an_event(number: int) -> Event:
    return Event(object="work-peertube-1", type=METADATA, at=MONDAY, agent="A. Reader", detail=str(number))


def test_all_is_carried_there_and_back(here: Settings, database: str, tmp_path: Path) -> None:
    with opened(here) as archive:
        before, events = archive.ledger.id, list(archive.ledger.events.all())
    done = move(here, place_named(here, database), Silent())
    assert done.before == done.after
    assert (done.before["clips"].rows, done.before["events"].rows) == (1, len(events))
    assert {table.rows for table in done.before.values()} > {0, 1}
    with pytest.raises(RefusedError, match="was moved to postgresql://"):
        opened(here).__enter__()
    there = settings(tmp_path, database)
    with opened(there) as archive:
        assert archive.ledger.id == before
        assert archive.ledger.clips.failures()[0].message == WORDS
        archive.ledger.events.add(an_event(1))
        assert list(archive.ledger.events.all()) == [*events, an_event(1)], "its number is above the highest"
    back = move(there, place_named(there, "sqlite"), Silent())
    assert back.after["events"].rows == len(events) + 1
    assert {name for name in back.after if back.after[name] != done.after[name]} <= {"events", "facts"}
    with pytest.raises(RefusedError, match="was moved to"):
        opened(there).__enter__()
    with opened(here) as archive:
        assert (archive.ledger.id, archive.ledger.standing) == (before, None)
        archive.ledger.events.add(an_event(2))
        assert list(archive.ledger.events.all()) == [*events, an_event(1), an_event(2)]


def test_a_place_that_holds_an_archive_is_not_overwritten(here: Settings, database: str) -> None:
    with closing(Ledger(Database.at(database))) as other:
        other.clips.give_access("peertube-9", AccessGiven("public", "A. Keeper", MONDAY), event=None)
        with pytest.raises(RefusedError, match="holds an archive: name another"):
            move(here, place_named(here, database), Silent())
        assert other.clips.with_access() == ["peertube-9"]
    with opened(here) as archive:
        assert archive.ledger.clips.listed() == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.ledger import carrying_over
from archive.ledger.ledger import Ledger
from archive.preservation import moving_ledger
from archive.progress import Silent
from tests.archive.preservation.test_moving_ledger import settings

folder, database, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if moment == "rows":
    carrying_over._go_on_after = die
elif moment == "proof":
    Ledger.contents = die
elif moment == "old is moved":
    stand = Ledger.stand
    Ledger.stand = lambda self, now: die() if now is None else stand(self, now)
moving_ledger.move(settings(folder), moving_ledger.place_named(settings(folder), database), Silent())
"""


@pytest.mark.parametrize("moment", ["rows", "proof", "old is moved"])
def test_a_kill_in_the_middle_leaves_the_old_one_in_force(
    here: Settings, database: str, tmp_path: Path, moment: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), database, moment]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr
    with pytest.raises(RefusedError, match=r"is being carried over from .* run `thirdcopy ledger move` again"):
        opened(settings(tmp_path, database)).__enter__()
    if moment != "old is moved":
        with opened(here) as archive:
            assert archive.ledger.clips.listed() == 1
            archive.ledger.events.add(an_event(3))
    again = move(here, place_named(here, database), Silent())
    assert again.before == again.after
    with opened(settings(tmp_path, database)) as archive:
        assert (an_event(3) in archive.ledger.events.all()) is (moment != "old is moved")


def test_a_database_beside_an_archive_in_a_file_is_not_taken_for_a_new_archive(
    here: Settings, database: str, tmp_path: Path
) -> None:
    with pytest.raises(LedgerUnusable, match=r"holds no ledger, though an archive is kept in .* thirdcopy ledger move"):
        opened(settings(tmp_path, database)).__enter__()
    assert here.ledger.url is None


def test_what_to_write_is_told(here: Settings) -> None:
    url = "postgresql://keeper@db.example.org/ledger?sslmode=verify-full"
    assert line_of(place_named(here, url)) == (
        '[ledger]\nurl = "postgresql://keeper@db.example.org:5432/ledger?sslmode=verify-full"'
    )
    assert line_of(place_named(here, "sqlite")) == "take url out of [ledger]"
